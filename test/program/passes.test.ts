import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compile } from '../../src-main/program/compile.ts'
import { MAPS } from '../../src-main/program/activations.ts'
import type { Statement } from '../../src-main/program/program.ts'
import { share } from '../../src-main/program/share.ts'
import { Generator } from '../../src-main/program/random.ts'
import { Tracer, type Operand, type Parameter, type Scalar, type State } from '../../src-main/program/trace.ts'
import {
  apply,
  applyTransposed,
  difference,
  hardSigmoid,
  map,
  meanOverBatch,
  multiply,
  outer,
  softmax,
  sum,
  sumOverUnits,
} from '../../src-main/program/words.ts'
import { evaluate, type Matrix } from './evaluate.ts'

const INPUTS = 3
const HIDDEN = 4
const OUTPUTS = 2

/** A random but well-formed rule: a few choices of the generator decide what is multiplied, repeated, updated and measured. */
function describeRandomRule(p: Tracer, seed: number): { train: () => void; predict: () => Operand } {
  const random = Generator.seeded(seed)
  const any = <T>(...options: T[]): T => options[random.integer(options.length)] as T
  const factor = (): number => any(0.5, -1, 1, -0.25, 2)
  const W: Parameter = p.parameter('W', [HIDDEN, INPUTS], { kind: 'xavier' })
  const V: Parameter = p.parameter('V', [OUTPUTS, HIDDEN], { kind: 'xavier' })
  const bias: Parameter = p.parameter('bias', [1, HIDDEN], { kind: 'xavier' })
  const R: Parameter = p.parameter('R', [HIDDEN, HIDDEN], { kind: 'identity' }, 'log')
  const scale: Scalar = p.scalar('scale', ({ sign, batch }) => 0.1 * sign * (batch + 1))
  const count = 1 + random.integer(4)
  const rate: Scalar = p.scalarPerIteration('rate', count, (t) => 0.3 / (t + 1))

  const inward = (): Operand =>
    any(
      () => apply(W, p.x),
      () => sum([factor(), apply(W, p.x)], [1, bias]),
      () => p.zeros(HIDDEN),
    )()
  const settle = (h: State, o: State, name: string): void => {
    p.repeat(count, () => {
      const before = o.current
      const drive = sum([factor(), h], [1, apply(W, p.x)], [factor(), applyTransposed(V, any<Operand>(o, before, p.y))])
      h.increase(
        any<number | Scalar>(rate, 0.2, scale),
        any(
          () => drive,
          () => sum([factor(), drive], [factor(), bias]),
          () => multiply(drive, sumOverUnits(o)),
        )(),
      )
      h.become(
        any(
          () => hardSigmoid(h),
          () => map('tanh', h),
        )(),
      )
      if (random.coin() === 1)
        o.become(
          any(
            () => softmax(apply(V, h)),
            () => hardSigmoid(sum([1, o], [scale, difference(p.y, o)])),
          )(),
        )
      if (random.coin() === 1) p.measure(`${name}.inside`, meanOverBatch(h))
    })
    p.measure(name, h)
  }
  return {
    train() {
      const h = p.state('h', inward())
      const o = p.state('o', p.zeros(OUTPUTS))
      settle(h, o, 'free')
      const free = { h: h.current, o: o.current }
      settle(h, o, 'nudged')
      const error = (rates: Operand): Operand => difference(rates, apply(W, p.x))
      W.increase(scale, difference(outer(error(h), p.x), outer(error(free.h), p.x)))
      if (random.coin() === 1) W.increase(-0.01, W)
      V.increase(
        any<number | Scalar>(0.1, scale),
        sum([factor(), outer(o, h)], [factor(), outer(free.o, free.h)], [factor(), outer(o, free.h)]),
      )
      bias.become(sum([0.9, bias], [0.1, meanOverBatch(sum([1, h], [-1, free.h]))]))
      R.become(sum([0.9, R], [0.1, outer(h, h)]))
    },
    predict() {
      const h = p.state('h', inward())
      const o = p.state('o', p.zeros(OUTPUTS))
      settle(h, o, 'predict')
      return sum([1, apply(V, h)], [0.5, o])
    },
  }
}

function matrix(random: Generator, rows: number, columns: number): Matrix {
  return Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.between(-1, 1)))
}

function worst(got: Matrix, want: Matrix): number {
  expect([got.length, got[0]?.length]).toEqual([want.length, want[0]?.length])
  return Math.max(
    ...want.flatMap((row, i) => row.map((value, j) => Math.abs(value - ((got[i] as number[])[j] as number)))),
  )
}

describe('the passes', () => {
  it('do not change what a program computes: updates, measurements and scores of 300 random rules', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), fc.integer({ min: 1, max: 4 }), (seed, batch) => {
        const step = { epoch: 0, batch: 2, sign: -1 } as const
        const widths = [INPUTS, HIDDEN, OUTPUTS]
        const traced = new Tracer('random', widths)
        const behaviour = describeRandomRule(traced, seed)
        const training = traced.traceBlock(() => {
          behaviour.train()
        })
        const prediction = traced.traceBlock(() => behaviour.predict())
        const keep = ['R', 'free', 'nudged', 'free.inside', 'nudged.inside']
        const compiled = compile('random', widths, (p) => describeRandomRule(p, seed), keep)
        const { program } = compiled

        const random = Generator.seeded(seed).split('numbers')
        const data = { x: matrix(random, batch, INPUTS), y: matrix(random, batch, OUTPUTS) }
        const byName = new Map(traced.parameters.map(({ name, shape }) => [name, matrix(random, shape[0], shape[1])]))
        const scalarValues = compiled.scalarsAt(step)
        const shared = { ...data, scalars: program.scalars, scalarValues }
        const plain = {
          ...shared,
          shapes: traced.shapes,
          parameters: traced.parameters.map(({ name }) => byName.get(name) as Matrix),
        }
        const passed = {
          ...shared,
          shapes: program.shapes,
          parameters: program.parameters.map(({ name }) => byName.get(name) as Matrix),
        }

        const want = evaluate(training.statements, plain)
        const got = evaluate(program.training, passed)
        program.parameters.forEach(({ name }, index) => {
          const original = traced.parameters.findIndex((parameter) => parameter.name === name)
          const wanted = want.updates.get(original)
          expect(got.updates.has(index)).toBe(wanted !== undefined)
          if (wanted !== undefined) expect(worst(got.updates.get(index) as Matrix, wanted)).toBeLessThan(1e-12)
        })
        expect([...got.measured.keys()].sort()).toEqual([...want.measured.keys()].sort())
        for (const [name, list] of want.measured)
          list.forEach((value, i) => {
            expect(worst(got.measured.get(name)?.[i] as Matrix, value)).toBeLessThan(1e-12)
          })
        const scores = evaluate(prediction.statements, plain)
        const result = prediction.result
        const id = 'current' in result ? result.current.id : result.id
        expect(
          worst(
            evaluate(program.prediction, passed).values.get(program.scores) as Matrix,
            scores.values.get(id) as Matrix,
          ),
        ).toBeLessThan(1e-12)
      }),
      { numRuns: 300 },
    )
  })
})

it('outer products that share a side keep their own scalars', () => {
  const widths = [INPUTS, HIDDEN, OUTPUTS]
  const compiled = compile(
    'two rates',
    widths,
    (p) => {
      const W = p.parameter('W', [HIDDEN, INPUTS], { kind: 'xavier' })
      const V = p.parameter('V', [HIDDEN, OUTPUTS], { kind: 'xavier' })
      const first = p.scalar('first', () => 0.3)
      const second = p.scalar('second', () => -0.7)
      const [u, v] = [apply(W, p.x), apply(V, p.y)]
      return {
        train() {
          W.become(sum([1, W], [first, outer(u, p.x)], [second, outer(v, p.x)]))
          V.increase(1, outer(u, p.y))
        },
        predict: () => p.y,
      }
    },
    [],
  )
  const { program } = compiled
  const random = Generator.seeded(1)
  const [x, y] = [matrix(random, 3, INPUTS), matrix(random, 3, OUTPUTS)]
  const parameters = program.parameters.map(({ shape }) => matrix(random, shape[0], shape[1]))
  const scalarValues = compiled.scalarsAt({ epoch: 0, batch: 0, sign: 1 })
  const { updates } = evaluate(program.training, {
    ...{ x, y, parameters, scalarValues },
    ...{ shapes: program.shapes, scalars: program.scalars },
  })
  const [W, V] = parameters as [Matrix, Matrix]
  const at = (m: Matrix, i: number, j: number): number => (m[i] as number[])[j] as number
  const times = (M: Matrix, row: readonly number[]): number[] =>
    M.map((weights) => weights.reduce((total, weight, j) => total + weight * (row[j] as number), 0))
  const want = W.map((row, i) =>
    row.map((weight, j) => {
      const mean = (M: Matrix, input: Matrix): number =>
        input.reduce((total, sample, b) => total + (times(M, [...sample])[i] as number) * at(x, b, j), 0) / 3
      return weight + 0.3 * mean(W, x) - 0.7 * mean(V, y)
    }),
  )
  expect(worst(updates.get(0) as Matrix, want)).toBeLessThan(1e-12)
})

it('what is computed inside a repeat stands for nothing outside it', () => {
  const square = { kind: 'map', map: 'square', value: 0 } as const
  const statements: Statement[] = [
    { kind: 'let', id: 0, operation: { kind: 'input', name: 'x' } },
    { kind: 'repeat', count: 2, carried: [], body: [{ kind: 'let', id: 1, operation: square }] },
    { kind: 'let', id: 2, operation: square },
    { kind: 'let', id: 3, operation: square },
  ]
  const names = new Map<number, number>()
  const shared = share(statements, names)
  // Of the two outside one is left; the one inside is not theirs.
  expect([...names]).toEqual([[3, 2]])
  expect(shared.filter(({ kind }) => kind === 'let').map((one) => (one.kind === 'let' ? one.id : -1))).toEqual([0, 2])
})

it.each(Object.keys(MAPS) as (keyof typeof MAPS)[])('%s lets NaN through', (name) => {
  expect(MAPS[name](NaN)).toBeNaN()
})
