/** Programs made at random from every word, with values kept of order one so that rounding stays rounding. */
import type { Behaviour } from '../../src-main/program/compile.ts'
import { compile } from '../../src-main/program/compile.ts'
import type { Compiled } from '../../src-main/program/program.ts'
import type { Generator } from '../../src-main/program/random.ts'
import { broadcast, sameShape, type Shape } from '../../src-main/program/shape.ts'
import type { Factor, Parameter, Tracer, Value } from '../../src-main/program/trace.ts'
import {
  apply,
  applyTransposed,
  divide,
  map,
  mean,
  meanOverBatch,
  multiply,
  outer,
  outerSum,
  softmax,
  sum,
  sumOverBatch,
  sumOverUnits,
  total,
} from '../../src-main/program/words.ts'

/** Functions without jumps: at a jump, rounding decides. */
const SMOOTH = ['hardSigmoid', 'relu', 'sigmoid', 'tanh', 'square', 'absolute'] as const

export function randomProgram(widths: readonly number[], random: Generator): Compiled {
  const pick = <T>(items: readonly T[]): T | undefined => items[random.integer(Math.max(items.length, 1))]
  const build = (p: Tracer): Behaviour => {
    const parameters: Parameter[] = []
    const wide = [...new Set(widths)]
    for (const out of wide)
      for (const into of wide)
        if (random.uniform() < 0.6 || parameters.length === 0)
          parameters.push(p.parameter(`P${parameters.length}`, [out, into], { kind: 'xavier' }))
    // Prediction needs its way from the first width to the last.
    const out = p.parameter('out', [widths.at(-1) as number, widths[0] as number], { kind: 'xavier' })
    const row = p.parameter('row', [1, widths[0] as number], { kind: 'uniform', bound: 0.5 })
    parameters.push(out, row)
    const rate = p.scalar('rate', ({ batch, sign }) => (sign * 0.3) / (batch + 1))
    const factor = (): Factor => (random.uniform() < 0.3 ? rate : random.between(-1, 1))
    const count = 1 + random.integer(3)
    const η = p.scalarPerIteration('η', count, (t) => 0.4 / (t + 1))

    const one = (pool: readonly Value[]): Value | null => {
      const a = pick(pool)
      if (a === undefined) return null
      const fits = pool.filter((b) => broadcast(a.shape, b.shape) !== null)
      const b = pick(fits) ?? a
      const weight = pick(parameters.filter(({ shape }) => shape[1] === a.shape[1]))
      const back = pick(parameters.filter(({ shape }) => shape[0] === a.shape[1]))
      const other = pick(pool.filter(({ shape }) => shape[0] === 'batch')) ?? a
      const samples = a.shape[0] === 'batch'
      switch (random.integer(12)) {
        case 0:
          return weight === undefined ? null : map('tanh', apply(weight, a))
        case 1:
          return back === undefined ? null : map('tanh', applyTransposed(back, a))
        case 2:
          return samples ? outer(a, other) : null
        case 3:
          return samples ? map('tanh', outerSum(a, other)) : null
        case 4:
        case 5:
          return sum([factor(), a], [factor(), b], [-1, a], [random.between(-1, 1), b])
        case 6:
          return map('tanh', multiply(a, b))
        case 7:
          return divide(a, sum([1, map('square', b)], [1.5, p.fill(1, [1, 1])]))
        case 8:
          return map(pick(SMOOTH) ?? 'tanh', a)
        case 9:
          return softmax(a)
        case 10:
          return pick([sumOverUnits, mean, total])?.(a) ?? null
        default:
          return pick([meanOverBatch, sumOverBatch])?.(map('tanh', a)) ?? null
      }
    }
    const grow = (pool: Value[], steps: number): void => {
      for (let i = 0; i < steps; i++) {
        const value = one(pool)
        if (value !== null) pool.push(map('tanh', value))
      }
    }
    const measure = (label: string, value: Value | undefined): void => {
      if (value !== undefined) p.measure(label, value)
    }
    return {
      train() {
        const pool: Value[] = [p.x, p.y, ...parameters.map((parameter) => parameter.current)]
        grow(pool, 6)
        const begin = pool.filter(({ shape }) => shape[0] === 'batch')
        const states = [p.state('s', pick(begin) ?? p.x), p.state('t', pick(begin) ?? p.x)]
        p.repeat(count, () => {
          const inside = [...pool, ...states.map((state) => state.current)]
          const known = inside.length
          grow(inside, 5)
          const fresh = inside.slice(known)
          measure('inside', pick(fresh))
          for (const state of states) {
            const step = pick(inside.filter((value) => fitsInto(value.shape, state.shape)))
            if (step !== undefined) state.increase(η, map('tanh', step))
          }
          // Two states may change places: both must be read before either is written.
          const [s, t] = states
          if (s !== undefined && t !== undefined && sameShape(s.shape, t.shape) && random.uniform() < 0.5) {
            const kept = s.current
            s.become(t)
            t.become(kept)
          }
        })
        pool.push(...states.map((state) => state.current))
        grow(pool, 6)
        measure('last', pool.at(-1))
        measure('some', pick(pool.slice(2)))
        for (const parameter of parameters) {
          const value = pick(pool.filter(({ shape }) => sameShape(shape, parameter.shape)))
          if (value !== undefined && random.uniform() < 0.7) parameter.become(sum([0.9, parameter], [rate, value]))
        }
      },
      predict: () => map('sigmoid', apply(out, sum([1, p.x], [1, row]))),
    }
  }
  return compile('random', widths, build, ['inside', 'last', 'some'])
}

/** Whether stretching the first gives the second. */
function fitsInto(shape: Shape, wider: Shape): boolean {
  const both = broadcast(shape, wider)
  return both !== null && sameShape(both, wider)
}
