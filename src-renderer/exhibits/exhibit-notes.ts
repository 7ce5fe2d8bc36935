/** What there is to know about the numbers of an exhibit, as its page and a report say it. */
import type { Exhibit, ExhibitState, Paper } from '../../src-main/contract.ts'
import { lostText, nearText, whyText } from '../../src-main/paper/words.ts'
import { exhibitLines } from './exhibit-table.ts'

interface ExhibitNote {
  /** Which rows it is about. */
  readonly label: string
  readonly text: string
}

export function exhibitNotes(
  paper: Pick<Paper, 'rows'>,
  exhibit: Exhibit,
  state: ExhibitState,
): readonly ExhibitNote[] {
  const lines = exhibitLines(exhibit, state)
  const noted = new Map(paper.rows.flatMap(({ id, note }) => (note === '' ? [] : [[id, note]])))
  const ofLines = lines.flatMap(({ label, compared, row, unit, near }) => {
    // A note of the paper says more than that some of its seeds were lost.
    const lost = row.lost.ours.length === 0 && noted.has(row.id) ? '' : lostText(row)
    return [
      ...(near === null || exhibit.x === null ? [] : [{ label, text: `${nearText(near, exhibit.x.unit, unit)}.` }]),
      ...(lost === '' ? [] : [{ label, text: lost }]),
      ...(compared.verdict === 'too few seeds' || compared.verdict === 'outside'
        ? [{ label, text: whyText(compared, row.epochs, unit) }]
        : []),
    ]
  })
  const differs = Map.groupBy(
    lines.flatMap(({ label, row }) => row.runs.flatMap((run) => run.differs.map((text) => ({ text, label })))),
    ({ text }) => text,
  )
  return [
    ...(exhibit.note === '' ? [] : [{ label: 'The exhibit', text: exhibit.note }]),
    ...ofLines,
    ...state.rows.flatMap(({ id, label }) => {
      const text = noted.get(id)
      return text === undefined ? [] : [{ label: `${exhibit.labels[id] ?? label}, published`, text }]
    }),
    ...[...differs].map(([text, rows]) => ({
      label: [...new Set(rows.map(({ label }) => label))].join(', '),
      text: `Not as in the paper, without effect on the weights: ${text}`,
    })),
    ...state.rows.flatMap(({ id, label, machine }) =>
      machine === null
        ? []
        : [
            {
              label: exhibit.labels[id] ?? label,
              text: `Shipped with Apical: run on ${machine.device} (${machine.engine}) on ${machine.started.slice(0, 10)} with version ${machine.apical}.`,
            },
          ],
    ),
    ...(exhibit.source === '' ? [] : [{ label: 'Published in', text: exhibit.source }]),
  ]
}
