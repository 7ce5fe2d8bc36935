/** The lines of the Lab table: rows filtered, sorted and grouped, with what is unfolded between them. */
import { competing } from '../../experiments/sweep-model.ts'
import type { ExperimentRow, LabView, RunState } from '../../../src-main/contract.ts'
import { labelOf, missingText, shownText, textOf, valueOf } from '../../experiments/keys.ts'
import { stateFilterOf, STATE_FILTERS } from '../../experiments/rows.ts'
import { matches, parseSearch } from '../../experiments/search.ts'
import type { Vocabulary } from '../../text/setting-words.ts'

type Sorting = LabView['sorting'][number]

/** Kinds of chips above the table, each with what a row has of it. */
export const FILTERS = {
  datasets: { label: 'Data', of: ({ dataset }) => [dataset], text: (name) => name },
  rules: { label: 'Rule', of: ({ rule }) => [rule], text: (rule) => rule },
  states: {
    label: 'State',
    of: (row) => [stateFilterOf(row)],
    text: (state) => STATE_FILTERS[state as keyof typeof STATE_FILTERS],
  },
  engines: { label: 'Engine', of: ({ engine }) => (engine === '' ? [] : [engine]), text: (engine) => engine },
  tags: { label: 'Tag', of: ({ tags }) => tags, text: (tag) => tag },
  verdicts: {
    label: 'Published',
    of: ({ published, preset }) => [published?.verdict ?? (preset === null ? 'no preset' : 'not yet')],
    text: (verdict) => VERDICTS[verdict] ?? verdict,
  },
} as const satisfies Record<
  string,
  { label: string; of: (row: ExperimentRow) => readonly string[]; text: (value: string) => string }
>
export type FilterKind = keyof typeof FILTERS
export const FILTER_KINDS = Object.keys(FILTERS) as readonly FilterKind[]

const VERDICTS: Readonly<Record<string, string>> = {
  inside: 'Inside published',
  outside: 'Outside published',
  'too few seeds': 'Too few seeds',
  'not yet': 'From a preset, not judged',
  'no preset': 'No preset',
}

/** Rows that hold what was typed, have one of what was chosen of every kind, and are not put away. */
export function filtered(
  rows: readonly ExperimentRow[],
  { text, filters, showArchived }: Pick<LabView, 'text' | 'filters' | 'showArchived'>,
  settings: readonly string[],
  words: Vocabulary,
): readonly ExperimentRow[] {
  const terms = parseSearch(text, settings, words)
  const chosen = FILTER_KINDS.flatMap((kind) => {
    const wanted = new Set(filters[kind])
    return wanted.size === 0 ? [] : [{ wanted, of: FILTERS[kind].of }]
  })
  return rows.filter(
    (row) =>
      (showArchived || !row.archived) &&
      chosen.every(({ wanted, of }) => of(row).some((value) => wanted.has(value))) &&
      matches(row, terms),
  )
}

const STATE_ORDER: readonly RunState[] = [
  ...(['running', 'paused', 'queued', 'interrupted', 'stopped', 'failed'] as const),
  ...(['unreadable', 'collapsed', 'done', 'sample'] as const),
]

/** Sorted copy: pinned ones first, then by each key in turn; what lacks the value stands last whichever way it goes. */
export function sorted(rows: readonly ExperimentRow[], sorting: readonly Sorting[]): readonly ExperimentRow[] {
  const keyed = rows.map((row) => ({ row, values: sorting.map(({ by }) => sortValue(row, by)) }))
  keyed.sort((a, b) => {
    if (a.row.pinned !== b.row.pinned) return a.row.pinned ? -1 : 1
    for (let key = 0; key < sorting.length; key++) {
      const order = compared(a.values[key] ?? null, b.values[key] ?? null, sorting[key]?.down === true)
      if (order !== 0) return order
    }
    return a.row.created < b.row.created ? 1 : a.row.created > b.row.created ? -1 : 0
  })
  return keyed.map(({ row }) => row)
}

function sortValue(row: ExperimentRow, key: string): string | number | null {
  if (key === 'state') return STATE_ORDER.indexOf(row.state)
  const value = valueOf(row, key)
  return typeof value === 'number' || value === null
    ? value
    : spelling(typeof value === 'string' ? value : textOf(value))
}

const spelt = new Map<string, string>()

/**
 * A text whose order by code units is the order in which people expect the original: capitals and accents do not count,
 * and numbers stand by their size, 0.05 before 0.5. Kept, since a locale's own comparison takes ten times as long as this one.
 */
function spelling(text: string): string {
  let found = spelt.get(text)
  if (found === undefined) {
    found = text
      .normalize('NFD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .replace(/(?<![.\d])\d+/g, (digits) => digits.padStart(12, '0'))
    spelt.set(text, found)
  }
  return found
}

function compared(a: string | number | null, b: string | number | null, down: boolean): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  const order = typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : a === b ? 0 : 1
  return down ? -order : order
}

/** What stands in the head of a group, over its experiments. */
interface GroupFigures {
  readonly experiments: number
  readonly runs: number
  /** Of the experiments' test accuracies; null where none has one. */
  readonly mean: number | null
  readonly best: number | null
  readonly collapsed: number
}

export type Line =
  | {
      readonly kind: 'group'
      readonly id: string
      readonly level: number
      readonly label: string
      readonly text: string
      readonly open: boolean
      readonly figures: GroupFigures
    }
  | {
      readonly kind: 'sweep'
      readonly id: string
      readonly level: number
      readonly sweep: string
      /** Those that are found, at least two. */
      readonly rows: readonly ExperimentRow[]
      readonly open: boolean
    }
  | {
      readonly kind: 'row'
      readonly id: string
      readonly level: number
      readonly row: ExperimentRow
      readonly open: boolean
      /** Below the line of its sweep, which says what all of it share. */
      readonly inSweep: boolean
    }
  | { readonly kind: 'seeds'; readonly id: string; readonly level: number; readonly row: ExperimentRow }

/**
 * Groups in the order in which the sorted rows meet them; a row of several tags stands in the group of all of them. A sweep is
 * one line, where its first member would stand, that opens to its members.
 */
export function lines(
  rows: readonly ExperimentRow[],
  groups: readonly string[],
  { folded, unfolded }: { readonly folded: ReadonlySet<string>; readonly unfolded: ReadonlySet<string> },
  words: Vocabulary,
): readonly Line[] {
  const out: Line[] = []
  const putRow = (row: ExperimentRow, level: number, inSweep: boolean): void => {
    const open = unfolded.has(row.id)
    out.push({ kind: 'row', id: row.id, level, row, open, inSweep })
    if (open) out.push({ kind: 'seeds', id: `${row.id}/seeds`, level: level + 1, row })
  }
  // Who groups by sweep has them apart already.
  const sweeps = !groups.includes('sweep')
  const put = (members: readonly ExperimentRow[], level: number, path: string): void => {
    const key = groups[level - 1]
    if (key === undefined) {
      const together = sweeps ? sweptTogether(members) : NONE
      for (const row of members) {
        const sweep = row.sweep?.id
        const all = sweep === undefined ? undefined : together.get(sweep)
        if (sweep === undefined || all === undefined || all.length < 2) putRow(row, level, false)
        else if (all[0] === row) {
          const id = `${path}/sweep/${sweep}`
          const open = unfolded.has(id)
          out.push({ kind: 'sweep', id, level, sweep, rows: all, open })
          if (open) for (const member of all) putRow(member, level + 1, true)
        }
      }
      return
    }
    const parts = new Map<string, ExperimentRow[]>()
    for (const row of members) {
      const text = valueOf(row, key) === null ? missingText(key, words) : shownText(row, key, words)
      const part = parts.get(text)
      if (part === undefined) parts.set(text, [row])
      else part.push(row)
    }
    for (const [text, part] of parts) {
      const id = `${path}/${key}=${text}`
      const open = !folded.has(id)
      out.push({ kind: 'group', id, level, label: labelOf(key, words), text, open, figures: figuresOf(part) })
      if (open) put(part, level + 1, id)
    }
  }
  put(rows, 1, 'group')
  return out
}

const NONE: ReadonlyMap<string, readonly ExperimentRow[]> = new Map()

function sweptTogether(rows: readonly ExperimentRow[]): ReadonlyMap<string, readonly ExperimentRow[]> {
  const found = new Map<string, ExperimentRow[]>()
  for (const row of rows) {
    if (row.sweep === null) continue
    const members = found.get(row.sweep.id)
    if (members === undefined) found.set(row.sweep.id, [row])
    else members.push(row)
  }
  return found
}

/** The experiments that a line stands for: those of a sweep all together. */
export function rowsOf(line: Line | undefined): readonly ExperimentRow[] {
  if (line?.kind === 'row') return [line.row]
  return line?.kind === 'sweep' ? line.rows : []
}

/** Experiments in the order shown, once each; those in folded groups are not shown, those of a folded sweep are. */
export function shownRows(all: readonly Line[]): readonly ExperimentRow[] {
  return all.flatMap((line) => (line.kind === 'row' || (line.kind === 'sweep' && !line.open) ? rowsOf(line) : []))
}

function figuresOf(rows: readonly ExperimentRow[]): GroupFigures {
  let [runs, sum, judged, collapsed] = [0, 0, 0, 0]
  let best: number | null = null
  for (const row of rows) {
    runs += row.seeds.length
    collapsed += row.collapsedSeeds.length
  }
  for (const row of competing(rows)) {
    // Where all seeds collapsed, their accuracy is shown and is no result.
    if (row.testAccuracy === null || row.state === 'collapsed') continue
    sum += row.testAccuracy.mean
    judged++
    best = Math.max(best ?? 0, row.testAccuracy.mean)
  }
  return { experiments: rows.length, runs, mean: judged === 0 ? null : sum / judged, best, collapsed }
}
