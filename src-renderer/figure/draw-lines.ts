/** Lines with their bands, axes and legend, laid out on paper. */
import { BAND_LABELS, shown, unitAfter, type ChartModel, type Line } from '../charts/chart-model.ts'
import { drawnOf, xTicks, type DrawnLine, type Edges } from '../charts/chart-view.ts'
import { DASH_PATTERNS, type Marker } from '../charts/line-style.ts'
import { forward, ticksOf, tickTexts, type ScaleKind } from '../charts/scale.ts'
import type { FigureLook, LinesContent } from './figure.ts'
import { KEY, KEY_AND_ROOM, legendRows, ROW, type PlacedEntry } from './legend.ts'
import { PAPER, seriesColor } from './paper.ts'
import { box, type Disc, type Mark, type Measure, type Path, type Scene, type Stroke } from './scene.ts'

/** The chart again, as the screen would have it. */
export function modelOf(content: LinesContent, name: string): ChartModel {
  return {
    name,
    xLabel: content.counted,
    unit: content.unit,
    lines: content.lines.map(({ x, y, low, high, ...line }): Line => ({
      ...line,
      x: Float64Array.from(x),
      y: Float64Array.from(y),
      ...(low === null || high === null ? {} : { low: Float64Array.from(low), high: Float64Array.from(high) }),
    })),
    ...(content.band === null ? {} : { band: { chosen: content.band, options: [content.band] } }),
    ...(content.published === null ? {} : { published: content.published }),
    ...(content.early === null ? {} : { early: content.early }),
    marks: content.marks,
  }
}

export function drawLines(content: LinesContent, look: FigureLook, measure: Measure): Scene {
  const { fontSize: size, width, lineWidth } = look
  let height = width * look.ratio
  const model = modelOf(content, look.title)
  const choice = { ...content.scales, smoothing: content.smoothing }
  const drawn = drawnOf(model, choice, content.window, Math.round(width * 2))
  const named = drawn.lines.filter(({ line }) => line.thin !== true)
  const entries = legendOf(content, named)
  // A legend that would cover most of the lines goes above them.
  const crowded =
    look.names === 'inside' &&
    (columnWidth(entries, size, measure) > width * 0.55 || entries.length * size * ROW > height * 0.5)
  const names = crowded ? 'above' : look.names
  const direct = names === 'direct'

  const yTicks = ticksOf(drawn.y.kind, drawn.y, Math.max(3, Math.floor(height / (size * 3.2))))
  const yTexts = tickTexts(yTicks, drawn.y.kind, content.unit)
  const tick = size * 0.4
  const yWidth = Math.max(0, ...yTexts.map((text) => measure(text, size)))
  const yTitle = look.yTitle === '' ? 0 : size * 1.7
  const margin = size * 0.5
  const left = margin + yTitle + yWidth + tick + size * 0.35
  const rows = names === 'above' ? legendRows(entries, width - left - margin, size, measure) : []
  // A long legend makes the figure higher rather than the lines low.
  height += Math.max(0, rows.length * size * ROW - height * 0.3)
  const bottom = height - margin - tick - size * 1.15 - (look.xTitle === '' ? 0 : size * 1.45)
  const top = margin + size * 0.4 + (look.showTitle ? size * 1.9 : 0) + rows.length * size * ROW
  const ends = direct ? namesAtEnds(content, named) : []
  const nameWidth = Math.max(0, ...ends.map(({ text }) => measure(text, size))) + (ends.length > 0 ? size * 0.6 : 0)
  const legendWidth = names === 'right' ? columnWidth(entries, size, measure) + size * 0.8 : 0
  // Half of the last number along x stands beyond the frame.
  const [lastText = ''] = tickTexts([drawn.x.high], drawn.x.kind, '')
  const beyond = Math.max(size * 0.9, measure(lastText, size) / 2)
  const right = width - margin - Math.max(beyond, nameWidth, legendWidth)
  const frame = { x: left, y: top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) }

  const xOf = place(drawn.x.kind, drawn.x.low, drawn.x.high, frame.x, frame.x + frame.width)
  const yOf = place(drawn.y.kind, drawn.y.low, drawn.y.high, frame.y + frame.height, frame.y)
  const marks: Mark[] = []

  if (look.grid)
    for (const value of yTicks)
      marks.push(rule([frame.x, yOf(value), frame.x + frame.width, yOf(value)], PAPER.grid, lineWidth * 0.4))

  const inside: (Path | Disc)[] = []
  if (content.published !== null) {
    const { mean, sd } = content.published
    const [upper, lower] = [yOf(mean + sd), yOf(mean - sd)]
    inside.push({
      kind: 'path',
      points: box(frame.x, upper, frame.width, Math.max(0.8, lower - upper)),
      closed: true,
      fill: { color: PAPER.published, opacity: 0.16 },
    })
  }
  if (content.early !== null) inside.push(...early(content.early, xOf, yOf, lineWidth))
  for (const mark of content.marks) {
    const x = xOf(mark.x)
    inside.push(rule([x, frame.y, x, frame.y + frame.height], PAPER.quiet, lineWidth * 0.6, [3, 2]))
  }
  for (const { line, band, envelope } of drawn.lines)
    for (const [edges, opacity] of [
      [band, 0.18],
      [envelope, 0.3],
    ] as const)
      if (edges !== null) inside.push(between(edges, xOf, yOf, seriesColor(line.series), opacity))
  for (const { line, raw, envelope } of drawn.lines)
    if (raw !== null && envelope === null)
      inside.push(
        trace(raw.x, raw.y, xOf, yOf, { color: seriesColor(line.series), width: lineWidth * 0.5, opacity: 0.4 }),
      )
  for (const { line, main, envelope, raw } of drawn.lines) {
    const dense = envelope !== null && raw === null
    inside.push(trace(main.x, main.y, xOf, yOf, strokeOf(line, lineWidth, dense)))
  }
  marks.push({ kind: 'clipped', ...frame, marks: inside })
  if (look.markers)
    for (const { line, main } of named) {
      if (line.light === true) continue
      const last = main.x.length - 1
      const every = Math.max(1, Math.ceil(main.x.length / 8))
      for (let i = last; i >= 0; i -= every) {
        const [x, y] = [xOf(main.x[i]!), yOf(main.y[i]!)]
        const within = x >= frame.x - 0.1 && x <= frame.x + frame.width + 0.1 && y >= frame.y && y <= bottom
        if (within) marks.push(marker(line.marker, x, y, lineWidth * 1.6, seriesColor(line.series)))
      }
    }

  // Spines to the left and below, ticks outward, as papers have them.
  const spine = lineWidth * 0.6
  marks.push(rule([frame.x, frame.y, frame.x, bottom, frame.x + frame.width, bottom], PAPER.spine, spine))
  const words = { size, color: PAPER.ink, kind: 'words' as const }
  yTicks.forEach((value, i) => {
    const y = yOf(value)
    marks.push(rule([frame.x - tick, y, frame.x, y], PAPER.spine, spine))
    const x = frame.x - tick - size * 0.3
    marks.push({ ...words, x, y: y + size * 0.35, text: yTexts[i] ?? '', anchor: 'end', role: 'y-tick' })
  })
  const along = xTicks(model, drawn.x, Math.max(2, Math.floor(frame.width / (size * 5))))
  let written = -Infinity
  tickTexts(along, drawn.x.kind, '').forEach((text, i) => {
    const x = xOf(along[i]!)
    const half = measure(text, size) / 2
    marks.push(rule([x, bottom, x, bottom + tick], PAPER.spine, spine))
    // A number that would run into the one before it stays a mark alone.
    if (x - half < written + size * 0.4) return
    written = x + half
    marks.push({ ...words, x, y: bottom + tick + size * 1.05, text, anchor: 'middle', role: 'x-tick' })
  })
  if (look.xTitle !== '') {
    const [x, y] = [frame.x + frame.width / 2, height - margin - size * 0.25]
    marks.push({ ...words, x, y, text: look.xTitle, anchor: 'middle', role: 'x-title' })
  }
  if (look.yTitle !== '') {
    const [x, y] = [margin + size * 0.9, Math.min(frame.y + frame.height / 2, height / 2)]
    const fits = Math.min(1, (height - 2 * margin) / measure(look.yTitle, size))
    const text = { text: look.yTitle, size: size * Math.max(0.6, fits) }
    marks.push({ ...words, ...text, x, y, anchor: 'middle', upward: true, role: 'y-title' })
  }
  if (look.showTitle) {
    const y = margin + size * 1.2
    marks.push({ ...words, size: size * 1.15, x: frame.x, y, text: look.title, anchor: 'start', role: 'title' })
  }

  if (direct) {
    const placed = ends
      .map(({ text, entry }) => ({ text, line: entry.line, at: endOf(entry, yOf, frame.x + frame.width, xOf) }))
      .sort((a, b) => a.at - b.at)
    const apart = size * 1.2
    placed.forEach((name, i) => (name.at = Math.max(name.at, frame.y, (placed[i - 1]?.at ?? -Infinity) + apart)))
    let lowest = bottom
    for (const name of [...placed].reverse()) {
      name.at = Math.min(name.at, lowest)
      lowest = name.at - apart
    }
    for (const { text, line, at } of placed)
      marks.push({
        ...words,
        ...{ x: frame.x + frame.width + size * 0.6, y: at + size * 0.35, text, anchor: 'start', role: 'legend' },
        color: seriesColor(line.series),
      })
  } else
    marks.push(
      ...legend(
        entries,
        { ...look, names },
        frame,
        rows,
        measure,
        corner(drawn.lines, xOf, yOf, frame, entries, size, measure),
      ),
    )
  return { width, height, family: look.family, marks }
}

interface Frame {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}
type Place = (value: number) => number

/** Where values stand between two ends; what has no place on a log axis stands at its lower end. */
function place(kind: ScaleKind, low: number, high: number, from: number, to: number): Place {
  const first = forward(kind, low)
  const scale = (to - from) / (forward(kind, high) - first)
  return (value) => {
    const at = forward(kind, value)
    return Number.isNaN(at) ? from : from + (at - first) * scale
  }
}

function rule(points: readonly number[], color: string, width: number, dash?: readonly number[]): Path {
  return { kind: 'path', points, stroke: { color, width, ...(dash === undefined ? {} : { dash }) } }
}

function trace(x: Float64Array, y: Float64Array, xOf: Place, yOf: Place, stroke: Stroke): Path {
  const points: number[] = []
  for (let i = 0; i < x.length; i++) points.push(xOf(x[i]!), yOf(y[i]!))
  return { kind: 'path', points, stroke }
}

function between({ x, low, high }: Edges, xOf: Place, yOf: Place, color: string, opacity: number): Path {
  const points: number[] = []
  for (let i = 0; i < x.length; i++) if (Number.isFinite(high[i])) points.push(xOf(x[i]!), yOf(high[i]!))
  for (let i = x.length - 1; i >= 0; i--) if (Number.isFinite(low[i])) points.push(xOf(x[i]!), yOf(low[i]!))
  return { kind: 'path', points, closed: true, fill: { color, opacity } }
}

function early(
  { x, mean, half }: NonNullable<LinesContent['early']>,
  xOf: Place,
  yOf: Place,
  lineWidth: number,
): readonly Path[] {
  const xs = Float64Array.from(x)
  const edge = (side: number): Float64Array => Float64Array.from(mean, (value, i) => value + side * (half[i] ?? 0))
  return [
    between({ x: xs, low: edge(-1), high: edge(1) }, xOf, yOf, PAPER.published, 0.16),
    trace(xs, edge(0), xOf, yOf, { color: PAPER.quiet, width: lineWidth * 0.6, dash: [2, 2] }),
  ]
}

function strokeOf(line: Pick<Line, 'series' | 'dash' | 'thin' | 'light'>, lineWidth: number, dense: boolean): Stroke {
  const color = seriesColor(line.series)
  if (line.thin === true) return { color, width: lineWidth * 0.5, opacity: 0.5 }
  if (line.light === true) return { color, width: lineWidth * 0.6, opacity: 0.7 }
  if (dense) return { color, width: lineWidth * 0.5 }
  // Dashes are made for lines of 1.9 pixels on the screen.
  const dash = DASH_PATTERNS[line.dash].map((length) => (length * lineWidth) / 1.9)
  return { color, width: lineWidth, dash, round: line.dash === 'dotted' }
}

function marker(kind: Marker, x: number, y: number, r: number, color: string): Path | Disc {
  const fill = { color }
  const polygon = (...points: number[]): Path => ({
    kind: 'path',
    points: points.map((value, i) => (i % 2 === 0 ? x : y) + value * r),
    closed: true,
    fill,
  })
  const strokes = (...points: number[]): Path => ({
    kind: 'path',
    points: points.map((value, i) => (i % 2 === 0 ? x : y) + value * r),
    stroke: { color, width: r * 0.6 },
  })
  switch (kind) {
    case 'circle':
      return { kind: 'disc', x, y, radius: r, fill }
    case 'triangle':
      return polygon(0, -1.2, 1.1, 0.8, -1.1, 0.8)
    case 'rect':
      return polygon(-0.9, -0.9, 0.9, -0.9, 0.9, 0.9, -0.9, 0.9)
    case 'rectRot':
      return polygon(0, -1.3, 1.3, 0, 0, 1.3, -1.3, 0)
    case 'crossRot':
      return strokes(-1, -1, 1, 1, 0, 0, -1, 1, 1, -1)
    case 'star':
      return strokes(-1.2, 0, 1.2, 0, 0, 0, 0, -1.2, 0, 1.2, 0, 0, -0.8, -0.8, 0.8, 0.8, 0, 0, 0.8, -0.8, -0.8, 0.8)
  }
}

// ---- legend ------------------------------------------------------------------------------------------------------------

interface Entry {
  readonly text: string
  readonly look: { readonly kind: 'line'; readonly line: Line } | { readonly kind: 'area' }
}

function legendOf(content: LinesContent, named: readonly DrawnLine[]): readonly Entry[] {
  const { unit, band, method, published } = content
  const by = method === null ? '' : ` (${method})`
  const after = band === null ? '' : `, mean ${band === 'sd' ? BAND_LABELS.sd : `and ${BAND_LABELS[band]}${by}`}`
  const several = named.length > 2 && after !== ''
  const lines: Entry[] = named.map(({ line }) => {
    const banded = line.low === undefined || several ? '' : after
    return { text: `${line.label}${banded}`, look: { kind: 'line', line } }
  })
  // Said once where it would be said of every line.
  if (several) lines.push({ text: `shaded: ${after.slice(2)}`, look: { kind: 'area' } })
  if (published === null && content.early === null) return lines
  const text =
    published === null
      ? 'published, first epochs'
      : `published ${shown(published.mean, unit)} ± ${shown(published.sd, unit)}${unitAfter(unit)}`
  return [...lines, { text, look: { kind: 'area' } }]
}

function columnWidth(entries: readonly Entry[], size: number, measure: Measure): number {
  return size * KEY_AND_ROOM + Math.max(0, ...entries.map(({ text }) => measure(text, size)))
}

function legend(
  entries: readonly Entry[],
  look: FigureLook,
  frame: Frame,
  rows: readonly (readonly PlacedEntry<Entry>[])[],
  measure: Measure,
  free: { readonly x: number; readonly y: number },
): readonly Mark[] {
  const { fontSize: size, lineWidth } = look
  const at = (entry: Entry, x: number, y: number): readonly Mark[] => {
    const words: Mark = {
      ...{ kind: 'words', x: x + size * KEY_AND_ROOM, y: y + size * 0.35, text: entry.text, size },
      ...{ color: PAPER.ink, anchor: 'start', role: 'legend' },
    }
    if (entry.look.kind === 'area') {
      const points = box(x, y - size * 0.35, size * KEY, size * 0.7)
      return [{ kind: 'path', points, closed: true, fill: { color: PAPER.published, opacity: 0.16 } }, words]
    }
    const { line } = entry.look
    const key: Mark[] = []
    if (line.low !== undefined) {
      const points = box(x, y - size * 0.35, size * KEY, size * 0.7)
      key.push({ kind: 'path', points, closed: true, fill: { color: seriesColor(line.series), opacity: 0.18 } })
    }
    key.push({ kind: 'path', points: [x, y, x + size * KEY, y], stroke: strokeOf(line, lineWidth, false) })
    if (look.markers) key.push(marker(line.marker, x + (size * KEY) / 2, y, lineWidth * 1.6, seriesColor(line.series)))
    return [...key, words]
  }
  if (look.names === 'above') {
    const first = frame.y - rows.length * size * ROW
    return rows.flatMap((row, r) => row.flatMap(({ entry, x }) => at(entry, frame.x + x, first + r * size * ROW)))
  }
  const column = columnWidth(entries, size, measure)
  const x = look.names === 'right' ? frame.x + frame.width + size * 0.8 : free.x
  const y = look.names === 'right' ? frame.y + size * 0.8 : free.y
  const under: Mark = {
    kind: 'path',
    points: box(x - size * 0.3, y - size * 0.7, column + size * 0.6, entries.length * size * ROW),
    closed: true,
    fill: { color: '#ffffff', opacity: 0.82 },
  }
  const all = entries.flatMap((entry, i) => at(entry, x, y + i * size * ROW))
  return look.names === 'inside' ? [under, ...all] : all
}

/** The corner of the frame where a legend covers the fewest points. */
function corner(
  lines: readonly DrawnLine[],
  xOf: Place,
  yOf: Place,
  frame: Frame,
  entries: readonly Entry[],
  size: number,
  measure: Measure,
): { readonly x: number; readonly y: number } {
  const width = columnWidth(entries, size, measure)
  const height = entries.length * size * ROW
  const air = size * 0.7
  const xs = [frame.x + frame.width - width - air * 0.6, frame.x + air]
  const ys = [frame.y + frame.height - height - air * 0.6, frame.y + air * 0.4]
  let best = { x: xs[0]!, y: ys[0]! + size * 0.7, covered: Infinity }
  for (const y of ys)
    for (const x of xs) {
      let covered = 0
      for (const { main, band } of lines)
        for (const [along, up] of [
          [main.x, main.y],
          [band?.x, band?.low],
          [band?.x, band?.high],
        ])
          for (let i = 0; i < (along?.length ?? 0); i++) {
            // Between two points a line goes on: steps of it are looked at too.
            for (let t = 0; t < 1; t += 0.125) {
              const next = Math.min(i + 1, along!.length - 1)
              const px = xOf(along![i]!) * (1 - t) + xOf(along![next]!) * t
              const py = yOf(up![i]!) * (1 - t) + yOf(up![next]!) * t
              if (px > x - air && px < x + width + air && py > y - air && py < y + height + air)
                covered += 1 / along!.length
            }
          }
      if (covered < best.covered) best = { x, y: y + size * 0.7, covered }
    }
  return best
}

function namesAtEnds(
  { unit }: LinesContent,
  named: readonly DrawnLine[],
): readonly { readonly text: string; readonly entry: DrawnLine }[] {
  return named
    .filter(({ main }) => main.x.length > 0)
    .map((entry) => {
      const last = entry.line.y.findLast(Number.isFinite) ?? NaN
      return { entry, text: unit === 'percent' ? `${entry.line.label} ${(last * 100).toFixed(1)}` : entry.line.label }
    })
}

function endOf({ main }: DrawnLine, yOf: Place, right: number, xOf: Place): number {
  let i = main.x.length - 1
  while (i > 0 && xOf(main.x[i]!) > right + 0.5) i--
  return yOf(main.y[i] ?? NaN)
}
