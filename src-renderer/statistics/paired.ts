/** Paired tests: the same seeds under two settings, so that what a seed brings to both cancels in the difference. */
import { spreadOf } from '../../src-main/experiment/spread.ts'
import type { Interval } from './bootstrap.ts'
import { studentInterval } from './mean-interval.ts'
import { normalCdf, studentCdf } from '../../src-main/experiment/student-t.ts'

/** Differences that agree this closely are equal: accuracies differ by one sample in ten million at least. */
const SAME = 1e-11

export interface PairedTest {
  readonly n: number
  /** Of the differences. */
  readonly mean: number
  readonly sd: number
  /** 95 % interval of the mean difference by Student's t. */
  readonly interval: Interval
  readonly t: number
  readonly df: number
  /** Two-sided. */
  readonly p: number
  /** Cohen's d_z: the mean difference in standard deviations of the differences. */
  readonly dz: number
  /** d_z with Hedges' correction for few pairs, 1 − 3/(4·df − 1). */
  readonly hedges: number
}

/**
 * Student's t-test of paired differences. Null with fewer than two pairs, or when all differences are the same: then
 * there is no spread to judge by.
 */
export function pairedTest(differences: readonly number[]): PairedTest | null {
  const spread = spreadOf(differences)
  const interval = studentInterval(differences)
  if (spread === null || interval === null || !(spread.sd > SAME)) return null
  const { n, mean, sd } = spread
  const df = n - 1
  const error = sd / Math.sqrt(n)
  const t = mean / error
  const dz = mean / sd
  return {
    ...{ n, mean, sd, t, df, dz, interval },
    // The left tail, and doubled: 1 − cdf would lose the digits of a small p.
    p: Math.min(1, 2 * studentCdf(-Math.abs(t), df)),
    hedges: df > 1 ? dz * (1 - 3 / (4 * df - 1)) : NaN,
  }
}

export interface SignedRankTest {
  /** Pairs that differ. */
  readonly n: number
  /** Sum of the ranks of positive differences. */
  readonly rankSum: number
  /** Two-sided. */
  readonly p: number
  readonly exact: boolean
  /** The smallest p that this many pairs can give. */
  readonly smallestP: number
}

/** Up to here the null distribution is counted out. */
const MOST_EXACT = 200

/**
 * Wilcoxon's signed-rank test. Pairs without a difference are left out (Wilcoxon's way); equal differences share their
 * middle rank. Exact, given the ranks: each of the 2ⁿ ways of giving them signs is as likely as any other. Beyond 200
 * pairs by the normal approximation. Null where no pair differs.
 */
export function signedRankTest(differences: readonly number[]): SignedRankTest | null {
  // 0.9762 − 0.9755 and 0.9751 − 0.9744 are the same difference but for their last bits.
  const present = differences.map((value) => Math.round(value / SAME) * SAME).filter((value) => Math.abs(value) > 0)
  const n = present.length
  if (n === 0) return null
  const ranks = middleRanks(present.map(Math.abs))
  const rankSum = present.reduce((sum, value, i) => (value > 0 ? sum + (ranks[i] ?? 0) : sum), 0)
  if (n > MOST_EXACT) return { n, rankSum, p: approximate(rankSum, ranks), exact: false, smallestP: 0 }
  return { n, rankSum, p: counted(rankSum, ranks), exact: true, smallestP: Math.min(1, 2 ** (1 - n)) }
}

/** Twice the smaller tail. Ranks are doubled so that middle ranks are whole. */
function counted(rankSum: number, ranks: readonly number[]): number {
  const doubled = ranks.map((rank) => Math.round(rank * 2))
  const most = doubled.reduce((sum, rank) => sum + rank, 0)
  // chance[s]: probability that the positive ranks sum to s, one rank after the other taken in.
  const chance = new Float64Array(most + 1)
  chance[0] = 1
  let reach = 0
  for (const rank of doubled) {
    reach += rank
    for (let sum = reach; sum >= 0; sum--)
      chance[sum] = ((chance[sum] as number) + (sum >= rank ? (chance[sum - rank] as number) : 0)) / 2
  }
  const at = Math.round(rankSum * 2)
  const lower = chance.subarray(0, at + 1).reduce((sum, value) => sum + value, 0)
  const upper = chance.subarray(at).reduce((sum, value) => sum + value, 0)
  return Math.min(1, 2 * Math.min(lower, upper))
}

function approximate(rankSum: number, ranks: readonly number[]): number {
  const centre = ranks.reduce((sum, rank) => sum + rank, 0) / 2
  const variance = ranks.reduce((sum, rank) => sum + rank * rank, 0) / 4
  return Math.min(1, 2 * normalCdf(-Math.abs(rankSum - centre) / Math.sqrt(variance)))
}

/** Rank from 1 up of every value among all; equal ones share the middle of theirs. */
function middleRanks(values: readonly number[]): readonly number[] {
  const order = values.map((value, place) => ({ value, place })).sort((a, b) => a.value - b.value)
  const ranks = new Array<number>(values.length).fill(0)
  for (let start = 0; start < order.length;) {
    let end = start
    while (order[end]?.value === order[start]?.value && end < order.length) end++
    for (const { place } of order.slice(start, end)) ranks[place] = (start + 1 + end) / 2
    start = end
  }
  return ranks
}

export interface Adjusted {
  readonly p: number
  /** How many times as large as alone, before it is cut at 1: an interval at 1 − α/factor holds zero exactly where p > α. */
  readonly factor: number
}

/**
 * p-values of several comparisons made at once, by Holm (1979): the smallest times their number, the next times one
 * less, and none below one before it. Holds the chance of any false finding at α whatever the comparisons share.
 */
export function holm(values: readonly number[]): readonly Adjusted[] {
  const order = values.map((value, place) => ({ value, place })).sort((a, b) => a.value - b.value)
  const adjusted = new Array<Adjusted>(values.length).fill({ p: 1, factor: 1 })
  let before = 0
  order.forEach(({ value, place }, i) => {
    const times = values.length - i
    before = Math.max(before, value * times)
    adjusted[place] = { p: Math.min(1, before), factor: value > 0 ? before / value : times }
  })
  return adjusted
}
