/** Stopped anywhere and gone on with, a run ends with the very bytes of one that was never stopped. */
import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../../src-main/experiment/event.ts'
import { restoreCheckpoint, storeCheckpoint, type SeedCheckpoint } from '../../src-main/training/checkpoint.ts'
import type { TrainingControls } from '../../src-main/training/controls.ts'
import type { TrainingEvent } from '../../src-main/training/train.ts'
import { numbersOf, tinyExperiment, tinyTask, told, type TinyOptions } from './tiny.ts'

const MEASURES = ['alignment', 'information', 'silent', 'residual'].map((name) => ({ name, everyBatches: 4 }))

/** A clock that makes every chunk one batch long: it moves a second at each look. */
function hurried(): () => number {
  let ms = 0
  return () => (ms += 1000)
}

/** As it comes back from a file: nothing but tensors and strings. */
function throughStorage(checkpoints: readonly SeedCheckpoint[]): SeedCheckpoint[] {
  return checkpoints.map((checkpoint) => {
    const { tensors, metadata } = storeCheckpoint(checkpoint)
    return restoreCheckpoint(structuredClone({ tensors, metadata }), 'test')
  })
}

const CASES: readonly (readonly ['corinfomax' | 'backprop', string, TinyOptions])[] = [
  ['corinfomax', 'a random sign of β', { precision: 'float32' }],
  ['corinfomax', 'three phases and every measure', { settings: { threePhase: true }, measures: MEASURES }],
  ['backprop', 'Adam', { precision: 'float32' }],
  [
    'corinfomax',
    'an epoch chosen on a validation set',
    {
      training: {
        epochs: 3,
        validation: { fraction: 0.3, seed: 2, stratified: true },
        selection: 'best-validation-epoch',
      },
    },
  ],
  ['backprop', 'momentum', { settings: { optimiser: 'sgd', weightDecay: 0.001 } }],
]

describe.each(CASES)('%s with %s', (rule, _, options) => {
  const experiment = tinyExperiment(rule, options)
  const measured = (events: readonly RunEvent[]): unknown[] => events.filter(({ kind }) => kind === 'measure')

  it('stopped after every batch there is', async () => {
    const whole = await told(tinyTask(experiment, { now: hurried() }))
    const wholeEpochs = whole.of('epoch').map(({ seconds: _seconds, ...rest }) => rest)
    const perEpoch = whole.of('started')[0]?.batchesPerEpoch ?? NaN
    const total = experiment.training.epochs * perEpoch
    for (let stopAt = 1; stopAt < total; stopAt++) {
      const stopWhen = (event: TrainingEvent, controls: TrainingControls): void => {
        if (event.kind === 'progress' && (event.epoch - 1) * perEpoch + event.batch >= stopAt) controls.stop()
      }
      const first = await told(tinyTask(experiment, { now: hurried() }), stopWhen)
      expect(first.events.at(-1)).toMatchObject({ kind: 'stopped', batch: stopAt })
      expect(first.last[0]?.position.batch).toBe(stopAt)
      expect(first.states.at(-1)?.final).toBe(false)

      const second = await told(tinyTask(experiment, { now: hurried(), from: throughStorage(first.last) }))
      expect(second.of('resumed').map(({ seed, batch }) => [seed, batch])).toEqual([
        [0, stopAt],
        [1, stopAt],
      ])
      expect(second.last.map(numbersOf), `stopped at batch ${stopAt}`).toEqual(whole.last.map(numbersOf))
      expect(second.last.map(({ generators }) => generators)).toEqual(whole.last.map(({ generators }) => generators))
      expect(second.of('done')[0]?.seeds).toEqual(whole.of('done')[0]?.seeds)
      const epochs = [...first.of('epoch'), ...second.of('epoch')].map(({ seconds: _seconds, ...rest }) => rest)
      expect(epochs, 'each epoch told once').toEqual(wholeEpochs)
      expect([...measured(first.events), ...measured(second.events)]).toEqual(measured(whole.events))
    }
  })

  it('killed after every checkpoint, with what is lost since then trained again', async () => {
    const whole = await told(tinyTask(experiment, { now: hurried() }))
    for (const { checkpoints } of whole.states) {
      const again = await told(tinyTask(experiment, { now: hurried(), from: throughStorage(checkpoints) }))
      expect(again.last.map(numbersOf)).toEqual(whole.last.map(numbersOf))
      // Cut off between the last epoch and the end, there is nothing to train and still a result to tell.
      expect(again.of('done')[0]?.seeds).toEqual(whole.of('done')[0]?.seeds)
    }
  })
})

it('seeds that a crash left at different batches go on in groups, and end alike', async () => {
  const experiment = tinyExperiment('corinfomax')
  const whole = await told(tinyTask(experiment))
  const early = whole.states[0]?.checkpoints.filter(({ seed }) => seed === 0) ?? []
  const alone = await told(tinyTask({ ...experiment, seeds: [0] }, { from: early }))
  expect(numbersOf(alone.last[0])).toEqual(numbersOf(whole.last[0]))
})

it('refuses seeds that stand at different batches, and a seed without a checkpoint', async () => {
  const experiment = tinyExperiment('corinfomax')
  const { states } = await told(tinyTask(experiment))
  const [early, late] = [states[0]?.checkpoints ?? [], states.at(-1)?.checkpoints ?? []]
  const apart = [...early.slice(0, 1), ...late.slice(1)]
  await expect(told(tinyTask(experiment, { from: apart }))).rejects.toThrow(/seeds 0 and 1 are at different batches/)
  await expect(told(tinyTask(experiment, { from: early.slice(0, 1) }))).rejects.toThrow(/no checkpoint of seed 1/)
})
