/** Everything about one experiment, a section each; what was not taken leaves none. */
import type { PresetCard, ReportedRecord } from '../../src-main/contract.ts'
import { confusedPairs, measuredLines } from '../../src-main/experiment/inspected.ts'
import type { PublishedComparison } from '../../src-main/experiment/event.ts'
import { History } from '../charts/history.ts'
import {
  accuracyModel,
  confusionModel,
  inColourOf,
  inspectedConfusion,
  measureModel,
  profileModel,
  publishedFor,
} from '../charts/series.ts'
import { earlyNote, earlyRows } from '../experiments/early-rows.ts'
import { chanceText, resultText } from '../experiments/rows.ts'
import { seedRows } from '../experiments/seed-rows.ts'
import { figureOfConfusion } from '../figure/from-chart.ts'
import { configurationBeside } from '../text/configuration.ts'
import { environmentLines } from '../text/environment.ts'
import {
  bytes,
  duration,
  percent,
  seedCount,
  spread,
  STATE_LABELS,
  VERDICT_LABELS,
  whole,
  writeSpread,
} from '../text/format.ts'
import { isOutdated, measuredText } from '../text/inspected.ts'
import { ruleCard } from '../text/setting-words.ts'
import { checklist } from './checklist.ts'
import { markup, type Markup, type Part } from './markup.ts'
import type { ReportContext } from './report-context.ts'
import type { ReportFigures } from './report-figure.ts'
import { utc, type Section } from './report-page.ts'
import { facts, reportTable, symbol, type Column, type Fact } from './report-table.ts'

/** Confusions that are listed; the matrix has them all. */
const CONFUSIONS = 10

export function experimentSections(
  record: ReportedRecord,
  context: ReportContext,
  figures: ReportFigures,
): readonly Section[] {
  const preset = context.presetOf(record.row.preset)
  const sections: readonly (Section | null)[] = [
    { title: 'Result', body: result(record, preset) },
    record.notes.trim() === ''
      ? null
      : { title: 'Notes', body: markup`<div class="notes">${record.notes.trim()}</div>\n` },
    curves(record, context, preset, figures),
    { title: 'Seeds', body: seeds(record) },
    early(record),
    networks(record, context, figures),
    { title: 'Configuration', body: configuration(record, context, preset) },
    { title: 'Environment', body: environment(record) },
    { title: 'How to reproduce it', body: reproduce(record) },
    {
      title: 'For a reproducibility checklist',
      body: checklist([record], context).map((text) => markup`<p>${text}</p>\n`),
    },
    { title: 'Checksums', body: checksums(record) },
  ]
  return sections.filter((section) => section !== null)
}

function toneOfVerdict(verdict: PublishedComparison['verdict']): string {
  return verdict === 'inside' ? 'good' : verdict === 'outside' ? 'warn' : 'quiet'
}

function result({ row, experiment, warnings }: ReportedRecord, preset: PresetCard | undefined): Part {
  const { published, topK } = row
  const entries: readonly (Fact | null)[] = [
    { label: 'State', value: STATE_LABELS[row.state] },
    { label: 'Seeds', value: seedCount(row) },
    row.collapsedSeeds.length === 0
      ? null
      : {
          label: 'Collapsed',
          value: markup`<span class="warn">${row.collapsedSeeds.length} of ${row.seeds.length} (seed ${row.collapsedSeeds.join(', ')})</span>`,
        },
    row.chanceSeeds.length === 0
      ? null
      : { label: 'At chance', value: markup`<span class="warn">${chanceText(row)}</span>` },
    row.trainAccuracy === null ? null : { label: 'Training accuracy, %', value: spread(row.trainAccuracy) },
    row.validationAccuracy === null ? null : { label: 'Validation accuracy, %', value: spread(row.validationAccuracy) },
    topK?.test === null || topK === null ? null : { label: `Top-${topK.k} test accuracy, %`, value: spread(topK.test) },
    row.best === null ? null : { label: 'Best of any epoch, %', value: percent(row.best) },
    { label: 'Epochs', value: row.epochsDone === row.epochs ? row.epochs : `${row.epochsDone} of ${row.epochs}` },
    row.seconds > 0 ? { label: 'Time', value: duration(row.seconds) } : null,
    { label: 'Engine', value: row.engine },
  ]
  const source = preset?.published?.source ?? ''
  return [
    row.testAccuracy === null
      ? markup`<p class="result">No test accuracy yet.</p>\n`
      : markup`<p class="result"><strong>${spread(row.testAccuracy)} %</strong>${sentence(resultText(row).replace(/^test %/, 'test accuracy'))}</p>\n`,
    published === null
      ? null
      : markup`<p><span class="${toneOfVerdict(published.verdict)}">${sentence(VERDICT_LABELS[published.verdict])}</span> Published: ${writeSpread(published)} % (${published.n} seeds)${source === '' ? '' : `, ${source}`}.</p>\n`,
    row.reason === null ? null : markup`<p class="warn">${row.reason}</p>\n`,
    facts(
      entries.filter((entry) => entry !== null),
      'figures',
    ),
    experiment.training.selection === 'last-epoch'
      ? null
      : markup`<p class="small quiet">Accuracies are at the epoch with the best validation accuracy of each seed.</p>\n`,
    warnings.map((warning) => markup`<p class="warn small">${warning}</p>\n`),
  ]
}

function curves(
  record: ReportedRecord,
  { words }: ReportContext,
  preset: PresetCard | undefined,
  figures: ReportFigures,
): Section | null {
  const { row, experiment } = record
  const history = History.from(record)
  const rule = ruleCard(words, row.rule)
  const accuracy = accuracyModel(history, {
    ...{ seeds: false, published: publishedFor(row, preset), early: row.early },
    ...{ selection: experiment.training.selection, topK: experiment.evaluation.topK },
  })
  const measures = (rule?.measures ?? []).flatMap((card) =>
    [measureModel(card, history, false), profileModel(card, history, false)]
      .filter(({ lines }) => lines.length > 0)
      .map((model) => ({ model, help: card.help })),
  )
  if (accuracy.lines.length === 0 && measures.length === 0) return null
  const note = history.seeds.size > 1 ? 'Mean over seeds; bands are ± one standard deviation.' : ''
  return {
    title: 'Curves',
    body: [
      accuracy.lines.length === 0 ? null : figures.chart(inColourOf(accuracy, rule), 'whole', note),
      measures.length === 0
        ? null
        : markup`<div class="pair">\n${measures.map(({ model, help }) => figures.chart(inColourOf(model, rule), 'half', `${model.xLabel === 'iteration' ? 'Iteration by iteration, in the latest batch measured. ' : ''}${help}`))}</div>\n`,
    ],
  }
}

function seeds(record: ReportedRecord): Markup {
  const { training } = record.experiment
  const text = (value: number | null): string => (value === null ? '–' : percent(value))
  type Row = ReturnType<typeof seedRows>[number]
  const columns: readonly (Column<Row> | null)[] = [
    { title: 'Seed', cell: ({ seed }) => seed },
    { title: 'Test, %', right: true, cell: ({ test }) => text(test) },
    { title: 'Train, %', right: true, cell: ({ train }) => text(train) },
    training.validation === null
      ? null
      : { title: 'Validation, %', right: true, cell: ({ validation }) => text(validation) },
    training.selection === 'last-epoch'
      ? null
      : { title: 'Chosen epoch', right: true, cell: ({ chosen }) => chosen ?? '–' },
    { title: 'Best, %', right: true, cell: ({ best }) => text(best) },
    { title: 'Epochs', right: true, cell: ({ epochs }) => epochs },
    {
      title: 'State',
      cell: ({ status, reason, tone }) => [
        status === '' ? '–' : markup`<span class="${tone}">${status}</span>`,
        reason === '' ? null : markup`<br><span class="small quiet">${reason}</span>`,
      ],
    },
  ]
  return reportTable(
    'Seeds',
    columns.filter((column) => column !== null),
    seedRows(record),
    { wide: true },
  )
}

function early({ row }: ReportedRecord): Section | null {
  const rows = earlyRows(row.early ?? [])
  if (rows.length === 0) return null
  return {
    title: 'First epochs, compared with the published ones',
    body: [
      reportTable(
        'First epochs',
        [
          { title: 'Epoch', cell: ({ epoch }) => epoch },
          { title: 'Test, %', right: true, cell: ({ ours }) => ours },
          { title: 'Seeds', right: true, cell: ({ seeds }) => seeds },
          { title: 'Published, %', right: true, cell: ({ theirs }) => theirs },
          { title: 'Seeds', right: true, cell: ({ n }) => n },
          {
            title: 'Verdict',
            cell: ({ verdict }) =>
              verdict === null
                ? '–'
                : markup`<span class="${verdict === 'inside' ? 'good' : 'warn'}">${verdict}</span>`,
          },
        ],
        rows,
        { wide: true },
      ),
      markup`<p class="small quiet">${earlyNote(row.early ?? [])}</p>\n`,
    ],
  }
}

function networks(record: ReportedRecord, { words }: ReportContext, figures: ReportFigures): Section | null {
  const { inspection, row } = record
  const confusion =
    confusionModel(History.from(record)) ?? (inspection === null ? null : inspectedConfusion(inspection))
  if (confusion === null && inspection === null) return null
  const matrix =
    confusion === null
      ? null
      : figures.figure(
          figureOfConfusion(confusion, ''),
          `${confusion.seeds > 1 ? `Over ${confusion.seeds} seeds. ` : ''}Rows are true classes and add up to 100 %.`,
        )
  if (inspection === null) return { title: 'Confusion matrix', body: matrix }
  const { classes, seeds, samples, mistaken, taken, engine } = inspection
  const lines = measuredLines(inspection, ruleCard(words, row.rule)?.measures ?? [])
  const labels = new Map(lines.flatMap(({ measure, label }) => (label === '' ? [] : [[measure, label] as const])))
  const pairs = confusedPairs(inspection).slice(0, CONFUSIONS)
  const nameOf = (label: number): string => classes[label] ?? String(label)
  const notCurrent = isOutdated(record) ? ' The run was trained further since.' : ''
  return {
    title: 'The trained networks',
    body: [
      markup`<p>${whole(mistaken)} of ${whole(samples)} test samples misclassified${seeds.length > 1 ? ' by at least one seed' : ''}; measured on ${utc(taken)} with engine ${engine}.${notCurrent}</p>\n`,
      matrix,
      lines.length === 0
        ? null
        : reportTable(
            'Measures of the trained networks',
            [
              {
                title: 'Measure',
                cell: ({ measure, unit }) => `${labels.get(measure) ?? measure}${unit === '' ? '' : `, ${unit}`}`,
              },
              { title: 'Of', cell: ({ series }) => series },
              { title: seeds.length > 1 ? 'Mean ± sd over seeds' : 'Value', right: true, cell: measuredText },
            ],
            lines,
          ),
      pairs.length === 0
        ? null
        : reportTable(
            'Most frequent confusions',
            [
              { title: 'True class', cell: ({ label }) => nameOf(label) },
              { title: 'Predicted', cell: ({ predicted }) => nameOf(predicted) },
              { title: 'Samples', right: true, cell: (pair) => pair.samples },
            ],
            pairs,
          ),
      inspection.notes.map((note) => markup`<p class="small quiet">${note}</p>\n`),
    ],
  }
}

function configuration({ experiment }: ReportedRecord, { words }: ReportContext, preset: PresetCard | undefined): Part {
  const entries = configurationBeside(experiment, preset?.experiment, words)
  type Entry = (typeof entries)[number]
  const columns: readonly Column<Entry>[] = [
    { title: 'Setting', cell: (entry) => [entry.label, symbol(entry.symbol)] },
    { title: 'Value', cell: ({ text, was }) => (was === null ? text : markup`<span class="was">${text}</span>`) },
  ]
  const beside: readonly Column<Entry>[] =
    preset === undefined || entries.every(({ was }) => was === null)
      ? []
      : [{ title: 'Preset', cell: ({ was }) => was ?? '' }]
  return [
    preset === undefined
      ? null
      : markup`<p>From the preset ${preset.label}${beside.length === 0 ? ', without a change that moves the result' : ''}.</p>\n`,
    reportTable('Configuration', [...columns, ...beside], entries),
  ]
}

function environment({ environment: machine }: ReportedRecord): Markup {
  if (machine === null) return markup`<p>Not recorded.</p>\n`
  return facts(environmentLines(machine, utc), 'lines')
}

function reproduce({ command, experiment }: ReportedRecord): Part {
  return [
    markup`<p>This command trains it again. In a clone of Apical it begins with <code>npm run apical -- run</code>.</p>
<pre>${command}</pre>
<p>The same experiment as a file: save it as <code>experiment.json</code> and train it with <code>apical run experiment.json</code>. The same seeds, engine and version of Apical are needed for the same numbers.</p>
<pre>${JSON.stringify(experiment, null, 2)}</pre>
`,
  ]
}

function checksums({ checksums: sums, environment: machine, folder }: ReportedRecord): Part {
  const data = Object.entries(machine?.data ?? {})
  return [
    sums.length === 0
      ? markup`<p>No files to tell of.</p>\n`
      : [
          markup`<p>SHA-256 of the files in the folder ${folder}.</p>\n`,
          reportTable(
            'Checksums of files',
            [
              { title: 'File', cell: ({ path }) => path },
              { title: 'Size', right: true, cell: ({ bytes: size }) => bytes(size) },
              { title: 'SHA-256', code: true, cell: ({ sha256 }) => sha256 },
            ],
            sums,
          ),
        ],
    data.length === 0
      ? null
      : [
          markup`<p>The data that it was trained and tested on: SHA-256 of each file, or the generator with its version.</p>\n`,
          reportTable(
            'Fingerprints of the data',
            [
              { title: 'Data', cell: ([file]) => file },
              { title: 'Fingerprint', code: true, cell: ([, sum]) => sum },
            ],
            data,
          ),
        ],
  ]
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
