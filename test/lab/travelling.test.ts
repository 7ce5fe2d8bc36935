/** A results folder is handed on: no file of it but local.json names a place of the machine, however its run ended. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LabEvent } from '../../src-main/contract.ts'
import { openLab, type OpenLab } from '../../src-main/lab/lab.ts'
import { rootFolder } from '../../src-main/lab/machine.ts'
import { Ledger, readState } from '../../src-main/lab/results.ts'
import { withoutPaths } from '../../src-main/lab/results/without-paths.ts'
import { imagesFile, labelsFile } from '../data/idx-file.ts'
import { eventually } from '../faults/soundness.ts'
import { quickExperiment, scratchFolder } from './small-experiment.ts'

const scratch = scratchFolder()
const open: OpenLab[] = []
beforeEach(() => {
  vi.stubEnv('HOME', scratch.inside('home of somebody'))
  vi.stubEnv('APICAL_HOME', scratch.inside('home of somebody', 'Apical'))
})
afterEach(async () => {
  for (const lab of open.splice(0)) await lab.close()
  vi.unstubAllEnvs()
})
afterAll(scratch.remove)

/** A folder of IDX files, with labels that no class has when it is to fail only once it is read. */
function data(name: string, classes = 10): string {
  const folder = scratch.inside('my data', name)
  mkdirSync(join(folder, 'mnist'), { recursive: true })
  const files = {
    'train-images-idx3-ubyte': imagesFile(200),
    'train-labels-idx1-ubyte': labelsFile(200, classes),
    't10k-images-idx3-ubyte': imagesFile(20),
    't10k-labels-idx1-ubyte': labelsFile(20),
  }
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(folder, 'mnist', file), bytes)
  return folder
}

async function run(dataFolder: string): Promise<{ folder: string; state: string }> {
  const results = scratch.inside('my results')
  const lab = await openLab({ host: 'test', resultsFolder: results, dataFolder })
  open.push(lab)
  const events: LabEvent[] = []
  lab.watch((event) => events.push(event))
  const quick = quickExperiment(1)
  const experiment = { ...quick, data: { ...quick.data, name: 'mnist', limitTrain: null, limitTest: null } }
  const { id } = await lab.start({ experiment })
  const ended = (event: LabEvent): boolean =>
    event.kind === 'run' && (event.event.kind === 'done' || event.event.kind === 'failed')
  await eventually('the run to end', () => events.some(ended))
  await lab.close()
  open.pop()
  const folder = join(results, id)
  return { folder, state: readState(folder).state }
}

function expectNoPlaces(folder: string): void {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  expect(files.length).toBeGreaterThan(4)
  for (const { parentPath, name } of files) {
    if (name === 'local.json') continue
    const text = readFileSync(join(parentPath, name), 'latin1')
    for (const place of [scratch.path, homedir(), rootFolder()]) expect(text, name).not.toContain(place)
  }
}

describe('the folder', () => {
  it('of a finished run', async () => {
    const { folder, state } = await run(data('whole'))
    expect(state).toBe('done')
    expectNoPlaces(folder)
  })

  it('of a failed run, whose reason still says which file it is about', async () => {
    const { folder, state } = await run(data('wrong', 11))
    expect(state).toBe('failed')
    expectNoPlaces(folder)
    expect(readState(folder).reason).toMatch(
      /the data folder\/mnist\/train-labels-idx1-ubyte: expected labels from 0 to 9/,
    )
    expect(readFileSync(join(folder, 'run.log'), 'utf8')).toContain('train-labels-idx1-ubyte')
  })

  it('whatever its worker logs', async () => {
    const { folder } = await run(data('logged'))
    const ledger = new Ledger(folder, 'backprop')
    ledger.log(new Error(`cannot open '${scratch.inside('my results', 'x')}'`).stack ?? '')
    ledger.close()
    expectNoPlaces(folder)
  })
})

describe('a text', () => {
  const of = (text: string): string => withoutPaths(text, '/big/results/run-1', '/big/data')

  it.each([
    ['/big/results/run-1/seed-0/metrics.jsonl: torn', 'seed-0/metrics.jsonl: torn'],
    ['Cannot write /big/results/run-1: full', 'Cannot write Its folder: full'],
    ['/big/results/run-2 is another', 'the results folder/run-2 is another'],
    ['/big/data/mnist/x.gz: expected y', 'the data folder/mnist/x.gz: expected y'],
    ["ENOENT: no such file, open '/mnt/a b/c d.txt'", "ENOENT: no such file, open 'c d.txt'"],
    ['at run (/opt/thing/lib/a.so:3)', 'at run (a.so:3)'],
    ['see C:\\Users\\me\\x.txt.', 'see x.txt.'],
    ['1/2 of and/or, https://example.org/a/b, 3 samples/s', '1/2 of and/or, https://example.org/a/b, 3 samples/s'],
  ])('%s', (text, said) => {
    expect(of(text)).toBe(said)
  })
})
