// A look at trained networks must find what their run recorded, by other means: counts against accuracies, an angle against
// the stored weights, silent units and mistakes against the test set; and it must leave the networks as they are.
import { cpSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Inspection, LabEvent } from '../../src-main/contract.ts'
import { openLab, type OpenLab } from '../../src-main/lab/lab.ts'
import { LabProblem } from '../../src-main/lab/problem.ts'
import { paths, readRecord } from '../../src-main/lab/results.ts'
import { runExperiment } from '../../src-main/lab/runs/headless.ts'
import { decodeSafetensors } from '../../src-main/lab/storage/safetensors.ts'
import { scratchFolder, smallExperiment } from './small-experiment.ts'

const scratch = scratchFolder()
afterAll(scratch.remove)

const TEST_SAMPLES = 600

let folder: string
const open: OpenLab[] = []
beforeAll(async () => {
  const experiment = smallExperiment({ epochs: 2, seeds: [0, 10] })
  const counted = {
    ...experiment,
    // More than are classified at a time.
    data: { ...experiment.data, limitTest: TEST_SAMPLES },
    evaluation: { ...experiment.evaluation, confusionEveryEpochs: 1 },
  }
  const run = await runExperiment(counted, { resultsFolder: scratch.inside('done') })
  expect(run.ending.kind).toBe('done')
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

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const weights = (seed: number) => {
  const { tensors } = decodeSafetensors(readFileSync(paths(folder).weights(seed)), 'weights')
  return (name: string) => tensors.find((tensor) => tensor.name === name)
}

describe('what is found in trained networks', () => {
  it('is what their run recorded, seed by seed', async () => {
    const { lab, id, events } = await labWith(folder)
    const found = await lab.inspect({ id })
    const { seeds } = readRecord(folder)
    expect(found).toMatchObject({ samples: TEST_SAMPLES, engine: 'reference', classes: expect.any(Array) as unknown })
    expect(found.seeds.map(({ seed, epoch }) => [seed, epoch])).toEqual([
      [0, 2],
      [10, 2],
    ])
    for (const [at, { accuracy, counts }] of found.seeds.entries()) {
      expect(accuracy).toBe(seeds[at]?.testAccuracy.at(-1))
      expect(counts).toEqual(seeds[at]?.confusion?.counts)
      expect(sum(counts)).toBe(TEST_SAMPLES)
    }
    const told = events.flatMap((event) => (event.kind === 'inspect' && event.id === id ? [event.fraction] : []))
    expect(told.at(-1)).toBe(1)
    expect(told).toEqual(told.toSorted((a, b) => a - b))
  })

  it('counts each sample that any seed got wrong once, the ones most seeds got wrong first', async () => {
    const { lab, id } = await labWith(folder)
    const found = await lab.inspect({ id })
    const wrong = found.seeds.map(({ accuracy }) => Math.round((1 - accuracy) * TEST_SAMPLES))
    expect(sum(found.mistakes.map(({ seeds }) => seeds))).toBe(sum(wrong))
    expect(found.mistaken).toBe(found.mistakes.length)
    expect(new Set(found.mistakes.map(({ index }) => index)).size).toBe(found.mistaken)
    const often = found.mistakes.map(({ seeds }) => seeds)
    expect(often).toEqual(often.toSorted((a, b) => b - a))
    // Their labels are those of the data, asked for by their places.
    const shown = found.mistakes.slice(0, 20)
    const page = await lab.preview({
      ...{ name: 'glyphs', split: 'test', label: null, from: 0, count: 1 },
      samples: shown.map(({ index }) => index),
    })
    expect(page.samples).toEqual(shown.map(({ index, label }) => ({ index, label })))
    for (const { label, predicted } of found.mistakes) expect(predicted).not.toBe(label)
  })

  it('has the measures of its rule, as the stored weights have them', async () => {
    const { lab, id } = await labWith(folder)
    const found = await lab.inspect({ id })
    for (const { seed, measures } of found.seeds) {
      // The angle between W₂ and V₂ᵀ from the weights' file, in plain loops.
      const [W, V] = ['W2', 'V2'].map((name) => weights(seed)(name))
      const [rows = 0, columns = 0] = W?.shape ?? []
      let dot = 0
      let [lengthW, lengthV] = [0, 0]
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) {
          const [w, v] = [Number(W?.data[i * columns + j]), Number(V?.data[j * rows + i])]
          dot += w * v
          lengthW += w * w
          lengthV += v * v
        }
      const angle = (Math.acos(dot / Math.sqrt(lengthW * lengthV)) * 180) / Math.PI
      expect(measures['alignment']?.['layer 2']).toBeCloseTo(angle, 3)
    }
    // The correlations were not tracked, and nothing is made up for them.
    expect(found.seeds.some(({ measures }) => 'information' in measures)).toBe(false)
    expect(found.notes).toContainEqual(
      expect.stringMatching(/^Correlative information is an average over training batches/),
    )
  })

  it('stays with the run, and changes nothing else of it', async () => {
    const { lab, id, copy } = await labWith(folder)
    const before = readFileSync(paths(copy).checkpoint(0))
    expect((await lab.read({ id })).inspection).toBeNull()
    const found = await lab.inspect({ id })
    expect((await lab.read({ id })).inspection).toEqual(found)
    expect(readFileSync(paths(copy).checkpoint(0)).equals(before)).toBe(true)
  })

  it('is the same from weights alone, as they travel', async () => {
    const whole = await labWith(folder)
    const travelled = await labWith(folder)
    for (const seed of [0, 10]) rmSync(paths(travelled.copy).checkpoint(seed))
    const plain = ({ seeds, mistakes }: Inspection) => ({ seeds, mistakes })
    expect(plain(await travelled.lab.inspect({ id: travelled.id }))).toEqual(
      plain(await whole.lab.inspect({ id: whole.id })),
    )
  })

  it('is refused in words where there are no weights, and two at a time', async () => {
    const { lab, id, copy } = await labWith(folder)
    const [first, second] = await Promise.allSettled([lab.inspect({ id }), lab.inspect({ id })])
    expect(first.status).toBe('fulfilled')
    expect(second).toMatchObject({ status: 'rejected', reason: expect.any(LabProblem) as unknown })
    for (const seed of [0, 10]) {
      rmSync(paths(copy).checkpoint(seed))
      rmSync(paths(copy).weights(seed))
    }
    await expect(lab.inspect({ id })).rejects.toThrow('This run has no weights yet.')
  })
})
