/** What a network takes a sample for. */

/** The class of the largest output, of several the lowest, and how far the next one is; NaN is never larger. */
export function largestOf(
  outputs: ArrayLike<number>,
  from: number,
  classes: number,
): { readonly best: number; readonly margin: number } {
  let [best, second] = [0, -1]
  const at = (c: number): number => outputs[from + c] as number
  for (let c = 1; c < classes; c++)
    if (at(c) > at(best)) {
      second = best
      best = c
    } else if (second < 0 || at(c) > at(second)) second = c
  const margin = second < 0 ? 0 : at(best) - at(second)
  return { best, margin: Number.isFinite(margin) ? margin : 0 }
}
