/** A finished or stopped run trained to more epochs: the very bytes of one that had so many from the start, with real workers. */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src-main/contract.ts'
import { presetNamed } from '../../src-main/experiment/presets.ts'
import type { Experiment } from '../../src-main/experiment/experiment.ts'
import { openLab, type OpenLab } from '../../src-main/lab/lab.ts'
import { paths, readRecord } from '../../src-main/lab/results.ts'
import { resumeRun, runExperiment } from '../../src-main/lab/runs.ts'
import { eventually, historiesOf, weightsOf } from '../faults/soundness.ts'
import { quickExperiment, scratchFolder, smallExperiment } from './small-experiment.ts'

const scratch = scratchFolder()
const open: OpenLab[] = []
afterEach(async () => {
  for (const lab of open.splice(0)) await lab.close()
})
afterAll(scratch.remove)

const [BEFORE, AFTER] = [2, 5]
const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))
const changesIn = (folder: string): unknown[] =>
  readFileSync(paths(folder).changes, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)

/** Counted after the last epoch whatever the interval, so that a run of two epochs counts where one of five does not. */
const COUNTED: Experiment['evaluation'] = {
  topK: 3,
  topKEveryEpochs: 3,
  confusionEveryEpochs: 3,
  keepWeightsEveryEpochs: null,
}

function withRule(settings: Readonly<Record<string, unknown>>): (epochs: number) => Experiment {
  return (epochs) => {
    const quick = quickExperiment(epochs)
    return { ...quick, rule: { ...quick.rule, settings: { ...quick.rule.settings, ...settings } } }
  }
}

const CASES: readonly (readonly [string, (epochs: number) => Experiment])[] = [
  [
    'CorInfoMax, rates that fall from epoch to epoch, a random sign and measures',
    (epochs) => smallExperiment({ epochs }),
  ],
  ['Adam, whose step counts batches', withRule({ optimiser: 'adam' })],
  ['momentum with weight decay', withRule({ optimiser: 'sgd', momentum: 0.9, weightDecay: 0.001 })],
]

describe.each(CASES)('%s', (_, experimentOf) => {
  it('ends as if it had had all epochs from the start', async () => {
    const resultsFolder = scratch.inside('bytes')
    const of = (epochs: number): Experiment => ({ ...experimentOf(epochs), evaluation: COUNTED })
    const whole = await runExperiment(of(AFTER), { resultsFolder })
    const first = await runExperiment(of(BEFORE), { resultsFolder })
    expect(first.ending.kind).toBe('done')
    const { ending, folder } = await resumeRun(first.folder, { resultsFolder }, AFTER)
    expect(ending.kind).toBe('done')

    const [found, expected] = [weightsOf(folder), weightsOf(whole.folder)]
    for (const [name, bytes] of expected) expect(found.get(name)?.equals(bytes), name).toBe(true)
    const { seeds } = of(AFTER)
    expect(historiesOf(folder, seeds)).toEqual(historiesOf(whole.folder, seeds))
    const { row, outcomes } = readRecord(folder)
    expect(outcomes).toEqual(readRecord(whole.folder).outcomes)
    expect(row).toMatchObject({ epochs: AFTER, epochsDone: AFTER, state: readRecord(whole.folder).row.state })
    const summary = json(paths(folder).summary) as { seconds: number }
    expect({ ...summary, seconds: 0 }).toEqual({ ...(json(paths(whole.folder).summary) as object), seconds: 0 })
    expect(summary.seconds, 'of all its epochs').toBeGreaterThan((first.ending as { seconds: number }).seconds)
    expect(changesIn(folder)).toMatchObject([
      { kind: 'epochs-changed', epochs: AFTER, before: BEFORE, environmentBefore: { engine: 'reference' } },
    ])
    expect(json(paths(folder).experiment)).toEqual(json(paths(whole.folder).experiment))
  })
})

it('a schedule is what the first case has', () => {
  const { settings } = presetNamed('corinfomax-glyphs-small')?.experiment.rule ?? { settings: {} }
  expect(Object.values(settings).some((value) => Array.isArray(value) && typeof value[0] === 'object')).toBe(true)
})

describe('in the lab', () => {
  async function begin(experiment: Experiment) {
    const results = scratch.inside(`lab-${open.length}-${Math.random()}`)
    const lab = await openLab({ host: 'test', resultsFolder: results })
    open.push(lab)
    const events: LabEvent[] = []
    lab.watch((event) => events.push(event))
    const { id } = await lab.start({ experiment })
    const state = (): string => {
      const last = events.findLast((event) => event.kind === 'row' && event.row.id === id)
      return last?.kind === 'row' ? last.row.state : ''
    }
    return { lab, id, folder: join(results, id), events, state }
  }

  it('a finished run goes on to the total; what is trained already, running or without its checkpoint is refused in words', async () => {
    const { lab, id, folder, state } = await begin(quickExperiment(BEFORE))
    await expect(lab.resume({ id, epochs: AFTER })).rejects.toThrow(/already running or queued/)
    await eventually('the run to be done', () => state() === 'done')
    await expect(lab.resume({ id })).rejects.toThrow(/is finished/)
    for (const epochs of [1, BEFORE])
      await expect(lab.resume({ id, epochs })).rejects.toThrow(/has trained 2 epochs; expected more than that in all/)
    expect(json(paths(folder).experiment)).toMatchObject({ training: { epochs: BEFORE } })

    await Promise.allSettled([lab.resume({ id, epochs: AFTER }), lab.resume({ id, epochs: AFTER + 1 })])
    await eventually('the run to be done again', () => state() === 'done')
    const { row } = await lab.read({ id })
    expect(changesIn(folder), 'two windows that ask at once are one change').toHaveLength(1)
    expect([AFTER, AFTER + 1]).toContain(row.epochs)
    expect(row.epochsDone).toBe(row.epochs)

    rmSync(paths(folder).checkpoint(0))
    await expect(lab.resume({ id, epochs: 50 })).rejects.toThrow(
      /checkpoint\.safetensors is missing, and without it seed 0 cannot continue/,
    )
  })

  it('a stopped one may be given another total, also a smaller one that it has not reached', async () => {
    const { lab, id, folder, state, events } = await begin(quickExperiment(1000))
    await eventually('two epochs', () =>
      events.some((event) => event.kind === 'run' && event.event.kind === 'epoch' && event.event.epoch === 2),
    )
    await lab.stop({ id })
    await eventually('the run to stop', () => state() === 'stopped')
    const { epochsDone } = (await lab.read({ id })).row
    await lab.resume({ id, epochs: epochsDone + 2 })
    await eventually('the run to be done', () => state() === 'done')
    const whole = await runExperiment(quickExperiment(epochsDone + 2), { resultsFolder: scratch.inside('stopped') })
    expect(weightsOf(folder)).toEqual(weightsOf(whole.folder))
  })
})
