/** A report of experiments beside each other: what Compare shows, and everything about each. */
import type { ReportedRecord } from '../../src-main/contract.ts'
import { History } from '../charts/history.ts'
import { lookAt, shaded, type GroupLook } from '../charts/looks.ts'
import { ruleSeries } from '../charts/line-style.ts'
import { namesOf } from '../experiments/names.ts'
import { comparisonRows } from '../groups/comparison-table.ts'
import { differenceModel } from '../groups/difference-model.ts'
import { differenceSentence, differencesOf, type Difference } from '../groups/differences.ts'
import { overlayModel, paceOf, quantitiesOf } from '../groups/overlay.ts'
import { pairedComparisons, warningsOf, type PairedComparison } from '../groups/paired-groups.ts'
import { finding, points, probability } from '../groups/paired-words.ts'
import { seedResults, type Group } from '../groups/seed-results.ts'
import { captionSentences, columnsFor, type Column as TextColumn } from '../groups/table-texts.ts'
import { configurationOf } from '../text/configuration.ts'
import { percent } from '../text/format.ts'
import { experimentSections } from './experiment-sections.ts'
import { markup, type Part } from './markup.ts'
import type { ReportContext } from './report-context.ts'
import { ReportFigures } from './report-figure.ts'
import { reportPage, type Section } from './report-page.ts'
import { reportTable, symbol, type Column } from './report-table.ts'

export interface ComparisonChoice {
  /** As Compare was set. */
  readonly withCollapsed: boolean
  /** The id of the group that the others are tested against; the first where there is no such group. */
  readonly baseline: string
}

export function comparisonReport(
  records: readonly ReportedRecord[],
  context: ReportContext,
  choice: ComparisonChoice,
): string {
  const figures = new ReportFigures(context.measure)
  const told = namesOf(
    records.map(({ row }) => row),
    context.words,
  )
  const groups = groupsOf(records, told.names, context)
  const names = groups.map(({ name }) => name)
  const rows = comparisonRows(groups, {
    withCollapsed: choice.withCollapsed,
    sourceOf: ({ row }) => context.presetOf(row.preset)?.published?.source ?? '',
  })
  // A page is narrow, and each run tells of itself below.
  const columns = columnsFor(rows)
    .filter(({ title }) => title !== 'Best' && title !== 'Time')
    .map(columnOf)
  const results: Part = [
    reportTable('Results', columns, rows, { wide: true }),
    markup`<p class="small quiet">${captionSentences(rows, choice.withCollapsed, told).join(' ')}</p>\n`,
  ]
  const differences = differencesOf(records.map(({ experiment }) => configurationOf(experiment, context.words)))
  return reportPage({
    kind: 'Comparison',
    title: titleOf(names),
    about: [told.shared],
    sections: [
      { title: 'Results', body: results },
      ...curves(groups, records, told.shared, choice, context, figures),
      paired(groups, told.shared, choice, figures),
      {
        title: 'What differs',
        body: [markup`<p>${differenceSentence(differences)}</p>\n`, differing(names, differences)],
      },
      ...records.map((record, i) => ({
        title: names[i] ?? record.row.name,
        body: markup`<p class="quiet">${record.row.name}</p>\n`,
        sections: experimentSections(record, context, figures),
      })),
    ],
    made: context.made,
    version: context.version,
  })
}

/** Letters that a title holds. */
const TITLE = 80

function titleOf(names: readonly string[]): string {
  const title = names.join(' – ')
  return title.length > TITLE ? `${names.length} experiments beside each other` : title
}

function groupsOf(
  records: readonly ReportedRecord[],
  names: readonly string[],
  { words }: ReportContext,
): readonly Group[] {
  const coloured = records.map(({ row }) => ({ id: row.id, series: ruleSeries(words.rules, row.rule) }))
  const shades = shaded(coloured, new Map())
  return records.map((record, i): Group => {
    const { row, experiment } = record
    const history = History.from(record)
    const look: GroupLook = lookAt(i, coloured[i]?.series ?? 1, shades.get(row.id) ?? 0)
    return {
      ...{ id: row.id, name: names[i] ?? row.name, row, look, history },
      results: seedResults(history, experiment.training.selection),
    }
  })
}

function columnOf<R extends { readonly leads: boolean }>({
  title,
  right,
  text,
  leading,
}: Omit<TextColumn, 'text'> & { readonly text: (row: R) => string }): Column<R> {
  return {
    ...{ title, right, wraps: title === 'Published' },
    cell: (row) => {
      const written = text(row)
      return leading === true && row.leads
        ? markup`<span class="leads">${written}</span>`
        : written === ''
          ? '–'
          : written
    },
  }
}

function curves(
  groups: readonly Group[],
  records: readonly ReportedRecord[],
  shared: string,
  { withCollapsed }: ComparisonChoice,
  { words }: ReportContext,
  figures: ReportFigures,
): readonly Section[] {
  const overlaid = groups.map((group, i) => {
    const experiment = records[i]?.experiment
    const card = words.dataSets.find(({ name }) => name === group.row.dataset)
    return { group, pace: experiment === undefined ? { samples: 1, batches: 1 } : paceOf(experiment, card) }
  })
  const drawn = quantitiesOf(groups, words.rules)
    .filter(({ key }) => key === 'test' || key === 'train')
    .map((what) => overlayModel(overlaid, { what, axis: 'epoch', band: 'sd', seeds: false, withCollapsed, shared }))
    .filter(({ lines }) => lines.length > 0)
  if (drawn.length === 0) return []
  const note = 'Mean over seeds; bands are ± one standard deviation.'
  return [{ title: 'Curves', body: drawn.map((model) => figures.chart(model, 'whole', note)) }]
}

function paired(
  groups: readonly Group[],
  shared: string,
  { withCollapsed, baseline: wanted }: ComparisonChoice,
  figures: ReportFigures,
): Section {
  const baseline = groups.find(({ id }) => id === wanted) ?? groups[0]
  if (baseline === undefined) throw new RangeError('a comparison of nothing')
  const others = groups.filter(({ id }) => id !== baseline.id)
  const comparisons = pairedComparisons(baseline, others, withCollapsed)
  const several = comparisons.filter(({ test }) => test !== null).length > 1
  const minus = (value: number): string => value.toFixed(2).replace('-', '−')
  const columns: readonly (Column<PairedComparison> | null)[] = [
    { title: 'Group', cell: ({ group }) => group.name },
    { title: 'Pairs', right: true, cell: ({ pairs }) => pairs.seeds.length },
    {
      title: 'Difference, points',
      right: true,
      cell: ({ test }) => (test === null ? '–' : `${points(test.mean)} ± ${percent(test.sd)}`),
    },
    {
      title: several ? '95 % CI (Holm)' : '95 % CI',
      right: true,
      cell: ({ adjusted }) =>
        adjusted === null ? '–' : `${points(adjusted.interval.low)} to ${points(adjusted.interval.high)}`,
    },
    { title: 'p, paired t', right: true, cell: ({ test }) => probability(test?.p) },
    several ? { title: 'p, Holm', right: true, cell: ({ adjusted }) => probability(adjusted?.p) } : null,
    { title: 'p, Wilcoxon', right: true, cell: ({ ranks }) => probability(ranks?.p) },
    { title: 'Cohen’s d (pairs)', right: true, cell: ({ test }) => (test === null ? '–' : minus(test.dz)) },
  ]
  const said = comparisons.flatMap((one) => {
    const sentence = finding(one, { group: one.group.name, baseline: baseline.name }, several)
    const name = comparisons.length > 1 ? `${one.group.name}: ` : ''
    return [
      sentence === '' ? null : markup`<p>${sentence}</p>\n`,
      ...warningsOf(one).map((warning) => markup`<p class="warn small">${name}${warning}</p>\n`),
    ]
  })
  const model = differenceModel(baseline, comparisons, { band: 'ci', seeds: false, shared })
  return {
    title: 'Paired comparison',
    body: [
      markup`<p class="quiet">Test accuracy against ${baseline.name}, seed by seed.</p>\n`,
      said,
      reportTable(
        'Paired comparison',
        columns.filter((column) => column !== null),
        comparisons,
        { wide: true },
      ),
      markup`<p class="small quiet">Differences are in percentage points: mean ± sample standard deviation over the seeds that both have. p and the interval are two-sided, by Student’s t.${several ? ` Adjusted by Holm, they hold for all ${comparisons.length} comparisons together.` : ''}</p>\n`,
      model.lines.length === 0
        ? null
        : figures.chart(model, 'whole', 'Bands are 95 % confidence intervals of the mean difference.'),
    ],
  }
}

function differing(names: readonly string[], differences: readonly Difference[]): Part {
  if (differences.length === 0) return null
  const columns: readonly Column<Difference>[] = [
    { title: 'Setting', cell: (one) => [one.label, symbol(one.symbol)] },
    ...names.map((name, i): Column<Difference> => ({ title: name, cell: ({ texts }) => texts[i] ?? '–' })),
  ]
  return reportTable('Settings that differ', columns, differences, { wide: true })
}
