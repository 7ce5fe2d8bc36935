// Pictures of layers against what is known without them: decompositions by another algorithm, neighbours and forces summed
// pair by pair, affinities and trustworthiness by hand and by scikit-learn.
import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { describe, expect, it } from 'vitest'
import { nearestNeighbours } from '../../src-main/analysis/neighbours.ts'
import { principalComponents } from '../../src-main/analysis/pca.ts'
import { QuadTree } from '../../src-main/analysis/quad-tree.ts'
import { trustworthiness } from '../../src-main/analysis/trustworthiness.ts'
import { affinitiesOf, conditional, tsne } from '../../src-main/analysis/tsne.ts'
import { umap } from '../../src-main/analysis/umap.ts'
import { Generator as Random } from '../../src-main/program/random.ts'

function done<T>(steps: Generator<number, T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** Normal samples with a standard deviation that falls from feature to feature. */
function cloud(count: number, features: number, seed = 1) {
  const random = Random.seeded(seed)
  const values = Float32Array.from({ length: count * features }, (_, i) => random.normal() / (1 + (i % features)))
  return { count, features, values }
}

/** As neighbours are looked for. */
const inDoubles = ({ count, features, values }: ReturnType<typeof cloud>) => ({
  ...{ count, features, values: Float64Array.from(values) },
})

/** `clusters` far apart, each as wide as 1. */
function clusters(count: number, features: number, groups: number) {
  const random = Random.seeded(5)
  const middles = Array.from({ length: groups }, () => Array.from({ length: features }, () => 12 * random.normal()))
  const values = Float32Array.from(
    { length: count * features },
    (_, i) => (middles[Math.floor(i / features) % groups]?.[i % features] ?? 0) + random.normal(),
  )
  return { count, features, values }
}

describe('principal components', () => {
  it('of points on a line lie on it', () => {
    // (0, 0), (3, 4), (6, 8): of mean (3, 4), 5 apart along one direction.
    const { scores, explained } = done(
      principalComponents({ count: 3, features: 2, values: Float32Array.of(0, 0, 3, 4, 6, 8) }, 2),
    )
    expect(Math.abs(scores[0] ?? 0)).toBeCloseTo(5, 9)
    expect((scores[0] ?? 0) + (scores[4] ?? 0)).toBeCloseTo(0, 9)
    expect(scores[2]).toBeCloseTo(0, 9)
    expect(explained[0]).toBeCloseTo(1, 9)
    expect(explained[1]).toBeCloseTo(0, 9)
  })

  it.each([
    ['more samples than features', 300, 60],
    ['more features than samples', 60, 300],
    ['few features', 100, 5],
  ])('of %s are those of a full decomposition', (_, count, features) => {
    const rows = cloud(count, features)
    const wanted = 4
    const { scores, explained } = done(principalComponents(rows, wanted))
    const X = new Matrix(
      Array.from({ length: count }, (_row, i) => rows.values.slice(i * features, (i + 1) * features)),
    ).center('column')
    const whole = new EigenvalueDecomposition(X.transpose().mmul(X), { assumeSymmetric: true })
    const order = whole.realEigenvalues.map((value, i) => ({ value, i })).sort((a, b) => b.value - a.value)
    const all = order.reduce((sum, { value }) => sum + value, 0)
    for (let c = 0; c < wanted; c++) {
      const { value = 0, i: column = 0 } = order[c] ?? {}
      expect(explained[c]).toBeCloseTo(value / all, 7)
      const expected = X.mmul(whole.eigenvectorMatrix.subMatrixColumn([column])).to1DArray()
      const found = Array.from({ length: count }, (_row, i) => scores[i * wanted + c] as number)
      const sign = Math.sign(expected.reduce((sum, e, i) => sum + e * (found[i] as number), 0))
      found.forEach((score, i) => {
        expect(score).toBeCloseTo(sign * (expected[i] as number), 4)
      })
      const largest = found.reduce((most, score) => (Math.abs(score) > Math.abs(most) ? score : most), 0)
      expect(largest).toBeGreaterThan(0)
    }
  })

  it('of equal samples are nothing, and no more than there are features', () => {
    const { scores, explained } = done(
      principalComponents({ count: 4, features: 1, values: Float32Array.of(2, 2, 2, 2) }, 2),
    )
    expect([...scores].every((score) => score === 0)).toBe(true)
    expect(explained).toEqual([0, 0])
  })
})

describe('nearest neighbours', () => {
  it('are those of all pairs, the nearest first', () => {
    const { count, features, values } = cloud(120, 3)
    const { each, indices, distances } = done(nearestNeighbours(inDoubles({ count, features, values }), 7))
    for (let i = 0; i < count; i++) {
      const all = Array.from({ length: count }, (_, j) => ({
        j,
        d: Math.hypot(...[0, 1, 2].map((f) => (values[i * 3 + f] as number) - (values[j * 3 + f] as number))),
      }))
        .filter(({ j }) => j !== i)
        .sort((a, b) => a.d - b.d)
      for (let at = 0; at < each; at++) {
        expect(indices[i * each + at]).toBe(all[at]?.j)
        expect(distances[i * each + at]).toBeCloseTo(all[at]?.d ?? NaN, 10)
      }
    }
    expect(done(nearestNeighbours({ count: 3, features: 1, values: Float64Array.of(0, 1, 5) }, 10)).each).toBe(2)
  })
})

describe('t-SNE', () => {
  it('gives each sample the perplexity asked for', () => {
    const squared = Float64Array.from({ length: 60 }, (_, i) => 0.5 + i ** 1.5)
    const shares = conditional(squared, 12)
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12)
    const entropy = -shares.reduce((sum, share) => sum + (share > 0 ? share * Math.log(share) : 0), 0)
    expect(Math.exp(entropy)).toBeCloseTo(12, 2)
    // All equally far: every share is the same, whatever the perplexity.
    expect([...conditional(Float64Array.of(4, 4, 4, 4), 2)]).toEqual([0.25, 0.25, 0.25, 0.25])
  })

  it('joins what either takes for a neighbour, symmetrically, to 1 in all', () => {
    const near = done(nearestNeighbours(inDoubles(cloud(80, 4)), 15))
    const { from, others, values } = affinitiesOf(near, 5)
    const at = new Map<string, number>()
    for (let i = 0; i < 80; i++)
      for (let place = from[i] as number; place < (from[i + 1] as number); place++)
        at.set(`${i} ${others[place] as number}`, values[place] as number)
    expect([...at.values()].reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12)
    for (const [pair, value] of at) expect(at.get(pair.split(' ').reverse().join(' '))).toBeCloseTo(value, 15)
  })

  it('takes far points together to within a few per cent of all pairs, and exactly for angle 0', () => {
    const count = 400
    const random = Random.seeded(2)
    const y = Float64Array.from({ length: 2 * count }, () => 8 * random.normal())
    // Some in one place.
    for (let i = 0; i < 6; i++) y.copyWithin(2 * i, 20, 22)
    const expected = new Float64Array(2 * count)
    let total = 0
    for (let i = 0; i < count; i++)
      for (let j = 0; j < count; j++) {
        if (i === j) continue
        const [dx, dy] = [0, 1].map((axis) => (y[2 * i + axis] as number) - (y[2 * j + axis] as number)) as [
          number,
          number,
        ]
        const q = 1 / (1 + dx * dx + dy * dy)
        total += q
        expected[2 * i] = (expected[2 * i] as number) + q * q * dx
        expected[2 * i + 1] = (expected[2 * i + 1] as number) + q * q * dy
      }
    const tree = new QuadTree(count)
    const push = new Float64Array(2 * count)
    tree.build(y)
    expect(tree.repulsion(y, 0, push)).toBeCloseTo(total, 6)
    push.forEach((force, i) => {
      expect(force).toBeCloseTo(expected[i] as number, 8)
    })
    expect(tree.repulsion(y, 0.5, push) / total).toBeCloseTo(1, 1)
    const size = Math.hypot(...expected)
    expect(Math.hypot(...push.map((force, i) => force - (expected[i] as number))) / size).toBeLessThan(0.05)
  })
})

describe.each(['tsne', 'umap'] as const)('%s', (method) => {
  const rows = clusters(120, 20, 4)
  const picture = (seed: number): Float64Array => {
    const { scores } = done(principalComponents(rows, 2))
    const random = Random.seeded(seed)
    const near = done(nearestNeighbours(inDoubles(rows), method === 'tsne' ? 30 : 9))
    return done(
      method === 'tsne' ? tsne(near, scores, { perplexity: 10, random }) : umap(near, scores, { random, minDist: 0.1 }),
    )
  }

  it('draws clusters apart, and the same picture for the same seed', () => {
    const found = picture(3)
    expect(picture(3)).toEqual(found)
    expect(picture(4)).not.toEqual(found)
    const near = done(nearestNeighbours({ count: 120, features: 2, values: found }, 8))
    const same = Array.from(near.indices).filter((j, at) => j % 4 === Math.floor(at / near.each) % 4).length
    expect(same).toBe(near.indices.length)
  })
})

describe('trustworthiness', () => {
  const line = { features: 1, values: Float64Array.of(0, 1, 2, 4, 8, 16, 32, 64) }
  const all = [0, 1, 2, 3, 4, 5, 6, 7]

  it('is 1 of the samples themselves, and falls by the rank of each false neighbour', () => {
    expect(trustworthiness(line, line, all, 2)).toBe(1)
    // Samples 0 and 7 change places: by hand, with k = 1, n = 8, so 2 / (8 · 12) for each rank beyond 1.
    const swapped = { features: 1, values: Float64Array.of(64, 1, 2, 4, 8, 16, 32, 0) }
    // Nearest in the picture → rank in fact: 0→6: 6; 1→2: 1 or →7: equally near, the lower place counts: 2 → rank 2 (0 is nearer);
    // 2→1: 1; 3→2: 1; 4→3: 1; 5→4: 1; 6→5: 1; 7→1: 6.
    expect(trustworthiness(line, swapped, all, 1)).toBeCloseTo(1 - (2 / (8 * 12)) * (5 + 1 + 5), 12)
  })

  it('is of the chosen ones alone, and none of too few', () => {
    expect(trustworthiness(line, line, [0, 1], 1)).toBeNull()
    expect(trustworthiness(line, line, [0, 3, 5], 1)).toBe(1)
  })
})
