/** The table of a comparison: one row per group, with everything a reader needs to judge its number. */
import type { PublishedComparison } from '../../../src-main/experiment/event.ts'
import { percent } from '../../text/format.ts'
import { summarise, type Summary } from '../../statistics/summary.ts'
import { counted, type Group } from './seed-results.ts'

export interface ComparisonRow {
  readonly id: string
  /** Among the others of the table. */
  readonly name: string
  /** In full, as it was written. */
  readonly experiment: string
  readonly dataset: string
  readonly datasetLabel: string
  /** Of the reported test accuracy over the seeds that count; null before the first. */
  readonly summary: Summary | null
  /** Of the training accuracy at the same epochs; null where none was taken. */
  readonly train: Summary | null
  /** Of the top-k accuracy on the test set; null where it is not counted. */
  readonly topK: (Summary & { readonly k: number }) | null
  /** Seeds that have a result. */
  readonly seeds: number
  readonly collapsed: number
  /** Seeds that ended at chance after too few updates to call them collapsed; they count. */
  readonly atChance: number
  /** Of how many seeds the run has; more than `seeds` while some have not begun. */
  readonly planned: number
  /** Epochs done by the slowest seed that counts, when it is not through. */
  readonly unfinished: { readonly epochs: number; readonly of: number } | null
  /** Largest test accuracy of any seed after any epoch; NaN where there is none. */
  readonly best: number
  readonly seconds: number
  readonly published: PublishedComparison | null
  /** Where the published number stands; empty where none is compared. */
  readonly source: string
  /** Its mean is the highest of its data set, of two groups at least. */
  readonly leads: boolean
}

interface TableChoice {
  readonly withCollapsed: boolean
  readonly sourceOf: (group: Group) => string
}

export function comparisonRows(
  groups: readonly Group[],
  { withCollapsed, sourceOf }: TableChoice,
): readonly ComparisonRow[] {
  const rows = groups.map((group): Omit<ComparisonRow, 'leads'> => {
    const { id, name, row, results } = group
    const counting = counted(results, withCollapsed)
    const epochs = Math.min(...counting.filter(({ collapsed }) => !collapsed).map((seed) => seed.epochs))
    return {
      ...{ id, name, experiment: row.name, dataset: row.dataset, datasetLabel: row.datasetLabel },
      summary: summarise(counting.map(({ test }) => test)),
      train: summarise(counting.map(({ train }) => train)),
      topK: topKOf(summarise(counting.map(({ topK }) => topK)), row.topK?.k),
      seeds: results.length,
      collapsed: results.filter(({ collapsed }) => collapsed).length,
      atChance: results.filter(({ atChance }) => atChance).length,
      planned: row.seeds.length,
      unfinished: epochs < row.epochs ? { epochs, of: row.epochs } : null,
      best: Math.max(...counting.map(({ best }) => best)),
      seconds: row.seconds,
      published: row.published,
      source: row.published === null ? '' : sourceOf(group),
    }
  })
  // Numbers on different data are no contest.
  const rivals = new Map<string, number[]>()
  for (const { dataset, summary } of rows)
    if (summary !== null) rivals.set(dataset, [...(rivals.get(dataset) ?? []), shownMean(summary)])
  return rows.map((row) => {
    const means = rivals.get(row.dataset) ?? []
    return { ...row, leads: row.summary !== null && means.length > 1 && shownMean(row.summary) === Math.max(...means) }
  })
}

function topKOf(summary: Summary | null, k: number | undefined): ComparisonRow['topK'] {
  return summary === null || k === undefined ? null : { ...summary, k }
}

/** To the digits that are shown: what reads the same is equally good. */
function shownMean({ mean }: Summary): number {
  return Number(percent(mean))
}
