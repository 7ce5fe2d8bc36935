/** A chart model drawn by Chart.js: its data, its options, and what Chart.js has no word for (bands, names at lines' ends). */
import {
  Chart,
  LineController,
  LineElement,
  LinearScale,
  PointElement,
  Tooltip,
  type ChartConfiguration,
  type ChartDataset,
  type Plugin,
} from 'chart.js'
import { whole } from '../format.ts'
import {
  lastFinite,
  rangeOf,
  shown,
  thinned,
  unitAfter,
  type ChartModel,
  type EarlyBand,
  type Line,
} from './chart-model.ts'
import { DASH_PATTERNS } from './line-style.ts'

Chart.register(LineController, LineElement, LinearScale, PointElement, Tooltip)

/** The colours of the theme, read from the document once a redraw: a canvas knows no `var()`. */
export interface Palette {
  readonly theme: 'light' | 'dark'
  readonly font: string
  readonly ink: string
  readonly ink2: string
  readonly line: string
  readonly raised: string
  readonly published: string
  readonly series: readonly string[]
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
    series: Array.from({ length: 8 }, (_, i) => read(`--series-${i + 1}`)),
  }
}

interface Point {
  readonly x: number
  readonly y: number
}

export type LineChart = Chart<'line', Point[]>

/** What the drawing plugin needs and Chart.js does not carry. */
const drawn = new WeakMap<LineChart, { model: ChartModel; palette: Palette }>()

export function makeChart(canvas: HTMLCanvasElement, model: ChartModel, palette: Palette): LineChart {
  const chart = new Chart<'line', Point[]>(canvas, configuration(model, palette, canvas.clientWidth))
  drawn.set(chart, { model, palette })
  chart.update('none')
  return chart
}

export function updateChart(chart: LineChart, model: ChartModel, palette: Palette): void {
  drawn.set(chart, { model, palette })
  const { data, options } = configuration(model, palette, chart.canvas.clientWidth)
  chart.data = data
  chart.options = options ?? {}
  chart.update('none')
}

function configuration(model: ChartModel, palette: Palette, width: number): ChartConfiguration<'line', Point[]> {
  const range = rangeOf(model)
  const xs = model.lines.flatMap(({ x }) => (x.length === 0 ? [] : [x[0] as number, x[x.length - 1] as number]))
  const low = Math.min(...xs, model.xLabel === 'epoch' ? 1 : 0)
  const high = Math.max(...xs, ...(model.early?.x ?? []), low + 1)
  const tick = { color: palette.ink2, font: { family: palette.font, size: 11 }, padding: 6, maxRotation: 0 }
  return {
    type: 'line',
    plugins: [bandsAndNames],
    data: { datasets: model.lines.map((line) => dataset(line, palette, width)) },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      parsing: false,
      normalized: true,
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      layout: { padding: { top: 10, right: endWidth(model, palette), left: 2, bottom: 0 } },
      scales: {
        x: {
          type: 'linear',
          min: low,
          max: high,
          grid: { display: false },
          border: { color: palette.line },
          ticks: {
            ...tick,
            precision: 0,
            maxTicksLimit: 7,
            includeBounds: true,
            callback: (value) => whole(Number(value)),
          },
          // The end is always told; a round number just before it would run into it.
          afterBuildTicks: (axis) => {
            const { ticks } = axis
            const near = (high - low) * 0.07
            const [before, end] = ticks.slice(-2)
            if (before !== undefined && end !== undefined && end.value - before.value < near) ticks.splice(-2, 1)
          },
        },
        y: {
          type: 'linear',
          ...(range === null ? { min: 0, max: 1 } : { min: range.low, max: range.high }),
          grid: { color: palette.line, drawTicks: false },
          border: { display: false },
          ticks: {
            ...tick,
            maxTicksLimit: 9,
            includeBounds: false,
            callback: (value, _, ticks) => axisNumber(Number(value), model.unit, stepOf(ticks)),
          },
        },
      },
      plugins: {
        tooltip: {
          backgroundColor: palette.raised,
          titleColor: palette.ink,
          bodyColor: palette.ink2,
          borderColor: palette.line,
          borderWidth: 1,
          padding: 9,
          cornerRadius: 6,
          caretSize: 0,
          caretPadding: 10,
          boxWidth: 10,
          boxHeight: 2,
          boxPadding: 4,
          titleFont: { family: palette.font, size: 12, weight: 600 },
          bodyFont: { family: palette.font, size: 12 },
          callbacks: {
            title: ([item]) => `${capital(model.xLabel)} ${String(item?.parsed.x ?? '')}`,
            label: ({ datasetIndex, parsed }) => tooltipLine(model, datasetIndex, parsed.x ?? NaN, parsed.y ?? NaN),
            labelColor: ({ datasetIndex }) => {
              const color = palette.series[((model.lines[datasetIndex]?.series ?? 1) - 1) % 8] ?? palette.ink
              return { borderColor: color, backgroundColor: color }
            },
          },
        },
      },
    },
  }
}

function dataset(line: Line, palette: Palette, width: number): ChartDataset<'line', Point[]> {
  const { x, y } = thinned(line.x, line.y, Math.max(100, width))
  const color = palette.series[(line.series - 1) % 8] ?? palette.ink
  const data: Point[] = []
  for (let i = 0; i < x.length; i++) data.push({ x: x[i] as number, y: y[i] as number })
  // A handful of markers along the line tell it apart without colour; more would hide it.
  const every = Math.max(1, Math.ceil(data.length / 8))
  const last = data.length - 1
  return {
    label: line.label,
    data,
    borderColor: line.thin === true ? `color-mix(in srgb, ${color} 45%, transparent)` : color,
    backgroundColor: color,
    borderWidth: line.thin === true ? 1 : 1.9,
    borderDash: [...DASH_PATTERNS[line.dash]],
    borderJoinStyle: 'round',
    borderCapStyle: line.dash === 'dotted' ? 'round' : 'butt',
    spanGaps: true,
    // A marker at the very end is drawn whole.
    clip: 6,
    pointStyle: line.marker,
    pointRadius: ({ dataIndex }) => {
      if (line.thin === true) return 0
      return dataIndex === last || (last - dataIndex) % every === 0 ? 2.6 : 0
    },
    pointHoverRadius: 4,
    pointHitRadius: 12,
    pointBorderColor: color,
    pointBackgroundColor: color,
  }
}

function stepOf(ticks: readonly { readonly value: number }[]): number {
  const [first, second] = ticks
  return first === undefined || second === undefined ? 1 : Math.abs(second.value - first.value)
}

/** As many digits as the step between ticks needs, and no more. */
function axisNumber(value: number, unit: string, step: number): string {
  const digits = (size: number): number => Math.max(0, Math.min(4, Math.ceil(-Math.log10(size) - 1e-9)))
  if (unit === 'percent') return `${(value * 100).toFixed(digits(step * 100))} %`
  if (unit === 'degrees') return `${value.toFixed(digits(step))}°`
  if (Math.abs(value) >= 1e6 || step < 1e-4) return value.toExponential(1)
  return step >= 1 ? whole(value) : value.toFixed(digits(step)).replace('-', '−')
}

function tooltipLine(model: ChartModel, index: number, x: number, y: number): string {
  const line = model.lines[index]
  if (line === undefined) return ''
  const i = line.x.indexOf(x)
  const low = line.low?.[i] ?? NaN
  const high = line.high?.[i] ?? NaN
  let band = ''
  if (high > low)
    band =
      model.band?.chosen === 'sd'
        ? ` ± ${shown(high - y, model.unit)}`
        : ` (${shown(low, model.unit)}–${shown(high, model.unit)})`
  return ` ${line.label}  ${shown(y, model.unit)}${band}${unitAfter(model.unit)}`
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

function endText(line: Line, unit: string): string {
  const last = line.y[lastFinite(line)] ?? NaN
  if (unit === 'percent') return `${line.label} ${(last * 100).toFixed(1)}`
  return line.label
}

function endFont(palette: Palette): string {
  return `600 11px ${palette.font}`
}

/** Room for the names at the lines' ends, measured. */
function endWidth(model: ChartModel, palette: Palette): number {
  measuring ??= document.createElement('canvas').getContext('2d')
  if (measuring === null) return 80
  measuring.font = endFont(palette)
  let widest = 0
  for (const line of model.lines)
    if (line.thin !== true) widest = Math.max(widest, measuring.measureText(endText(line, model.unit)).width)
  return Math.min(160, Math.ceil(widest) + 14)
}
let measuring: CanvasRenderingContext2D | null = null

const NAME_HEIGHT = 14

const bandsAndNames: Plugin<'line'> = {
  id: 'bandsAndNames',
  beforeDatasetsDraw(chart) {
    const content = drawn.get(chart as LineChart)
    const { x, y } = chart.scales
    if (content === undefined || x === undefined || y === undefined) return
    const { model, palette } = content
    const { ctx, chartArea: area } = chart
    ctx.save()
    ctx.beginPath()
    ctx.rect(area.left, area.top, area.width, area.height)
    ctx.clip()
    if (model.published !== undefined) {
      const { mean, sd } = model.published
      const top = y.getPixelForValue(mean + sd)
      ctx.fillStyle = palette.published
      ctx.fillRect(area.left, top, area.width, Math.max(2, y.getPixelForValue(mean - sd) - top))
      ctx.fillStyle = palette.ink2
      ctx.font = `11px ${palette.font}`
      ctx.fillText(
        `published ${shown(mean, model.unit)} ± ${shown(sd, model.unit)}`,
        area.left + 6,
        top > area.top + 16 ? top - 5 : y.getPixelForValue(mean - sd) + 13,
      )
    }
    if (model.early !== undefined) {
      drawEarly(ctx, model.early, palette, {
        right: area.right,
        at: (px, py) => [x.getPixelForValue(px), y.getPixelForValue(py)],
      })
    }
    for (const { x: at, label } of model.marks ?? []) {
      const px = x.getPixelForValue(at)
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
    for (const line of model.lines) {
      if (line.low === undefined || line.high === undefined) continue
      ctx.beginPath()
      for (const [edge, backwards] of [
        [line.high, false],
        [line.low, true],
      ] as const)
        trace(line.x, edge, backwards, (px, py) => ctx.lineTo(x.getPixelForValue(px), y.getPixelForValue(py)))
      ctx.closePath()
      ctx.globalAlpha = 0.15
      ctx.fillStyle = palette.series[(line.series - 1) % 8] ?? palette.ink
      ctx.fill()
      ctx.globalAlpha = 1
    }
    ctx.restore()
  },
  afterDatasetsDraw(chart) {
    const content = drawn.get(chart as LineChart)
    const { y } = chart.scales
    if (content === undefined || y === undefined) return
    const { model, palette } = content
    const { ctx, chartArea: area } = chart
    const names = model.lines
      .filter((line) => line.thin !== true && lastFinite(line) >= 0)
      .map((line) => ({ line, at: y.getPixelForValue(line.y[lastFinite(line)] as number) }))
      .sort((a, b) => a.at - b.at)
    // Names keep apart: each goes below the one above it, then all are pushed back up into the area.
    names.forEach((name, i) => (name.at = Math.max(name.at, (names[i - 1]?.at ?? -Infinity) + NAME_HEIGHT)))
    let lowest = area.bottom
    for (const name of [...names].reverse()) {
      name.at = Math.min(name.at, lowest)
      lowest = name.at - NAME_HEIGHT
    }
    ctx.save()
    ctx.font = endFont(palette)
    ctx.textBaseline = 'middle'
    for (const { line, at } of names) {
      ctx.fillStyle = palette.series[(line.series - 1) % 8] ?? palette.ink
      ctx.fillText(endText(line, model.unit), area.right + 9, at)
    }
    const [active] = chart.tooltip?.getActiveElements() ?? []
    if (active !== undefined) {
      ctx.strokeStyle = palette.ink2
      ctx.globalAlpha = 0.4
      ctx.beginPath()
      ctx.moveTo(active.element.x, area.top)
      ctx.lineTo(active.element.x, area.bottom)
      ctx.stroke()
    }
    ctx.restore()
  },
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

/** An edge of a band from left to right, or backwards. */
function trace(x: Float64Array, edge: Float64Array, backwards: boolean, to: (x: number, y: number) => void): void {
  for (let step = 0; step < x.length; step++) {
    const i = backwards ? x.length - 1 - step : step
    const value = edge[i] as number
    if (Number.isFinite(value)) to(x[i] as number, value)
  }
}
