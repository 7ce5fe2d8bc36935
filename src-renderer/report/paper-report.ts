/** A report of a paper, or of some of its exhibits: published and here, with a verdict beside, and where every number is from. */
import type { Exhibit, ExhibitState, Paper, ReportedRecord } from '../../src-main/contract.ts'
import { differenceText, marginText, spreadOfSeedsText, UNIT_TITLES, unitOf } from '../../src-main/paper/words.ts'
import { exhibitModel, seriesIn } from '../exhibits/exhibit-model.ts'
import { exhibitNotes } from '../exhibits/exhibit-notes.ts'
import { exhibitLines, type ExhibitLine } from '../exhibits/exhibit-table.ts'
import { totals, toneOf, VERDICTS } from '../exhibits/verdicts.ts'
import { markup, type Part } from './markup.ts'
import type { ReportContext } from './report-context.ts'
import { ReportFigures } from './report-figure.ts'
import { reportPage, utc, type Section } from './report-page.ts'
import { facts, reportTable, type Column } from './report-table.ts'

export interface ReportedExhibit {
  readonly exhibit: Exhibit
  readonly state: ExhibitState
}

/** Runs of the lab that fill these exhibits, each once. */
export function runsOf(shown: readonly ReportedExhibit[]): readonly string[] {
  return [...new Set(shown.flatMap(({ state }) => state.rows.flatMap(({ runs }) => runs.map(({ id }) => id))))]
}

/** @param runs records of `runsOf` */
export function paperReport(
  paper: Paper,
  shown: readonly ReportedExhibit[],
  runs: readonly ReportedRecord[],
  context: ReportContext,
): string {
  const figures = new ReportFigures(context.measure)
  const all = shown.length === paper.exhibits.length
  const [only] = shown
  const sections = [...Map.groupBy(shown, ({ exhibit }) => exhibit.section)]
  const title = !all && shown.length === 1 && only !== undefined ? only.exhibit.title : paper.title
  return reportPage({
    kind: title === paper.title ? 'Paper' : `Exhibit of ${paper.title}`,
    title,
    about: [
      paper.authors,
      paper.source.text,
      all || title !== paper.title ? '' : `${shown.length} of ${paper.exhibits.length} exhibits`,
    ],
    sections: [
      { title: 'Verdicts', body: verdicts(shown) },
      ...sections.map(([section, exhibits]): Section => ({
        title: section,
        body: null,
        sections: exhibits.map((one) => ({
          title: one.exhibit.title,
          body: exhibitPart(paper, one, context, figures),
        })),
      })),
      ...(runs.length === 0 ? [] : [{ title: 'Runs', body: runsPart(runs) }]),
      { title: 'How to reproduce it', body: reproduce(paper, shown, all) },
    ],
    made: context.made,
    version: context.version,
  })
}

function verdicts(shown: readonly ReportedExhibit[]): Part {
  const counts = totals(shown)
  const entries = VERDICTS.flatMap((verdict) =>
    counts[verdict] === undefined
      ? []
      : [{ label: markup`<span class="${tone(verdict)}">${verdict}</span>`, value: counts[verdict] }],
  )
  return [
    facts(entries, 'figures'),
    markup`<p class="small quiet">Each row and curve is filled from runs that are the same experiment but for seeds, epochs and engine. Inside: the means differ by at most the half-width of Welch’s 95 % interval plus 0.1 percentage points (angles: 0.5°). Where that margin is more than one point (5°), or with fewer than three seeds, no verdict is given.</p>\n`,
  ]
}

function tone(verdict: (typeof VERDICTS)[number]): string {
  const found = toneOf(verdict)
  return found === 'faint' ? 'quiet' : found
}

function exhibitPart(
  paper: Paper,
  { exhibit, state }: ReportedExhibit,
  { words }: ReportContext,
  figures: ReportFigures,
): Part {
  const suffix = UNIT_TITLES[unitOf(exhibit.quantity)]
  const columns: readonly Column<ExhibitLine>[] = [
    { title: exhibit.curves.length > 0 ? 'Curve, at its end' : 'Row', cell: ({ label }) => label },
    {
      title: `Published${suffix}`,
      right: true,
      cell: ({ compared, unit }) => spreadOfSeedsText(compared.published, unit),
    },
    { title: `Here${suffix}`, right: true, cell: ({ compared, unit }) => spreadOfSeedsText(compared.ours, unit) },
    { title: 'Difference', right: true, cell: ({ compared, unit }) => differenceText(compared, unit) },
    { title: 'Margin', right: true, cell: ({ compared, unit }) => marginText(compared, unit) },
    { title: 'Verdict', cell: ({ compared: { verdict } }) => markup`<span class="${tone(verdict)}">${verdict}</span>` },
    { title: 'Seeds', cell: ({ row }) => `${row.trained} of ${row.wanted}` },
    {
      title: 'From',
      cell: ({ row, from }) =>
        from === 'shipped'
          ? 'shipped with Apical'
          : row.runs.length === 0
            ? '–'
            : row.runs.map(({ id }) => id).join(', '),
    },
  ]
  const notes = exhibitNotes(paper, exhibit, state)
  return [
    exhibit.curves.length === 0
      ? null
      : figures.chart(exhibitModel(exhibit, state, { seriesOf: seriesIn(words.rules), published: true }), 'whole'),
    reportTable(exhibit.title, columns, exhibitLines(exhibit, state), { wide: true }),
    markup`<p class="small quiet">Mean ± sample standard deviation (number of seeds).</p>\n`,
    notes.length === 0
      ? null
      : markup`<div class="small">${facts(
          notes.map(({ label, text }) => ({ label, value: text })),
          'lines',
        )}</div>\n`,
  ]
}

function runsPart(runs: readonly ReportedRecord[]): Part {
  const machine = ({ environment }: ReportedRecord): string =>
    environment === null
      ? 'not recorded'
      : `${environment.engine} on ${environment.device}, Apical ${environment.apical}, ${utc(environment.started)}`
  return [
    reportTable(
      'Runs that fill these exhibits',
      [
        { title: 'Run', cell: ({ row }) => row.id },
        { title: 'Name', cell: ({ row }) => row.name },
        { title: 'Machine', cell: machine },
        { title: 'Seeds', cell: ({ row }) => row.seeds.join(', ') },
      ],
      runs,
      { wide: true },
    ),
    markup`<p>The commands that train them again:</p>\n<pre>${runs.map(({ command }) => command).join('\n')}</pre>\n`,
    markup`<p>SHA-256 of their files:</p>\n`,
    reportTable(
      'Checksums of the runs',
      [
        { title: 'File', cell: ({ path }) => path },
        { title: 'SHA-256', code: true, cell: ({ sha256 }) => sha256 },
      ],
      runs.flatMap(({ row, checksums }) => checksums.map((sum) => ({ ...sum, path: `${row.id}/${sum.path}` }))),
    ),
  ]
}

function reproduce({ id, rows }: Paper, shown: readonly ReportedExhibit[], all: boolean): Part {
  const wanted = new Set(shown.flatMap(({ state }) => state.rows.map((row) => row.id)))
  // A paper of one's own has to be there first: its file says every experiment.
  const own = rows.some(({ preset }) => preset === null)
  const names = all ? 'all' : shown.map(({ exhibit }) => exhibit.id).join(' ')
  return [
    markup`<p>Trains what is missing of ${wanted.size === 1 ? 'one row' : `${wanted.size} rows`}; in a clone of Apical it begins with <code>npm run apical --</code>.${own ? ' The paper’s file, which Paper saves, has to be opened in that lab first.' : ''}</p>\n`,
    markup`<pre>apical paper run ${names}${own ? ` --paper ${id}` : ''}</pre>\n`,
  ]
}
