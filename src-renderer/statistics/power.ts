/** How many pairs of seeds a paired t-test needs, if the true effect is as large as assumed. */
import { studentCdf, studentQuantile } from '../../src-main/experiment/student-t.ts'

const ALPHA = 0.05
const POWER = 0.8
/** Nobody runs more to settle a comparison. */
const MOST_PAIRS = 10_000
/** With two pairs a spread is hardly an estimate. */
const FEWEST_PAIRS = 3
/** Beyond, the power is 1 to every digit that is shown, even with three pairs. */
const LARGEST_SHIFT = 35

/**
 * Power of the two-sided paired t-test at α: P(|T| > t₁₋α/₂) with T noncentral t, n − 1 degrees of freedom, shifted by
 * d_z·√n.
 */
export function pairedPower(dz: number, n: number, alpha = ALPHA): number {
  const df = n - 1
  const shift = Math.abs(dz) * Math.sqrt(n)
  if (shift > LARGEST_SHIFT) return 1
  const critical = studentQuantile(1 - alpha / 2, df)
  return 1 - studentCdf(critical, df, shift) + studentCdf(-critical, df, shift)
}

/** The fewest pairs, from 3 up, with that power; null where more than 10 000 would be needed. */
export function pairsForPower(dz: number, power = POWER, alpha = ALPHA): number | null {
  if (!Number.isFinite(dz) || pairedPower(dz, MOST_PAIRS, alpha) < power) return null
  let low = FEWEST_PAIRS
  let high = MOST_PAIRS
  while (low < high) {
    const middle = (low + high) >> 1
    if (pairedPower(dz, middle, alpha) >= power) high = middle
    else low = middle + 1
  }
  return low
}
