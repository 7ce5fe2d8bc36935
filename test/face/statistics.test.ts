// Against numbers of SciPy 1.17.1, NumPy 2.4.6 and statsmodels 0.15.0; the call that made them stands beside each.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bootstrapInterval } from '../../src-renderer/statistics/bootstrap.ts'
import { meanInterval, methodText } from '../../src-renderer/statistics/mean-interval.ts'
import { holm, pairedTest, signedRankTest } from '../../src-renderer/statistics/paired.ts'
import { pairedPower, pairsForPower } from '../../src-renderer/statistics/power.ts'
import { normalCdf, studentCdf, studentQuantile } from '../../src-main/experiment/student-t.ts'
import { summarise } from '../../src-renderer/statistics/summary.ts'

const x = [0.9762, 0.9751, 0.977, 0.9748, 0.9781, 0.9759, 0.9766, 0.9744, 0.9763, 0.9772]
const y = [0.9755, 0.974, 0.9771, 0.9741, 0.976, 0.9752, 0.9768, 0.973, 0.9751, 0.9761]
const differences = x.map((value, i) => value - (y[i] ?? NaN))

describe('summary', () => {
  test('of ten seeds', () => {
    const found = summarise(x)
    expect(found?.n).toBe(10)
    // numpy.mean(x), numpy.std(x, ddof=1), numpy.median(x), numpy.quantile(x, [.25, .75]), scipy.stats.trim_mean(x, .25)
    expect(found?.mean).toBeCloseTo(0.97616, 12)
    expect(found?.sd).toBeCloseTo(0.001150072461485202, 12)
    expect(found?.median).toBeCloseTo(0.97625, 12)
    expect(found?.quartiles.low).toBeCloseTo(0.9753, 12)
    expect(found?.quartiles.high).toBeCloseTo(0.9769, 12)
    expect(found?.iqm).toBeCloseTo(0.9761833333333333, 12)
    expect([found?.lowest, found?.highest]).toEqual([0.9744, 0.9781])
  })

  test('of seven, where no quarter is whole', () => {
    const found = summarise(x.slice(0, 7))
    // The same calls with x[:7].
    expect(found?.median).toBeCloseTo(0.9762, 12)
    expect(found?.quartiles.low).toBeCloseTo(0.9755, 12)
    expect(found?.quartiles.high).toBeCloseTo(0.9768, 12)
    expect(found?.iqm).toBeCloseTo(0.97616, 12)
  })

  test('one value has no spread and no interval; none has nothing', () => {
    expect(summarise([0.5])).toMatchObject({ n: 1, mean: 0.5, sd: 0, median: 0.5, iqm: 0.5, interval: null })
    expect(summarise([])).toBeNull()
    expect(summarise([NaN, Infinity])).toBeNull()
  })

  test('what is not a number does not count', () => {
    expect(summarise([0.4, NaN, 0.6])).toMatchObject({ n: 2, mean: 0.5 })
  })

  test('whatever the order of the seeds, to the last digit', () => {
    const wide = [1e16, 1, -1e16, 0.5]
    expect(summarise(wide)?.mean).toBe(0.375)
    expect(summarise(wide.toReversed())?.mean).toBe(0.375)
  })
})

describe('Student’s t', () => {
  const close = (got: number, want: number, digits: number): void => {
    expect(Math.abs(got / want - 1)).toBeLessThan(10 ** -digits)
  }

  test.each([
    // scipy.stats.t.cdf(t, df)
    [-60, 1, 0.005304673632623272],
    [-4.5, 2, 0.02300095399713801],
    [-12, 9, 3.8499431114928265e-7],
    [-60, 9, 2.5005952358364503e-13],
    [0.7, 4, 0.7387499172032749],
    [2.5, 30, 0.9909421754659666],
    [-12, 99, 2.5653148439487405e-21],
    [-4.5, 9999, 3.4360527814050572e-6],
  ])('P(T ≤ %d) with %i degrees of freedom, a small one to its last digits', (t, df, p) => {
    close(studentCdf(t, df), p, 10)
  })

  test.each([
    // scipy.stats.t.ppf(p, df)
    [0.6, 1, 0.32491969623290634],
    [0.975, 1, 12.706204736174694],
    [0.9999995, 1, 636619.7724194303],
    [0.975, 9, 2.262157162798205],
    [0.995, 4, 4.604094871349992],
    [0.975, 9999, 1.960201263621357],
  ])('the quantile at %d with %i', (p, df, t) => {
    close(studentQuantile(p, df), t, 9)
    expect(studentQuantile(1 - p, df)).toBeCloseTo(-studentQuantile(p, df), 6)
  })

  test.each([
    // scipy.stats.nct.cdf(t, df, shift); the last two by mpmath's quadrature to 40 digits, where SciPy's are off from the fifth digit
    [0.5, 1, 2.8, 0.011273373229223456],
    [4, 9, 5, 0.20701820537936266],
    [2.3, 30, 1, 0.8903900995514638],
    [7, 1, 30, 2.209049699858544e-5],
    [-2.5, 30, 5, 4.27796879943995e-13],
  ])('P(T ≤ %d) with %i degrees of freedom and shift %d', (t, df, shift, p) => {
    close(studentCdf(t, df, shift), p, 9)
  })

  test('the normal distribution into its tails', () => {
    // scipy.stats.norm.cdf(x)
    for (const [x, p] of [
      [-37, 5.7255712225239266e-300],
      [-5, 2.866515718791933e-7],
      [-3, 0.0013498980316300933],
      [-2.999, 0.0013543365337271057],
      [0.5, 0.6914624612740131],
      [4, 0.9999683287581669],
    ] as const)
      close(normalCdf(x), p, 12)
  })
})

describe('bootstrap', () => {
  test('agrees with every resample there is', () => {
    // numpy.quantile([numpy.mean(c) for c in itertools.product([1, 2, 4, 8], repeat=4)], [.025, .975], method='inverted_cdf')
    const { low, high } = bootstrapInterval([1, 2, 4, 8], 200_000)
    expect(low).toBeCloseTo(1.5, 12)
    expect(high).toBeCloseTo(6.5, 12)
  })

  test('agrees with SciPy’s within the noise of resampling', () => {
    // scipy.stats.bootstrap((x,), numpy.mean, n_resamples=200000, method='percentile').confidence_interval
    const { low, high } = bootstrapInterval(x)
    expect(Math.abs(low - 0.97548)).toBeLessThan(3e-5)
    expect(Math.abs(high - 0.97683)).toBeLessThan(3e-5)
  })

  test('is the same every time, and holds the mean', () => {
    expect(bootstrapInterval(x)).toEqual(bootstrapInterval([...x]))
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 20 }), (values) => {
        const { low, high } = bootstrapInterval(values, 500)
        expect(low).toBeLessThanOrEqual(high)
        expect(low).toBeGreaterThanOrEqual(Math.min(...values) - 1e-12)
        expect(high).toBeLessThanOrEqual(Math.max(...values) + 1e-12)
      }),
      { numRuns: 30 },
    )
  })
})

describe('paired t-test', () => {
  test.each([
    // r = scipy.stats.ttest_rel(x[:n], y[:n]): r.statistic, r.pvalue, r.confidence_interval()
    [10, 4.036457866391238, 0.0029442363445670774, 0.0003824248049208616, 0.0013575751950791466],
    [5, 2.5155764746872498, 0.0656656285217158, -9.333119856301563e-5, 0.0018933311985629949],
    [3, 1.606349010289193, 0.24943166432981315, -0.0009511665467720158, 0.002084499880105298],
  ])('of %i pairs', (n, t, p, low, high) => {
    const found = pairedTest(differences.slice(0, n))
    expect(found).toMatchObject({ n, df: n - 1 })
    expect(found?.t).toBeCloseTo(t, 8)
    expect(found?.p).toBeCloseTo(p, 8)
    expect(found?.interval.low).toBeCloseTo(low, 9)
    expect(found?.interval.high).toBeCloseTo(high, 9)
  })

  test('a tiny p keeps its digits', () => {
    // scipy.stats.ttest_1samp([10, 10.1, 9.9, 10.05, 9.95, 10.02], 0).pvalue
    const { p } = pairedTest([10, 10.1, 9.9, 10.05, 9.95, 10.02]) ?? { p: NaN }
    expect(p / 3.92616546831161e-12).toBeCloseTo(1, 6)
  })

  test('effect size in standard deviations of the differences, and corrected for few pairs', () => {
    const found = pairedTest(differences)
    // d = x − y: d.mean() / d.std(ddof=1), and times 1 − 3/(4·9 − 1)
    expect(found?.dz).toBeCloseTo(1.2764400537099811, 8)
    expect(found?.hedges).toBeCloseTo(1.2764400537099811 * 0.9142857142857143, 8)
  })

  test('nothing to judge by: one pair, or no spread', () => {
    expect(pairedTest([0.1])).toBeNull()
    expect(pairedTest([0.1, 0.1, 0.1])).toBeNull()
  })
})

describe('Wilcoxon’s signed-rank test', () => {
  test('exact without ties', () => {
    // scipy.stats.wilcoxon(e, method='exact')
    const found = signedRankTest([1.1, -0.3, 2.4, 0.7, -1.6, 3.2, 0.9, 2.2])
    expect(found).toMatchObject({ n: 8, rankSum: 30, exact: true })
    expect(found?.p).toBeCloseTo(0.109375, 12)
  })

  test('exact with ties and with pairs that do not differ', () => {
    // scipy.stats.wilcoxon(e, method=scipy.stats.PermutationMethod(n_resamples=10**6)), which then counts all
    const found = signedRankTest([1, -1, 2, 2, -3, 4, 0, 5, 5])
    expect(found).toMatchObject({ n: 8, rankSum: 29.5 })
    expect(found?.p).toBeCloseTo(0.125, 12)
  })

  test('differences of accuracies tie although their last bits differ', () => {
    // The same call on numpy.round(x − y, 4).
    expect(signedRankTest(differences)?.p).toBeCloseTo(0.0078125, 12)
    expect(signedRankTest(differences.slice(0, 5))?.p).toBeCloseTo(0.125, 12)
  })

  test('tells the smallest p so few pairs can give, and reaches it when all agree', () => {
    for (const n of [1, 2, 5, 6, 12]) {
      const found = signedRankTest(Array.from({ length: n }, (_, i) => i + 1))
      expect(found?.p).toBeCloseTo(Math.min(1, 2 / 2 ** n), 12)
      expect(found?.smallestP).toBeCloseTo(found?.p ?? NaN, 12)
    }
  })

  test('many pairs by the normal approximation', () => {
    const many = Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? -1 : 1) * (i + 1))
    // scipy.stats.wilcoxon(many, method='approx', correction=False)
    const found = signedRankTest(many)
    expect(found?.exact).toBe(false)
    expect(found?.p).toBeCloseTo(3.964417054281965e-7, 12)
  })

  test('nothing differs', () => {
    expect(signedRankTest([0, 0])).toBeNull()
  })
})

describe('the interval of a mean', () => {
  test('is Student’s below ten values, where the bootstrap is little more than their range', () => {
    // scipy.stats.t.interval(0.95, 3, loc=numpy.mean(x), scale=scipy.stats.sem(x)) with x = [1, 2, 4, 8]
    const interval = meanInterval([1, 2, 4, 8])
    expect(interval?.low).toBeCloseTo(-1.1759434, 6)
    expect(interval?.high).toBeCloseTo(8.6759434, 6)
    expect(methodText([4])).toBe('Student’s t')
  })

  test('is the bootstrap’s from ten on, and none of one value', () => {
    const ten = Array.from({ length: 10 }, (_, i) => i)
    expect(meanInterval(ten)).toEqual(bootstrapInterval(ten))
    expect(meanInterval([1])).toBeNull()
    expect(methodText([10, 12])).toBe('percentile bootstrap')
    expect(methodText([3, 10])).toBe('Student’s t below 10 seeds, else percentile bootstrap')
  })
})

test('several comparisons by Holm', () => {
  // statsmodels.stats.multitest.multipletests(p, method='holm')[1]
  const adjusted = (values: readonly number[]) => holm(values).map(({ p }) => p)
  expect(adjusted([0.01, 0.04, 0.03, 0.005])).toEqual(
    [0.03, 0.06, 0.06, 0.02].map((p): unknown => expect.closeTo(p, 12)),
  )
  expect(adjusted([0.2, 0.9, 0.6])).toEqual([0.6, 1, 1].map((p): unknown => expect.closeTo(p, 12)))
  expect(holm([])).toEqual([])
})

describe('power of the paired t-test', () => {
  test.each([
    // statsmodels.stats.power.TTestPower().power(d_z, n, 0.05)
    [0.5, 10, 0.2931756065140767],
    [0.5, 34, 0.8077775012792737],
    [1, 10, 0.8030968566327218],
    [2, 4, 0.7549839171140109],
    [0.1, 100, 0.16769954719247082],
    [8, 3, 0.9999182049062195],
  ])('d_z %d with %i pairs', (dz, n, power) => {
    expect(pairedPower(dz, n)).toBeCloseTo(power, 6)
    expect(pairedPower(-dz, n)).toBeCloseTo(power, 6)
  })

  test.each([
    // The first n from 3 with scipy.stats.nct.sf(c, n−1, d√n) + scipy.stats.nct.cdf(−c, n−1, d√n) ≥ 0.8
    [0.2, 199],
    [0.3, 90],
    [0.5, 34],
    [0.8, 15],
    [1, 10],
    [1.5, 6],
    [2, 5],
    [3, 4],
    [50, 3],
  ])('d_z %d needs %i pairs', (dz, n) => {
    expect(pairsForPower(dz)).toBe(n)
    expect(pairsForPower(-dz)).toBe(n)
  })

  test('no number of pairs shows what is not there', () => {
    expect(pairsForPower(0)).toBeNull()
    expect(pairsForPower(0.001)).toBeNull()
    expect(pairsForPower(NaN)).toBeNull()
  })
})
