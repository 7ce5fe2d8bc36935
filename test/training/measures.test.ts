/** What is plotted beside accuracy: when it is taken, what it says, and that taking it changes nothing. */
import { expect, it } from 'vitest'
import { angleBetween } from '../../src-main/program/measures.ts'
import { BATCHES_PER_EPOCH, numbersOf, tinyExperiment, tinyTask, told } from './tiny.ts'

const options = { settings: { iterationsFree: 6, iterationsNudged: 3 }, seeds: [0, 1] }

it('is taken after batches 1, 1 + N, 1 + 2N, … of each epoch, as the authors did', async () => {
  const measures = { names: ['alignment'], everyBatches: 4 }
  const { of } = await told(tinyTask(tinyExperiment('corinfomax', { ...options, measures })))
  const batches = of('measure')
    .filter(({ seed }) => seed === 0)
    .map(({ batch }) => batch)
  expect(batches).toEqual([1, 5, BATCHES_PER_EPOCH + 1, BATCHES_PER_EPOCH + 5])
})

it('changes no weight', async () => {
  const without = await told(tinyTask(tinyExperiment('corinfomax', options)))
  const measures = { names: ['alignment', 'information'], everyBatches: 1 }
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
  const measures = { names: ['alignment'], everyBatches: 1 }
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

it('that has no answer is a warning, not the end of the run', async () => {
  const { states } = await told(
    tinyTask(tinyExperiment('corinfomax', { ...options, measures: { names: ['information'], everyBatches: 1 } })),
  )
  const begin = states[0]?.checkpoints ?? []
  // A correlation that is not positive definite, as rounding can leave one.
  const singular = begin.map((checkpoint) => ({
    ...checkpoint,
    parameters: checkpoint.parameters.map((parameter) =>
      parameter.name === 'Rfree1' ? { ...parameter, values: parameter.values.map((value) => -value) } : parameter,
    ),
  }))
  const experiment = tinyExperiment('corinfomax', { ...options, measures: { names: ['information'], everyBatches: 1 } })
  const { of, events } = await told(tinyTask(experiment, { from: singular }))
  expect(of('note')[0]?.message).toMatch(/could not be taken.*positive definite/)
  expect(events.at(-1)?.kind).toBe('done')
})
