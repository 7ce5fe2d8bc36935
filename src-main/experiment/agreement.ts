/** Whether two means over seeds are the same result: what was printed, and what was trained here. */
import type { Spread, Verdict } from './event.ts'
import { studentQuantile } from './student-t.ts'

export interface Agreement {
  /** Ours minus theirs. */
  readonly difference: number
  /** Welch's 95 % interval of the difference. */
  readonly interval: { readonly low: number; readonly high: number }
  /** How far the difference may lie from zero and be inside. */
  readonly margin: number
  readonly verdict: Verdict
}

/** What counts as no difference, and how wide a margin still says something, in the units of what is compared. */
export interface Tolerance {
  readonly slack: number
  readonly widest: number
  /** Standard error that all of our seeds have in common, which their spread cannot show: of samples drawn once for all. */
  readonly shared?: number
}

/** Of accuracies, as fractions: 0.1 and 1 percentage points. */
export const ACCURACY_TOLERANCE: Tolerance = { slack: 0.001, widest: 0.01 }
/** Of angles, in degrees. */
export const ANGLE_TOLERANCE: Tolerance = { slack: 0.5, widest: 5 }

/** With fewer seeds than this on our side no verdict is given. */
const SEEDS_FOR_A_VERDICT = 3
const CONFIDENCE = 0.95
/** Half of the normal distribution's 95 %, in standard deviations. */
const NORMAL = 1.959964

/**
 * inside: |m₂ − m₁| ≤ margin, with margin = t₀.₉₇₅(ν)·√(s₁²/n₁ + s₂²/n₂) + slack; outside: beyond it; too few seeds: fewer than
 * three of ours, one of theirs, or seeds that scatter so much that the margin is wider than would say anything.
 *
 * The first term is the half-width of Welch's interval (Welch 1947; ν by Satterthwaite's formula): what the draw of the
 * seeds alone explains, whatever the two spreads are; equal results pass with a probability of 95 % or more. The slack is
 * what two true copies of one experiment may differ by: ten images of ten thousand, as one finds between machines that sum
 * in another order or draw from another generator; without it two spreads near zero would refuse each other over a single
 * image. The widest margin keeps "not shown to differ" from being read as "the same": where it is exceeded nothing is said.
 * What all of our seeds share beside (a training accuracy of 2,000 samples, the same for each) is added in quadrature. Null
 * where one of both is missing.
 *
 * @param ours mean, sample standard deviation and number of seeds, like `theirs`
 */
export function agreementOf(
  ours: Spread | null,
  theirs: Spread | null,
  { slack, widest, shared = 0 }: Tolerance = ACCURACY_TOLERANCE,
): Agreement | null {
  if (ours === null || theirs === null) return null
  const difference = ours.mean - theirs.mean
  const half = Math.hypot(halfWidth(ours, theirs), NORMAL * shared)
  const margin = half + slack
  const interval = { low: difference - half, high: difference + half }
  const few = ours.n < SEEDS_FOR_A_VERDICT || theirs.n < 2 || !(margin <= widest)
  // An accuracy is a count of images: two that differ by the slack to the last image do not differ in the last bits.
  const within = Math.abs(difference) <= margin * (1 + 1e-9)
  return { difference, interval, margin, verdict: few ? 'too few seeds' : within ? 'inside' : 'outside' }
}

/** Half of Welch's interval; infinite where a side has one seed, and so no spread. */
function halfWidth(one: Spread, other: Spread): number {
  if (one.n < 2 || other.n < 2) return Infinity
  const a = one.sd ** 2 / one.n
  const b = other.sd ** 2 / other.n
  if (a + b === 0) return 0
  const df = (a + b) ** 2 / (a ** 2 / (one.n - 1) + b ** 2 / (other.n - 1))
  return quantile(df) * Math.sqrt(a + b)
}

/** Degrees of freedom to two digits after the point: the quantile changes by less than is ever shown, and is asked for in every row. */
const quantiles = new Map<number, number>()

function quantile(df: number): number {
  const rounded = Math.max(1, Math.round(df * 100) / 100)
  let found = quantiles.get(rounded)
  if (found === undefined) {
    found = studentQuantile((1 + CONFIDENCE) / 2, rounded)
    quantiles.set(rounded, found)
  }
  return found
}
