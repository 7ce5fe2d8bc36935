/** Two groups on the seeds they share: the difference a setting makes when a seed's own luck cancels. */
import type { SeedHistory } from '../charts/history.ts'
import { CONFIDENCE, type Interval } from '../statistics/bootstrap.ts'
import { studentInterval } from '../statistics/mean-interval.ts'
import { holm, pairedTest, signedRankTest, type PairedTest, type SignedRankTest } from '../statistics/paired.ts'
import { countedSeeds } from '../../src-main/experiment/result.ts'
import { pairsForPower } from '../statistics/power.ts'
import { comparable, type ComparisonRow } from './comparison-table.ts'
import type { Group, SeedResult } from './seed-results.ts'

export interface Pairs {
  readonly seeds: readonly number[]
  /** Test accuracy, group minus baseline, for each of them. */
  readonly differences: readonly number[]
  /** Shared seeds left out because one of the two collapsed. */
  readonly leftOut: readonly number[]
  /** Shared seeds left out because one of the two is not as far as the others of its group. */
  readonly behind: readonly number[]
}

function pairsOf(baseline: readonly SeedResult[], group: readonly SeedResult[], withCollapsed: boolean): Pairs {
  const seeds: number[] = []
  const differences: number[] = []
  const leftOut: number[] = []
  const behind: number[] = []
  const others = new Map(baseline.map((result) => [result.seed, result]))
  const counting = [baseline, group].map((results) => new Set(countedSeeds(results, withCollapsed).seeds))
  for (const mine of group) {
    const theirs = others.get(mine.seed)
    if (theirs === undefined) continue
    const difference = mine.test - theirs.test
    if (!withCollapsed && (mine.collapsed || theirs.collapsed)) leftOut.push(mine.seed)
    else if (![mine, theirs].every((one) => counting.some((those) => those.has(one)))) behind.push(mine.seed)
    else if (Number.isFinite(difference)) {
      seeds.push(mine.seed)
      differences.push(difference)
    }
  }
  return { seeds, differences, leftOut, behind }
}

export interface PairedComparison {
  readonly group: Group
  readonly pairs: Pairs
  /** Epochs that each was trained, where both are through and the numbers differ; null otherwise. */
  readonly epochs: { readonly group: number; readonly baseline: number } | null
  /** Why the two cannot be paired, in a sentence; null when they can. */
  readonly problem: string | null
  readonly test: PairedTest | null
  readonly ranks: SignedRankTest | null
  /**
   * The t-test's p and its interval, both adjusted by Holm over all comparisons with the baseline: the interval holds zero
   * exactly where p is above 0.05. Null without a test.
   */
  readonly adjusted: { readonly p: number; readonly interval: Interval } | null
  /** Pairs for 80 % power; null where there is no estimate, or beyond what anybody would run. */
  readonly needed: number | null
}

/** Every other group against the baseline. */
export function pairedComparisons(
  baseline: Group,
  others: readonly Group[],
  withCollapsed: boolean,
): readonly PairedComparison[] {
  const all = others.map((group) => {
    const problem = unpairable(baseline, group, withCollapsed)
    const pairs = problem === null ? pairsOf(baseline.results, group.results, withCollapsed) : NONE
    const test = pairedTest(pairs.differences)
    return {
      ...{ group, pairs, problem, test },
      epochs: problem === null ? differingEpochs(baseline, group) : null,
      ranks: signedRankTest(pairs.differences),
      needed: test === null ? null : pairsForPower(test.dz),
    }
  })
  const tested = all.filter(({ test }) => test !== null)
  const adjusted = holm(tested.map(({ test }) => test?.p ?? NaN))
  return all.map((one) => {
    const by = adjusted[tested.indexOf(one)]
    const interval = by === undefined ? null : studentInterval(one.pairs.differences, 1 - (1 - CONFIDENCE) / by.factor)
    return { ...one, adjusted: by === undefined || interval === null ? null : { p: by.p, interval } }
  })
}

const NONE: Pairs = { seeds: [], differences: [], leftOut: [], behind: [] }

function unpairable(baseline: Group, group: Group, withCollapsed: boolean): string | null {
  if (baseline.row.dataset !== group.row.dataset)
    return 'Trained on a different data set than the baseline: the difference is not meaningful.'
  const mine = new Set(baseline.row.seeds)
  if (!group.row.seeds.some((seed) => mine.has(seed)))
    return 'Has no seed in common with the baseline. Add the same seeds to both to pair them.'
  const [theirs, ours] = [epochsOf(baseline, withCollapsed), epochsOf(group, withCollapsed)]
  if (theirs !== null && ours !== null && !comparable(theirs, ours))
    return `Its result is after ${epochsPhrase(ours)}, the baseline’s after ${epochsPhrase(theirs)}: the difference is not tested. Train both to the same epoch.`
  return null
}

function epochsOf({ row, results }: Group, withCollapsed: boolean): ComparisonRow['epochs'] {
  const { epoch } = countedSeeds(results, withCollapsed)
  return epoch === null ? null : { done: epoch, of: row.epochs }
}

function differingEpochs(baseline: Group, group: Group): PairedComparison['epochs'] {
  const [theirs, ours] = [epochsOf(baseline, false), epochsOf(group, false)]
  return theirs === null || ours === null || theirs.done === ours.done
    ? null
    : { group: ours.done, baseline: theirs.done }
}

function epochsPhrase({ done, of }: NonNullable<ComparisonRow['epochs']>): string {
  return done === of ? `${done} epoch${done === 1 ? '' : 's'}` : `epoch ${done} of ${of}`
}

const FEW_PAIRS = 5

/** What a reader should know before believing the numbers, a sentence each. */
export function warningsOf({ pairs, test, ranks, problem, epochs }: PairedComparison): readonly string[] {
  if (problem !== null) return [problem]
  const n = pairs.seeds.length
  const listed = pairs.leftOut.join(', ')
  return [
    ...(pairs.leftOut.length === 0
      ? []
      : [
          pairs.leftOut.length === 1
            ? `Seed ${listed} collapsed and is left out.`
            : `Seeds ${listed} collapsed and are left out.`,
        ]),
    ...(pairs.behind.length === 0
      ? []
      : [
          pairs.behind.length === 1
            ? `Seed ${pairs.behind.join()} finished fewer epochs and is left out.`
            : `Seeds ${pairs.behind.join(', ')} finished fewer epochs and are left out.`,
        ]),
    ...(epochs === null ? [] : [`Trained for ${epochs.group} epochs, the baseline for ${epochs.baseline}.`]),
    ...(n < 2 ? [n === 0 ? 'No pair is finished yet.' : 'A test needs at least two pairs.'] : []),
    ...(n >= 2 && test === null ? ['All pairs differ by the same amount: there is no spread to test against.'] : []),
    ...(test !== null && n < FEW_PAIRS ? [`Only ${n} pairs: spread and effect size are rough guesses.`] : []),
    ...(ranks !== null && n >= 2 && ranks.smallestP > 0.05
      ? [`${untied(n, ranks.n)} Wilcoxon’s p cannot fall below ${ranks.smallestP.toPrecision(2)}.`]
      : []),
  ]
}

/** Which pairs Wilcoxon's test counts: tied ones are left out. */
function untied(pairs: number, differing: number): string {
  const ties = pairs - differing
  if (ties === 0) return `With ${pairs} pairs,`
  const tied = `Of ${pairs} pairs, ${ties} ${ties === 1 ? 'is a tie' : 'are ties'}; with`
  return differing === 1 ? `${tied} the one that differs,` : `${tied} the ${differing} that differ,`
}

export interface SeedsToAdd {
  readonly baseline: readonly number[]
  readonly group: readonly number[]
}

/**
 * Seeds to run so that `pairs` are there: first those that only one of the two has, then new ones that go on as the
 * baseline's do (0, 10, 20 → 30). Collapsed seeds do not count towards them.
 */
export function seedsToAdd(baseline: readonly number[], group: readonly number[], more: number): SeedsToAdd {
  const mine = new Set(baseline)
  const theirs = new Set(group)
  const toBaseline = group.filter((seed) => !mine.has(seed)).slice(0, more)
  const toGroup = baseline.filter((seed) => !theirs.has(seed)).slice(0, more - toBaseline.length)
  const fresh: number[] = []
  const step = stepOf(baseline)
  const taken = new Set([...baseline, ...group])
  for (
    let seed = Math.max(...baseline, ...group, -step) + step;
    toBaseline.length + toGroup.length + fresh.length < more;
    seed += step
  )
    if (!taken.has(seed)) fresh.push(seed)
  return { baseline: [...toBaseline, ...fresh], group: [...toGroup, ...fresh] }
}

/** The step that all neighbours have; 1 where they have none in common. */
function stepOf(seeds: readonly number[]): number {
  const sorted = [...seeds].sort((a, b) => a - b)
  const steps = new Set(sorted.slice(1).map((seed, i) => seed - (sorted[i] ?? 0)))
  const [only = 1] = steps
  return steps.size === 1 ? only : 1
}

/** Group minus baseline after every epoch that both have, a curve a seed. */
export function differenceCurves(
  baseline: Group,
  group: Group,
  seeds: readonly number[],
): readonly { readonly x: Float64Array; readonly y: Float64Array; readonly seed: number }[] {
  return seeds.flatMap((seed) => {
    const mine = group.history.seeds.get(seed)
    const theirs = baseline.history.seeds.get(seed)
    if (mine === undefined || theirs === undefined) return []
    return [{ seed, ...difference(mine, theirs) }]
  })
}

function difference(mine: SeedHistory, theirs: SeedHistory): { readonly x: Float64Array; readonly y: Float64Array } {
  const epochs = [...mine.epochs.view()].filter((epoch) => theirs.epochs.at(theirs.epochs.indexOf(epoch)) === epoch)
  return {
    x: Float64Array.from(epochs),
    y: Float64Array.from(
      epochs,
      (epoch) => mine.test.at(mine.epochs.indexOf(epoch)) - theirs.test.at(theirs.epochs.indexOf(epoch)),
    ),
  }
}
