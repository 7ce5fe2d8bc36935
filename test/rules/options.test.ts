// Settings that no published run has, against their definitions written out here in plain loops. On the reference engine, in float64.
import { describe, expect, test } from 'vitest'
import { batch, BATCH, compiledWith, started } from './small-network.ts'

type Matrix = readonly (readonly number[])[]

const clip = (v: number): number => Math.min(1, Math.max(0, v))
const rows = (values: ArrayLike<number>, columns: number): Matrix =>
  Array.from({ length: values.length / columns }, (_, i) => Array.from(values).slice(i * columns, (i + 1) * columns))
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, v, i) => sum + v * (b[i] as number), 0)
const times = (matrix: Matrix, v: readonly number[]): number[] => matrix.map((row) => dot(row, v))
const row = (matrix: Matrix, i: number): readonly number[] => matrix[i] as readonly number[]

function expectClose(got: ArrayLike<number>, want: readonly number[], what: string): void {
  expect(got.length, what).toBe(want.length)
  want.forEach((v, i) => expect(got[i], `${what}[${i}]`).toBeCloseTo(v, 11))
}

describe('CorInfoMax with biases', () => {
  const [n0, n1, n2] = [5, 4, 3]
  const rate = 0.03
  const settings = {
    bias: true,
    weightDecay: true,
    neuralRule: 'constant',
    neuralLr: rate,
    iterationsFree: 7,
    iterationsNudged: 5,
    randomSign: false,
    beta: 0.6,
    lambda: 0.9,
    lrForward: [0.3, 0.2],
    lrFeedback: [0.1],
    schedule: [{ fromEpoch: 0, base: 1 }],
  }
  const [g, ε, λ, β] = [0.5, 0.15, 0.9, 0.6]
  const γ = (1 - λ) / λ

  /**
   * The debugging class of the released code as its equations read: r with a 1 below it, V with a row more, B with a row
   * and a column more, whole matrices throughout. Two batches of the same samples.
   */
  test('is the network whose rates end with a 1', async () => {
    const compiled = compiledWith('corinfomax', settings, [n0, n1, n2], [])
    const { session, initial, x, y } = await started(compiled, 41)
    const of = (name: string): Float64Array => initial.get(name) as Float64Array
    const [W, b] = [
      [rows(of('W1'), n0), rows(of('W2'), n1)],
      [Array.from(of('b1')), Array.from(of('b2'))],
    ] as [Matrix[], number[][]]
    let V: Matrix = [...rows(of('V2'), n2), Array.from(of('v2'))]
    const bordered = (k: number, n: number): Matrix => [
      ...rows(of(`B${k}`), n).map((line, i) => [...line, of(`c${k}`)[i] as number]),
      [...of(`c${k}`), of(`d${k}`)[0] as number],
    ]
    const B = [bordered(1, n1), bordered(2, n2)]
    const samples = rows(x, n0)
    const labels = rows(y, n2)

    interface State {
      readonly r1: readonly number[]
      readonly r2: readonly number[]
    }
    const settle = (
      at: State,
      sample: readonly number[],
      label: readonly number[],
      count: number,
      β: number,
    ): State => {
      let { r1, r2 } = at
      let [u1, u2] = [r1, r2]
      const from = (k: 0 | 1, v: readonly number[]): number[] =>
        times(W[k] as Matrix, v).map((drive, i) => drive + (b[k]?.[i] as number))
      for (let t = 0; t < count; t++) {
        const [below, lateral, above] = [from(0, sample), times(B[0] as Matrix, [...r1, 1]), times(V, r2)]
        u1 = u1.map((u, i) => {
          const apical = ε * (2 * γ * (lateral[i] as number) + g * (r1[i] as number)) + (above[i] as number)
          return u + rate * (-g * u + ((below[i] as number) - u) / ε + (apical - u) / ε)
        })
        r1 = u1.map(clip)
        const [under, beside] = [from(1, r1), times(B[1] as Matrix, [...r2, 1])]
        u2 = u2.map((u, i) => {
          const rated = r2[i] as number
          const apical = γ * (beside[i] as number) + g * rated - β * (rated - (label[i] as number))
          return u + rate * (-g * u + ((under[i] as number) - u) / ε + (apical - u))
        })
        r2 = u2.map(clip)
      }
      return { r1, r2 }
    }
    const atRest = { r1: new Array<number>(n1).fill(0), r2: new Array<number>(n2).fill(0) }
    /** ⟨a bᵀ⟩ over the batch. */
    const meanOuter = (pairs: readonly (readonly [readonly number[], readonly number[]])[]): Matrix =>
      (pairs[0]?.[0] ?? []).map((_, i) =>
        (pairs[0]?.[1] ?? []).map((__, j) =>
          pairs.reduce((sum, [a, c]) => sum + ((a[i] as number) * (c[j] as number)) / BATCH, 0),
        ),
      )
    const moved = (matrix: Matrix, by: Matrix, lr: number): Matrix =>
      matrix.map((line, i) =>
        line.map((v, j) => {
          const next = v + lr * ((by[i]?.[j] as number) / β)
          return next - lr * ε * next
        }),
      )
    const minus = (a: Matrix, c: Matrix): Matrix => a.map((line, i) => line.map((v, j) => v - (c[i]?.[j] as number)))

    for (let step = 0; step < 2; step++) {
      await batch(session, compiled)
      const free = samples.map((sample, i) => settle(atRest, sample, row(labels, i), 7, 0))
      const nudged = samples.map((sample, i) => settle(free[i] as State, sample, row(labels, i), 5, β))
      const learned = (phase: readonly State[], k: 0 | 1): Matrix =>
        meanOuter(
          phase.map(({ r1, r2 }, i) => {
            const [upper, lower] = k === 0 ? [r1, row(samples, i)] : [r2, r1]
            const error = upper.map(
              (v, j) => v - dot((W[k] as Matrix)[j] as readonly number[], lower) - (b[k]?.[j] as number),
            )
            // The column for the bias is the mean error itself.
            return [error, [...lower, 1]] as const
          }),
        )
      const backward = (phase: readonly State[]): Matrix =>
        meanOuter(
          phase.map(({ r1, r2 }) => [[...r1, 1].map((v, j) => v - dot(V[j] as readonly number[], r2)), r2] as const),
        )
      const [forward0, forward1] = [0, 1].map((k) => minus(learned(nudged, k as 0 | 1), learned(free, k as 0 | 1))) as [
        Matrix,
        Matrix,
      ]
      const feedback = minus(backward(nudged), backward(free))
      for (const [k, by, lr] of [
        [0, forward0, 0.3],
        [1, forward1, 0.2],
      ] as const) {
        const whole = moved(
          (W[k] as Matrix).map((line, i) => [...line, b[k]?.[i] as number]),
          by,
          lr,
        )
        W[k] = whole.map((line) => line.slice(0, -1))
        b[k] = whole.map((line) => line.at(-1) as number)
      }
      V = moved(V, feedback, 0.1)
      for (const k of [0, 1] as const) {
        const lateral = B[k] as Matrix
        const z = nudged.map(({ r1, r2 }) => times(lateral, [...(k === 0 ? r1 : r2), 1]))
        const zz = meanOuter(z.map((v) => [v, v] as const))
        B[k] = lateral.map((line, i) => line.map((v, j) => (v - γ * (zz[i]?.[j] as number)) / λ))
      }
      for (const k of [1, 2] as const) {
        expectClose(await session.read(`W${k}`, 0), (W[k - 1] as Matrix).flat(), `W${k} after ${step}`)
        expectClose(await session.read(`b${k}`, 0), b[k - 1] as number[], `b${k} after ${step}`)
        const lateral = B[k - 1] as Matrix
        expectClose(
          await session.read(`B${k}`, 0),
          lateral.slice(0, -1).flatMap((line) => line.slice(0, -1)),
          `B${k}`,
        )
        expectClose(
          await session.read(`c${k}`, 0),
          lateral.slice(0, -1).map((line) => line.at(-1) as number),
          `c${k}`,
        )
        expectClose(await session.read(`d${k}`, 0), [lateral.at(-1)?.at(-1) as number], `d${k}`)
      }
      expectClose(await session.read('V2', 0), V.slice(0, -1).flat(), `V2 after ${step}`)
      expectClose(await session.read('v2', 0), V.at(-1) as number[], `v2 after ${step}`)
    }
    // Biases that had not moved would prove nothing.
    expect(Math.max(...(b[0] as number[]).map(Math.abs))).toBeGreaterThan(1e-3)
    session.close()
  })
})

test('the feedback weights follow a schedule of their own where they have one', async () => {
  const settings = {
    randomSign: false,
    schedule: [{ fromEpoch: 0, base: 0.5 }],
    iterationsFree: 4,
    iterationsNudged: 4,
  }
  const changes: number[][] = []
  for (const scheduleFeedback of [[], [{ fromEpoch: 0, base: 0.1 }]]) {
    const compiled = compiledWith('corinfomax', { ...settings, scheduleFeedback }, [5, 4, 3])
    const { session, initial } = await started(compiled, 51)
    await batch(session, compiled, undefined, 1, { epoch: 2, batch: 9 })
    const change = async (name: string): Promise<number> => {
      const [now, before] = [await session.read(name, 0), initial.get(name) as Float64Array]
      return Math.hypot(...Array.from(now, (v, i) => v - (before[i] as number)))
    }
    changes.push([await change('W1'), await change('W2'), await change('V2')])
    session.close()
  }
  const [as, own] = changes as [number[], number[]]
  expect(own[0]).toBeCloseTo(as[0] as number, 14)
  expect(own[1]).toBeCloseTo(as[1] as number, 14)
  expect(as[2]).toBeGreaterThan(1e-6)
  expect((own[2] as number) / (as[2] as number)).toBeCloseTo(0.1 ** 2 / 0.5 ** 2, 10)
})

test('settling starts where each unit was drawn, the same for every sample', async () => {
  const settings = {
    initialState: 'random',
    activation: 'linear',
    iterationsFree: 1,
    iterationsNudged: 1,
    neuralLr: 0.25,
  }
  const compiled = compiledWith('ep', settings, [5, 4, 3], ['free.s1', 'free.s2'])
  const { session, initial, x } = await started(compiled, 61)
  const of = (name: string): number[] => Array.from(initial.get(name) as Float64Array)
  const measured = await batch(session, compiled)
  const [W1, W2] = [rows(of('W1'), 5), rows(of('W2'), 4)]
  const [s1, s2] = [of('begin1'), of('begin2')]
  // Standard normal, all different.
  expect(new Set([...s1, ...s2]).size).toBe(7)
  for (let sample = 0; sample < BATCH; sample++) {
    const drive1 = times(W1, row(rows(x, 5), sample)).map(
      (v, i) =>
        v +
        dot(
          W2.map((line) => line[i] as number),
          s2,
        ),
    )
    const drive2 = times(W2, s1)
    const next = (before: readonly number[], drive: readonly number[]): number[] =>
      before.map((v, i) => 0.75 * v + 0.25 * (drive[i] as number))
    expectClose(measured('free.s1').slice(sample * 4, sample * 4 + 4), next(s1, drive1), `s1 of sample ${sample}`)
    expectClose(measured('free.s2').slice(sample * 3, sample * 3 + 3), next(s2, drive2), `s2 of sample ${sample}`)
  }
  session.close()
})

/** `torch.optim.SGD` as its documentation states it: the first momentum is the gradient itself, undamped. */
test.each([
  { momentum: 0.8, dampening: 0.3, nesterov: false },
  { momentum: 0.8, dampening: 0, nesterov: true },
  { momentum: 0.8, dampening: 0.3, nesterov: true },
  { momentum: 0, dampening: 0.3, nesterov: true },
])('SGD with momentum $momentum, dampening $dampening, Nesterov $nesterov', async (form) => {
  const [lr, decay] = [0.05, 0.01]
  const settings = { ...form, optimiser: 'sgd', learningRate: lr, weightDecay: decay, stepFactor: 1 }
  const compiled = compiledWith('backprop', settings, [5, 4, 3], ['gradient.W1'])
  const { session, initial } = await started(compiled, 71)
  let W = Array.from(initial.get('W1') as Float64Array)
  let m: number[] | null = null
  for (let step = 0; step < 4; step++) {
    const measured = await batch(session, compiled, undefined, 1, { epoch: 0, batch: step })
    const d = W.map((w, i) => (measured('gradient.W1')[i] as number) + decay * w)
    const kept: number[] | null = m
    const share = form.nesterov ? 1 : 1 - form.dampening
    const next: number[] = kept === null ? d : kept.map((v, i) => form.momentum * v + share * (d[i] as number))
    m = next
    const direction =
      form.momentum === 0 ? d : form.nesterov ? d.map((v, i) => v + form.momentum * (next[i] as number)) : next
    W = W.map((w, i) => w - lr * (direction[i] as number))
    expectClose(await session.read('W1', 0), W, `W1 after ${step}`)
  }
  session.close()
})

test('predictive coding with ReLU sees inputs above zero only, as the released code does, whose inverse of ReLU is x itself', async () => {
  const settings = { activation: 'relu', iterations: 3 }
  const compiled = compiledWith('pc', settings, [5, 4, 3], ['feedforward.v1'])
  const { session, initial, x } = await started(compiled, 81, -2)
  expect(Array.from(x).some((v) => v < 0)).toBe(true)
  const measured = await batch(session, compiled)
  const [W1, b1] = [rows(initial.get('W1') as Float64Array, 5), Array.from(initial.get('b1') as Float64Array)]
  rows(x, 5).forEach((sample, i) => {
    const want = times(
      W1,
      sample.map((v) => Math.max(v, 0)),
    ).map((v, j) => v + (b1[j] as number))
    expectClose(measured('feedforward.v1').slice(i * 4, i * 4 + 4), want, `v1 of sample ${i}`)
  })
  session.close()
})

describe('settling in evaluation', () => {
  const slow = { neuralRule: 'divide_by_slow_loop_index', neuralLr: 0.05, neuralLrDecay: 0.1, neuralLrStop: 0.01 }
  for (const [rule, training, apart, alike] of [
    ['corinfomax', slow, { evaluationLr: 0.08 }, { neuralLr: 0.08 }],
    ['corinfomax-sparse', slow, { evaluationLr: 0.08 }, { neuralLr: 0.08 }],
    ['ep', { neuralLr: 0.4 }, { evaluationLr: 0.2 }, { evaluationLr: 0.2 }],
    ['csm', { neuralLr: 0.4 }, { evaluationLr: 0.2 }, { evaluationLr: 0.2 }],
  ] as const)
    test(`${rule} has its own iterations and rate there, and training does not see them`, async () => {
      /** Scores with the first weights, then the weights after one batch. */
      const outcome = async (settings: object): Promise<readonly (readonly number[])[]> => {
        const compiled = compiledWith(rule, { iterationsFree: 6, ...training, ...settings }, [5, 4, 3])
        const { session } = await started(compiled, 47)
        const scalars = compiled.scalarsAt({ epoch: 0, batch: 0, sign: 1 })
        const samples = Uint32Array.from({ length: BATCH }, (_, i) => i)
        const scores = await session.predict({ split: 'test', samples, scalars, replica: 0 })
        await batch(session, compiled)
        const weights = [await session.read('W1', 0), await session.read('W2', 0)]
        session.close()
        return [scores, ...weights].map((values) => Array.from(values))
      }
      const [usual, own] = [await outcome({}), await outcome({ iterationsEvaluation: 11, ...apart })]
      // What a network says that settles so in training, too.
      expect(own[0]).toEqual((await outcome({ iterationsFree: 11, ...alike }))[0])
      expect(own[0]).not.toEqual(usual[0])
      expect(own.slice(1)).toEqual(usual.slice(1))
    })
})
