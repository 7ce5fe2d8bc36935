/** Exhibits in a terminal, and as JSON. */
import { exhibitLines } from '../../src-renderer/exhibits/exhibit-table.ts'
import type { PaperVerdict, RowState } from '../paper/row-state.ts'
import {
  countsText,
  differenceText,
  lostText,
  marginText,
  nearText,
  spreadOfSeedsText,
  UNIT_TITLES,
  unitOf,
  whyText,
  workText,
} from '../paper/words.ts'
import { table } from './layout.ts'
import { exhibitOf, type OpenedPaper } from './paper-open.ts'
import type { Terminal } from './terminal.ts'

const COLOURS = { inside: 'green', outside: 'red', 'too few seeds': 'yellow' } as const

export function listExhibits(opened: OpenedPaper, terminal: Terminal): void {
  const { paper } = opened
  for (const { id } of paper.exhibits) terminal.data({ kind: 'exhibit', ...summaryObject(opened, id) })
  if (terminal.json) return
  terminal.print(terminal.paint('bold', paper.title))
  if (paper.source.text !== '') terminal.print(paper.source.text)
  for (const [section, exhibits] of Map.groupBy(paper.exhibits, ({ section }) => section)) {
    terminal.print()
    terminal.print(terminal.paint('bold', section))
    const rows = exhibits.map((exhibit) => {
      const { state } = exhibitOf(opened, exhibit.id)
      const { experiments, obstacles, underWay } = state.missing
      const work = experiments > 0 ? workText(state.missing) : ''
      const blocked = obstacles.length > 0 ? `${obstacles.length} cannot be run here` : ''
      const moving = underWay > 0 ? `${underWay} under way` : ''
      return [exhibit.id, exhibit.kind, countsText(state.verdicts), [work, moving, blocked].filter(Boolean).join(', ')]
    })
    for (const line of table(['exhibit', 'kind', 'state', 'missing here'], rows)) terminal.print(line)
  }
  terminal.print()
  terminal.print('"apical paper show ID" prints one, "apical paper run ID" trains what is missing.')
}

/** An exhibit with everything that is known of it, as JSON; lines of a list carry no curves. */
function summaryObject(opened: OpenedPaper, id: string): object {
  const { exhibit, state } = exhibitOf(opened, id)
  const { title, section, kind, quantity, source } = exhibit
  return { id, title, section, exhibitKind: kind, quantity, source, verdicts: state.verdicts, missing: state.missing }
}

export function showExhibit(opened: OpenedPaper, id: string, terminal: Terminal): void {
  const { exhibit, state } = exhibitOf(opened, id)
  terminal.data({ kind: 'exhibit', ...summaryObject(opened, id), rows: state.rows, curves: state.curves })
  if (terminal.json) return
  terminal.print(terminal.paint('bold', exhibit.title))
  if (exhibit.source !== '') terminal.print(terminal.paint('dim', exhibit.source))
  if (exhibit.note !== '') terminal.print(exhibit.note)
  terminal.print()
  const rowOf = new Map(state.rows.map((row) => [row.id, row]))
  const shown = exhibitLines(exhibit, state)
  const rows = shown.map(({ label, compared, row, unit, from }) => [
    label,
    spreadOfSeedsText(compared.published, unit),
    spreadOfSeedsText(compared.ours, unit) + (from === 'shipped' ? ' *' : ''),
    differenceText(compared, unit),
    marginText(compared, unit),
    painted(terminal, compared.verdict),
    compared.verdict === 'not finished' ? whyText(compared, row.epochs, unit) : '',
  ])
  const suffix = UNIT_TITLES[unitOf(exhibit.quantity)]
  for (const line of table(
    ['', `>published${suffix}`, `>here${suffix}`, '>difference', '>margin', 'verdict', ''],
    rows,
  ))
    terminal.print(line)
  const lines = shown.flatMap(({ label, row, unit, near }) => {
    return [
      ...(near === null || exhibit.x === null ? [] : [`${label}: ${nearText(near, exhibit.x.unit, unit)}.`]),
      ...(lostText(row) === '' ? [] : [`${label}: ${lostText(row)}`]),
    ]
  })
  if (lines.length > 0) terminal.print()
  for (const line of lines) terminal.print(line)
  for (const line of provenance(state.rows)) terminal.print(line)
  const { missing } = state
  terminal.print()
  if (missing.experiments > 0)
    terminal.print(`Missing here: ${workText(missing)}. Train with: npm run apical -- paper run ${id}`)
  if (missing.underWay > 0) terminal.print(`Under way: ${missing.underWay} runs.`)
  for (const [message, blocked] of Map.groupBy(missing.obstacles, ({ message }) => message)) {
    const labels = blocked.map(({ row }) => rowOf.get(row)?.label ?? row)
    terminal.print(`Cannot be run here: ${labels.join('; ')}. ${message} ${blocked[0]?.next ?? ''}`)
  }
  if (missing.experiments + missing.underWay + missing.obstacles.length === 0)
    terminal.print('Nothing is missing here.')
}

/** Which runs and which evidence fill the rows, and how they differ from the paper without moving a result. */
function provenance(rows: readonly RowState[]): readonly string[] {
  const shipped = rows.flatMap(({ label, machine }) =>
    machine === null
      ? []
      : [
          `* ${label}: shipped with Apical, run on ${machine.device} (${machine.engine}) on ${machine.started.slice(0, 10)} with ${machine.apical}.`,
        ],
  )
  const runs = rows.flatMap(({ label, runs }) =>
    runs.flatMap(({ id, differs }) => [`${label}: ${id}`, ...differs.map((sentence) => `  ${sentence}`)]),
  )
  return [...(shipped.length + runs.length > 0 ? [''] : []), ...shipped, ...runs]
}

function painted(terminal: Terminal, verdict: PaperVerdict): string {
  return verdict in COLOURS ? terminal.paint(COLOURS[verdict as keyof typeof COLOURS], verdict) : verdict
}
