/** Seeds added to an experiment, taken out of it, and stops that wait for an epoch: with real workers. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { LabEvent } from '../../src-main/contract.ts'
import type { Experiment } from '../../src-main/experiment/experiment.ts'
import { openLab, type OpenLab } from '../../src-main/lab/lab.ts'
import { runExperiment } from '../../src-main/lab/runs.ts'
import { paths, readRecord } from '../../src-main/lab/results.ts'
import { eventually, historiesOf, weightsOf } from '../faults/soundness.ts'
import { scratchFolder, smallExperiment } from './small-experiment.ts'

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

const scratch = scratchFolder()
const open: OpenLab[] = []
let count = 0
/** Three seeds trained in one go, to compare with. */
const together: { weights: Map<string, Buffer>; histories: unknown[]; outcomes: string[] } = {
  weights: new Map(),
  histories: [],
  outcomes: [],
}
const EPOCHS = 3

beforeAll(async () => {
  const { folder, ending } = await runExperiment(smallExperiment({ epochs: EPOCHS, seeds: [0, 10, 20] }), {
    resultsFolder: scratch.inside('together'),
  })
  expect(ending.kind).toBe('done')
  together.weights = weightsOf(folder)
  together.outcomes = readRecord(folder).outcomes.map(({ status }) => status)
  together.histories = historiesOf(folder, [0, 10, 20])
})
afterEach(async () => {
  for (const lab of open.splice(0)) await lab.close()
})
afterAll(scratch.remove)

interface Begun {
  readonly lab: OpenLab
  readonly id: string
  readonly folder: string
  readonly events: LabEvent[]
  readonly state: () => string
}

async function begin(experiment: Experiment): Promise<Begun> {
  const results = scratch.inside(`lab-${++count}`)
  const lab = await openLab({ host: 'test', resultsFolder: results })
  open.push(lab)
  const events: LabEvent[] = []
  lab.watch((event) => events.push(event))
  const { id } = await lab.start({ experiment })
  return { lab, id, folder: join(results, id), events, state: () => lastRow(events, id)?.state ?? '' }
}

function lastRow(events: readonly LabEvent[], id: string) {
  const last = events.findLast((event) => event.kind === 'row' && event.row.id === id)
  return last?.kind === 'row' ? last.row : null
}

/** So few samples leave some seeds at chance; they are trained to the end all the same. */
const over = (state: string): boolean => state === 'done' || state === 'collapsed'

const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

function expectAsTogether(folder: string): void {
  const weights = weightsOf(folder)
  for (const [name, bytes] of together.weights) expect(weights.get(name)?.equals(bytes), name).toBe(true)
  expect(historiesOf(folder, [0, 10, 20])).toEqual(together.histories)
}

describe('added seeds', () => {
  it('of a finished experiment are trained after those done, which stay as they are', async () => {
    const { lab, id, folder, state } = await begin(smallExperiment({ epochs: EPOCHS, seeds: [0, 10] }))
    await eventually('the run to be done', () => over(state()))
    const before = readFileSync(paths(folder).weights(0))
    const wrote = readFileSync(paths(folder).metrics(0), 'utf8')
    await lab.addSeeds({ id, seeds: [20] })
    expect(json(paths(folder).experiment)).toMatchObject({ seeds: [0, 10, 20] })
    expect(['queued', 'running']).toContain((await lab.read({ id })).row.state)
    await eventually('the run to be done again', () => over(state()))
    expectAsTogether(folder)
    expect(readFileSync(paths(folder).weights(0)).equals(before)).toBe(true)
    expect(readFileSync(paths(folder).metrics(0), 'utf8')).toBe(wrote)
    expect(json(paths(folder).summary)).toMatchObject({ seeds: [{ seed: 0 }, { seed: 10 }, { seed: 20 }] })
    const changes = readFileSync(join(folder, 'changes.jsonl'), 'utf8').trim().split('\n')
    expect(changes).toHaveLength(1)
    expect(JSON.parse(changes[0] ?? '')).toMatchObject({
      kind: 'seeds-added',
      seeds: [20],
      before: [0, 10],
      environmentBefore: { engine: 'reference' },
    })
  })

  it('of a running one join after those present, and of a waiting one before it begins', async () => {
    const { lab, id, folder, state, events } = await begin(smallExperiment({ epochs: EPOCHS, seeds: [0] }))
    const waiting = await lab.start({ experiment: smallExperiment({ epochs: 1, seeds: [1], name: 'waits' }) })
    await lab.addSeeds({ id: waiting.id, seeds: [2] })
    await lab.addSeeds({ id, seeds: [10, 20] })
    expect((await lab.read({ id: waiting.id })).row).toMatchObject({ state: 'queued', seeds: [1, 2] })
    await eventually('the run to be done', () => over(state()))
    expectAsTogether(folder)
    await eventually('the other one to be done', () => over(lastRow(events, waiting.id)?.state ?? ''))
  })

  it('must be new ones, of a run of one’s own', async () => {
    const { lab, id } = await begin(smallExperiment({ epochs: 1000, seeds: [0, 10] }))
    await expect(lab.addSeeds({ id, seeds: [10] })).rejects.toThrow(/has seed 10 already/)
    await expect(lab.addSeeds({ id, seeds: [3, 3] })).rejects.toThrow(/cannot be added/)
    await expect(lab.addSeeds({ id: 'nothing', seeds: [3] })).rejects.toThrow(/nothing/)
    const [sample] = (await lab.list({})).filter((row) => row.state === 'sample')
    if (sample !== undefined)
      await expect(lab.addSeeds({ id: sample.id, seeds: [77] })).rejects.toThrow(/takes no seeds/)
  })
})

describe('a stop', () => {
  it('of one seed leaves the others undisturbed; resumed, it ends as if it had never stopped', async () => {
    const { lab, id, folder, state, events } = await begin(smallExperiment({ epochs: EPOCHS, seeds: [0, 10, 20] }))
    await eventually('the first epoch', () =>
      events.some((event) => event.kind === 'run' && event.event.kind === 'epoch'),
    )
    await expect(lab.stopSeed({ id, seed: 5 })).rejects.toThrow(/no seed 5/)
    await lab.stopSeed({ id, seed: 10 })
    await eventually('the others to end', () => state() === 'stopped')
    const record = await lab.read({ id })
    expect(record.outcomes.map(({ status }) => status)).toEqual([together.outcomes[0], 'stopped', together.outcomes[2]])
    expect(record.row.reason).toMatch(/Seed 10 was stopped/)
    expect(record.row.testAccuracy?.n).toBe(record.outcomes.filter(({ status }) => status === 'done').length)
    await lab.resume({ id })
    await eventually('the last seed to end', () => over(state()))
    expectAsTogether(folder)
  })

  it('after the epoch ends where the epoch ends, and can be taken back', async () => {
    const { lab, id, folder, state, events } = await begin(smallExperiment({ epochs: EPOCHS, seeds: [0, 10, 20] }))
    await eventually('the run to begin', () =>
      events.some((event) => event.kind === 'run' && event.event.kind === 'progress'),
    )
    await lab.stopAfter({ id, what: 'epoch' })
    expect((await lab.read({ id })).row.stopsAfter).toBe('epoch')
    await eventually('the run to stop', () => state() === 'stopped')
    const { row, seeds } = await lab.read({ id })
    expect(row.epochsDone).toBeGreaterThan(0)
    expect(row.epochsDone).toBeLessThan(EPOCHS)
    for (const { epochs } of seeds) expect(epochs).toHaveLength(row.epochsDone)
    await lab.resume({ id })
    await eventually('the worker to be heard', () => state() === 'running')
    await lab.stopAfter({ id, what: 'epoch' })
    await lab.stopAfter({ id, what: null })
    await eventually('the run to be done', () => over(state()))
    expectAsTogether(folder)
  })

  it('after the seeds that are trained now leaves those that wait', async () => {
    const { lab, id, folder, state, events } = await begin(smallExperiment({ epochs: EPOCHS, seeds: [0, 10] }))
    await eventually('the run to begin', () => events.some((event) => event.kind === 'run'))
    await lab.addSeeds({ id, seeds: [20] })
    await lab.stopAfter({ id, what: 'seeds' })
    await eventually('the run to stop', () => state() === 'stopped')
    expect((await lab.read({ id })).outcomes.map(({ status }) => status)).toEqual([
      together.outcomes[0],
      together.outcomes[1],
      'stopped',
    ])
    await lab.resume({ id })
    await eventually('the run to be done', () => over(state()))
    expectAsTogether(folder)
  })
})
