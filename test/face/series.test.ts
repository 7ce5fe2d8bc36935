import { describe, expect, test } from 'vitest'
import type { RunEvent } from '../../src-main/experiment/event.ts'
import { History } from '../../src-renderer/charts/history.ts'
import { summary, tableOf, type ChartModel } from '../../src-renderer/charts/chart-model.ts'
import { drawnOf, PLAIN, wholeRange, xTicks } from '../../src-renderer/charts/chart-view.ts'
import {
  accuracyModel,
  confusionModel,
  inColourOf,
  latest,
  measureModel,
  profileModel,
} from '../../src-renderer/charts/series.ts'

const LAST = 'last-epoch'
const epoch = (
  seed: number,
  at: number,
  test: number | null,
  train: number | null = test,
  validation: number | null = null,
): RunEvent => ({
  kind: 'epoch',
  seed,
  epoch: at,
  testAccuracy: test,
  trainAccuracy: train,
  validationAccuracy: validation,
  seconds: 1,
})
const alignment = (seed: number, batch: number, value: number): RunEvent => ({
  kind: 'measure',
  seed,
  batch,
  measure: 'alignment',
  values: { 'layer 2': value },
})

/** Of an epoch of 100 batches of 10. */
const batches = (seed: number, batch: number, accuracy: number, samples = 80): RunEvent => ({
  kind: 'batches',
  seed,
  batch,
  epochs: batch / 100,
  accuracy,
  samples,
})

const heightOf = (model: ChartModel) => drawnOf(model, PLAIN, null, 400).y

function after(...events: readonly RunEvent[]): History {
  const history = new History()
  for (const event of events) history.apply(event)
  return history
}

describe('mean over seeds', () => {
  test('a collapsed seed is neither averaged nor forgotten', () => {
    const history = after(epoch(0, 1, 0.9), epoch(10, 1, 0.92), epoch(80, 1, 0.1), {
      kind: 'collapsed',
      seed: 80,
      epoch: 1,
      batch: 3,
      reason: 'chance',
    })
    expect(latest(history, LAST)?.mean).toBeCloseTo(0.91, 12)
    expect(latest(history, LAST)?.n).toBe(2)
    expect(history.seeds.get(80)?.collapsed?.reason).toBe('chance')
    const test = accuracyModel(history, { seeds: false, published: null, early: null, selection: LAST }).lines.find(
      ({ label }) => label === 'test',
    )
    expect([...(test?.y ?? [])]).toEqual([0.91])
  })

  test('one line per seed on demand, thin, beside the mean', () => {
    const history = after(epoch(0, 1, 0.9), epoch(10, 1, 0.92))
    const { lines } = accuracyModel(history, { seeds: true, published: null, early: null, selection: LAST })
    expect(
      lines
        .filter(({ thin }) => thin === true)
        .map(({ label }) => label)
        .sort(),
    ).toEqual(['test, seed 0', 'test, seed 10', 'train, seed 0', 'train, seed 10'])
  })
})

describe('history', () => {
  test('an event that the disk already told changes nothing', () => {
    const told = [epoch(0, 1, 0.5), epoch(0, 2, 0.6), alignment(0, 10, 80), alignment(0, 20, 70)]
    const once = after(...told)
    const twice = after(...told, ...told.slice(1, 2), ...told.slice(3))
    expect([...(twice.seeds.get(0)?.test.view() ?? [])]).toEqual([...(once.seeds.get(0)?.test.view() ?? [])])
    expect(measureModel(card, twice, false)).toEqual(measureModel(card, once, false))
  })

  test('what came after the place a run goes on from is dropped', () => {
    const history = after(
      epoch(0, 1, 0.5),
      epoch(0, 2, 0.6),
      alignment(0, 10, 80),
      alignment(0, 20, 70),
      alignment(0, 30, 60),
      {
        kind: 'resumed',
        seed: 0,
        epoch: 1,
        batch: 20,
      },
    )
    expect([...(history.seeds.get(0)?.epochs.view() ?? [])]).toEqual([1])
    expect([...(measureModel(card, history, false).lines[0]?.x ?? [])]).toEqual([10, 20])
  })

  test('an accuracy that was not taken is a gap, not a zero', () => {
    const history = after(epoch(0, 1, null, 0.5), epoch(0, 2, 0.7, 0.8))
    const test = accuracyModel(history, { seeds: false, published: null, early: null, selection: LAST }).lines.find(
      ({ label }) => label === 'test',
    )
    expect([...(test?.x ?? [])]).toEqual([2])
  })

  test('holds as many samples as come', () => {
    const history = after(...Array.from({ length: 1000 }, (_, i) => epoch(0, i + 1, i / 1000)))
    expect(history.seeds.get(0)?.test.length).toBe(1000)
    expect(history.seeds.get(0)?.test.last).toBe(0.999)
  })
})

const card = { name: 'alignment', label: 'Alignment', unit: 'degrees' }

describe('training batches as they pass', () => {
  const shown = { seeds: false, published: null, early: null, selection: LAST } as const
  const first = [batches(0, 8, 0.2), batches(1, 8, 0.4), batches(0, 16, 0.5), batches(1, 16, 0.7)]

  test('are a line before the first epoch ends, of the mean over seeds, in fractions of it', () => {
    const model = accuracyModel(after(...first), shown)
    expect(model.lines.map(({ label, light }) => ({ label, light }))).toEqual([
      { label: 'training batches, running mean of 80 samples', light: true },
    ])
    expect([...model.lines[0]!.x]).toEqual([0.08, 0.16])
    expect([...model.lines[0]!.y].map((y) => Number(y.toFixed(12)))).toEqual([0.3, 0.6])
    expect(model.note).toBe('training batches, running mean of 80 samples')
    const axis = { kind: 'linear', ...wholeRange(model, 'linear') } as const
    expect({ low: axis.low, high: axis.high }).toEqual({ low: 0, high: 0.16 })
    expect(xTicks(model, axis, 6).length).toBeGreaterThan(2)
    expect(summary(model)).toContain('samples from 30.00 % at epoch 0.08 to 60.00 % at epoch 0.16')
  })

  test('stand on one axis with the evaluations that join them', () => {
    // The last window of the epoch is cut short, and is not what the line is named by.
    const ended = [batches(0, 100, 0.8, 40), batches(1, 100, 0.8, 40), epoch(0, 1, 0.85, 0.9), epoch(1, 1, 0.85, 0.9)]
    const model = accuracyModel(after(...first, ...ended), shown)
    expect(model.lines.map(({ label, x }) => [label, [...x]])).toEqual([
      ['training batches, running mean of 80 samples', [0.08, 0.16, 1]],
      ['train', [1]],
      ['test', [1]],
    ])
    expect(wholeRange(model, 'linear')).toEqual({ low: 0, high: 1 })
    expect(tableOf(model).map(({ x }) => x)).toEqual([0.08, 0.16, 1])
  })

  test('are drawn seed by seed on demand', () => {
    const { lines } = accuracyModel(after(...first), { ...shown, seeds: true })
    expect(lines.filter(({ thin }) => thin === true).map(({ y }) => [...y])).toEqual([
      [0.2, 0.5],
      [0.4, 0.7],
    ])
  })

  test('told twice change nothing, and those after the place a run goes on from are dropped', () => {
    const twice = after(...first, first[2]!)
    expect([...twice.seeds.get(0)!.batches.accuracy.view()]).toEqual([0.2, 0.5])
    twice.apply({ kind: 'resumed', seed: 0, epoch: 0, batch: 10 })
    const { batch, epochs, accuracy, samples } = twice.seeds.get(0)!.batches
    expect([batch, epochs, accuracy, samples].map((column) => [...column.view()])).toEqual([[8], [0.08], [0.2], [80]])
    expect(twice.seeds.get(1)!.batches.batch.length).toBe(2)
  })

  test('are not there in a run from before they were counted', () => {
    const model = accuracyModel(after(epoch(0, 1, 0.9)), shown)
    expect(model.lines.map(({ label }) => label)).toEqual(['train', 'test'])
    expect(model.note).toBeUndefined()
  })

  test('of published first epochs only those are in view that the run can have reached', () => {
    const early = [3, 10].map((at) => ({
      epoch: at,
      published: { mean: 0.8, sd: 0.05, n: 5 },
      ours: null,
      verdict: null,
    }))
    expect(wholeRange(accuracyModel(after(...first), { ...shown, early }), 'linear').high).toBe(0.16)
    expect(wholeRange(accuracyModel(after(...first, epoch(0, 1, 0.9)), { ...shown, early }), 'linear').high).toBe(10)
  })
})

describe('a chart in words and as a table', () => {
  const history = after(epoch(0, 1, 0.9), epoch(0, 2, 0.976))
  const model = accuracyModel(history, {
    seeds: false,
    published: { mean: 0.9762, sd: 0.0012 },
    early: null,
    selection: LAST,
  })

  test('tells where each line begins and ends, and what was published', () => {
    expect(summary(model)).toContain('test from 90.00 % at epoch 1 to 97.60 % at epoch 2')
    expect(summary(model)).toContain('Published: 97.62 ± 0.12 %.')
  })

  test('the first published epochs are told, and are within its range', () => {
    const early = [
      { epoch: 1, published: { mean: 0.8, sd: 0.05, n: 5 }, ours: null, verdict: null },
      { epoch: 2, published: { mean: 0.9, sd: null, n: 5 }, ours: null, verdict: null },
    ]
    const beside = accuracyModel(history, { seeds: false, published: null, early, selection: LAST })
    expect(beside.early).toEqual({ x: [1, 2], mean: [0.8, 0.9], half: [0.1, 0] })
    expect(summary(beside)).toContain('Published for the first epochs: 80.00 at epoch 1, 90.00 at epoch 2.')
    expect(heightOf(beside).low).toBeLessThan(0.7)
  })

  test('has a row for every x', () => {
    expect(tableOf(model).map(({ x }) => x)).toEqual([1, 2])
  })

  test('its range holds every line and the published band, and no accuracy above one', () => {
    const range = heightOf(model)
    expect(range.low).toBeLessThan(0.9)
    expect(range.high).toBeGreaterThan(0.9774)
    expect(
      heightOf({
        ...model,
        lines: accuracyModel(after(epoch(0, 1, 1)), { seeds: false, published: null, early: null, selection: LAST })
          .lines,
      }).high,
    ).toBe(1)
    expect(heightOf({ name: 'empty', xLabel: 'epoch', unit: '', lines: [] }).high).toBeGreaterThan(0)
  })
})

describe('an epoch chosen on the validation set', () => {
  const history = after(
    epoch(0, 1, 0.7, 0.71, 0.5),
    epoch(0, 2, 0.8, 0.81, 0.6),
    epoch(0, 3, 0.9, 0.91, 0.6),
    epoch(5, 1, 0.5, 0.51, 0.9),
    epoch(5, 2, 0.4, 0.41, 0.4),
    epoch(5, 3, 0.6, 0.61, 0.3),
  )

  test('is the first of the largest validation accuracy, and its test accuracy is the one told', () => {
    expect(latest(history, 'best-validation-epoch')?.mean).toBeCloseTo((0.8 + 0.5) / 2, 12)
    expect(latest(history, LAST)?.mean).toBeCloseTo((0.9 + 0.6) / 2, 12)
  })

  test('is marked in the chart beside the validation curve, and said in its summary', () => {
    const model = accuracyModel(history, {
      seeds: false,
      published: null,
      early: null,
      selection: 'best-validation-epoch',
    })
    expect(model.lines.map(({ label }) => label)).toEqual(['train', 'validation', 'test'])
    expect(model.marks?.map(({ x }) => x)).toEqual([1, 2])
    expect(summary(model)).toContain('chosen epochs 1–2')
    expect(accuracyModel(history, { seeds: false, published: null, early: null, selection: LAST }).marks).toEqual([])
  })

  test('without a validation set there is no such curve', () => {
    const model = accuracyModel(after(epoch(0, 1, 0.7)), {
      seeds: false,
      published: null,
      early: null,
      selection: LAST,
    })
    expect(model.lines.map(({ label }) => label)).toEqual(['train', 'test'])
  })
})

describe('one value an iteration', () => {
  const card = { name: 'residual', label: 'Settling residual', unit: 'relative change' }
  const residual = (seed: number, batch: number, free: readonly number[]): RunEvent => ({
    kind: 'measure',
    seed,
    batch,
    measure: 'residual',
    values: { 'free, first': free[0] ?? NaN },
    profiles: { free, nudged: [0.5] },
  })

  test('is drawn from the latest batch, as the mean over seeds', () => {
    const history = after(residual(0, 1, [9, 9]), residual(0, 501, [1, 0.5]), residual(10, 501, [1, 0.7]))
    const { lines, xLabel } = profileModel(card, history, false)
    expect(xLabel).toBe('iteration')
    expect(lines.map(({ label }) => label)).toEqual(['free', 'nudged'])
    expect([...(lines[0]?.x ?? [])]).toEqual([1, 2])
    expect(lines[0]?.y[1]).toBeCloseTo(0.6, 12)
  })

  test('is gone where a resume goes back before it', () => {
    const resumed: RunEvent = { kind: 'resumed', seed: 0, epoch: 0, batch: 100 }
    expect(profileModel(card, after(residual(0, 501, [1]), resumed), false).lines).toEqual([])
  })
})

describe('the confusion matrix', () => {
  const confusion = (seed: number, epoch: number, counts: readonly number[]): RunEvent => ({
    kind: 'confusion',
    seed,
    epoch,
    batch: epoch * 10,
    split: 'test',
    classes: ['cat', 'dog'],
    counts,
  })

  test('adds the seeds of the last epoch, and names the gravest mistakes first', () => {
    const model = confusionModel(
      after(confusion(0, 1, [0, 9, 9, 0]), confusion(0, 2, [8, 2, 1, 9]), confusion(10, 2, [6, 4, 0, 10])),
    )
    expect(model).toMatchObject({
      epoch: 2,
      seeds: 2,
      shares: [
        [0.7, 0.3],
        [0.05, 0.95],
      ],
    })
    expect(model?.mistakes).toEqual([
      { truth: 'cat', taken: 'dog', share: 0.3 },
      { truth: 'dog', taken: 'cat', share: 0.05 },
    ])
    expect(model?.perClass, 'the worst first').toEqual([
      { name: 'cat', share: 0.7 },
      { name: 'dog', share: 0.95 },
    ])
  })

  test('leaves out a seed that has not come as far, and a class that was not met', () => {
    const model = confusionModel(after(confusion(0, 2, [4, 0, 0, 0]), confusion(10, 1, [0, 4, 4, 0])))
    expect(model).toMatchObject({
      epoch: 2,
      seeds: 1,
      shares: [
        [1, 0],
        [0, 0],
      ],
      mistakes: [],
      perClass: [{ name: 'cat', share: 1 }],
    })
    expect(confusionModel(new History())).toBeNull()
  })

  test('goes with the work that a resume repeats', () => {
    const resumed: RunEvent = { kind: 'resumed', seed: 0, epoch: 1, batch: 10 }
    expect(confusionModel(after(confusion(0, 2, [4, 0, 0, 0]), resumed))).toBeNull()
    expect(confusionModel(after(confusion(0, 1, [4, 0, 0, 0]), resumed))?.epoch).toBe(1)
    const trainedOn: RunEvent = { ...resumed, undone: ['collapsed', 'top-k', 'confusion'] }
    expect(confusionModel(after(confusion(0, 1, [4, 0, 0, 0]), trainedOn))).toBeNull()
    const collapsed: RunEvent = { kind: 'collapsed', seed: 0, epoch: 1, batch: 10, reason: 'chance' }
    const counted: RunEvent = { kind: 'measure', seed: 0, batch: 10, measure: 'top-k', values: { test: 0.5 } }
    const other: RunEvent = { ...counted, measure: 'silent' }
    const seed = after(collapsed, counted, other, trainedOn).seeds.get(0)
    expect(seed?.collapsed).toBeNull()
    expect(seed?.measures.get('top-k')?.get('test')?.batch.length).toBe(0)
    expect(seed?.measures.get('silent')?.get('test')?.batch.length).toBe(1)
  })
})

describe('the top-k accuracy', () => {
  const topK = (seed: number, batch: number, test: number, train: number): RunEvent => ({
    ...{ kind: 'measure', seed, batch, measure: 'top-k' },
    values: { train, test },
  })
  const shown = { seeds: false, selection: LAST, published: null, early: null, topK: 5 } as const

  test('stands in the chart of the accuracy, at the same epochs, though it is recorded by batch', () => {
    const history = after(
      ...[batches(0, 50, 0.1), batches(0, 100, 0.2), epoch(0, 1, 0.2, 0.3), topK(0, 100, 0.5, 0.6)],
      ...[batches(0, 200, 0.3), epoch(0, 2, 0.25, 0.35), topK(0, 200, 0.55, 0.65)],
    )
    const find = (label: string) => accuracyModel(history, shown).lines.find((line) => line.label === label)
    expect([...(find('test top-5')?.x ?? [])]).toEqual([1, 2])
    expect([...(find('test top-5')?.y ?? [])]).toEqual([0.5, 0.55])
    expect([...(find('train top-5')?.y ?? [])]).toEqual([0.6, 0.65])
    history.apply(epoch(0, 3, 0.3))
    history.apply(batches(0, 300, 0.4))
    history.apply(topK(0, 300, 0.6, 0.7))
    expect([...(find('test top-5')?.x ?? [])]).toEqual([1, 2, 3])
    // No line looks like another.
    const looks = accuracyModel(history, shown).lines.map(({ series, dash, marker }) => `${series} ${dash} ${marker}`)
    expect(new Set(looks).size).toBe(looks.length)
    // In their rule's colour neither, whichever eye looks.
    const own = inColourOf(accuracyModel(history, shown), { palette: 8 }).lines
    expect(own.every(({ series }) => series === 8)).toBe(true)
    const dashed = own.filter(({ light }) => light !== true).map(({ dash, marker }) => `${dash} ${marker}`)
    expect(new Set(dashed).size).toBe(dashed.length)
  })

  test('of a history from before batches were counted goes by its last epoch', () => {
    const history = after(epoch(0, 1, 0.2), topK(0, 100, 0.5, 0.6), epoch(0, 2, 0.25), topK(0, 200, 0.55, 0.65))
    const line = accuracyModel(history, shown).lines.find(({ label }) => label === 'test top-5')
    expect([...(line?.x ?? [])]).toEqual([1, 2])
  })
})
