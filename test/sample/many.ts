/**
 * A results folder of many finished experiments with made-up numbers, in the real formats: for benchmarks and tests of
 * the Lab. Names, settings and endings differ as they do in a lab of several years; the same count and the same files
 * every time.
 *
 *   node_modules/.bin/node test/sample/many.ts COUNT FOLDER
 */
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Environment } from '../../src-main/contract.ts'
import type { Experiment } from '../../src-main/experiment/experiment.ts'
import { presetCards } from '../../src-main/experiment/presets.ts'
import { setKey } from '../../src-main/experiment/setting-key.ts'

const EPOCHS = 10
const NOTES = [
  'Learns slower than the one before.\n\nThe angle of layer 2 stays above **60°**.',
  'Baseline for the figure of section 4.',
  'Diverged twice with the larger rate; try a smaller one.',
]
const TAGS = ['paper', 'ablation', 'rerun', 'to check']
const ENGINES = ['native', 'webgpu', 'tensorflow']

const environment = (engine: string): Environment => ({
  apical: '0.1.0',
  node: '26.10.0',
  os: 'linux x64',
  cpu: 'made up',
  cores: 16,
  memoryBytes: 64e9,
  engine,
  device: 'made up',
  precision: 'float32',
  data: {},
  started: '2025-01-01T00:00:00.000Z',
})

/** A deterministic number in [0, 1). */
function noise(a: number, b: number): number {
  const x = Math.sin(a * 12.9898 + b * 78.233) * 43758.5453
  return x - Math.floor(x)
}

/** Writes them into `results`; returns their ids. */
export function makeMany(results: string, count: number): string[] {
  const bases = presetCards()
    .filter(({ setting }) => setting === 1)
    .map(({ experiment }) => experiment)
  mkdirSync(results, { recursive: true })
  return Array.from({ length: count }, (_, place) => makeOne(results, bases, place))
}

function makeOne(results: string, bases: readonly Experiment[], place: number): string {
  const base = bases[place % bases.length] as Experiment
  const seeds = Array.from({ length: [1, 2, 5][place % 3] as number }, (_, seed) => seed * 10)
  const batchSize = [10, 20, 50][(place % 7) % 3] as number
  const changed = setKey(base, 'training.batchSize', String(batchSize))
  const experiment: Experiment = {
    ...changed,
    name: `${base.name} ${place}`,
    seeds,
    training: { ...changed.training, epochs: EPOCHS },
    engine: { ...base.engine, name: 'native' },
  }
  const made = new Date(Date.UTC(2025, 0, 1) + place * 3_600_000)
  const stamp = made
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replaceAll(':', '')
    .replace('T', '-')
  const id = `${stamp}-${base.rule.name}-${base.data.name}-${place.toString(16).padStart(8, '0')}`
  const folder = join(results, id)
  mkdirSync(folder)
  const write = (name: string, text: string): void => {
    writeFileSync(join(folder, name), text)
  }
  const json = (name: string, value: unknown): void => {
    write(name, `${JSON.stringify(value, null, 2)}\n`)
  }
  const stopped = place % 23 === 0
  const end = 0.8 + 0.18 * noise(place, 1)
  json('experiment.json', experiment)
  json('environment.json', environment(ENGINES[place % 3] as string))
  json('status.json', {
    state: stopped ? 'stopped' : 'done',
    reason: null,
    next: null,
    dataFolder: null,
    queuedBy: null,
    created: made.toISOString(),
    updated: made.toISOString(),
  })
  if (place % 5 === 0) write('notes.md', NOTES[place % NOTES.length] as string)
  if (place % 4 === 0)
    json('labels.json', {
      version: 1,
      tags: [TAGS[(place / 4) % 4]],
      pinned: place % 1000 === 4,
      archived: place % 40 === 8,
    })
  for (const seed of seeds) {
    mkdirSync(join(folder, `seed-${seed}`))
    const collapsed = seed === 20 && place % 17 === 0
    const lines = Array.from({ length: stopped ? 4 : EPOCHS }, (_, epoch) => {
      const accuracy = end - 0.2 * Math.exp(-epoch / 2) + 0.004 * noise(place + seed, epoch)
      return {
        kind: 'epoch',
        seed,
        epoch: epoch + 1,
        trainAccuracy: accuracy + 0.01,
        testAccuracy: accuracy,
        validationAccuracy: null,
        seconds: 20,
      }
    })
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
    const fell = { kind: 'collapsed', seed, epoch: EPOCHS, batch: 1, reason: 'test accuracy fell to chance' }
    write(`seed-${seed}/metrics.jsonl`, collapsed ? `${text}${JSON.stringify(fell)}\n` : text)
  }
  // As old as it says: what changed a moment ago is not yet trusted to stay as it is.
  utimesSync(folder, made, made)
  return id
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [count = '10000', folder = 'build/many'] = process.argv.slice(2)
  const began = performance.now()
  makeMany(folder, Number(count))
  process.stdout.write(`${count} experiments in ${folder} in ${((performance.now() - began) / 1000).toFixed(1)} s\n`)
}
