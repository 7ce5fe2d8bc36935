/** What each seed of a group came to, and which of them count. */
import type { ExperimentRow } from '../../src-main/contract.ts'
import type { Selection } from '../../src-main/experiment/experiment.ts'
import type { Standing } from '../../src-main/experiment/result.ts'
import type { History, SeedHistory } from '../charts/history.ts'
import { reportedIndex, standingOf } from '../charts/series.ts'
import type { GroupLook } from '../charts/looks.ts'

export interface SeedResult extends Standing {
  readonly seed: number
  /** At the reported epoch; NaN where it was not taken. */
  readonly test: number
  readonly train: number
  readonly validation: number
  /** Top-k accuracy on the test set; NaN where it was not counted after that epoch. */
  readonly topK: number
  /** Largest test accuracy after any epoch. */
  readonly best: number
  /** It ended at chance, and counts. */
  readonly atChance: boolean
}

/** One experiment with its seeds: what a comparison puts beside another. */
export interface Group {
  readonly id: string
  /** What it is called among the others: what differs, unlike any other's in the comparison. */
  readonly name: string
  readonly row: ExperimentRow
  readonly look: GroupLook
  readonly history: History
  readonly results: readonly SeedResult[]
}

export type Part = 'test' | 'train' | 'validation'

export function seedResults(history: History, selection: Selection): readonly SeedResult[] {
  return [...history.seeds.values()]
    .filter(({ epochs, collapsed }) => epochs.length > 0 || collapsed !== null)
    .map((seed) => {
      const at = reportedIndex(seed, selection)
      return {
        seed: seed.seed,
        test: seed.test.at(at),
        train: seed.train.at(at),
        validation: seed.validation.at(at),
        topK: topKAt(seed, at),
        best: seed.test.view().reduce((most, value) => (value > most ? value : most), -Infinity),
        ...standingOf(seed),
        atChance: seed.atChance !== null,
      }
    })
    .sort((a, b) => a.seed - b.seed)
}

/** Counted after every epoch it stands beside the accuracies; counted less often, the last one is of the last epoch. */
function topKAt({ epochs, measures }: SeedHistory, at: number): number {
  const values = measures.get('top-k')?.get('test')?.value
  if (values === undefined) return NaN
  if (values.length === epochs.length) return values.at(at)
  return at === epochs.length - 1 ? values.last : NaN
}

/** Seeds that are drawn, at each epoch those that finished it: not the collapsed, unless asked for or there are no others. */
export function drawnHistories({ history, results }: Group, withCollapsed: boolean): readonly SeedHistory[] {
  const healthy = results.filter(({ collapsed }) => !collapsed)
  const drawn = withCollapsed || healthy.length === 0 ? results : healthy
  return drawn.flatMap(({ seed }) => history.seeds.get(seed) ?? [])
}
