// Golden files that are not runs: activations, metrics and what freshly made networks look like.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { MAPS, type MapName } from '../../src-main/program/activations.ts'
import { compile } from '../../src-main/program/compile.ts'
import { drawInitial } from '../../src-main/program/initial.ts'
import { angleBetween, isHit, silentFraction } from '../../src-main/program/measures.ts'
import { Generator } from '../../src-main/program/random.ts'
import { map, outer } from '../../src-main/program/words.ts'
import { compileRule, ruleNamed } from '../../src-main/rules/index.ts'
import { activate } from '../../src-main/rules/unit.ts'
import { deviation, flat, folder, readGolden, transposed, variants, type Tensor } from './case.ts'

const judged = await variants()

/** A folder may hold runs alone. */
const here = { activations: isHere('activations'), metrics: isHere('metrics'), init_stats: isHere('init_stats') }
for (const [name, found] of Object.entries(here))
  if (!found) test.skip(`golden facts are not here: no ${join(folder, `${name}.json`)}; set APICAL_GOLDEN`)

function isHere(name: string): boolean {
  return existsSync(join(folder, `${name}.json`))
}

describe.runIf(here.activations)('activations', () => {
  interface Curve {
    readonly value: readonly number[]
    readonly derivative: readonly number[]
  }
  const { runs } = (here.activations ? readGolden('activations') : { runs: {} }) as {
    runs: {
      float64: {
        grid: readonly number[]
        functions: Readonly<Record<string, readonly number[]>>
        activation_func: Readonly<Record<string, Curve>>
        activation_inverse: { grid: readonly number[]; functions: Readonly<Record<string, readonly number[]>> }
      }
    }
  }
  const golden = here.activations ? runs.float64 : null
  const curve = (name: string): Curve => golden?.activation_func[name] ?? { value: [], derivative: [] }
  const inverse = (name: string): readonly number[] => golden?.activation_inverse.functions[name] ?? []
  const expected: readonly (readonly [MapName, 'grid' | 'inverse', readonly number[]])[] = [
    ['hardSigmoid', 'grid', golden?.functions['hard_sigmoid'] ?? []],
    ['relu', 'grid', curve('relu').value],
    ['tanh', 'grid', curve('tanh').value],
    ['sigmoid', 'grid', curve('sigmoid').value],
    ['exp', 'grid', curve('exp').value],
    ['reluSlope', 'grid', curve('relu').derivative],
    ['tanhSlope', 'grid', curve('tanh').derivative],
    ['sigmoidSlope', 'grid', curve('sigmoid').derivative],
    ['artanh', 'inverse', inverse('tanh')],
    ['logit', 'inverse', inverse('sigmoid')],
    ['log', 'inverse', inverse('exp')],
  ]
  for (const [name, where, want] of expected) {
    const grid = (where === 'grid' ? golden?.grid : golden?.activation_inverse.grid) ?? []
    test(`${name} as defined`, () => {
      expect(want.length).toBe(grid.length)
      expect(deviation({ what: name, got: grid.map((v) => MAPS[name](v)), want })).toBeLessThan(1e-14)
    })
    for (const { title, engine, precision, tolerance } of judged)
      test(`${name} on ${title}`, async () => {
        const width = grid.length
        const compiled = compile('grid', [width, width], (p) => ({
          train: () => undefined,
          predict: () => map(name, p.x),
        }))
        const session = await engine.open(compiled, { replicas: 1, precision })
        const pixels = Float32Array.from(grid)
        const samples = { count: 1, features: width, pixels, labels: new Uint8Array(1), classes: width, image: null }
        const data = { ...samples, scaling: { scale: [1], offset: [0] } }
        session.bind({ train: data, test: data })
        const got = await session.predict({
          split: 'test',
          samples: Uint32Array.of(0),
          scalars: new Float64Array(0),
          replica: 0,
        })
        session.close()
        // The grid reaches an engine rounded to float32, so the reference is asked at just those points.
        const rounded = Array.from(pixels, (v) => MAPS[name](v))
        expect(deviation({ what: name, got, want: rounded })).toBeLessThan(tolerance)
      })
  }
})

describe.runIf(here.activations)('activations of settling units', () => {
  const { runs } = (here.activations ? readGolden('activations') : { runs: {} }) as {
    runs: { float64: { grid: readonly number[]; functions: Readonly<Record<string, readonly number[]>> } }
  }
  // Points that float32 holds exactly: a rounded one would be judged by the slope as well.
  const points = here.activations ? runs.float64.grid.flatMap((v, i) => (Math.fround(v) === v ? [i] : [])) : []
  for (const [ours, theirs] of [
    ['hard-sigmoid', 'hard_sigmoid'],
    ['wide', 'my_hard_sig'],
    ['centred', 'ctrd_hard_sig'],
    ['sigmoid', 'my_sigmoid'],
  ] as const)
    for (const { title, engine, precision, tolerance } of judged)
      test(`${ours} on ${title}`, async () => {
        const width = points.length
        const compiled = compile('grid', [width, width], (p) => ({
          train: () => undefined,
          predict: () => activate(p, ours, p.x),
        }))
        const session = await engine.open(compiled, { replicas: 1, precision })
        const pixels = Float32Array.from(points, (i) => runs.float64.grid[i] as number)
        const samples = { count: 1, features: width, pixels, labels: new Uint8Array(1), classes: width, image: null }
        const data = { ...samples, scaling: { scale: [1], offset: [0] } }
        session.bind({ train: data, test: data })
        const plan = { split: 'test', samples: Uint32Array.of(0), scalars: new Float64Array(0), replica: 0 } as const
        const got = await session.predict(plan)
        session.close()
        const want = points.map((i) => runs.float64.functions[theirs]?.[i] as number)
        expect(want.length).toBeGreaterThan(40)
        expect(deviation({ what: ours, got, want })).toBeLessThan(tolerance)
      })
})

describe.runIf(here.metrics)('metrics', () => {
  const { inputs, runs } = (here.metrics ? readGolden('metrics') : { inputs: {}, runs: {} }) as {
    inputs: { score: Tensor; y: readonly number[]; state: Tensor; A: Tensor; B: Tensor }
    runs: {
      float64: {
        topk_accuracy: { k: readonly number[]; count: readonly number[] }
        columnwise_sparsity: Readonly<Record<'threshold_0.01' | 'threshold_0.02', readonly number[]>>
        angle_between_two_matrices_deg: { A_B: number; A_minusB: number; A_halfA_plus_B: number }
        mean_outer_product_of_columns_A_B: Tensor
      }
    }
  }

  test('top-k counts', () => {
    const { k, count } = runs.float64.topk_accuracy
    const scores = transposed(inputs.score)
    const classes = inputs.score.shape[0] as number
    const got = k.map(
      (most) => inputs.y.filter((label, row) => isHit(scores, row * classes, classes, label, most)).length,
    )
    expect(got).toEqual(count)
  })

  test('angles between matrices', () => {
    const a = flat(inputs.A)
    const b = flat(inputs.B)
    const { A_B, A_minusB, A_halfA_plus_B } = runs.float64.angle_between_two_matrices_deg
    expect(angleBetween(a, b)).toBeCloseTo(A_B, 10)
    expect(
      angleBetween(
        a,
        b.map((v) => -v),
      ),
    ).toBeCloseTo(A_minusB, 10)
    expect(
      angleBetween(
        a,
        b.map((v, i) => 0.5 * (a[i] as number) + v),
      ),
    ).toBeCloseTo(A_halfA_plus_B, 10)
  })

  for (const { title, engine, precision, tolerance } of judged)
    test(`mean outer product on ${title}`, async () => {
      const [rows, columns] = inputs.A.shape as readonly [number, number]
      // Columns are samples there: A over B, so that one sample carries both, and one selects each half.
      const compiled = compile(
        'outer',
        [2 * rows, 2 * rows],
        (p) => ({ train: () => p.measure('outer', outer(p.x, p.x)), predict: () => p.x }),
        ['outer'],
      )
      const session = await engine.open(compiled, { replicas: 1, precision })
      const a = transposed(inputs.A)
      const b = transposed(inputs.B)
      const pixels = Float32Array.from({ length: 2 * rows * columns }, (_, i) => {
        const [sample, feature] = [Math.floor(i / (2 * rows)), i % (2 * rows)]
        return (feature < rows ? a[sample * rows + feature] : b[sample * rows + feature - rows]) as number
      })
      const labels = new Uint8Array(columns)
      const data = {
        count: columns,
        features: 2 * rows,
        pixels,
        labels,
        classes: 2,
        image: null,
        scaling: { scale: [1], offset: [0] },
      }
      session.bind({ train: data, test: data })
      const samples = Uint32Array.from({ length: columns }, (_, i) => i)
      const plan = { batchSize: columns, batches: 1, samples, scalars: new Float64Array(0), measureBatch: 0 }
      const { measurements } = await session.train(plan)
      session.close()
      const all = measurements[0]?.get('outer') ?? []
      const got = Array.from(
        { length: rows * rows },
        (_, i) => all[Math.floor(i / rows) * 2 * rows + rows + (i % rows)] as number,
      )
      const want = flat(runs.float64.mean_outer_product_of_columns_A_B)
      // The inputs were rounded to float32 on their way in.
      expect(deviation({ what: 'outer', got, want })).toBeLessThan(Math.max(tolerance, 1e-6))
    })

  test.each(['0.01', '0.02'] as const)('column-wise sparsity, the share of a column below %s', (threshold) => {
    const [rows, columns] = inputs.state.shape as readonly [number, number]
    const state = flat(inputs.state)
    const got = Array.from({ length: columns }, (_, column) =>
      silentFraction(
        Array.from({ length: rows }, (_, row) => state[row * columns + column] as number),
        Number(threshold),
      ),
    )
    expect(got).toEqual(runs.float64.columnwise_sparsity[`threshold_${threshold}`])
  })
})

describe.runIf(here.init_stats)('fresh networks', () => {
  interface Facts {
    readonly shape: readonly number[]
    readonly min: number
    readonly max: number
    readonly mean: number
    readonly std: number
    readonly diag_mean?: number
    readonly diag_std?: number
    readonly offdiag_std?: number
  }
  const { stats, architecture } = (here.init_stats ? readGolden('init_stats') : { stats: {}, architecture: [] }) as {
    stats: Readonly<Record<string, Readonly<Record<string, readonly Facts[]>>>>
    architecture: readonly number[]
  }
  interface Family {
    readonly rule: string
    readonly theirs: string
    /** Ours before the layer's number, and the file's. */
    readonly ours: string
    readonly family: string
    /** The first layer that has it here; the file's first is of layer 1. */
    readonly from?: number
    readonly settings?: Readonly<Record<string, unknown>>
  }
  const families: readonly Family[] = [
    { rule: 'corinfomax', theirs: 'corinfomax', ours: 'W', family: 'Wff' },
    { rule: 'corinfomax', theirs: 'corinfomax', ours: 'V', family: 'Wfb', from: 2 },
    { rule: 'corinfomax', theirs: 'corinfomax', ours: 'B', family: 'B' },
    { rule: 'ep', theirs: 'ep', ours: 'W', family: 'W' },
    { rule: 'ep', theirs: 'ep', ours: 'b', family: 'bias' },
    { rule: 'csm', theirs: 'csm', ours: 'W', family: 'W' },
    { rule: 'csm', theirs: 'csm', ours: 'b', family: 'bias' },
    { rule: 'csm', theirs: 'csm', ours: 'M', family: 'M' },
    { rule: 'pc', theirs: 'pc', ours: 'W', family: 'Wff' },
    { rule: 'pc', theirs: 'pc', ours: 'b', family: 'bias' },
    { rule: 'pc-nudge', theirs: 'pc_nudge', ours: 'W', family: 'Wff' },
    { rule: 'pc-nudge', theirs: 'pc_nudge', ours: 'b', family: 'bias' },
    // The released code's own layer, which the published runs did not use, ...
    { rule: 'feedback-alignment', theirs: 'fa', ours: 'W', family: 'W', settings: { initial: 'kaiming' } },
    { rule: 'feedback-alignment', theirs: 'fa', ours: 'F', family: 'W_fa', from: 2, settings: { initial: 'kaiming' } },
    { rule: 'feedback-alignment', theirs: 'fa', ours: 'b', family: 'bias', settings: { initial: 'kaiming' } },
    // ... and their library's, which keeps what the layers of a plain perceptron began with.
    { rule: 'feedback-alignment', theirs: 'bp', ours: 'W', family: 'W' },
    { rule: 'feedback-alignment', theirs: 'bp', ours: 'b', family: 'bias' },
    { rule: 'backprop', theirs: 'bp', ours: 'W', family: 'W' },
    { rule: 'backprop', theirs: 'bp', ours: 'b', family: 'bias' },
  ]
  for (const { rule: name, theirs, ours, family, from = 1, settings = {} } of families)
    for (const [i, facts] of (stats[theirs]?.[family] ?? []).entries()) {
      const parameter = `${ours}${i + 1}`
      if (i + 1 < from) continue
      test(`${name} ${parameter} is drawn as ${theirs} was`, () => {
        const rule = ruleNamed(name)
        if (rule === undefined) throw new Error(`there is no rule ${name}`)
        const { program } = compileRule(rule, rule.settings.parse(settings) as unknown, architecture)
        const declared = program.parameters.find((candidate) => candidate.name === parameter)
        if (declared === undefined) throw new Error(`${name} has no ${parameter}`)
        const [rows, columns] = declared.shape
        expect(rows * columns).toBe(facts.shape.reduce((product, size) => product * size, 1))
        const values = drawInitial(declared.initial, declared.shape, Generator.seeded(3).split(declared.name))
        if (facts.min === facts.max) {
          expect(Array.from(values).filter((v) => v !== facts.min)).toEqual([])
          return
        }
        const count = values.length
        const mean = values.reduce((sum, v) => sum + v, 0) / count
        const spread = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / count)

        if (facts.diag_mean !== undefined) {
          // M Mᵀ with M uniform of variance 1/n: the diagonal has mean 1 and variance 4/(5n), the rest variance 1/n.
          const n = rows
          const diagonal = Array.from({ length: n }, (_, k) => values[k * n + k] as number)
          const diagonalMean = diagonal.reduce((sum, v) => sum + v, 0) / n
          const others = Array.from(values).filter((_, at) => at % (n + 1) !== 0)
          const otherSpread = Math.sqrt(others.reduce((sum, v) => sum + v * v, 0) / others.length)
          expect(Math.abs(diagonalMean - 1)).toBeLessThan((5 * Math.sqrt(0.8)) / n)
          // The entries of M Mᵀ share rows of M, so their spread strays by about √2/n of itself.
          expect(Math.abs(otherSpread * Math.sqrt(n) - 1)).toBeLessThan((5 * Math.SQRT2) / n + (n < 50 ? 0.2 : 0))
          expect(Math.abs((facts.offdiag_std as number) * Math.sqrt(n) - 1)).toBeLessThan(0.3)
          for (let r = 0; r < n; r++) for (let c = 0; c < r; c++) expect(values[r * n + c]).toBe(values[c * n + r])
          return
        }
        // Their bound from their spread (a = √3 σ, exact to sampling error) and ours must be one.
        const bound = values.reduce((most, v) => Math.max(most, Math.abs(v)), 0)
        const theirBound = Math.max(Math.abs(facts.min), Math.abs(facts.max))
        const slack = 12 / count
        expect(bound).toBeLessThanOrEqual(theirBound * (1 + slack))
        expect(theirBound).toBeLessThanOrEqual(bound * (1 + slack))
        // The standard error of a uniform's mean is σ/√N, of its spread about 0.45 σ/√N.
        expect(Math.abs(mean)).toBeLessThan((5 * theirBound) / Math.sqrt(3 * count))
        expect(Math.abs(spread / (theirBound / Math.sqrt(3)) - 1)).toBeLessThan((5 * 0.45) / Math.sqrt(count) + slack)
      })
    }
})
