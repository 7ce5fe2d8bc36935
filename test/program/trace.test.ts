import { describe, expect, it } from 'vitest'
import { compile } from '../../src-main/program/compile.ts'
import { ProgramProblem } from '../../src-main/program/problem.ts'
import type { Operation, Program, Statement } from '../../src-main/program/program.ts'
import type { Scalar, Tracer, Value } from '../../src-main/program/trace.ts'
import {
  apply,
  applyTransposed,
  difference,
  hardSigmoid,
  map,
  mean,
  meanOverBatch,
  multiply,
  outer,
  sum,
} from '../../src-main/program/words.ts'

/** Compiles a program that trains by `train` and predicts W x. */
function programOf(train: (p: Tracer, W: ReturnType<Tracer['parameter']>) => void, keep: string[] = []): Program {
  return compile(
    'rule of the test',
    [3, 2],
    (p) => {
      const W = p.parameter('W', [2, 3], { kind: 'xavier' })
      return { train: () => train(p, W), predict: () => apply(W, p.x) }
    },
    keep,
  ).program
}

const lets = (statements: readonly Statement[]): Operation[] =>
  statements.flatMap((s) => (s.kind === 'let' ? [s.operation] : []))
const kinds = (statements: readonly Statement[]): string[] =>
  statements.map((s) => (s.kind === 'let' ? s.operation.kind : s.kind))
const repeatOf = (program: Program): Extract<Statement, { kind: 'repeat' }> => {
  const found = program.training.find((s) => s.kind === 'repeat')
  if (found?.kind !== 'repeat') throw new Error('the program has no repeat')
  return found
}

describe('misused words', () => {
  const refused = (train: (p: Tracer, W: ReturnType<Tracer['parameter']>) => void): ProgramProblem => {
    try {
      programOf(train)
    } catch (error) {
      if (error instanceof ProgramProblem) return error
      throw error
    }
    throw new Error('nothing was refused')
  }

  it('name the rule, the word, both shapes and the line', () => {
    const problem = refused((p, W) => void applyTransposed(W, p.x))
    expect(problem.message).toMatch(/^rule of the test: applyTransposed: .*batch × 3.*2 × 3/)
    expect(problem.message).toMatch(/program\/trace\.test\.ts:\d+|trace\.test/)
  })

  it.each<[string, (p: Tracer, W: ReturnType<Tracer['parameter']>) => void, RegExp]>([
    ['a sum of shapes that do not fit', (p, W) => void sum([1, p.x], [1, W]), /sum: 2 × 3 does not fit the batch × 3/],
    [
      'a product entry by entry of shapes that do not fit',
      (p) => void multiply(p.x, p.y),
      /multiply: batch × 3 and batch × 2/,
    ],
    [
      'a parameter that changes its shape',
      (p, W) => W.become(outer(p.x, p.y)),
      /become: W is 2 × 3 and cannot become 3 × 2/,
    ],
    ['a mean over the batch of something that has none', (_p, W) => void outer(W, W), /outer: a mean over the batch/],
    [
      'a factor that is not finite',
      (p) => void sum([Number.NaN, p.x]),
      /sum: a factor must be a finite number, found NaN/,
    ],
    [
      'a repeat within a repeat',
      (p) => p.repeat(2, () => p.repeat(2, () => undefined)),
      /repeat: a repeat inside a repeat/,
    ],
    ['a count that is no whole number', (p) => p.repeat(1.5, () => undefined), /repeat: .*found 1.5/],
    [
      'a parameter changed inside a repeat',
      (p, W) => p.repeat(2, () => W.increase(1, W)),
      /become: parameter W changes inside a repeat/,
    ],
    [
      'a parameter declared too late',
      (p) => void p.parameter('late', [1, 1], { kind: 'identity' }),
      /parameter: late must be declared before/,
    ],
    [
      'one name for two measurements',
      (p) => [p.x, p.y].forEach((value) => p.measure('twice', value)),
      /measure: "twice" is measured twice/,
    ],
    [
      'a value of a repeat used after it',
      (p, W) => {
        const leaked: Value[] = []
        const r = p.state('r', p.zeros(2))
        p.repeat(2, () => {
          const inside = sum([1, apply(W, p.x)], [1, r])
          leaked.push(inside)
          r.become(inside)
        })
        leaked.forEach((value) => {
          p.measure('leak', value)
        })
      },
      /measure: a value made inside a repeat is used after it/,
    ],
    [
      'a rate for each iteration used outside of its repeat',
      (p, W) => {
        const η: Scalar = p.scalarPerIteration('rate', 4, () => 1)
        W.increase(η, W)
      },
      /increase: rate has 4 iterations and is used in no repeat/,
    ],
  ])('%s', (_name, train, sentence) => {
    expect(refused(train).message).toMatch(sentence)
  })

  it('a value of another program', () => {
    const stolen: Value[] = []
    programOf((p) => void stolen.push(p.x))
    expect(refused((p) => void difference(p.x, stolen[0] as Value)).message).toMatch(/another program/)
  })

  it('scores that are not one per class', () => {
    expect(() => compile('r', [3, 2], (p) => ({ train: () => undefined, predict: () => p.x }))).toThrow(
      /predict: scores must be batch × 2, found batch × 3/,
    )
  })
})

describe('what is traced', () => {
  it('carries a state through a repeat and reads the newest value (Gauss–Seidel) or the old one (Jacobi)', () => {
    const program = programOf(
      (p, W) => {
        const a = p.state('a', p.zeros(2))
        const b = p.state('b', p.zeros(2))
        p.repeat(5, () => {
          const old = a.current
          a.become(hardSigmoid(sum([1, a], [1, apply(W, p.x)])))
          b.become(sum([1, a], [2, old], [1, b]))
        })
        p.measure('b', b)
      },
      ['b'],
    )
    const repeat = repeatOf(program)
    expect(repeat.carried).toHaveLength(2)
    const [a, b] = repeat.carried
    const sums = repeat.body.flatMap((s) => (s.kind === 'let' && s.operation.kind === 'sum' ? [s] : []))
    const last = sums.find((s) => s.id === b?.next)
    expect(last?.operation.kind === 'sum' && last.operation.terms.map((t) => [t.coefficient.factor, t.value])).toEqual([
      [1, a?.next],
      [2, a?.inner],
      [1, b?.inner],
    ])
  })

  it('hoists what no iteration changes, and computes it once for training, whatever uses it', () => {
    const program = programOf(
      (p, W) => {
        for (const phase of ['one', 'two']) {
          const r = p.state('r', p.zeros(2))
          p.repeat(3, () => r.become(hardSigmoid(sum([0.5, r], [1, apply(W, p.x)]))))
          p.measure(phase, r)
        }
        p.measure('again', apply(W, p.x))
      },
      ['one', 'two', 'again'],
    )
    expect(kinds(program.training).filter((kind) => kind === 'product')).toHaveLength(1)
    expect(kinds(repeatOf(program).body)).toEqual(['sum', 'map'])
    expect(kinds(program.training).indexOf('product')).toBeLessThan(kinds(program.training).indexOf('repeat'))
  })

  it('does not hoist what a rate of each iteration scales', () => {
    const program = programOf(
      (p) => {
        const rate = p.scalarPerIteration('rate', 3, (t) => 1 / (t + 1))
        const r = p.state('r', p.zeros(3))
        p.repeat(3, () => r.increase(1, sum([rate, p.x])))
        p.measure('r', r)
      },
      ['r'],
    )
    expect(kinds(repeatOf(program).body)).toContain('sum')
    expect(JSON.stringify(repeatOf(program).body)).toContain('"scalar":0')
  })

  it('treats a state that a repeat only reads as not changing in it', () => {
    const program = programOf(
      (p, W) => {
        const fixed = p.state('fixed', apply(W, p.x))
        const r = p.state('r', p.zeros(2))
        p.repeat(3, () => r.become(sum([1, r], [1, map('square', fixed)])))
        p.measure('r', r)
      },
      ['r'],
    )
    expect(repeatOf(program).carried).toHaveLength(1)
    expect(kinds(repeatOf(program).body)).toEqual(['sum'])
  })

  it('drops what nobody reads: unkept measurements, the state only they need, log parameters', () => {
    const build = (p: Tracer) => {
      const W = p.parameter('W', [2, 3], { kind: 'xavier' })
      const R = p.parameter('R', [2, 2], { kind: 'identity' }, 'log')
      return {
        train: () => {
          const r = p.state('r', p.zeros(2))
          const watched = p.state('watched', p.zeros(2))
          p.repeat(3, () => {
            r.become(hardSigmoid(sum([0.5, r], [1, apply(W, p.x)])))
            watched.become(sum([1, watched], [1, map('absolute', r)]))
          })
          p.measure('watched', mean(watched))
          R.become(sum([0.9, R], [0.1, outer(r, r)]))
          W.increase(0.1, outer(r, p.x))
        },
        predict: () => apply(W, p.x),
      }
    }
    const bare = compile('r', [3, 2], build).program
    expect(bare.parameters.map((parameter) => parameter.name)).toEqual(['W'])
    expect(repeatOf(bare).carried).toHaveLength(1)
    expect(JSON.stringify(bare.training)).not.toContain('absolute')
    expect(bare.measurements).toEqual([])
    const logged = compile('r', [3, 2], build, ['R', 'watched']).program
    expect(logged.parameters.map((parameter) => parameter.name)).toEqual(['W', 'R'])
    expect(repeatOf(logged).carried).toHaveLength(2)
    expect(logged.measurements).toEqual([{ name: 'watched', shape: [1, 1], iterations: 1 }])
  })

  it('adds outer products that share the input before multiplying, and cancels the predictions they share', () => {
    const program = programOf((p, W) => {
      const lr = p.scalar('lr', () => 1)
      const free = hardSigmoid(apply(W, p.x))
      const nudged = hardSigmoid(sum([1, apply(W, p.x)], [1, p.y]))
      const error = (r: Value): Value => difference(r, apply(W, p.x))
      W.increase(lr, difference(outer(error(nudged), p.x), outer(error(free), p.x)))
    })
    const products = lets(program.training).filter((operation) => operation.kind === 'product')
    expect(products).toHaveLength(2)
    const sums = lets(program.training).flatMap((operation) => (operation.kind === 'sum' ? [operation] : []))
    expect(
      sums.some(
        (s) =>
          s.terms.length === 2 &&
          s.terms.every((t) => Math.abs(t.coefficient.factor) === 1 && t.coefficient.scalar === null),
      ),
    ).toBe(true)
    // r_nudged − r_free, and no term with W x.
    const Wx = program.training.find(
      (s) => s.kind === 'let' && s.operation.kind === 'product' && !s.operation.transposeLeft,
    )
    const users = sums.filter((s) => s.terms.some((t) => Wx?.kind === 'let' && t.value === Wx.id))
    expect(users).toHaveLength(1)
  })

  it('carries two states that become the same in every iteration', () => {
    const program = programOf(
      (p, W) => {
        const a = p.state('a', p.zeros(2))
        const b = p.state('b', p.fill(1, ['batch', 2]))
        p.repeat(3, () => {
          const drive = (): Value => hardSigmoid(sum([0.5, a], [1, apply(W, p.x)]))
          const [forA, forB] = [drive(), drive()]
          a.become(forA)
          b.become(forB)
        })
        p.measure('b', b)
      },
      ['b'],
    )
    const { body, carried } = repeatOf(program)
    const made = new Set(body.flatMap((s) => (s.kind === 'let' ? [s.id] : [])))
    expect(kinds(body)).toEqual(['sum', 'map'])
    expect(carried.every(({ next }) => made.has(next))).toBe(true)
  })

  it('measures inside a repeat once an iteration', () => {
    const program = programOf(
      (p, W) => {
        const r = p.state('r', p.zeros(2))
        p.repeat(4, () => {
          r.become(hardSigmoid(sum([0.5, r], [1, apply(W, p.x)])))
          p.measure('activity', mean(r))
        })
      },
      ['activity'],
    )
    expect(program.measurements).toEqual([{ name: 'activity', shape: [1, 1], iterations: 4 }])
  })

  it('fills the scalar vector by epoch, batch, sign and iteration', () => {
    const compiled = compile('r', [3, 2], (p) => {
      const W = p.parameter('W', [2, 3], { kind: 'xavier' })
      const signed = p.scalar('signed', ({ sign, epoch, batch }) => sign * (100 * epoch + batch))
      const rate = p.scalarPerIteration('rate', 3, (t) => 10 + t)
      return {
        train: () => {
          const r = p.state('r', p.zeros(2))
          p.repeat(3, () => r.increase(rate, apply(W, p.x)))
          W.increase(signed, outer(r, p.x))
        },
        predict: () => apply(W, p.x),
      }
    })
    expect(compiled.program.scalars).toEqual([
      { name: 'signed', length: 1, offset: 0 },
      { name: 'rate', length: 3, offset: 1 },
    ])
    expect([...compiled.scalarsAt({ epoch: 2, batch: 7, sign: -1 })]).toEqual([-207, 10, 11, 12])
  })

  it('leaves dense numbers: every value has a shape and is defined before it is read', () => {
    const program = programOf(
      (p, W) => {
        const r = p.state('r', p.zeros(2))
        p.repeat(4, () => r.become(hardSigmoid(sum([0.5, r], [1, apply(W, p.x)]))))
        W.increase(0.1, outer(r, p.x))
        W.increase(-0.1, W)
        p.measure('bias', meanOverBatch(r))
      },
      ['bias'],
    )
    expect(Math.max(...program.training.flatMap((s) => (s.kind === 'let' ? [s.id] : [])))).toBeLessThan(
      program.shapes.length,
    )
    expect(program.shapes.every((shape) => Array.isArray(shape))).toBe(true)
    expect(JSON.parse(JSON.stringify(program))).toEqual(program)
  })
})
