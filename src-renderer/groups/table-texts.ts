/** The comparison's table for a paper (booktabs LaTeX), for a README (Markdown) and for a program (CSV). */
import { countOf, duration, percent, spread, VERDICT_LABELS, writeSpread } from '../text/format.ts'
import { csvCell, latexText, markdownText } from '../export/table-text.ts'
import { CONFIDENCE, RESAMPLES } from '../statistics/bootstrap.ts'
import { methodFor, methodText } from '../statistics/mean-interval.ts'
import type { Summary } from '../statistics/summary.ts'
import { untoldSentence, type Names } from '../experiments/names.ts'
import type { ComparisonRow } from './comparison-table.ts'

/** What of the names stands in no row. */
type Told = Pick<Names, 'shared' | 'untold'>

/** What every one of them says, before it is written their way. */
export interface Column {
  readonly title: string
  readonly right: boolean
  /** Empty where the row has nothing to say. */
  readonly text: (row: ComparisonRow) => string
  /** The one that is set in bold where its row leads. */
  readonly leading?: true
}

const interval = (low: number, high: number): string => `[${percent(low)}, ${percent(high)}]`

export const meanText = ({ summary, planned }: ComparisonRow): string => spreadText(summary, planned)
export const trainText = ({ train, planned }: ComparisonRow): string => spreadText(train, planned)
export const topKText = ({ topK, planned }: ComparisonRow): string => spreadText(topK, planned)

/** 'Top-5, %', or 'Top-k, %' where the k differ; null where no row has one. */
export function topKTitle(rows: readonly ComparisonRow[]): string | null {
  const all = new Set(rows.flatMap(({ topK }) => topK?.k ?? []))
  const [k] = all
  return k === undefined ? null : `Top-${all.size === 1 ? k : 'k'}, %`
}

function spreadText(summary: Summary | null, planned: number): string {
  return summary === null ? '' : `${spread(summary)} (${countOf(summary.n, planned)})`
}

/** '3', or '1 of 3' where training is not through; empty before the first. */
export function epochsText({ epochs }: Pick<ComparisonRow, 'epochs'>): string {
  return epochs === null ? '' : countOf(epochs.done, epochs.of)
}

/** Whether it matters to say after how many epochs: they differ, or training is not through. */
export function epochsDiffer(rows: readonly ComparisonRow[]): boolean {
  return (
    new Set(rows.flatMap((row) => (row.epochs === null ? [] : epochsText(row)))).size > 1 ||
    rows.some(({ epochs }) => epochs !== null && epochs.done < epochs.of)
  )
}

/** 'seed 2 at epoch 1'; empty where no seed is behind. */
export function behindText({ behind }: Pick<ComparisonRow, 'behind'>): string {
  return behind.map(({ seed, epochs }) => `seed ${seed} at epoch ${epochs}`).join(', ')
}

export function collapsedText({ collapsed, seeds }: ComparisonRow): string {
  return collapsed === 0 ? '' : `${collapsed} of ${seeds} collapsed`
}

export function chanceText({ atChance, seeds }: ComparisonRow): string {
  return atChance === 0 ? '' : `${atChance} of ${seeds} at chance`
}

export function verdictText({ published }: ComparisonRow): string {
  return published === null ? '' : VERDICT_LABELS[published.verdict]
}

const COLUMNS: readonly Column[] = [
  { title: 'Experiment', right: false, text: ({ name }) => name },
  { title: 'Data', right: false, text: ({ datasetLabel }) => datasetLabel },
  { title: 'Epochs', right: true, text: epochsText },
  { title: 'Test, %', right: true, text: meanText, leading: true },
  { title: 'Train, %', right: true, text: trainText },
  { title: 'Top-k, %', right: true, text: topKText },
  { title: 'Median', right: true, text: ({ summary }) => (summary === null ? '' : percent(summary.median)) },
  { title: 'IQM', right: true, text: ({ summary }) => (summary === null ? '' : percent(summary.iqm)) },
  {
    title: '95 % CI',
    right: true,
    text: ({ summary }) => (summary?.interval ? interval(summary.interval.low, summary.interval.high) : ''),
  },
  { title: 'Best', right: true, text: ({ best }) => (Number.isFinite(best) ? percent(best) : '') },
  {
    title: 'Collapsed',
    right: false,
    text: ({ collapsed, seeds }) => (collapsed === 0 ? '' : `${collapsed} of ${seeds}`),
  },
  {
    title: 'At chance',
    right: false,
    text: ({ atChance, seeds }) => (atChance === 0 ? '' : `${atChance} of ${seeds}`),
  },
  { title: 'Time', right: true, text: ({ seconds }) => (seconds > 0 ? duration(seconds) : '') },
  {
    title: 'Published',
    right: true,
    text: (row) =>
      row.published === null ? '' : `${writeSpread(row.published)} (${row.published.n}), ${verdictText(row)}`,
  },
]

/** A column that no row fills says nothing, nor do a data set and a number of epochs that are the same everywhere. */
export function columnsFor(rows: readonly ComparisonRow[]): readonly Column[] {
  const oneDataSet = new Set(rows.map(({ dataset }) => dataset)).size < 2
  const topK = topKTitle(rows)
  const columns = COLUMNS.map((one) => (one.text === topKText && topK !== null ? { ...one, title: topK } : one))
  const silent = new Set([...(oneDataSet ? ['Data'] : []), ...(epochsDiffer(rows) ? [] : ['Epochs'])])
  return columns.filter(({ title, text }) => rows.some((row) => text(row) !== '') && !silent.has(title))
}

/** What stands under or over the table, one sentence each: a number without them cannot be checked. */
export function captionSentences(
  rows: readonly ComparisonRow[],
  withCollapsed: boolean,
  told: Told,
): readonly string[] {
  const datasets = [...new Set(rows.map(({ datasetLabel }) => datasetLabel))]
  const collapsed = rows.some((row) => row.collapsed > 0)
  const sources = [...new Set(rows.map(({ source }) => source).filter((source) => source !== ''))]
  const counts = rows.map(({ summary }) => summary?.n ?? 0)
  const left = rows.flatMap((row) => (row.behind.length === 0 ? [] : [`${row.name}, ${behindText(row)}`]))
  return [
    `${rows.some(({ train }) => train !== null) ? 'Test and training accuracy' : 'Test accuracy'} (%) on ${datasets.join(', ')}: mean ± sample standard deviation (number of seeds).`,
    ...(told.shared === '' ? [] : [`All rows: ${told.shared}.`]),
    ...[untoldSentence(told)].filter((sentence) => sentence !== ''),
    'IQM is the interquartile mean.',
    ...(counts.some((n) => n > 1)
      ? [
          `The ${CONFIDENCE * 100} % confidence interval is of the mean test accuracy, by ${methodText(counts)}${counts.some((n) => methodFor(n) === 'bootstrap') ? ` with ${RESAMPLES.toLocaleString('en-GB').replace(',', ' ')} resamples of the seeds` : ''}.`,
        ]
      : []),
    ...(collapsed
      ? [withCollapsed ? 'Collapsed seeds are included.' : 'Collapsed seeds are excluded, and listed.']
      : []),
    ...(left.length === 0 ? [] : [`Seeds that finished fewer epochs are excluded: ${left.join('; ')}.`]),
    ...(sources.length === 0 ? [] : [`Published: ${sources.join('; ')}.`]),
  ]
}

export function asMarkdown(rows: readonly ComparisonRow[], withCollapsed: boolean, told: Told): string {
  const columns = columnsFor(rows)
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const cell = (row: ComparisonRow, { text, leading }: Column): string => {
    const written = markdownText(text(row))
    return leading === true && row.leads ? `**${written}**` : written
  }
  return [
    line(columns.map(({ title }) => title)),
    line(columns.map(({ right }) => (right ? '---:' : ':---'))),
    ...rows.map((row) => line(columns.map((column) => cell(row, column)))),
    '',
    captionSentences(rows, withCollapsed, told).map(markdownText).join(' '),
    '',
  ].join('\n')
}

/** Every number at full precision and as a fraction; one row per group (RFC 4180). */
export function asCsv(rows: readonly ComparisonRow[]): string {
  const header = [
    ...[
      'id',
      'experiment',
      'group',
      'data',
      'n',
      'mean',
      'sd',
      'median',
      'q25',
      'q75',
      'iqm',
      'ci_low',
      'ci_high',
      'best',
    ],
    ...[
      'seeds',
      'collapsed',
      'seconds',
      'published_mean',
      'published_sd',
      'published_n',
      'verdict',
      'source',
      'train_mean',
      'train_sd',
      'train_n',
      'top_k',
      'top_k_mean',
      'top_k_sd',
      'top_k_n',
      'epochs',
      'epochs_planned',
      'seeds_planned',
    ],
  ]
  const lines = rows.map(
    ({
      id,
      experiment,
      name,
      dataset,
      summary: s,
      train,
      topK,
      best,
      seeds,
      collapsed,
      seconds,
      published,
      source,
      epochs,
      planned,
    }) => [
      ...[
        id,
        experiment,
        name,
        dataset,
        s?.n ?? 0,
        s?.mean,
        s?.sd,
        s?.median,
        s?.quartiles.low,
        s?.quartiles.high,
        s?.iqm,
      ],
      ...[s?.interval?.low, s?.interval?.high, best, seeds, collapsed, seconds],
      ...[published?.mean, published?.sd, published?.n, published?.verdict, source, train?.mean, train?.sd, train?.n],
      ...[topK?.k, topK?.mean, topK?.sd, topK?.n, epochs?.done, epochs?.of, planned],
    ],
  )
  return [header, ...lines].map((cells) => cells.map(csvCell).join(',') + '\r\n').join('')
}

/** Needs \usepackage{booktabs} and nothing else. */
export function asLatex(rows: readonly ComparisonRow[], withCollapsed: boolean, told: Told): string {
  // A page of a paper is narrow.
  const columns = columnsFor(rows).filter(({ title }) => title !== 'Best' && title !== 'Time')
  const cell = (row: ComparisonRow, { text, leading }: Column): string => {
    const written = latexText(text(row))
    return leading === true && row.leads ? String.raw`\textbf{${written}}` : written
  }
  const line = (cells: readonly string[]): string => `    ${cells.join(' & ')} \\\\`
  return [
    '% \\usepackage{booktabs}',
    String.raw`\begin{table}`,
    String.raw`  \centering`,
    String.raw`  \small`,
    String.raw`  \caption{${captionSentences(rows, withCollapsed, told).map(latexText).join(' ')}}`,
    String.raw`  \label{tab:comparison}`,
    String.raw`  \begin{tabular}{@{}${columns.map(({ right }) => (right ? 'r' : 'l')).join('')}@{}}`,
    String.raw`    \toprule`,
    line(columns.map(({ title }) => latexText(title))),
    String.raw`    \midrule`,
    ...rows.map((row) => line(columns.map((column) => cell(row, column)))),
    String.raw`    \bottomrule`,
    String.raw`  \end{tabular}`,
    String.raw`\end{table}`,
    '',
  ].join('\n')
}
