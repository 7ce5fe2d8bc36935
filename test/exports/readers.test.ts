/**
 * Exports as others read them: pandas, pyarrow, numpy, safetensors and Python's zipfile against metrics.jsonl and
 * weights.safetensors, sha256sum against the manifest, and the validators of RO-Crate and Croissant.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OwnData } from '../data/own-data.ts'
import { pythonWith } from '../lab/python.ts'
import { ROOT } from '../cli/process.ts'
import { Runs } from './runs.ts'

const tables = pythonWith('pandas', 'pyarrow', 'numpy', 'safetensors')
const crates = pythonWith('rocrate_validator', 'rocrate')
const cards = pythonWith('mlcroissant')
const without = (python: string | null, packages: string): string =>
  python === null ? ` (skipped: this machine has no Python with ${packages}; npm run test:readers brings one)` : ''

let runs: Runs
beforeAll(async () => {
  runs = new Runs()
  const { code, err } = await runs.apical(['export', 'plain', 'odd', '--to', runs.at('all.zip')])
  expect([code, err]).toEqual([0, ''])
})
afterAll(() => {
  runs.remove()
})

function python(program: string | null, words: readonly string[], cwd = runs.home): string {
  const { stdout, stderr, status } = spawnSync(program ?? '', words, { encoding: 'utf8', cwd })
  expect(status, stderr).toBe(0)
  return stdout
}

/** Unpacks with zipfile, and compares everything there with the results folders, read as their README says. */
const SCRIPT = `
import json, sys, zipfile
import numpy as np, pandas as pd, pyarrow.parquet as pq
from safetensors.numpy import load_file
with zipfile.ZipFile("all.zip") as archive:
    assert archive.testzip() is None
    archive.extractall("unpacked")
def lines(path):
    for line in open(path, encoding="utf-8"):
        try:
            yield json.loads(line)
        except ValueError:
            pass
csv, parquet = pd.read_csv("unpacked/epochs.csv"), pd.read_parquet("unpacked/epochs.parquet")
arrow = pq.read_table("unpacked/epochs.parquet")
assert str(arrow.schema.field("seed").type) == "int64" and str(arrow.schema.field("testAccuracy").type) == "double"
assert str(arrow.schema.field("threePhase").type) == "bool" and str(arrow.schema.field("rule").type) == "string"
weights, compared = np.load("unpacked/weights.npz"), 0
assert len(weights.files) == len(set(weights.files))
for run in ("plain", "odd"):
    settings = json.load(open(f"results/{run}/experiment.json"))["rule"]["settings"]
    for seed in (0, 10, 20, 30, 40):
        metrics = pd.DataFrame(lines(f"results/{run}/seed-{seed}/metrics.jsonl"))
        said = metrics[metrics.kind == "epoch"].drop_duplicates("epoch", keep="last").sort_values("epoch")
        for table in (csv, parquet, arrow.to_pandas()):
            found = table[(table.run == run) & (table.seed == seed)]
            for column in ("epoch", "trainAccuracy", "testAccuracy", "seconds"):
                assert np.array_equal(found[column].to_numpy(float), said[column].to_numpy(float)), (run, seed, column)
            assert found.validationAccuracy.isna().all() and (found.beta == settings["beta"]).all()
        for name, array in load_file(f"results/{run}/seed-{seed}/weights.safetensors").items():
            found = weights[f"{run}/seed-{seed}/{name}"]
            assert found.dtype == np.float32 and np.array_equal(found, array), name
            compared += 1
assert compared == len(weights.files)
assert len(csv) == len(parquet) == 100
results, summary = pd.read_parquet("unpacked/results.parquet"), json.load(open("results/plain/summary.json"))
mean = results[(results.run == "plain") & results.counted].testAccuracy
assert abs(mean.mean() - summary["testAccuracy"]["mean"]) < 1e-12 and abs(mean.std() - summary["testAccuracy"]["sd"]) < 1e-12
assert len(pd.read_parquet("unpacked/measures.parquet")) == len(pd.read_csv("unpacked/measures.csv"))
print("equal")
`

it.skipIf(tables === null)(
  `pandas, pyarrow, numpy and zipfile read what was recorded${without(tables, 'pandas, pyarrow, numpy and safetensors')}`,
  () => {
    expect(python(tables, ['-c', SCRIPT])).toBe('equal\n')
    if (process.platform === 'win32') return
    const { stdout, status } = spawnSync('sha256sum', ['--check', '--strict', 'manifest-sha256.txt'], {
      ...{ encoding: 'utf8', cwd: runs.at('unpacked') },
    })
    expect([status, stdout.split('\n').filter((line) => line !== '' && !line.endsWith(': OK'))]).toEqual([0, []])
  },
)

describe.skipIf(crates === null)(`roc-validator${without(crates, 'roc-validator and rocrate')}`, () => {
  interface Issue {
    readonly severity: string
    readonly message: string
  }
  const issuesOf = (folder: string): readonly Issue[] =>
    JSON.parse(python(crates, [join(ROOT, 'test/exports/crate.py'), folder])) as readonly Issue[]
  /** What it recommends that nobody recorded: whom to name, and where Apical is to be had. */
  const UNSAID =
    /license|licence|author|publisher|affiliation|agent|Application SHOULD have a url|SoftwareApplication id/i

  it('takes the crate of a zip, and misses only what was not recorded', () => {
    mkdirSync(runs.at('crate'))
    python(crates, ['-m', 'zipfile', '-e', 'all.zip', 'crate'])
    const issues = issuesOf(runs.at('crate'))
    expect(issues.filter(({ severity, message }) => severity === 'REQUIRED' || !UNSAID.test(message))).toEqual([])
    // It would say so: a file that is told of and not there.
    const path = join(runs.at('crate'), 'ro-crate-metadata.json')
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('epochs.csv', 'epoch.csv'))
    expect(issuesOf(runs.at('crate')).some(({ severity }) => severity === 'REQUIRED')).toBe(true)
  })

  it('takes a results folder that was made one, with an author and a licence', async () => {
    const words = ['export', 'plain', '--crate', '--author', 'Ada Example', '--licence', 'https://example.org/licence']
    expect((await runs.apical(words)).code).toBe(0)
    const issues = issuesOf(runs.folder('plain'))
    expect(issues.filter(({ severity, message }) => severity === 'REQUIRED' || !UNSAID.test(message))).toEqual([])
  })
})

it.skipIf(cards === null)(
  `mlcroissant takes the card of every kind of data set${without(cards, 'mlcroissant')}`,
  async () => {
    const own = new OwnData()
    try {
      await own.add(own.write('table.csv', 'x,y,kind\n1,2,a\n3,4,b\n5,6,a\n7,8,b\n9,1,a\n2,2,b\n1,3,a\n0,1,b\n'), {
        name: 'table',
      })
      const { croissantOf } = await import('../../src-main/lab/datasets.ts')
      const names = ['glyphs', 'digits-8x8', 'mnist', 'cifar-10', 'table']
      for (const name of names) writeFileSync(runs.at(`${name}.json`), JSON.stringify(croissantOf(name)))
      const script = `
import json, sys, mlcroissant as mlc
for name in sys.argv[1:]:
    card = mlc.Dataset(f"{name}.json")
    assert not card.metadata.ctx.issues.errors, card.metadata.ctx.issues.errors
    print(name, len(card.metadata.distribution), [len(one.fields) for one in card.metadata.record_sets])
    print([record["classes/label"] for record in card.records("classes")][:2])
`
      // MNIST is four files, CIFAR-10 an archive of six; a table has two features and a label besides its classes.
      expect(python(cards, ['-c', script, ...names])).toBe(
        `glyphs 0 [2]\n[0, 1]\ndigits-8x8 0 [2]\n[0, 1]\nmnist 4 [2]\n[0, 1]\ncifar-10 7 [2]\n[0, 1]\ntable 1 [2, 3]\n[0, 1]\n`,
      )
    } finally {
      own.remove()
    }
  },
)
