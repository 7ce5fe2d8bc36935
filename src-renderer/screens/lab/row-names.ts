/** What a row is called beside its columns: what they say its name leaves out, and what of the same name differs it adds. */
import type { ExperimentRow } from '../../../src-main/contract.ts'
import { nameBesideColumns, whatDiffers } from '../../experiments/names.ts'
import { runName } from '../../experiments/run-name.ts'
import type { Vocabulary } from '../../text/setting-words.ts'

export interface RowName {
  readonly name: string
  /** '10,000 samples, 3 epochs'; empty for a name that no other has. */
  readonly differs: string
}
export type RowNames = ReadonlyMap<string, RowName>

/** Said in columns, by the keys of what differs. */
const SAID_IN: Readonly<Record<string, string>> = {
  data: 'data',
  network: 'widths',
  rule: 'rule',
  epochs: 'training.epochs',
}
/** Of more than these nobody reads what differs between all of them. */
const MOST_NAMESAKES = 100

export function rowNames(rows: readonly ExperimentRow[], words: Vocabulary, columns: readonly string[]): RowNames {
  const elsewhere = new Set(columns.flatMap((column) => SAID_IN[column] ?? []))
  const names = new Map<string, RowName>()
  for (const [name, namesakes] of Map.groupBy(rows, (row) =>
    nameBesideColumns(withoutSweep(row, words), columns, words),
  )) {
    // Members of a sweep say what is their own; the others are told apart among each other.
    const others = namesakes.filter(({ sweep }) => sweep === null)
    const differ = others.length > 1 && others.length <= MOST_NAMESAKES ? whatDiffers(others, words, elsewhere) : []
    for (const row of namesakes) names.set(row.id, { name, differs: '' })
    others.forEach(({ id }, i) => names.set(id, { name, differs: differ[i] ?? '' }))
  }
  return names
}

function withoutSweep(row: ExperimentRow, words: Vocabulary): ExperimentRow {
  return row.sweep === null ? row : { ...row, name: runName(row, words).shared }
}
