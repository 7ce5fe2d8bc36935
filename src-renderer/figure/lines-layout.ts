/** Where on paper a chart of lines has its frame, its words and its legend: inside where that covers no line, else outside. */
import { BAND_LABELS, nameBeside, namedLines, shown, unitAfter, type Line } from '../charts/chart-model.ts'
import type { Drawn, DrawnLine } from '../charts/chart-view.ts'
import { forward, ticksOf, tickTexts, type ScaleKind } from '../charts/scale.ts'
import type { FigureLook, LinesContent } from './figure.ts'
import { freePlace, type Box, type Obstacle } from './free-place.ts'
import { legendColumn, legendRows, type Legend } from './legend.ts'
import { wrapped, type Measure } from './scene.ts'
import { TITLE_LEADING, TITLE_SIZE } from './title.ts'

export type Place = (value: number) => number

export interface LegendEntry {
  readonly text: string
  readonly look:
    { readonly kind: 'line'; readonly line: Line } | { readonly kind: 'area' } | { readonly kind: 'reference' }
}

interface Named {
  readonly entry: DrawnLine
  readonly name: string
}

export interface NameAtEnd {
  readonly entry: DrawnLine
  readonly lines: readonly string[]
}

export interface LinesLayout {
  readonly height: number
  readonly frame: Box
  readonly xOf: Place
  readonly yOf: Place
  readonly tick: number
  readonly margin: number
  readonly yTicks: readonly number[]
  readonly yTexts: readonly string[]
  readonly title: readonly string[]
  readonly xTitle: readonly string[]
  readonly yTitle: readonly string[]
  /** Where lines are named at their ends: of what is said of several alone, or null. */
  readonly legend:
    (Legend<LegendEntry> & { readonly at: { readonly x: number; readonly y: number }; readonly inside: boolean }) | null
  readonly ends: readonly NameAtEnd[]
}

/** From line to line of a name, in font sizes. */
export const LEADING = 1.2

/** Of the paper's width: a legend beside the lines may take this much, else it stands below them. */
const MOST_BESIDE = 0.34
const LEAST_FRAME = 0.3

export function layoutOf(
  { content, drawn }: { readonly content: LinesContent; readonly drawn: Drawn },
  look: FigureLook,
  measure: Measure,
): LinesLayout {
  const { fontSize: size, width } = look
  const all = drawn.lines.map(({ line }) => line)
  const haveNames = namedLines(all)
  const named = drawn.lines
    .filter(({ line }) => haveNames.includes(line))
    .map((entry): Named => ({ entry, name: nameBeside(entry.line, all) }))
  const entries = legendOf(content, named)
  const noted = entries.filter((entry) => entry.look.kind === 'reference')
  const laidOut = (names: FigureLook['names']): LinesLayout => {
    const margin = size * 0.5
    const tick = size * 0.4
    let height = width * look.ratio
    const yTitle = look.yTitle === '' ? [] : wrapped(look.yTitle, height - 2 * margin, size, measure)
    const ticksIn = (room: number): readonly number[] =>
      ticksOf(drawn.y.kind, drawn.y, Math.max(3, Math.floor(room / (size * 2.6))))
    // Of the most there can be: fewer are no wider.
    const widestTicks = tickTexts(ticksIn(height), drawn.y.kind, content.unit)
    const yWidth = Math.max(0, ...widestTicks.map((text) => measure(text, size)))
    const titleRoom = yTitle.length === 0 ? 0 : size * (0.5 + LEADING * yTitle.length)
    const left = margin + titleRoom + yWidth + tick + size * 0.35
    // Half of the last number along x stands beyond the frame.
    const [lastText = ''] = tickTexts([drawn.x.high], drawn.x.kind, '')
    const beyond = Math.max(size * 0.9, measure(lastText, size) / 2)
    const ends = names === 'direct' ? namesAtEnds(content, named, width * 0.4, size, measure) : []
    const endsWidth = Math.max(0, ...ends.flatMap(({ lines }) => lines.map((line) => measure(line, size)))) + size * 0.6
    const column = legendColumn(
      entries,
      names === 'right' ? width * 0.45 : (width - left - margin - beyond) * 0.62,
      size,
      measure,
    )
    const beside = names === 'right' ? column.width + size * 0.8 : ends.length > 0 ? endsWidth : 0
    const right = Math.max(left + 1, width - margin - Math.max(beyond, beside))
    const title = look.showTitle ? wrapped(look.title, width - left - margin, size * TITLE_SIZE, measure) : []
    const xTitle = look.xTitle === '' ? [] : wrapped(look.xTitle, width - 2 * margin, size, measure)
    const rows = legendRows(names === 'direct' ? noted : entries, width - left - margin, size, measure)
    const isBelow = names === 'below' || (names === 'direct' && noted.length > 0)
    const [above, below] = [names === 'above' ? rows.height : 0, isBelow ? rows.height + size * 0.4 : 0]
    const titleHeight = title.length === 0 ? 0 : size * (0.45 + TITLE_LEADING * title.length)
    const top = margin + size * 0.4 + titleHeight + above
    const under = margin + tick + size * 1.15 + xTitle.length * size * TITLE_LEADING + below
    // What is long to say makes the figure higher rather than the lines low.
    height += Math.max(0, rows.height * Number(above + below > 0) - height * 0.15)
    height += Math.max(0, (title.length - 1) * size * TITLE_LEADING)
    const endsHeight = ends.reduce((sum, { lines }) => sum + lines.length, 0) * size * LEADING
    height = Math.max(height, top + under + Math.max(names === 'right' ? column.height : 0, endsHeight))
    const frame = { x: left, y: top, width: right - left, height: Math.max(1, height - under - top) }
    const xOf = place(drawn.x.kind, drawn.x.low, drawn.x.high, frame.x, frame.x + frame.width)
    const yOf = place(drawn.y.kind, drawn.y.low, drawn.y.high, frame.y + frame.height, frame.y)
    const yTicks = ticksIn(frame.height)
    const yTexts = tickTexts(yTicks, drawn.y.kind, content.unit)
    const legend = ((): LinesLayout['legend'] => {
      switch (names) {
        case 'direct':
        case 'below':
          return isBelow ? { ...rows, at: { x: frame.x, y: height - margin - rows.height }, inside: false } : null
        case 'above':
          return { ...rows, at: { x: frame.x, y: frame.y - above - size * 0.3 }, inside: false }
        case 'right':
          return { ...column, at: { x: frame.x + frame.width + size * 0.8, y: frame.y }, inside: false }
        case 'inside': {
          const at = freeCorner(frame, column, { content, drawn, look, xOf, yOf })
          return at === null ? null : { ...column, at, inside: true }
        }
      }
    })()
    return { height, frame, xOf, yOf, tick, margin, yTicks, yTexts, title, xTitle, yTitle, legend, ends }
  }
  const chosen = laidOut(look.names)
  // Beside names that leave the lines no room there is no figure.
  if ((look.names === 'right' || look.names === 'direct') && chosen.frame.width < width * LEAST_FRAME)
    return laidOut('below')
  if (look.names !== 'inside' || chosen.legend !== null) return chosen
  const widest = legendColumn(entries, Infinity, size, measure).width
  return laidOut(widest <= width * MOST_BESIDE ? 'right' : 'below')
}

/** Where a legend covers no line, no band and, if it can be, not what was published either; null where there is no such place. */
function freeCorner(
  frame: Box,
  { width, height }: Legend<LegendEntry>,
  on: {
    readonly content: LinesContent
    readonly drawn: Drawn
    readonly look: FigureLook
    readonly xOf: Place
    readonly yOf: Place
  },
): { readonly x: number; readonly y: number } | null {
  const { content, drawn, look, xOf, yOf } = on
  const edge = (x: ArrayLike<number>, upper: ArrayLike<number>, lower: ArrayLike<number>): Obstacle => {
    const there = Array.from({ length: x.length }, (_, i) => i).filter(
      (i) => Number.isFinite(x[i]) && Number.isFinite(upper[i]) && Number.isFinite(lower[i]),
    )
    return {
      x: there.map((i) => xOf(x[i]!)),
      upper: there.map((i) => yOf(upper[i]!)),
      lower: there.map((i) => yOf(lower[i]!)),
    }
  }
  const curves = drawn.lines.flatMap(({ main, raw, envelope, band }) => [
    edge(main.x, main.y, main.y),
    ...(raw === null ? [] : [edge(raw.x, raw.y, raw.y)]),
    ...[envelope, band].flatMap((one) => (one === null ? [] : [edge(one.x, one.high, one.low)])),
  ])
  const { early, published } = content
  if (early !== null) {
    const side = (sign: number): readonly number[] => early.mean.map((mean, i) => mean + sign * (early.half[i] ?? 0))
    curves.push(edge(early.x, side(1), side(-1)))
  }
  const [start, end] = [frame.x, frame.x + frame.width]
  const behind: readonly Obstacle[] =
    published === null
      ? []
      : [
          {
            x: [start, end],
            upper: [1, 1].map((sign) => yOf(published.mean + sign * published.sd)),
            lower: [1, 1].map((sign) => yOf(published.mean - sign * published.sd)),
          },
        ]
  // As far from a line as its own width and its markers reach.
  const air = look.fontSize * 0.45 + look.lineWidth * 2
  return (
    freePlace(frame, { width, height }, air, [...curves, ...behind]) ?? freePlace(frame, { width, height }, air, curves)
  )
}

/** Where values stand between two ends; what has no place on a log axis stands at its lower end. */
function place(kind: ScaleKind, low: number, high: number, from: number, to: number): Place {
  const first = forward(kind, low)
  const scale = (to - from) / (forward(kind, high) - first)
  return (value) => {
    const at = forward(kind, value)
    return Number.isNaN(at) ? from : from + (at - first) * scale
  }
}

function legendOf(content: LinesContent, named: readonly Named[]): readonly LegendEntry[] {
  const { unit, band, method, published } = content
  const by = method === null ? '' : ` (${method})`
  const after = band === null ? '' : `, mean ${band === 'sd' ? BAND_LABELS.sd : `and ${BAND_LABELS[band]}${by}`}`
  const banded = ({ entry: { line } }: Named): boolean => line.low !== undefined && line.reference !== true
  const several = after !== '' && named.filter(banded).length > 1
  const lines: LegendEntry[] = named.map((one) => ({
    text: `${one.name}${banded(one) && !several ? after : ''}`,
    look: { kind: 'line', line: one.entry.line },
  }))
  // Said once where it would be said of every line.
  if (several) lines.push({ text: `shaded: ${after.slice(2)}`, look: { kind: 'area' } })
  if (content.reference !== '') lines.push({ text: content.reference, look: { kind: 'reference' } })
  if (published === null && content.early === null) return lines
  const text =
    published === null
      ? 'published, first epochs'
      : `published ${shown(published.mean, unit)} ± ${shown(published.sd, unit)}${unitAfter(unit)}`
  return [...lines, { text, look: { kind: 'area' } }]
}

function namesAtEnds(
  { unit }: LinesContent,
  named: readonly Named[],
  width: number,
  size: number,
  measure: Measure,
): readonly NameAtEnd[] {
  return named
    .filter(({ entry }) => entry.main.x.length > 0)
    .map(({ entry, name }) => {
      const last = entry.line.y.findLast(Number.isFinite) ?? NaN
      const text = unit === 'percent' ? `${name} ${(last * 100).toFixed(1)}` : name
      return { entry, lines: wrapped(text, width, size, measure) }
    })
}
