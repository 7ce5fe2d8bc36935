/** What is plotted beside accuracy: when it is taken, what it says, and that taking it changes nothing. */
import { describe, expect, it } from 'vitest'
import type { Engine } from '../../src-main/engines/engine.ts'
import { reference } from '../../src-main/engines/reference.ts'
import { webgpu } from '../../src-main/engines/webgpu.ts'
import type { Experiment } from '../../src-main/experiment/experiment.ts'
import { angleBetween } from '../../src-main/program/measures.ts'
import { ruleNamed, rules } from '../../src-main/rules/index.ts'
import { presentEngines } from '../engines/trial.ts'
import { BATCHES_PER_EPOCH, Clock, numbersOf, tinyData, tinyExperiment, tinyTask, told } from './tiny.ts'

const options = { settings: { iterationsFree: 6, iterationsNudged: 3 }, seeds: [0, 1] }

it('is taken after batches 1, 1 + N, 1 + 2N, … of each epoch, as the authors did', async () => {
  const measures = [{ name: 'alignment', everyBatches: 4 }]
  const { of } = await told(tinyTask(tinyExperiment('corinfomax', { ...options, measures })))
  const batches = of('measure')
    .filter(({ seed }) => seed === 0)
    .map(({ batch }) => batch)
  expect(batches).toEqual([1, 5, BATCHES_PER_EPOCH + 1, BATCHES_PER_EPOCH + 5])
})

it('changes no weight', async () => {
  const without = await told(tinyTask(tinyExperiment('corinfomax', options)))
  const measures = ['alignment', 'information'].map((name) => ({ name, everyBatches: 1 }))
  const taken = await told(tinyTask(tinyExperiment('corinfomax', { ...options, measures })))
  expect(taken.of('measure').length).toBe(2 * 2 * 2 * BATCHES_PER_EPOCH)
  const weights = numbersOf(without.last[0])
  expect(numbersOf(taken.last[0])).toMatchObject(weights)
  expect(
    without.last[0]?.parameters.every(({ role }) => role === 'weight'),
    'logs are not even kept',
  ).toBe(true)
})

it('angles are those of the weights after the update', async () => {
  const measures = [{ name: 'alignment', everyBatches: 1 }]
  const training = { epochs: 1 }
  const { of, last } = await told(tinyTask(tinyExperiment('corinfomax', { ...options, measures, training })))
  const { W2, V2 } = numbersOf(last[1]) as { W2: number[]; V2: number[] }
  // V2 is 5 × 3; its transpose has W2's shape.
  const transposed = W2.map((_, i) => V2[(i % 5) * 3 + Math.floor(i / 5)] as number)
  const taken = of('measure').findLast(({ seed }) => seed === 1)
  expect(taken?.batch).toBe(BATCHES_PER_EPOCH)
  const [angle] = Object.values(taken?.values ?? {})
  expect(angle).toBeCloseTo(angleBetween(W2, transposed), 10)
})

it('opens a copy of the networks for its reports once, and closes all that it opened', async () => {
  let open = 0
  let opened = 0
  const engine: Engine = {
    ...reference,
    async open(...asked) {
      const session = await reference.open(...asked)
      open++
      opened++
      return Object.assign(session, {
        close: ((close) => () => {
          open--
          close()
        })(session.close.bind(session)),
      })
    },
  }
  const measures = ['truth-backprop', 'truth-backprop-norm'].map((name) => ({ name, everyBatches: 1 }))
  const { of } = await told(tinyTask(tinyExperiment('ep', { seeds: [0, 1], measures }), { engine }))
  expect(of('measure').length).toBe(2 * 2 * 2 * BATCHES_PER_EPOCH)
  expect(opened).toBe(2)
  expect(open).toBe(0)
})

it('that has no answer is a warning, not the end of the run', async () => {
  const { states } = await told(
    tinyTask(tinyExperiment('corinfomax', { ...options, measures: [{ name: 'information', everyBatches: 1 }] })),
  )
  const begin = states[0]?.checkpoints ?? []
  // A correlation that is not positive definite, as rounding can leave one.
  const singular = begin.map((checkpoint) => ({
    ...checkpoint,
    parameters: checkpoint.parameters.map((parameter) =>
      parameter.name === 'Rfree1' ? { ...parameter, values: parameter.values.map((value) => -value) } : parameter,
    ),
  }))
  const experiment = tinyExperiment('corinfomax', { ...options, measures: [{ name: 'information', everyBatches: 1 }] })
  const { of, events } = await told(tinyTask(experiment, { from: singular }))
  expect(of('note')[0]?.message).toMatch(/could not be taken.*positive definite/)
  expect(events.at(-1)?.kind).toBe('done')
})

/** Each measure of the rule, at the same interval. */
function allOf(rule: string, everyBatches = 1): { name: string; everyBatches: number }[] {
  return (ruleNamed(rule)?.measures ?? []).map(({ name }) => ({ name, everyBatches }))
}

/** There compiling the shaders of a rule takes up to half a minute: two rules stand for all. */
const webgpuHere = await webgpu.available()
const onSoftware = webgpuHere.available && webgpuHere.software === true ? ['corinfomax', 'backprop'] : null

describe.each(rules.map(({ name }) => name))('every measure of %s at every batch', (rule) => {
  for (const engine of presentEngines)
    it.skipIf(engine === webgpu && onSoftware?.includes(rule) === false)(
      `leaves weights, accuracies and order as they are, bit for bit, on ${engine.name}`,
      async () => {
        const precision = 'float32'
        const changes = { engine }
        const off = await told(tinyTask(tinyExperiment(rule, { precision }), changes))
        const measures = allOf(rule)
        const on = await told(
          tinyTask(
            tinyExperiment(rule, { precision, measures, evaluation: { topK: 2, confusionEveryEpochs: 1 } }),
            changes,
          ),
        )
        expect(on.of('measure').length).toBe(2 * 2 * (BATCHES_PER_EPOCH * measures.length + 1))
        for (const [index, checkpoint] of off.last.entries())
          expect(numbersOf(on.last[index])).toMatchObject(numbersOf(checkpoint))
        const accuracies = (one: typeof on): unknown => one.of('epoch').map(({ seconds: _seconds, ...epoch }) => epoch)
        expect(accuracies(on)).toEqual(accuracies(off))
      },
    )
})

it('each has its own interval', async () => {
  const measures = [
    { name: 'silent', everyBatches: 4 },
    { name: 'alignment', everyBatches: 2 },
  ]
  const { of } = await told(tinyTask(tinyExperiment('corinfomax', { ...options, seeds: [0], measures })))
  const batches = (name: string): number[] =>
    of('measure')
      .filter(({ measure, batch }) => measure === name && batch <= BATCHES_PER_EPOCH)
      .map(({ batch }) => batch)
  expect(batches('silent')).toEqual([1, 5])
  expect(batches('alignment')).toEqual([1, 3, 5])
})

it('tells one value an iteration as a profile, whose ends are its lines', async () => {
  const measures = [{ name: 'residual', everyBatches: 100 }]
  const { of } = await told(tinyTask(tinyExperiment('corinfomax', { ...options, measures })))
  for (const { values, profiles } of of('measure')) {
    expect(profiles?.['free']).toHaveLength(6)
    expect(profiles?.['nudged']).toHaveLength(3)
    expect(values).toEqual({
      'free, first': profiles?.['free']?.[0],
      'free, last': profiles?.['free']?.[5],
      'nudged, first': profiles?.['nudged']?.[0],
      'nudged, last': profiles?.['nudged']?.[2],
    })
  }
})

it('reports what the network is after the batch, on the samples of that batch', async () => {
  // With the whole set as one batch, and no shuffling, the batch measured first is the one trained next.
  const training = { epochs: 2, batchSize: 23, shuffle: false }
  const experiment = tinyExperiment('backprop', {
    seeds: [0],
    training,
    measures: [{ name: 'activity', everyBatches: 1 }],
  })
  const { of, states } = await told(tinyTask(experiment))
  const { W1, b1 } = numbersOf(states[0]?.checkpoints[0]) as { W1: number[]; b1: number[] }
  const { train } = tinyData()
  let sum = 0
  for (let i = 0; i < train.count; i++)
    for (let unit = 0; unit < 5; unit++) {
      let h = b1[unit] as number
      for (let j = 0; j < 6; j++) h += ((W1[unit * 6 + j] as number) * (train.pixels[i * 6 + j] as number)) / 255
      sum += Math.max(h, 0)
    }
  expect(of('measure')[0]?.values['layer 1']).toBeCloseTo(sum / (train.count * 5), 10)
})

describe('what a measure costs', () => {
  /** The reference on a clock: a batch of one network takes 10 ms, and half as long again with a log to keep. */
  function onClock(clock: Clock): Engine {
    return {
      name: 'reference',
      available: () => reference.available(),
      async open(compiled, sessionOptions) {
        const session = await reference.open(compiled, sessionOptions)
        const batchMs = compiled.program.parameters.some(({ role }) => role === 'log') ? 15 : 10
        const inner = session.train.bind(session)
        session.train = (plan) => {
          clock.ms += plan.batches * batchMs * sessionOptions.replicas
          return inner(plan)
        }
        return session
      },
    }
  }
  async function costsOf(measures: Experiment['measures']): Promise<Map<string, { seconds: number; percent: number }>> {
    const clock = new Clock()
    const experiment = tinyExperiment('corinfomax', { ...options, seeds: [0], measures })
    const { of } = await told(tinyTask(experiment, { engine: onClock(clock), now: clock.now }))
    expect(of('costs')).toHaveLength(2)
    return new Map(
      of('costs')
        .at(-1)
        ?.costs.map(({ measure, ...cost }) => [measure, cost]),
    )
  }

  it('is told for each, in seconds and per cent of training and measuring', async () => {
    const costs = await costsOf([
      { name: 'alignment', everyBatches: 1 },
      { name: 'silent', everyBatches: 3 },
      { name: 'residual', everyBatches: 2 },
    ])
    // 12 batches of training; batches run once more: 4 for silence, 6 for residuals; angles need none.
    expect(costs.get('alignment')).toEqual({ seconds: 0, percent: 0 })
    expect(costs.get('silent')?.seconds).toBeCloseTo(0.04, 10)
    expect(costs.get('silent')?.percent).toBeCloseTo((100 * 4) / 22, 10)
    expect(costs.get('residual')?.percent).toBeCloseTo((100 * 6) / 22, 10)
  })

  it('is shared by measures that look at the same batch', async () => {
    const costs = await costsOf(['silent', 'activity'].map((name) => ({ name, everyBatches: 6 })))
    expect(costs.get('silent')?.seconds).toBeCloseTo(0.01, 10)
    expect(costs.get('activity')?.seconds).toBeCloseTo(0.01, 10)
  })

  it('counts what correlations add to every batch', async () => {
    const costs = await costsOf([{ name: 'information', everyBatches: 6 }])
    // A third of 12 batches of 15 ms, and the timing itself.
    expect(costs.get('information')?.seconds).toBeGreaterThan(0.06)
    expect(costs.get('information')?.percent).toBeGreaterThan(100 / 3)
  })

  it('is not told where none is taken', async () => {
    const { of } = await told(tinyTask(tinyExperiment('corinfomax', options)))
    expect(of('costs')).toEqual([])
  })
})

describe('what evaluation counts beside accuracy', () => {
  const evaluation = { topK: 2, topKEveryEpochs: 2, confusionEveryEpochs: 1 }
  const training = { epochs: 3 }

  it('top-k is at least accuracy, and all samples once k is all but one class is beaten', async () => {
    const { of } = await told(tinyTask(tinyExperiment('backprop', { seeds: [0], evaluation, training })))
    const taken = of('measure').filter(({ measure }) => measure === 'top-k')
    expect(
      taken.map(({ batch }) => batch / BATCHES_PER_EPOCH),
      'and after the last epoch',
    ).toEqual([2, 3])
    for (const { batch, values } of taken) {
      const epoch = of('epoch').find((one) => one.epoch * BATCHES_PER_EPOCH === batch)
      expect(values['test']).toBeGreaterThanOrEqual(epoch?.testAccuracy ?? NaN)
      expect(values['train']).toBeGreaterThanOrEqual(epoch?.trainAccuracy ?? NaN)
      expect(values['test']).toBeLessThanOrEqual(1)
    }
  })

  it('a confusion matrix has every test sample in the row of its class, and accuracy on its diagonal', async () => {
    const { of } = await told(tinyTask(tinyExperiment('backprop', { evaluation, training })))
    const matrices = of('confusion')
    expect(matrices).toHaveLength(2 * 3)
    for (const { seed, epoch, split, classes, counts } of matrices) {
      expect([split, classes]).toEqual(['test', ['a', 'b', 'c']])
      const rows = [0, 1, 2].map((truth) => counts.slice(3 * truth, 3 * truth + 3).reduce((sum, n) => sum + n, 0))
      expect(rows).toEqual([4, 4, 4])
      const right = [0, 4, 8].reduce((sum, at) => sum + (counts[at] as number), 0)
      const told = of('epoch').find((one) => one.seed === seed && one.epoch === epoch)
      expect(right / 12).toBeCloseTo(told?.testAccuracy ?? NaN, 12)
    }
  })

  it('a confusion matrix is counted after the last epoch unless told otherwise, and never where it is off', async () => {
    const seeds = [0]
    const { of } = await told(tinyTask(tinyExperiment('backprop', { seeds, training })))
    expect(of('confusion').map(({ epoch }) => epoch)).toEqual([3])
    const off = { evaluation: { confusionEveryEpochs: null } }
    expect((await told(tinyTask(tinyExperiment('backprop', { seeds, training, ...off })))).of('confusion')).toEqual([])
  })

  it('is of the training set where the test set is not evaluated', async () => {
    const experiment = tinyExperiment('backprop', {
      seeds: [0],
      evaluation: { confusionEveryEpochs: 2 },
      training: { ...training, evaluateTest: 'off' },
    })
    const { of } = await told(tinyTask(experiment))
    expect(of('confusion').map(({ epoch, split }) => [epoch, split])).toEqual([
      [2, 'train'],
      [3, 'train'],
    ])
  })
})
