/** Quantile of sorted values, type 7 (Hyndman & Fan, 1996): linear between order statistics, as NumPy and R do by default. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = (sorted.length - 1) * share
  const below = Math.floor(place)
  const low = sorted[below] ?? NaN
  const high = sorted[below + 1] ?? low
  return low + (place - below) * (high - low)
}
