/** The table of a comparison: one row per group, with everything a reader needs to judge its number. */
import type { PublishedComparison } from '../../src-main/experiment/event.ts'
import { percent } from '../text/format.ts'
import { summarise, type Summary } from '../statistics/summary.ts'
import { behind, countedSeeds } from '../../src-main/experiment/result.ts'
import type { Group } from './seed-results.ts'

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
  /** Epochs that every seed of the means finished, and of how many; null where none did. */
  readonly epochs: { readonly done: number; readonly of: number } | null
  /** Seeds that the means leave out because they finished fewer epochs. */
  readonly behind: readonly { readonly seed: number; readonly epochs: number }[]
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
    const { epoch, seeds: counting } = countedSeeds(results, withCollapsed)
    return {
      ...{ id, name, experiment: row.name, dataset: row.dataset, datasetLabel: row.datasetLabel },
      summary: summarise(counting.map(({ test }) => test)),
      train: summarise(counting.map(({ train }) => train)),
      topK: topKOf(summarise(counting.map(({ topK }) => topK)), row.topK?.k),
      seeds: results.length,
      collapsed: results.filter(({ collapsed }) => collapsed).length,
      atChance: results.filter(({ atChance }) => atChance).length,
      planned: row.seeds.length,
      epochs: epoch === null ? null : { done: epoch, of: row.epochs },
      behind: behind(results),
      best: Math.max(...counting.map(({ best }) => best)),
      seconds: row.seconds,
      published: row.published,
      source: row.published === null ? '' : sourceOf(group),
    }
  })
  return rows.map((row) => {
    // Numbers on different data are no contest, nor those after different epochs of which one is not the last.
    const means = rows.flatMap(({ dataset, epochs, summary }) =>
      summary !== null && dataset === row.dataset && comparable(epochs, row.epochs) ? [shownMean(summary)] : [],
    )
    return { ...row, leads: row.summary !== null && means.length > 1 && shownMean(row.summary) === Math.max(...means) }
  })
}

/** Two results are compared after equally many epochs, or when both are through: then the number of epochs is a setting. */
export function comparable(one: ComparisonRow['epochs'], other: ComparisonRow['epochs']): boolean {
  if (one === null || other === null) return one === other
  return one.done === other.done || (one.done === one.of && other.done === other.of)
}

function topKOf(summary: Summary | null, k: number | undefined): ComparisonRow['topK'] {
  return summary === null || k === undefined ? null : { ...summary, k }
}

/** To the digits that are shown: what reads the same is equally good. */
function shownMean({ mean }: Summary): number {
  return Number(percent(mean))
}
