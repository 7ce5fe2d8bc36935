/** What is planted: a slip in one line of the source. */

export interface Defect {
  /** From the clone's root. */
  readonly file: string
  /** Occurs exactly once in the file. */
  readonly find: string
  readonly replace: string
  /** What is wrong with it, in a few words. */
  readonly why: string
  /** Only the golden arrays notice it: without them it cannot be judged. */
  readonly golden?: true
}

export const within = (file: string, defects: readonly Omit<Defect, 'file'>[]): Defect[] =>
  defects.map((defect) => ({ file: `src-main/${file}`, ...defect }))
