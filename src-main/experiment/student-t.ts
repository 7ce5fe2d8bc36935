/**
 * Student's t distribution, central and shifted, by quadrature.
 *
 * Why not a library (2026-11-28): jStat is unmaintained and untyped; @stdlib's t distribution is sound, but 233 packages
 * and 27 MB for two functions. The shifted distribution has to be integrated anyway, and the central one is its special case.
 */

/**
 * P(T ≤ t) for T = (Z + shift)/S, Z standard normal, S² = χ²(df)/df independent of it:
 *
 *   ∫ Φ(t·s − shift) f(s) ds,  f(s) ∝ s^(df−1) e^(−df·s²/2)
 *
 * In u = log s the integrand is analytic and falls off on both sides, so that the trapezoidal rule converges
 * exponentially. All terms are positive: a small probability keeps its digits.
 *
 * @param df degrees of freedom, from 1 up
 * @param shift noncentrality; 0 for Student's own
 */
export function studentCdf(t: number, df: number, shift = 0): number {
  const log = Math.log(2) + (df / 2) * Math.log(df / 2) - logGamma(df / 2)
  // What f(u) loses on the way down to e^−DEPTH of its peak at 0, to the left like e^(df·u), to the right faster.
  const from = -DEPTH / df - 4 / Math.sqrt(df)
  const to = Math.log1p(Math.sqrt((2 * DEPTH) / df))
  // Finer than both factors: f is as wide as 1/√df, and Φ rises where t·s passes the shift, within 1/shift of u.
  const step = Math.min(0.04, 0.12 / Math.sqrt(df), 0.7 / Math.abs(shift))
  let sum = 0
  for (let u = from; u <= to; u += step) {
    const s = Math.exp(u)
    const weight = Math.exp(log + df * (u - (s * s) / 2))
    if (weight > 0) sum += weight * normalCdf(t * s - shift)
  }
  return Math.min(1, sum * step)
}

/** e^−100 of the peak: beyond lies less than the last digit of any p-value that is worth printing. */
const DEPTH = 100

/** The t below which the share `p` lies, 0 < p < 1; by Newton's method from the normal's side, the steps held inside what brackets it. */
export function studentQuantile(p: number, df: number): number {
  if (p === 0.5) return 0
  if (p < 0.5) return -studentQuantile(1 - p, df)
  // From above: Chebyshev's bound on the tail, doubled until it holds.
  let low = 0
  let high = 2
  while (studentCdf(-high, df) > 1 - p) high *= 2
  let t = high / 2
  for (let round = 0; round < 60; round++) {
    const excess = studentCdf(-t, df) - (1 - p)
    if (excess > 0) low = t
    else high = t
    const next = t + excess / studentDensity(t, df)
    const held = next > low && next < high ? next : (low + high) / 2
    if (Math.abs(held - t) < 1e-13 * Math.max(1, t)) return held
    t = held
  }
  return t
}

function studentDensity(t: number, df: number): number {
  const log = logGamma((df + 1) / 2) - logGamma(df / 2) - 0.5 * Math.log(df * Math.PI)
  return Math.exp(log - ((df + 1) / 2) * Math.log1p((t * t) / df))
}

/** Φ(x): the series around 0 (Marsaglia 2004), Laplace's continued fraction in the tails. */
export function normalCdf(x: number): number {
  if (x > 0) return 1 - normalCdf(-x)
  if (x < -38) return 0
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
  if (x > -3) {
    let term = x
    let sum = x
    for (let k = 3; Math.abs(term) > 1e-17; k += 2) {
      term *= (x * x) / k
      sum += term
    }
    return 0.5 + density * sum
  }
  let fraction = 0
  for (let k = 100; k > 0; k--) fraction = k / (fraction - x)
  return density / (fraction - x)
}

/** ln Γ(x), x > 0: Stirling's series, after the argument is carried above 12 by Γ(x + 1) = x·Γ(x). */
function logGamma(x: number): number {
  let shifted = x
  let product = 1
  while (shifted < 12) product *= shifted++
  const inverse = 1 / (shifted * shifted)
  const series =
    (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse * (1 / 1188))))) / shifted
  return (shifted - 0.5) * Math.log(shifted) - shifted + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product)
}
