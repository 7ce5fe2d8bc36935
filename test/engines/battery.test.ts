// Every engine that this machine has against the reference in float64: random programs, and every rule.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Samples } from '../../src-main/data/data-set.ts'
import { drawInitial } from '../../src-main/program/initial.ts'
import type { Program } from '../../src-main/program/program.ts'
import { isHit } from '../../src-main/program/measures.ts'
import { Generator } from '../../src-main/program/random.ts'
import { rules } from '../../src-main/rules/index.ts'
import { reference } from '../../src-main/engines/reference.ts'
import { evaluate, type Matrix } from '../program/evaluate.ts'
import { randomProgram } from './random-program.ts'
import { randomTrial, steadyTrial, TOLERANCE } from './steady-trial.ts'
import { differences, judgedEngines, outcomeOf, randomSamples, type Outcome, type Trial } from './trial.ts'

const seed = Number(process.env['APICAL_SEED'] ?? 2026)
const SIZES = [1, 2, 7, 33] as const

const sizes = {
  seed: fc.nat(1_000_000),
  replicas: fc.integer({ min: 1, max: 3 }),
  batchSize: fc.constantFrom(1, 3, 7, 33),
  batches: fc.integer({ min: 1, max: 3 }),
  evaluationBatch: fc.constantFrom(1, 4, 11, 50),
}
const widths = fc
  .array(fc.constantFrom(...SIZES), { minLength: 1, maxLength: 2 })
  .chain((hidden) =>
    fc.tuple(fc.constantFrom(...SIZES), fc.constantFrom(2, 5, 10)).map(([first, last]) => [first, ...hidden, last]),
  )

for (const { title, engine } of judgedEngines) {
  const availability = await engine.available()
  // Nearly every program there has shaders of its own, which a driver on the processor takes a second to compile.
  const share = availability.available && availability.software === true ? 0.08 : 1
  describe(title, () => {
    test('random programs leave what the reference leaves', async () => {
      await fc.assert(
        fc.asyncProperty(fc.record(sizes), widths, async (some, shape) => {
          const trial: Trial = {
            ...some,
            compiled: randomProgram(shape, Generator.seeded(some.seed)),
            counts: [40, 11],
          }
          const want = await outcomeOf(trial, reference, 'float64')
          expect(differences(await outcomeOf(trial, engine, 'float32'), want, TOLERANCE)).toEqual([])
        }),
        { numRuns: Math.ceil(60 * share), seed },
      )
    })

    for (const rule of rules)
      test(`${rule.name} with random settings and sizes`, async () => {
        await fc.assert(
          fc.asyncProperty(fc.record(sizes), widths, async (some, shape) => {
            const { trial, want } = await randomTrial(rule, shape, { ...some, counts: [40, 11] })
            fc.pre(want !== null)
            const got = await outcomeOf(trial, engine, 'float32')
            expect(differences(got, want, TOLERANCE)).toEqual([])
            expect(got.broken).toEqual([])
            expect(countsAgree(got)).toBe(true)
          }),
          { numRuns: Math.ceil(25 * share), seed },
        )
      })

    test.each([7, 450])(
      'big matrices, whose products an engine may turn about, evaluated %i at a time',
      async (evaluationBatch) => {
        // Which products are turned about hangs on shapes, not on rules: where shaders compile slowly a few will do.
        for (const rule of share < 1 ? rules.filter((_, i) => i % 3 === 0) : rules) {
          const shape = [150, 110, 5]
          const { trial, want } = await steadyTrial(rule, shape, {
            seed: 8,
            replicas: 1,
            batchSize: 7,
            batches: 3,
            counts: [40, 460],
            evaluationBatch,
          })
          const got = await outcomeOf(trial, engine, 'float32')
          expect(differences(got, want, TOLERANCE)).toEqual([])
          expect(countsAgree(got)).toBe(true)
        }
      },
    )

    test('a replica computes what it would alone', async () => {
      for (const rule of rules) {
        const { trial } = await steadyTrial(rule, [7, 5, 3], {
          seed: 9,
          replicas: 2,
          batchSize: 4,
          batches: 1,
          counts: [20, 5],
          evaluationBatch: 5,
        })
        const together = await outcomeOf(trial, engine, 'float32')
        const alone = await outcomeOf({ ...trial, replicas: 1 }, engine, 'float32')
        for (const [name, values] of alone.parameters) expect(together.parameters.get(name)).toEqual(values)
        // The two replicas start apart, so one that copied the other would be seen.
        expect(together.parameters.get('1/W1')).not.toEqual(together.parameters.get('0/W1'))
      }
    })
  })
}

describe('reference', () => {
  test('random programs leave what their statements mean', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1_000_000), widths, fc.constantFrom(1, 3, 7), async (number, shape, batchSize) => {
        const compiled = randomProgram(shape, Generator.seeded(number))
        const trial: Trial = {
          compiled,
          seed: number,
          replicas: 1,
          batchSize,
          batches: 1,
          counts: [20, 5],
          evaluationBatch: 5,
        }
        expect(differences(await outcomeOf(trial, reference, 'float64'), meaningOf(trial), 1e-12)).toEqual([])
      }),
      { numRuns: 60, seed },
    )
  })

  test('the same seed gives the same bits', async () => {
    const compiled = randomProgram([7, 33, 5], Generator.seeded(3))
    const trial: Trial = {
      compiled,
      seed: 3,
      replicas: 2,
      batchSize: 7,
      batches: 3,
      counts: [40, 11],
      evaluationBatch: 4,
    }
    for (const precision of ['float32', 'float64'] as const)
      expect(await outcomeOf(trial, reference, precision)).toEqual(await outcomeOf(trial, reference, precision))
  })
})

/** Whether an engine's counts are those of its own scores: hits by `isHit`, and a confusion that sums to the samples. */
function countsAgree({ counts, scores, test: samples }: Outcome): boolean {
  return counts.every((count, replica) => {
    const own = scores[replica] ?? []
    const rows = Array.from({ length: samples.count }, (_, row) => row)
    const hits = [1, 2].map(
      (k) =>
        rows.filter((row) => isHit(own, row * samples.classes, samples.classes, samples.labels[row] as number, k))
          .length,
    )
    const diagonal = Array.from(
      { length: samples.classes },
      (_, c) => count.confusion[c * (samples.classes + 1)] as number,
    )
    return (
      count.samples === samples.count &&
      String(count.hits) === String(hits) &&
      count.confusion.reduce((sum, v) => sum + v, 0) === samples.count &&
      diagonal.reduce((sum, v) => sum + v, 0) === hits[0]
    )
  })
}

/** One batch of one replica by the evaluator of test/program, which shares no code with an engine. */
function meaningOf({ compiled, seed: number, batchSize, counts }: Trial): Outcome {
  const { program } = compiled
  const random = Generator.seeded(number)
  const [features, classes] = [program.widths[0] as number, program.widths.at(-1) as number]
  const train = randomSamples(features, classes, counts[0], random.split('train'))
  const held = randomSamples(features, classes, counts[1], random.split('test'))
  const order = random.split('order')
  const chosen = Array.from({ length: batchSize }, () => order.integer(counts[0]))
  const sign = random.split('sign').coin()
  const initial = initialOf(program, random)
  const first = evaluate(program.training, {
    ...inputsOf(train, chosen),
    shapes: program.shapes,
    scalars: program.scalars,
    scalarValues: compiled.scalarsAt({ epoch: 0, batch: 0, sign }),
    parameters: initial,
  })
  const after = initial.map((matrix, index) => first.updates.get(index) ?? matrix)
  const rows = Array.from({ length: held.count }, (_, row) => row)
  const second = evaluate(program.prediction, {
    ...inputsOf(held, rows),
    shapes: program.shapes,
    scalars: program.scalars,
    scalarValues: compiled.scalarsAt({ epoch: 0, batch: 1, sign: 1 }),
    parameters: after,
  })
  const numbers = (matrix: Matrix): Float64Array => Float64Array.from(matrix.flat())
  return {
    parameters: new Map(program.parameters.map(({ name }, index) => [`0/${name}`, numbers(after[index] ?? [])])),
    measured: new Map([...first.measured].map(([name, list]) => [`0/${name}`, Float64Array.from(list.flat(2))])),
    scores: [numbers(second.values.get(program.scores) ?? [])],
    counts: [],
    broken: [],
    test: held,
  }
}

function initialOf(program: Program, random: Generator): Matrix[] {
  return program.parameters.map(({ name, initial, shape }) => {
    const values = drawInitial(initial, shape, random.split('initial').split(0).split(name))
    return Array.from({ length: shape[0] }, (_, i) => Array.from(values.subarray(i * shape[1], (i + 1) * shape[1])))
  })
}

/** Pixels scaled by the definition in data/samples.ts, and one-hot labels. */
function inputsOf(samples: Samples, rows: readonly number[]): { x: Matrix; y: Matrix } {
  const { features, pixels, scaling } = samples
  const plane = features / scaling.scale.length
  return {
    x: rows.map((row) =>
      Array.from({ length: features }, (_, i) => {
        const channel = Math.floor(i / plane)
        return (
          (pixels[row * features + i] as number) * (scaling.scale[channel] as number) +
          (scaling.offset[channel] as number)
        )
      }),
    ),
    y: rows.map((row) => Array.from({ length: samples.classes }, (_, c) => (samples.labels[row] === c ? 1 : 0))),
  }
}
