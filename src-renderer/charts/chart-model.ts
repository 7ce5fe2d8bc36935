/** What a chart shows, apart from how it is drawn: lines in typed arrays, and the same in words and as a table. */
import { percent, significant } from '../text/format.ts'
import type { Dash, Marker } from './line-style.ts'
import type { Range } from './scale.ts'

export interface Line {
  readonly label: string
  /** 1 to 8: the property `--series-N`. */
  readonly series: number
  /** 0 to 2: which shade of it; 0 where it is left out. */
  readonly shade?: number
  readonly dash: Dash
  readonly marker: Marker
  readonly x: Float64Array
  readonly y: Float64Array
  /** Edges of the band around the line, for each point; NaN where it has none. */
  readonly low?: Float64Array
  readonly high?: Float64Array
  /** One seed among others: drawn thin and not named at its end. */
  readonly thin?: boolean
  /** Of many rough values beside a few exact ones: drawn lighter, without markers. */
  readonly light?: boolean
  /** What was published, behind our own line of the same colour: named one by one only where there is none. */
  readonly reference?: boolean
  /** What it is called at its end, where the label is too long for that. */
  readonly short?: string
}

/** What a band around a line means: one standard deviation, 25–75 %, minimum to maximum, the 95 % interval of the mean. */
export type Band = 'sd' | 'quartiles' | 'range' | 'ci'

export const BAND_LABELS: Readonly<Record<Band, string>> = {
  sd: '± sd',
  quartiles: '25–75 %',
  range: 'min–max',
  ci: '95 % CI',
}

/** A vertical line at one x, told once where several belong together: the others' labels are empty. */
export interface Mark {
  readonly x: number
  readonly label: string
}

/** Where in a run's folder the lines of a chart stand: what code that draws it again has to read. */
type ChartSource =
  | { readonly kind: 'epochs' }
  | { readonly kind: 'measure'; readonly measure: string }
  | { readonly kind: 'profile'; readonly measure: string }

export interface ChartModel {
  readonly name: string
  /** What y is, where the name says more than that. */
  readonly quantity?: string
  /** What there is to know about its lines before any is looked at. */
  readonly note?: string
  /** What all its lines have in common: said here once, and in no line's name. */
  readonly shared?: string
  /** What x counts: 'epoch', 'batch'. */
  readonly xLabel: string
  /** x is a quantity and no count: the axis has what the lines have, and where a line ends is not told. */
  readonly distribution?: true
  /** x is a setting: the axis has all values that it was given, those of runs that have not ended too. */
  readonly along?: Range
  /** 'percent' draws fractions as per cent. */
  readonly unit: string
  readonly lines: readonly Line[]
  /** What the bands of the lines mean, by which method where there are several, and what else the person may choose for them. */
  readonly band?: { readonly chosen: Band; readonly options: readonly Band[]; readonly method?: string }
  readonly published?: { readonly mean: number; readonly sd: number }
  readonly marks?: readonly Mark[]
  readonly early?: EarlyBand
  /** What its published lines and their bands are, told once for all of them: 'published, mean ± sd'. */
  readonly referenceNote?: string
  readonly source?: ChartSource
}

/** What a chart's own scales and smoothing are kept under. */
export function chartName({ name, xLabel }: Pick<ChartModel, 'name' | 'xLabel'>): string {
  return `${name} by ${xLabel}`
}

/** What was printed for the first x: drawn behind the lines, as wide as what counts as agreement with it. */
export interface EarlyBand {
  readonly x: readonly number[]
  readonly mean: readonly number[]
  /** Half its height at each x; 0 where no spread was printed. */
  readonly half: readonly number[]
}

/** A line among others, of a chart or of a figure. */
type OneOfLines = Pick<Line, 'label' | 'short' | 'thin' | 'reference' | 'series' | 'shade'> & {
  readonly y: ArrayLike<number>
}

/**
 * Every how many points a marker stands, counted from the last. A handful along a line tell it apart without colour, and more
 * would hide it; along a setting each point is a run.
 */
export function markerStep({ along }: Pick<ChartModel, 'along'>, points: number): number {
  return Math.max(1, Math.ceil(points / (along === undefined ? 8 : 50)))
}

/** What a line is called where it stands by itself: in a table, under the crosshair, spoken. */
export function lineName({ label, short, reference }: Pick<Line, 'label' | 'short' | 'reference'>): string {
  return `${short ?? label}${reference === true ? PUBLISHED : ''}`
}
const PUBLISHED = ', published'

/** The same in full, as the head of a column. */
export function columnName({ label, reference }: Pick<Line, 'label' | 'reference'>): string {
  return lineName({ label, ...(reference === undefined ? {} : { reference }) })
}

/** Lines with a name beside them, at their ends or in a legend: no single seeds, and nothing published that stands behind a line of ours. */
export function namedLines<L extends OneOfLines>(lines: readonly L[]): readonly L[] {
  const ours = lines.filter((line) => isOurs(line))
  const behind = (line: L): boolean =>
    ours.some(({ series, shade = 0 }) => series === line.series && shade === (line.shade ?? 0))
  return lines.filter((line) => line.thin !== true && !(line.reference === true && behind(line)))
}

/** The name beside a line. Where all lines were published, that is said once and not of each. */
export function nameBeside(line: OneOfLines, lines: readonly OneOfLines[]): string {
  return lines.some((one) => isOurs(one)) ? lineName(line) : (line.short ?? line.label)
}

function isOurs({ thin, reference, y }: OneOfLines): boolean {
  return thin !== true && reference !== true && Array.prototype.some.call(y, Number.isFinite)
}

/** What is said of all published lines together; null where there are none. */
export function referenceNoteOf({ lines, referenceNote }: Pick<ChartModel, 'lines' | 'referenceNote'>): string | null {
  return lines.some(({ reference }) => reference === true) ? (referenceNote ?? 'published') : null
}

export function shown(value: number, unit: string): string {
  if (!Number.isFinite(value)) return '–'
  if (unit === 'percent') return percent(value)
  if (unit === 'degrees') return `${value.toFixed(1)}°`
  return significant(value, 4)
}

/** Unit to stand behind a number that `shown` wrote. */
export function unitAfter(unit: string): string {
  if (unit === 'percent') return ' %'
  return unit === 'degrees' || unit === '' ? '' : ` ${unit}`
}

/** A place along x: a count, or a fraction of one. */
export function place(x: number): string {
  return Number.isInteger(x) ? String(x) : significant(x, 4)
}

/** The chart in sentences, for those who hear it. */
export function summary(model: ChartModel): string {
  const lines = model.lines.filter(({ thin }) => thin !== true)
  const said = lines.flatMap((line) => {
    const first = firstFinite(line)
    const last = lastFinite(line)
    if (first < 0) return []
    const unit = unitAfter(model.unit)
    const at = (i: number): string =>
      `${shown(line.y[i] as number, model.unit)}${unit} at ${model.xLabel} ${place(line.x[i] as number)}`
    return [
      first === last ? `${columnName(line)}: ${at(last)}` : `${columnName(line)} from ${at(first)} to ${at(last)}`,
    ]
  })
  const published =
    model.published === undefined
      ? ''
      : ` Published: ${shown(model.published.mean, model.unit)} ± ${shown(model.published.sd, model.unit)}${unitAfter(model.unit)}.`
  const marks = (model.marks ?? []).flatMap(({ label }) => (label === '' ? [] : [` ${label}.`])).join('')
  const early = model.early === undefined ? '' : ` ${earlySentence(model.early, model)}`
  return said.length === 0
    ? `${model.name}: nothing measured yet.`
    : `${model.name}. ${said.join('; ')}.${marks}${published}${early}`
}

function earlySentence({ x, mean }: EarlyBand, { unit, xLabel }: ChartModel): string {
  const said = mean.map((value, i) => `${shown(value, unit)} at ${xLabel} ${String(x[i])}`)
  return `Published for the first ${xLabel}s: ${said.join(', ')}.`
}

/** Rows of x and one value for each line, x rising; at most `most` rows, the last ones. */
export function tableOf(
  model: ChartModel,
  most = 500,
): readonly { readonly x: number; readonly values: readonly number[] }[] {
  const all = new Map<number, number[]>()
  model.lines.forEach((line, column) => {
    // No line has more than its last `most` points among the last of all.
    for (let i = Math.max(0, line.x.length - most); i < line.x.length; i++) {
      const x = line.x[i]!
      const values = all.get(x) ?? new Array<number>(model.lines.length).fill(NaN)
      values[column] = line.y[i]!
      all.set(x, values)
    }
  })
  return [...all]
    .map(([x, values]) => ({ x, values }))
    .sort((a, b) => a.x - b.x)
    .slice(-most)
}

export function lastFinite({ y }: Line): number {
  let i = y.length - 1
  while (i >= 0 && !Number.isFinite(y[i])) i--
  return i
}

function firstFinite({ y }: Line): number {
  return y.findIndex(Number.isFinite)
}
