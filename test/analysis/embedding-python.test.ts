// Embeddings of ten thousand glyphs beside those of scikit-learn and umap-learn, each judged by scikit-learn's own
// trustworthiness: ours are to be about as good a picture as theirs. Skipped aloud without Python and these packages.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { layOut } from '../../src-main/analysis/embedding.ts'
import { trustworthiness } from '../../src-main/analysis/trustworthiness.ts'
import { generateGlyphs } from '../../src-main/data/glyphs.ts'
import type { EmbeddingMethod } from '../../src-main/experiment/representations.ts'
import { pythonWith } from '../lab/python.ts'

const SAMPLES = 10_000
/** Of these every how many are judged: all with all would take a gigabyte. */
const EVERY = 5
const K = 12
/** UMAP and t-SNE end elsewhere from every beginning; over beginnings their trustworthiness differs by about this. */
const SLACK = 0.02
const LONG = 3_600_000

const scratch = mkdtempSync(join(tmpdir(), 'apical-embedding-'))
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true })
})

const JUDGE = `
import sys, json
import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness
folder, method, every, k = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
X = np.fromfile(folder + "/x.f32", dtype="f4").reshape(-1, 784)
ours = np.fromfile(folder + "/" + method + ".f64").reshape(-1, 2)
if method == "pca":
    theirs = PCA(2).fit_transform(X)
else:
    reduced = PCA(50, random_state=0).fit_transform(X)
    if method == "tsne":
        theirs = TSNE(random_state=0).fit_transform(reduced)
    else:
        import umap
        theirs = umap.UMAP(random_state=0).fit_transform(reduced)
judge = lambda y: float(trustworthiness(X[::every], y[::every], n_neighbors=k))
print(json.dumps([judge(ours), judge(theirs)]))
`

function judged(method: EmbeddingMethod, python: string): { ours: number; theirs: number; own: number } {
  const { test } = generateGlyphs(0, { train: 1, test: SAMPLES })
  const values = Float32Array.from(test.pixels, (pixel) => pixel / 255)
  const rows = { count: SAMPLES, features: test.features, values }
  const steps = layOut(rows, { layer: 0, method, samples: SAMPLES, seed: 0, neighbours: null })
  let step = steps.next()
  while (step.done !== true) step = steps.next()
  const { points } = step.value
  writeFileSync(join(scratch, 'x.f32'), values)
  writeFileSync(join(scratch, `${method}.f64`), points)
  const words = ['-c', JUDGE, scratch, method, String(EVERY), String(K)]
  const { stdout, stderr, status } = spawnSync(python, words, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  const [ours = NaN, theirs = NaN] = JSON.parse(stdout) as number[]
  const chosen = Array.from({ length: SAMPLES / EVERY }, (_, i) => EVERY * i)
  return { ours, theirs, own: trustworthiness(rows, { features: 2, values: points }, chosen, K) ?? NaN }
}

describe('embeddings of ten thousand glyphs', () => {
  const methods = [
    ['pca', ['sklearn']],
    ['tsne', ['sklearn']],
    ['umap', ['sklearn', 'umap']],
  ] as const
  for (const [method, packages] of methods)
    it(`by ${method} can be trusted as those of Python can`, { timeout: LONG }, (context) => {
      const python = pythonWith('numpy', ...packages)
      if (python === null) return context.skip(`there is no Python with ${packages.join(' and ')}`)
      const { ours, theirs, own } = judged(method, python)
      console.info(`${method}: trustworthiness ${ours.toFixed(4)} here, ${theirs.toFixed(4)} in Python`)
      // Of the same picture we find what scikit-learn finds.
      expect(own).toBeCloseTo(ours, 6)
      if (method === 'pca') expect(ours).toBeCloseTo(theirs, 3)
      else expect(ours).toBeGreaterThan(theirs - SLACK)
    })
})
