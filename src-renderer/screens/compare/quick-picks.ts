/** Comparisons that suggest themselves: what was run last, the same task by different rules, the best of the last sweep. */
import type { ExperimentRow } from '../../../src-main/contract.ts'
import { network } from '../../text/format.ts'
import type { Vocabulary } from '../../text/setting-words.ts'
import { namesOf } from '../../experiments/names.ts'
import { ranked, readSweep } from '../../experiments/sweep-model.ts'

export interface QuickPick {
  readonly title: string
  readonly detail: string
  /** At least two. */
  readonly ids: readonly string[]
  /** Where all of its sweep is seen; null for any other. */
  readonly sweep: string | null
}

const LATEST = 4
const RULES = 8
const BEST = 4

/** Of experiments with a result that are not put away; each choice of groups once. */
export function quickPicks(rows: readonly ExperimentRow[], words: Vocabulary): readonly QuickPick[] {
  const finished = rows
    .filter(({ testAccuracy, archived }) => testAccuracy !== null && !archived)
    .sort((a, b) => (a.created < b.created ? 1 : -1))
  const seen = new Set<string>()
  return [latest(finished, words), ...byRule(finished), bestOfSweep(finished, words)].filter(
    (pick): pick is QuickPick => {
      if (pick === null || pick.ids.length < 2) return false
      const choice = pick.ids.toSorted().join('/')
      return !seen.has(choice) && Boolean(seen.add(choice))
    },
  )
}

/** On one data set: accuracies on different ones say nothing about each other. */
function latest(rows: readonly ExperimentRow[], words: Vocabulary): QuickPick | null {
  const [first] = rows
  if (first === undefined) return null
  const those = rows.filter(({ dataset }) => dataset === first.dataset).slice(0, LATEST)
  return {
    title: `The latest ${those.length} on ${first.datasetLabel}`,
    detail: namesOf(those, words).names.join(' · '),
    ids: those.map(({ id }) => id),
    sweep: null,
  }
}

/** Same data set and network, one group per rule: the one with the most seeds, the latest of them. The latest two tasks. */
function byRule(rows: readonly ExperimentRow[]): readonly QuickPick[] {
  const tasks = Map.groupBy(rows, ({ datasetLabel, widths }) => `${datasetLabel} · ${network(widths)}`)
  return [...tasks]
    .flatMap(([task, members]): readonly QuickPick[] => {
      const groups = [...Map.groupBy(members, ({ rule }) => rule).values()].flatMap((group) => {
        const counted = ({ testAccuracy }: ExperimentRow): number => testAccuracy?.n ?? 0
        return group.toSorted((a, b) => counted(b) - counted(a)).slice(0, 1)
      })
      const shown = groups.slice(0, RULES)
      if (shown.length < 2) return []
      const detail = shown.map(({ ruleLabel }) => ruleLabel).join(', ')
      return [{ title: `${shown.length} rules on ${task}`, detail, ids: shown.map(({ id }) => id), sweep: null }]
    })
    .slice(0, 2)
}

/** Chosen on the validation set where there is one. */
function bestOfSweep(rows: readonly ExperimentRow[], words: Vocabulary): QuickPick | null {
  const newest = rows.find(({ sweep }) => sweep !== null)
  const id = newest?.sweep?.id
  if (newest === undefined || id === undefined) return null
  const members = rows.filter(({ sweep }) => sweep?.id === id)
  const { axes, points } = readSweep(members, words)
  const judge = members.some(({ validationAccuracy }) => validationAccuracy !== null) ? 'validation' : 'test'
  const best = ranked(points, judge).slice(0, BEST)
  return {
    title: `The best ${best.length} of the last sweep`,
    detail: `${axes.map(({ label }) => label).join(' × ')}, ${members.length} experiments on ${newest.datasetLabel}`,
    ids: best.map(({ row }) => row.id),
    sweep: id,
  }
}
