/** Which class was taken for which, over seeds: the same matrix in window and terminal. */

/** Samples of one network by `[true class][predicted class]`, row by row. */
interface Counted {
  readonly epoch: number
  readonly split: 'train' | 'test'
  readonly classes: readonly string[]
  readonly counts: ArrayLike<number>
}

/** Summed over the seeds that count. */
export interface ConfusionModel {
  readonly epoch: number
  readonly split: 'train' | 'test'
  readonly classes: readonly string[]
  readonly seeds: number
  /** `[true class][class taken for]`: the share of the true class, 0 to 1. */
  readonly shares: readonly (readonly number[])[]
  /** Of each class that has samples, the share that was recognised, the worst first. */
  readonly perClass: readonly { readonly name: string; readonly share: number }[]
  /** The gravest first: what was taken for what. */
  readonly mistakes: readonly { readonly truth: string; readonly taken: string; readonly share: number }[]
}

const MISTAKES_NAMED = 3

/** Of those that were counted after the latest epoch; null where nothing was. */
export function confusionOf(all: readonly Counted[], named = MISTAKES_NAMED): ConfusionModel | null {
  const epoch = Math.max(...all.map((one) => one.epoch))
  const latest = all.filter((one) => one.epoch === epoch)
  const [first] = latest
  if (first === undefined) return null
  const { classes, split } = first
  const shares = classes.map((_, truth) => {
    const row = classes.map((_, taken) =>
      latest.reduce((sum, { counts }) => sum + (counts[truth * classes.length + taken] ?? 0), 0),
    )
    const total = row.reduce((sum, count) => sum + count, 0)
    return row.map((count) => (total === 0 ? 0 : count / total))
  })
  const mistakes = shares
    .flatMap((row, truth) =>
      row.flatMap((share, taken) =>
        truth === taken || share === 0 ? [] : [{ truth: classes[truth] ?? '', taken: classes[taken] ?? '', share }],
      ),
    )
    .sort((a, b) => b.share - a.share)
    .slice(0, named)
  const perClass = shares
    .flatMap((row, truth) => {
      const share = row[truth] ?? 0
      return row.some((part) => part > 0) ? [{ name: classes[truth] ?? '', share }] : []
    })
    .sort((a, b) => a.share - b.share)
  return { epoch, split, classes, seeds: latest.length, shares, perClass, mistakes }
}
