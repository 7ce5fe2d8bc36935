/** Mean and spread over seeds, the same to the last digit wherever they are computed. */
import type { Spread } from './event.ts'

/** Mean and sample standard deviation (n − 1; 0 for one value, and for equal ones); nulls do not count; null when nothing is left. */
export function spreadOf(values: readonly (number | null)[]): Spread | null {
  const present = values.filter((value) => value !== null)
  const n = present.length
  const [first] = present
  if (first === undefined) return null
  if (present.every((value) => value === first)) return { mean: first, sd: 0, n }
  const mean = exactSum(present) / n
  const squares = exactSum(present.map((value) => (value - mean) ** 2))
  return { mean, sd: Math.sqrt(squares / (n - 1)), n }
}

/** The sum with what rounding takes from it carried along (Neumaier 1974): the order of the seeds changes no digit that is shown. */
function exactSum(values: readonly number[]): number {
  let sum = 0
  let lost = 0
  for (const value of values) {
    const next = sum + value
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum
    sum = next
  }
  return sum + lost
}
