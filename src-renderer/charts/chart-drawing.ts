/** A chart drawn by Chart.js: its points, its axes, and what Chart.js has no word for (bands, names at lines' ends). */
import {
  Chart,
  LineController,
  LineElement,
  LinearScale,
  PointElement,
  type ChartConfiguration,
  type ChartDataset,
  type Plugin,
  type Scale,
} from 'chart.js'
import { drawPoint } from 'chart.js/helpers'
import {
  lastFinite,
  markerStep,
  nameBeside,
  namedLines,
  shown,
  type ChartModel,
  type EarlyBand,
  type Line,
} from './chart-model.ts'
import { behindFirst, xTicks, type Drawn, type DrawnLine, type Edges } from './chart-view.ts'
import { colourProperty, DASH_PATTERNS, REFERENCE_DASH, SHADES, SLOTS } from './line-style.ts'
import { literally } from '../text/literal-type.ts'
import { wrapped } from '../text/wrap.ts'
import type { Points } from './pyramid.ts'
import { forward, inverse, ticksOf, tickTexts } from './scale.ts'

Chart.register(LineController, LineElement, LinearScale, PointElement)

/** The colours of the theme, read from the document once a redraw: a canvas knows no `var()`. */
export interface Palette {
  readonly theme: 'light' | 'dark'
  readonly font: string
  readonly ink: string
  readonly ink2: string
  readonly line: string
  readonly raised: string
  readonly published: string
  /** `[slot][shade]` */
  readonly series: readonly (readonly string[])[]
}

export function paletteOf(element: Element, theme: 'light' | 'dark'): Palette {
  const style = getComputedStyle(element)
  const read = (name: string): string => style.getPropertyValue(name).trim()
  return {
    theme,
    font: style.fontFamily,
    ink: read('--ink'),
    ink2: read('--ink-2'),
    line: read('--line'),
    raised: read('--raised'),
    published: read('--published'),
    series: Array.from({ length: SLOTS }, (_, i) =>
      Array.from({ length: SHADES }, (_, shade) => read(colourProperty({ series: i + 1, shade }))),
    ),
  }
}

interface Point {
  readonly x: number
  readonly y: number
}

export type LineChart = Chart<'line', Point[]>

interface Content {
  readonly model: ChartModel
  readonly drawn: Drawn
  readonly palette: Palette
}

/** What is on each canvas. Chart.js itself knows places on axes that are even, and asks here for the rest. */
const contents = new WeakMap<HTMLCanvasElement, Content>()

export function makeChart(canvas: HTMLCanvasElement, content: Content): LineChart {
  contents.set(canvas, content)
  return new Chart<'line', Point[]>(canvas, {
    type: 'line',
    plugins: [bandsAndNames],
    data: { datasets: datasetsOf(content) },
    options: optionsOf(canvas, content),
  })
}

/** Options stay what they are unless the theme changed: Chart.js resolves them anew at a cost that one feels in a fast run. */
export function updateChart(chart: LineChart, content: Content): void {
  const before = contents.get(chart.canvas)
  contents.set(chart.canvas, content)
  chart.data.datasets = datasetsOf(content)
  if (before?.palette !== content.palette) chart.options = optionsOf(chart.canvas, content)
  else {
    const { scales, layout } = chart.options
    const { x, y } = placesOf(content.drawn)
    if (scales?.['x'] !== undefined) Object.assign(scales['x'], x)
    if (scales?.['y'] !== undefined) Object.assign(scales['y'], y)
    if (layout !== undefined) layout.padding = paddingOf(content)
  }
  chart.update('none')
}

function placesOf({ x, y }: Drawn): Record<'x' | 'y', { min: number; max: number }> {
  return {
    x: { min: forward(x.kind, x.low), max: forward(x.kind, x.high) },
    y: { min: forward(y.kind, y.low), max: forward(y.kind, y.high) },
  }
}

function paddingOf(content: Content): { top: number; right: number; left: number; bottom: number } {
  return { top: 10, right: endWidth(content), left: 2, bottom: 0 }
}

function optionsOf(
  canvas: HTMLCanvasElement,
  content: Content,
): NonNullable<ChartConfiguration<'line', Point[]>['options']> {
  const { palette } = content
  const { x, y } = placesOf(content.drawn)
  const tick = { color: palette.ink2, font: { family: palette.font, size: 11 }, padding: 6, maxRotation: 0 }
  return {
    animation: false,
    // The canvas is given its size by whoever knows it first.
    responsive: false,
    maintainAspectRatio: false,
    parsing: false,
    normalized: true,
    // The crosshair is drawn on a canvas of its own: nothing here follows the pointer.
    events: [],
    layout: { padding: paddingOf(content) },
    scales: {
      x: {
        type: 'linear',
        ...x,
        grid: { display: false },
        border: { color: palette.line },
        ticks: { ...tick, autoSkip: false, callback: (_, i, all) => all[i]?.label },
        afterBuildTicks: (axis) => setTicks(axis, contents.get(canvas)),
      },
      y: {
        type: 'linear',
        ...y,
        grid: { color: palette.line, drawTicks: false },
        border: { display: false },
        ticks: { ...tick, autoSkip: false, callback: (_, i, all) => all[i]?.label },
        afterBuildTicks: (axis) => setTicks(axis, contents.get(canvas)),
      },
    },
  }
}

/** Ticks are ours, on every kind of axis: the exported figure has the same. */
function setTicks(axis: Scale, content: Content | undefined): void {
  if (content === undefined) return
  const { model, drawn } = content
  const isX = axis.axis === 'x'
  const { kind, ...range } = isX ? drawn.x : drawn.y
  const most = isX
    ? Math.max(2, Math.min(7, Math.floor(axis.chart.width / 80)))
    : Math.max(3, Math.min(8, Math.floor(axis.chart.height / 34)))
  const values = isX ? xTicks(model, drawn.x, most) : ticksOf(kind, range, most)
  const texts = tickTexts(values, kind, isX ? '' : model.unit)
  axis.ticks = values.map((value, i) => ({ value: forward(kind, value), label: texts[i] ?? '' }))
}

/** Exported for its test. */
export function datasetsOf({ drawn, palette }: Pick<Content, 'drawn' | 'palette'>): ChartDataset<'line', Point[]>[] {
  const main = drawn.lines.map((line) => dataset(line.main, line.line, drawn, palette, emphasis(line)))
  // Where a pixel holds many points the envelope says what the raw line would, without drawing over itself.
  const raw = drawn.lines.flatMap(({ line, raw: points, envelope }) =>
    points === null || envelope !== null ? [] : [dataset(points, line, drawn, palette, 'behind')],
  )
  return [...main, ...raw]
}

type Emphasis = 'line' | 'light' | 'dense' | 'thin' | 'behind' | 'reference'

function emphasis({ line, envelope, raw }: DrawnLine): Emphasis {
  if (line.thin === true) return 'thin'
  if (line.light === true) return 'light'
  if (line.reference === true) return 'reference'
  return envelope !== null && raw === null ? 'dense' : 'line'
}

const EMPHASES: Readonly<Record<Emphasis, { readonly width: number; readonly strength: number }>> = {
  line: { width: 1.9, strength: 100 },
  light: { width: 1.4, strength: 75 },
  dense: { width: 1, strength: 80 },
  thin: { width: 1, strength: 45 },
  behind: { width: 1, strength: 32 },
  reference: { width: 1.2, strength: 85 },
}

function dataset(
  { x, y }: Points,
  line: Line,
  { x: along, y: up }: Drawn,
  palette: Palette,
  how: Emphasis,
): ChartDataset<'line', Point[]> {
  const color = colorOf(line, palette)
  const data: Point[] = []
  for (let i = 0; i < x.length; i++) {
    const point = { x: forward(along.kind, x[i] as number), y: forward(up.kind, y[i] as number) }
    if (!Number.isNaN(point.x) && !Number.isNaN(point.y)) data.push(point)
  }
  const { width, strength } = EMPHASES[how]
  return {
    label: line.label,
    data,
    borderColor: strength === 100 ? color : `color-mix(in srgb, ${color} ${strength}%, transparent)`,
    borderWidth: width,
    // Dashes of a line that goes up and down in every pixel are noise.
    borderDash:
      how === 'reference'
        ? [...REFERENCE_DASH]
        : how === 'dense' || how === 'behind'
          ? []
          : [...DASH_PATTERNS[line.dash]],
    borderJoinStyle: 'round',
    borderCapStyle: line.dash === 'dotted' ? 'round' : 'butt',
    spanGaps: true,
    // The higher are drawn the earlier, whatever their place among the lines.
    order: how === 'reference' ? 1 : 0,
    // Markers are drawn below, a few a line; an element a point would be resolved one by one.
    pointRadius: 0,
    clip: 2,
  }
}

function colorOf(line: Line, palette: Palette): string {
  return palette.series[(line.series - 1) % palette.series.length]?.[line.shade ?? 0] ?? palette.ink
}

function endText(
  line: Line,
  { lines, unit, distribution }: ChartModel,
): { readonly name: string; readonly value: string } {
  if (distribution === true) return { name: nameBeside(line, lines), value: '' }
  const last = line.y[lastFinite(line)] ?? NaN
  return { name: nameBeside(line, lines), value: unit === 'percent' ? ` ${(last * 100).toFixed(1)}` : '' }
}

/** On several lines where one is too short; what is longer still gives way to its value. */
function fitted(
  { name, value }: ReturnType<typeof endText>,
  most: number,
  fits: (text: string) => boolean,
): readonly string[] {
  const lines = wrapped(name + value, fits)
  if (lines.length <= most) return lines
  const rest = lines
    .slice(most - 1)
    .join(' ')
    .slice(0, -value.length || undefined)
  let length = rest.length - 1
  while (length > 1 && !fits(`${rest.slice(0, length).trimEnd()}…${value}`)) length--
  return [...lines.slice(0, most - 1), `${rest.slice(0, length).trimEnd()}…${value}`]
}

function endFont(palette: Palette): string {
  return `600 11px ${palette.font}`
}

/** Room for the names at the lines' ends, measured. */
function endWidth({ model, palette }: Content): number {
  measuring ??= document.createElement('canvas').getContext('2d')
  if (measuring === null) return 80
  measuring.font = endFont(palette)
  literally(measuring)
  let widest = 0
  for (const line of namedLines(model.lines)) {
    const { name, value } = endText(line, model)
    widest = Math.max(widest, measuring.measureText(name + value).width)
  }
  return Math.min(MOST_END, Math.ceil(widest) + 14)
}
let measuring: CanvasRenderingContext2D | null = null
/** Longer names would take the room of the lines. */
const MOST_END = 220

/** From values to pixels and back, as a chart stands now. */
export interface Places {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly xOf: (value: number) => number
  readonly yOf: (value: number) => number
  readonly xAt: (pixel: number) => number
}

export function placesIn(chart: LineChart): Places | null {
  const content = contents.get(chart.canvas)
  const { x, y } = chart.scales
  if (content === undefined || x === undefined || y === undefined) return null
  const { left, right, top, bottom } = chart.chartArea
  const { x: along, y: up } = content.drawn
  return {
    ...{ left, right, top, bottom },
    xOf: (value) => x.getPixelForValue(forward(along.kind, value)),
    yOf: (value) => {
      const place = forward(up.kind, value)
      return Number.isNaN(place) ? bottom : y.getPixelForValue(place)
    },
    xAt: (pixel) => inverse(along.kind, x.getValueForPixel(pixel) ?? NaN),
  }
}

const NAME_HEIGHT = 14

const bandsAndNames: Plugin<'line'> = {
  id: 'bandsAndNames',
  beforeDatasetsDraw(chart) {
    const content = contents.get(chart.canvas)
    const places = placesIn(chart as LineChart)
    if (content === undefined || places === null) return
    const { model, palette, drawn } = content
    const { xOf, yOf } = places
    const { ctx, chartArea: area } = chart
    ctx.save()
    ctx.beginPath()
    ctx.rect(area.left, area.top, area.width, area.height)
    ctx.clip()
    if (model.published !== undefined) {
      const { mean, sd } = model.published
      const top = yOf(mean + sd)
      ctx.fillStyle = palette.published
      ctx.fillRect(area.left, top, area.width, Math.max(2, yOf(mean - sd) - top))
      ctx.fillStyle = palette.ink2
      ctx.font = `11px ${palette.font}`
      ctx.fillText(
        `published ${shown(mean, model.unit)} ± ${shown(sd, model.unit)}`,
        area.left + 6,
        top > area.top + 16 ? top - 5 : yOf(mean - sd) + 13,
      )
    }
    // Its name would stand for a band that is out of sight.
    const early = model.early?.x.some((at) => at <= drawn.x.high) === true ? model.early : undefined
    if (early !== undefined) drawEarly(ctx, early, palette, { right: area.right, at: (px, py) => [xOf(px), yOf(py)] })
    for (const { x: at, label } of model.marks ?? []) {
      const px = xOf(at)
      ctx.strokeStyle = palette.ink2
      ctx.lineWidth = 1
      ctx.setLineDash([4, 3])
      ctx.beginPath()
      ctx.moveTo(px, area.top)
      ctx.lineTo(px, area.bottom)
      ctx.stroke()
      ctx.setLineDash([])
      if (label === '') continue
      ctx.fillStyle = palette.ink2
      ctx.font = `11px ${palette.font}`
      const { width } = ctx.measureText(label)
      // On whichever side there is room for it.
      ctx.fillText(label, px + 5 + width < area.right ? px + 5 : px - 5 - width, area.bottom - 6)
    }
    for (const { line, band, envelope } of behindFirst(drawn.lines)) {
      ctx.fillStyle = colorOf(line, palette)
      // Under our own band that of what was published must still be seen.
      if (band !== null) fillBetween(ctx, band, places, line.reference === true ? 0.22 : 0.15)
      if (envelope !== null) fillBetween(ctx, envelope, places, 0.22)
    }
    ctx.restore()
  },
  afterDatasetsDraw(chart) {
    const content = contents.get(chart.canvas)
    const places = placesIn(chart as LineChart)
    if (content === undefined || places === null) return
    const { model, palette, drawn } = content
    const { ctx, chartArea: area } = chart
    drawn.lines.forEach(({ line }, i) => {
      const { data } = chart.getDatasetMeta(i)
      // One point alone is no line: it must be seen by its marker.
      const marked = line.thin !== true && ((line.light !== true && line.reference !== true) || data.length === 1)
      const look = { color: colorOf(line, palette), every: markerStep(model, data.length) }
      if (marked) drawMarkers(ctx, data, line, look, places)
    })
    ctx.save()
    ctx.font = endFont(palette)
    literally(ctx)
    ctx.textBaseline = 'middle'
    const room = chart.width - area.right - 11
    // As many lines each as all of them have room for.
    const named = namedLines(model.lines)
    const most = Math.max(1, Math.min(3, Math.floor(area.height / NAME_HEIGHT / Math.max(1, named.length))))
    const names = named
      .filter((line) => lastFinite(line) >= 0)
      .map((line) => ({
        line,
        texts: fitted(endText(line, model), most, (text) => ctx.measureText(text).width <= room),
        at: endOf(drawn, line, places),
      }))
      .sort((a, b) => a.at - b.at)
    // Names keep apart: each goes below the one above it, then all are pushed back up into the area.
    let free = -Infinity
    for (const name of names) {
      name.at = Math.max(name.at, free)
      free = name.at + name.texts.length * NAME_HEIGHT
    }
    let lowest = area.bottom + NAME_HEIGHT
    for (const name of [...names].reverse()) {
      name.at = Math.min(name.at, lowest - name.texts.length * NAME_HEIGHT)
      lowest = name.at
    }
    for (const { line, texts, at } of names) {
      ctx.fillStyle = colorOf(line, palette)
      texts.forEach((text, i) => ctx.fillText(text, area.right + 9, at + i * NAME_HEIGHT))
    }
    ctx.restore()
  },
}

/** The height at which a line leaves what is seen, to the right. */
function endOf({ lines }: Drawn, line: Line, { yOf, top, bottom, xOf, right }: Places): number {
  const points = lines.find((one) => one.line === line)?.main
  if (points === undefined) return bottom
  let i = points.x.length - 1
  while (i > 0 && xOf(points.x[i]!) > right + 1) i--
  return Math.min(bottom, Math.max(top, yOf(points.y[i] ?? NaN)))
}

function drawMarkers(
  ctx: CanvasRenderingContext2D,
  points: readonly { readonly x: number; readonly y: number }[],
  line: Line,
  { color, every }: { readonly color: string; readonly every: number },
  { left, right, top, bottom }: Places,
): void {
  const last = points.length - 1
  ctx.save()
  ctx.fillStyle = color
  ctx.strokeStyle = color
  ctx.lineWidth = 1
  for (let i = last; i >= 0; i -= every) {
    const { x, y } = points[i]!
    const inside = x >= left - 1 && x <= right + 1 && y >= top - 1 && y <= bottom + 1
    if (inside) drawPoint(ctx, { pointStyle: line.marker, radius: 2.6, rotation: 0, borderWidth: 1 }, x, y)
  }
  ctx.restore()
}

function fillBetween(
  ctx: CanvasRenderingContext2D,
  { x, low, high }: Edges,
  { xOf, yOf }: Places,
  strength: number,
): void {
  ctx.beginPath()
  for (let i = 0; i < x.length; i++) if (Number.isFinite(high[i])) ctx.lineTo(xOf(x[i]!), yOf(high[i]!))
  for (let i = x.length - 1; i >= 0; i--) if (Number.isFinite(low[i])) ctx.lineTo(xOf(x[i]!), yOf(low[i]!))
  ctx.closePath()
  ctx.globalAlpha = strength
  ctx.fill()
  ctx.globalAlpha = 1
}

/** The published first epochs: a band with its mean as a fine line, named at its end. */
function drawEarly(
  ctx: CanvasRenderingContext2D,
  { x, mean, half }: EarlyBand,
  palette: Palette,
  { right, at }: { readonly right: number; readonly at: (x: number, y: number) => readonly [number, number] },
): void {
  const edge = (side: number): (readonly [number, number])[] =>
    x.map((value, i) => at(value, (mean[i] as number) + side * (half[i] as number)))
  const upper = edge(1)
  ctx.beginPath()
  for (const [px, py] of [...upper, ...edge(-1).reverse()]) ctx.lineTo(px, py)
  ctx.closePath()
  ctx.fillStyle = palette.published
  ctx.fill()
  ctx.strokeStyle = palette.ink2
  ctx.lineWidth = 1
  ctx.setLineDash([2, 3])
  ctx.beginPath()
  for (const [px, py] of edge(0)) ctx.lineTo(px, py)
  ctx.stroke()
  ctx.setLineDash([])
  const [px, py] = edge(-1).at(-1) ?? [0, 0]
  const name = `published, epochs 1–${String(x.at(-1))}${half.some((value) => value > 0) ? ' ± 2 sd' : ''}`
  ctx.fillStyle = palette.ink2
  ctx.font = `11px ${palette.font}`
  ctx.fillText(name, Math.min(px + 6, right - ctx.measureText(name).width - 6), py + 14)
}
