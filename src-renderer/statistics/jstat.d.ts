/** What this face uses of jStat, which brings no types of its own. */
declare module 'jstat' {
  const jStat: {
    readonly studentt: {
      /** P(T ≤ t) of Student's t with `df` degrees of freedom. */
      cdf(t: number, df: number): number
      /** The t below which a share `p` lies. */
      inv(p: number, df: number): number
    }
    readonly noncentralt: { cdf(t: number, df: number, shift: number): number }
    readonly normal: { cdf(x: number, mean: number, sd: number): number }
  }
  export default jStat
}
