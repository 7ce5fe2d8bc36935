// Looks into trained networks through the lab: the very answers of the analysis, in a process that stays, of the weights as
// they are now or as they were drawn; and nothing of the run is changed.
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { fieldsPage, layerFields } from '../../src-main/analysis/fields.ts'
import { scope } from '../../src-main/analysis/scope.ts'
import { layersOf, samplesOf, survey } from '../../src-main/analysis/survey.ts'
import { weightSpread } from '../../src-main/analysis/weight-spread.ts'
import type { LookAnswers, LookAsk } from '../../src-main/experiment/look.ts'
import { reference } from '../../src-main/engines/reference.ts'
import { loadDataSet } from '../../src-main/lab/datasets.ts'
import { openLab, type OpenLab } from '../../src-main/lab/lab.ts'
import { LabProblem } from '../../src-main/lab/problem.ts'
import { paths, readExperiment, readNetwork } from '../../src-main/lab/results.ts'
import { runExperiment } from '../../src-main/lab/runs/headless.ts'
import { drawParameter } from '../../src-main/training/draw.ts'
import { scratchFolder, smallExperiment } from './small-experiment.ts'

const scratch = scratchFolder()
afterAll(scratch.remove)

let folder: string
const open: OpenLab[] = []
beforeAll(async () => {
  const run = await runExperiment(smallExperiment({ epochs: 2, seeds: [0, 10] }), {
    resultsFolder: scratch.inside('done'),
  })
  expect(run.ending.kind).toBe('done')
  folder = run.folder
})
afterEach(async () => {
  for (const lab of open.splice(0)) await lab.close()
})

let count = 0
async function labWith(source: string): Promise<{ lab: OpenLab; id: string; copy: string }> {
  const results = scratch.inside(`lab-${++count}`)
  const id = basename(source)
  cpSync(source, join(results, id), { recursive: true })
  const lab = await openLab({ host: 'test', resultsFolder: results, idleMeasuring: false })
  open.push(lab)
  return { lab, id, copy: join(results, id) }
}

const now = { seed: 10, epoch: null }

/** What a look works with, read here. */
async function trainedThere(copy: string) {
  const experiment = readExperiment(copy)
  const { data } = await loadDataSet('glyphs', { seed: experiment.data.seed, limits: experiment.data })
  return { experiment, network: readNetwork(copy, now), engine: reference, data }
}

const ask = { kind: 'scope' as const, samples: [3, 99], variants: [], further: false }

describe('a look into a network of a run', () => {
  it('is what the analysis finds with the weights of that seed', async () => {
    const { lab, id, copy } = await labWith(folder)
    const expected = await scope({ ...ask, ...(await trainedThere(copy)) })
    expect(await lab.look({ id, network: now, ask })).toEqual(expected)
    expect(expected.epoch).toBe(2)
  })

  it('sees another seed, and the network as it was drawn, as something else', async () => {
    const { lab, id, copy } = await labWith(folder)
    const of = async (seed: number, epoch: number | null) =>
      (await lab.look({ id, network: { seed, epoch }, ask })) as LookAnswers['scope']
    const trained = await of(10, null)
    const [other, drawn, first] = [await of(0, null), await of(10, 0), await of(0, 0)]
    expect(drawn.epoch).toBe(0)
    const shown = new Set([trained, other, drawn, first].map(({ traces }) => JSON.stringify(traces)))
    expect(shown.size).toBe(4)
    const [declared] = readNetwork(copy, { seed: 10, epoch: 0 }).parameters
    expect(declared?.name).toBe('W1')
    const initial = { kind: 'xavier' } as const
    expect(declared?.values).toEqual(
      Float32Array.from(drawParameter({ name: 'W1', shape: [16, 784], role: 'weight', initial }, 10)),
    )
  })

  it('follows the weights when they change, and leaves every file as it is', async () => {
    const { lab, id, copy } = await labWith(folder)
    const listed = () => readdirSync(copy, { recursive: true }).toSorted()
    const [files, bytes] = [listed(), readFileSync(paths(copy).checkpoint(10))]
    const before = await lab.look({ id, network: now, ask })
    expect(listed()).toEqual(files)
    expect(readFileSync(paths(copy).checkpoint(10)).equals(bytes)).toBe(true)
    const more = await runExperiment(smallExperiment({ epochs: 3, seeds: [0, 10] }), {
      resultsFolder: scratch.inside(`more-${count}`),
    })
    for (const file of ['checkpoint', 'weights'] as const)
      cpSync(paths(more.folder)[file](10), paths(copy)[file](10), { force: true })
    cpSync(paths(more.folder).experiment, paths(copy).experiment, { force: true })
    const after = (await lab.look({ id, network: now, ask })) as LookAnswers['scope']
    expect(after.epoch).toBe(3)
    expect(after).not.toEqual(before)
  })

  it('sees the weights of an epoch that were kept, which are those of a run of so many epochs', async () => {
    const kept = (epochs: number) => {
      const experiment = smallExperiment({ epochs, seeds: [0, 10] })
      const evaluation = { ...experiment.evaluation, keepWeightsEveryEpochs: 2 }
      return runExperiment({ ...experiment, evaluation }, { resultsFolder: scratch.inside(`kept-${epochs}`) })
    }
    const long = await kept(3)
    expect(readdirSync(join(long.folder, 'seed-10')).filter((name) => name.startsWith('weights-'))).toEqual([
      'weights-epoch-00002.safetensors',
    ])
    expect(readFileSync(paths(long.folder).keptWeights(10, 2))).toEqual(readFileSync(paths(folder).weights(10)))
    const { lab, id } = await labWith(long.folder)
    const after = (await lab.look({ id, network: { seed: 10, epoch: 2 }, ask })) as LookAnswers['scope']
    const now3 = (await lab.look({ id, network: now, ask })) as LookAnswers['scope']
    expect([after.epoch, now3.epoch]).toEqual([2, 3])
    const short = await labWith(folder)
    expect(after).toEqual(await short.lab.look({ id: short.id, network: now, ask }))
  })

  it('answers who draws, image after image', async () => {
    const { lab, id } = await labWith(folder)
    const draw = (value: number) =>
      lab.look({
        ...{ id, network: now },
        ask: { kind: 'draw', pixels: Buffer.alloc(784, value).toString('base64') },
      }) as Promise<LookAnswers['draw']>
    const [black, grey, again] = await Promise.all([draw(0), draw(90), draw(0)])
    expect(black.classes).toHaveLength(10)
    expect(grey.outputs).not.toEqual(black.outputs)
    expect(again.outputs).toEqual(black.outputs)
  })

  it('finds what units represent, of the weights as they are and as they were drawn', async () => {
    const { lab, id, copy } = await labWith(folder)
    const look = (asked: LookAsk) => lab.look({ id, network: now, ask: asked })
    const { network } = await trainedThere(copy)
    const spread = (await look({ kind: 'weights', epochs: [0, null] })) as LookAnswers['weights']
    expect(spread).toEqual(weightSpread([readNetwork(copy, { seed: 10, epoch: 0 }), network]))
    expect(spread.matrices.find(({ name }) => name === 'W1')?.epochs.map(({ epoch }) => epoch)).toEqual([0, 2])
    const seen = await survey(await trainedThere(copy))
    const page = { sort: 'selectivity', from: 3, count: 5 } as const
    const { data } = await trainedThere(copy)
    expect(await look({ kind: 'fields', layer: 2, ...page })).toEqual(
      fieldsPage(layerFields(network, 2), page, data, 2, seen),
    )
    expect(await look({ kind: 'layers' })).toEqual(layersOf(seen))
    expect(await look({ kind: 'samples' })).toEqual(samplesOf(seen))
    await expect(look({ kind: 'fields', layer: 9, ...page })).rejects.toThrow('has no W9')
  })

  it('is refused in words where there is nothing to look at', async () => {
    const { lab, id } = await labWith(folder)
    const refused = async (network: { seed: number; epoch: number | null }, samples = [0]) => {
      const error: unknown = await lab.look({ id, network, ask: { ...ask, samples } }).catch((e: unknown) => e)
      expect(error).toBeInstanceOf(LabProblem)
      return error as LabProblem
    }
    expect(await refused({ seed: 4, epoch: null })).toMatchObject({ message: 'The run has no seed 4; it has 0, 10.' })
    expect(await refused({ seed: 0, epoch: 1 })).toMatchObject({
      message: 'Seed 0 has weights of epoch 2, not of epoch 1.',
    })
    expect(await refused(now, [100])).toMatchObject({ message: 'the test set has samples 0 to 99, found 100' })
    // And it goes on answering.
    expect(await lab.look({ id, network: now, ask })).toMatchObject({ engine: 'reference' })
  })
})
