/** The first epochs beside those its authors printed, as Run and a report list them. */
import type { ExperimentRow } from '../../src-main/contract.ts'
import { percent, spread } from '../text/format.ts'

type Early = NonNullable<ExperimentRow['early']>

interface EarlyRow {
  readonly epoch: number
  readonly ours: string
  readonly seeds: number
  readonly theirs: string
  readonly n: number
  readonly verdict: Early[number]['verdict']
}

/** Those that were reached. */
export function earlyRows(early: Early): readonly EarlyRow[] {
  return early.flatMap(({ epoch, published, ours, verdict }) => {
    if (ours === null) return []
    const { mean, sd, n } = published
    const theirs = sd === null ? percent(mean) : spread({ mean, sd, n })
    return [{ epoch, ours: spread(ours), seeds: ours.n, theirs, n, verdict }]
  })
}

/** What 'inside' means here. */
export function earlyNote(early: Early): string {
  return early.some(({ published }) => published.sd !== null)
    ? 'Inside: within two published standard deviations of the published mean.'
    : 'No spread was published for these epochs, so there is no verdict.'
}
