/** A validation set is never trained on, and the epoch that is reported is chosen by it alone. */
import { describe, expect, it } from 'vitest'
import type { Engine, EvaluationPlan } from '../../src-main/engines/engine.ts'
import { reference } from '../../src-main/engines/reference.ts'
import type { Experiment } from '../../src-main/experiment/experiment.ts'
import { selectedIndex } from '../../src-main/experiment/selection.ts'
import { splitOf } from '../../src-main/training/held-out.ts'
import { numbersOf, tinyData, tinyExperiment, tinyTask, told, TRAIN_COUNT } from './tiny.ts'

const VALIDATION = { fraction: 0.3, seed: 2, stratified: true }
const splitting = (training: Partial<Experiment['training']> = {}): Experiment =>
  tinyExperiment('backprop', {
    settings: { learningRate: 0.05 },
    training: { epochs: 8, validation: VALIDATION, selection: 'best-validation-epoch', ...training },
  })

/** The reference engine, telling which samples it is asked to train on and to evaluate. */
function watched(): { engine: Engine; trained: Uint32Array[]; evaluated: EvaluationPlan[] } {
  const trained: Uint32Array[] = []
  const evaluated: EvaluationPlan[] = []
  const engine: Engine = {
    name: 'reference',
    available: () => reference.available(),
    async open(compiled, options) {
      const session = await reference.open(compiled, options)
      const inner = { train: session.train.bind(session), evaluate: session.evaluate.bind(session) }
      session.train = (plan) => {
        trained.push(plan.samples)
        return inner.train(plan)
      }
      session.evaluate = (plan) => {
        evaluated.push(plan)
        return inner.evaluate(plan)
      }
      return session
    },
  }
  return { engine, trained, evaluated }
}

const sorted = (samples: Iterable<number>): number[] => [...new Set(samples)].sort((a, b) => a - b)

describe('a validation set', () => {
  const experiment = splitting()
  const parts = splitOf(tinyData().train, experiment)

  it.each([true, false])('is never trained on, and the rest is, in every epoch (shuffle %s)', async (shuffle) => {
    const { engine, trained, evaluated } = watched()
    const { of } = await told(tinyTask(splitting({ shuffle, epochs: 3 }), { engine }))
    const seen = trained.flatMap((samples) => [...samples])
    expect(parts?.validation.length).toBe(7)
    expect(sorted(seen)).toEqual([...(parts?.train ?? [])])
    // Two seeds, three epochs, every sample once.
    expect(seen.length).toBe(2 * 3 * (TRAIN_COUNT - 7))
    expect(of('started')[0]?.batchesPerEpoch).toBe((TRAIN_COUNT - 7) / 4)

    const onTrainingSet = evaluated.filter(({ split }) => split === 'train').map(({ samples }) => [...(samples ?? [])])
    const wholeParts = [parts?.train, parts?.validation].map((part) => [...(part ?? [])])
    // After each epoch first the part that was trained on, in pieces, then the one held out.
    expect(onTrainingSet.flat()).toEqual([...wholeParts.flat(), ...wholeParts.flat(), ...wholeParts.flat()])
  })

  it('has the accuracy of a network that is asked directly', async () => {
    const { of, last } = await told(tinyTask(splitting({ epochs: 2 })))
    const { engine } = watched()
    const alone = tinyData()
    const picked = parts?.validation ?? new Uint32Array()
    const held = {
      ...alone.train,
      count: picked.length,
      labels: Uint8Array.from(picked, (sample) => alone.train.labels[sample] as number),
      pixels: Uint8Array.from(
        [...picked].flatMap((sample) => [...alone.train.pixels.slice(sample * 6, sample * 6 + 6)]),
      ),
    }
    // The same networks, tested on the held-out samples as a test set.
    const again = await told(
      tinyTask(tinyExperiment('backprop', { settings: { learningRate: 0.05 }, training: { epochs: 2 } }), {
        engine,
        data: { ...alone, test: held },
        from: last.map((checkpoint) => ({ ...checkpoint, chosen: null })),
      }),
    )
    expect(
      of('epoch')
        .filter(({ epoch }) => epoch === 2)
        .map(({ validationAccuracy }) => validationAccuracy),
    ).toEqual(again.of('done')[0]?.seeds.map(({ testAccuracy }) => testAccuracy))
  })

  it('is the same for every seed of a run and in the next run', async () => {
    const first = await told(tinyTask(splitting()))
    const again = await told(tinyTask(splitting()))
    const other = await told(tinyTask(splitting({ validation: { ...VALIDATION, seed: 3 } })))
    expect(again.last.map(numbersOf)).toEqual(first.last.map(numbersOf))
    expect(other.last.map(numbersOf)).not.toEqual(first.last.map(numbersOf))
  })

  it('is not there unless asked for: nothing is told of it and the last epoch counts', async () => {
    const { of } = await told(tinyTask(tinyExperiment('backprop')))
    expect(of('epoch').map(({ validationAccuracy }) => validationAccuracy)).toEqual([null, null, null, null])
    expect(of('done')[0]).toMatchObject({ validationAccuracy: null, selection: 'last-epoch' })
    expect(of('done')[0]?.seeds.map(({ epoch }) => epoch)).toEqual([2, 2])
  })

  it('refuses to leave less than a batch of the samples there are', async () => {
    await expect(told(tinyTask(splitting({ batchSize: 17 })))).rejects.toThrow(
      /at least one batch of 17 training samples, found 16 of 23 left/,
    )
  })
})

describe('the reported epoch', () => {
  it('is the first of the largest validation accuracy, and the test accuracy is that epoch’s', async () => {
    const { of } = await told(tinyTask(splitting()))
    const [done] = of('done')
    let moved = false
    for (const outcome of done?.seeds ?? []) {
      const epochs = of('epoch').filter(({ seed }) => seed === outcome.seed)
      const best = epochs.toSorted(
        (a, b) => (b.validationAccuracy ?? NaN) - (a.validationAccuracy ?? NaN) || a.epoch - b.epoch,
      )[0]
      expect(outcome).toMatchObject({
        epoch: best?.epoch,
        testAccuracy: best?.testAccuracy,
        trainAccuracy: best?.trainAccuracy,
        validationAccuracy: best?.validationAccuracy,
      })
      moved ||= best?.epoch !== 8
    }
    expect(moved, 'some seed is at its best before the end').toBe(true)
    const tests = done?.seeds.map(({ testAccuracy }) => testAccuracy ?? NaN) ?? []
    expect(done?.testAccuracy?.mean).toBeCloseTo(tests.reduce((sum, value) => sum + value, 0) / tests.length, 12)
    expect(done?.selection).toBe('best-validation-epoch')
  })

  it('looks at nothing but validation accuracies', () => {
    expect(selectedIndex('best-validation-epoch', [0.5, 0.7, 0.7, 0.6])).toBe(1)
    expect(selectedIndex('best-validation-epoch', [null, 0.2, null])).toBe(1)
    expect(selectedIndex('best-validation-epoch', [null])).toBe(-1)
    expect(selectedIndex('last-epoch', [0.5, 0.7, 0.6])).toBe(2)
    expect(selectedIndex('last-epoch', [])).toBe(-1)
  })
})
