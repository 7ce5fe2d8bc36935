/** What each seed of a group came to, and which of them count. */
import type { ExperimentRow } from '../../../src-main/contract.ts'
import type { Selection } from '../../../src-main/experiment/experiment.ts'
import type { History, SeedHistory } from '../../charts/history.ts'
import { reportedIndex } from '../../charts/series.ts'
import type { GroupLook } from '../../charts/looks.ts'

export interface SeedResult {
  readonly seed: number
  /** At the reported epoch; NaN where it was not taken. */
  readonly test: number
  readonly train: number
  readonly validation: number
  /** Top-k accuracy on the test set; NaN where it was not counted after that epoch. */
  readonly topK: number
  /** Largest test accuracy after any epoch. */
  readonly best: number
  readonly epochs: number
  readonly collapsed: boolean
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
        epochs: Number.isFinite(seed.epochs.last) ? seed.epochs.last : 0,
        collapsed: seed.collapsed !== null,
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

/** Seeds that count: those that did not collapse, unless they are asked for or there are no others. */
export function counted<S extends { readonly collapsed: boolean }>(
  seeds: readonly S[],
  withCollapsed: boolean,
): readonly S[] {
  const healthy = seeds.filter(({ collapsed }) => !collapsed)
  return withCollapsed || healthy.length === 0 ? seeds : healthy
}

/** As `counted`, of a group's histories. */
export function countedHistories({ history, results }: Group, withCollapsed: boolean): readonly SeedHistory[] {
  return counted(results, withCollapsed).flatMap(({ seed }) => history.seeds.get(seed) ?? [])
}
