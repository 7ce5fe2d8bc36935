// Embeddings through the lab: in a process of its own, kept beside the run, made anew of other weights, stopped at once.
import { cpSync, existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { embed, stratified } from '../../src-main/analysis/embedding.ts'
import type { LabEvent } from '../../src-main/contract.ts'
import { reference } from '../../src-main/engines/reference.ts'
import type { Embedding, EmbeddingSettings } from '../../src-main/experiment/representations.ts'
import { loadDataSet } from '../../src-main/lab/datasets.ts'
import { openLab, type OpenLab } from '../../src-main/lab/lab.ts'
import { LabProblem } from '../../src-main/lab/problem.ts'
import { paths, readExperiment, readNetwork } from '../../src-main/lab/results.ts'
import { runExperiment } from '../../src-main/lab/runs/headless.ts'
import { scratchFolder, smallExperiment } from './small-experiment.ts'

const scratch = scratchFolder()
afterAll(scratch.remove)

let folder: string
const open: OpenLab[] = []
beforeAll(async () => {
  const experiment = smallExperiment({ epochs: 1, seeds: [0] })
  const run = await runExperiment(
    { ...experiment, data: { ...experiment.data, limitTest: 600 } },
    { resultsFolder: scratch.inside('done') },
  )
  folder = run.folder
})
afterEach(async () => {
  for (const lab of open.splice(0)) await lab.close()
})

let count = 0
async function labWith(source: string): Promise<{ lab: OpenLab; id: string; copy: string; events: LabEvent[] }> {
  const results = scratch.inside(`lab-${++count}`)
  const id = basename(source)
  cpSync(source, join(results, id), { recursive: true })
  const lab = await openLab({ host: 'test', resultsFolder: results, idleMeasuring: false })
  open.push(lab)
  const events: LabEvent[] = []
  lab.watch((event) => events.push(event))
  return { lab, id, copy: join(results, id), events }
}

const network = { seed: 0, epoch: null }
const settings: EmbeddingSettings = { layer: 1, method: 'pca', samples: 100, seed: 0, neighbours: null }
const places = ({ samples }: Embedding): readonly number[] => [
  ...new Uint32Array(Uint8Array.from(Buffer.from(samples, 'base64')).buffer),
]
const fractions = (events: readonly LabEvent[]): readonly number[] =>
  events.flatMap((event) => (event.kind === 'embed' ? [event.fraction] : []))

/** By the analysis, without a lab. */
async function made(asked: EmbeddingSettings): Promise<Embedding> {
  const experiment = readExperiment(folder)
  const { data } = await loadDataSet('glyphs', { seed: experiment.data.seed, limits: experiment.data })
  const steps = embed({ experiment, engine: reference, network: readNetwork(folder, network), data, settings: asked })
  for (;;) {
    const step = await steps.next()
    if (step.done === true) return step.value
  }
}

describe('an embedding', () => {
  it('is what the analysis makes, is kept beside the run, and is answered at once the next time', async () => {
    const { lab, id, copy, events } = await labWith(folder)
    const found = await lab.embed({ id, network, settings })
    expect(found).toEqual(await made(settings))
    expect(found).toMatchObject({ count: 100, epoch: 1, features: 16, reduced: null, engine: 'reference' })
    const told = fractions(events)
    expect(told.length).toBeGreaterThan(0)
    expect(told).toEqual(told.toSorted((a, b) => a - b))
    const [file = ''] = readdirSync(paths(copy).analyses)
    const path = join(paths(copy).analyses, file)
    events.length = 0
    expect(await lab.embed({ id, network, settings })).toEqual(found)
    expect(fractions(events)).toEqual([])
    // A damaged file is no answer.
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, 500))
    expect(await lab.embed({ id, network, settings })).toEqual(found)
    expect(fractions(events).length).toBeGreaterThan(0)
    expect(readdirSync(paths(copy).analyses)).toEqual([file])
  })

  it('is made anew when the weights are others', async () => {
    const { lab, id, copy, events } = await labWith(folder)
    await lab.embed({ id, network, settings })
    const checkpoint = paths(copy).checkpoint(0)
    const later = new Date(statSync(checkpoint).mtimeMs + 5000)
    utimesSync(checkpoint, later, later)
    events.length = 0
    await lab.embed({ id, network, settings })
    expect(fractions(events).length).toBeGreaterThan(0)
    // Another network is another file, and leaves this one.
    await lab.embed({ id, network: { seed: 0, epoch: 0 }, settings })
    expect(readdirSync(paths(copy).analyses)).toHaveLength(2)
  })

  it('stops at once when asked to, and leaves nothing behind', async () => {
    const { lab, id, copy, events } = await labWith(folder)
    const slow = { ...settings, method: 'tsne', samples: 600 } as const
    const begun = new Promise<void>((resolve) => {
      lab.watch((event) => {
        if (event.kind === 'embed' && event.fraction > 0.4) resolve()
      })
    })
    const waiting = lab.embed({ id, network, settings: slow })
    await begun
    await expect(lab.embed({ id, network, settings })).rejects.toBeInstanceOf(LabProblem)
    await lab.stopEmbedding({ id })
    expect(await waiting).toBeNull()
    expect(existsSync(paths(copy).analyses)).toBe(false)
    expect(Math.max(...fractions(events))).toBeLessThan(1)
    // And the next one begins.
    expect(await lab.embed({ id, network, settings })).not.toBeNull()
    // Nothing to stop is no fault.
    expect(await lab.stopEmbedding({ id })).toBeNull()
  })

  it('is refused in words where there is nothing to make it of', async () => {
    const { lab, id } = await labWith(folder)
    const refused = (asked: Partial<EmbeddingSettings>, seed = 0) =>
      lab.embed({ id, network: { seed, epoch: null }, settings: { ...settings, ...asked } })
    await expect(refused({ layer: 7 })).rejects.toThrow('layers 0 (the input) to 2, found 7')
    await expect(refused({}, 9)).rejects.toThrow('The run has no seed 9')
  })
})

describe('the samples of an embedding', () => {
  it('have of every class its share, the first of each, whatever network is looked at', async () => {
    const found = await made({ ...settings, layer: 0, method: 'umap', samples: 50 })
    const again = await made({ ...settings, samples: 50 })
    expect(places(found)).toEqual(places(again))
    expect(found).toMatchObject({ features: 784, reduced: 50, trustworthiness: { k: 12, of: 50 } })
    expect(found.trustworthiness?.value).toBeGreaterThan(0.5)
    expect(found.trustworthiness?.value).toBeLessThanOrEqual(1)
  })

  it('are counted by largest remainders', () => {
    // 6, 3 and 1 of 10: of 5 they have 3, 1.5 and 0.5, and the one left over goes to the lower class.
    const labels = Uint8Array.of(0, 1, 0, 0, 2, 1, 0, 0, 1, 0)
    const chosen = stratified({ labels, count: 10, classes: 3 }, 5)
    expect([...chosen]).toEqual([0, 1, 2, 3, 5])
    expect([...stratified({ labels, count: 10, classes: 3 }, 99)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })
})
