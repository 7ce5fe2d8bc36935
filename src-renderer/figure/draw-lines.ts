/** Lines with their bands, axes and legend on paper. */
import { markerStep, namedLines, type ChartModel, type Line } from '../charts/chart-model.ts'
import { behindFirst, drawnOf, xTicks, type DrawnLine, type Edges } from '../charts/chart-view.ts'
import { tickTexts } from '../charts/scale.ts'
import type { FigureLook, LinesContent } from './figure.ts'
import { KEY, legendWords } from './legend.ts'
import { marker, referenceStroke, strokeOf } from './line-marks.ts'
import { layoutOf, LEADING, type LegendEntry, type LinesLayout, type Place } from './lines-layout.ts'
import { TITLE_LEADING, TITLE_SIZE } from './title.ts'
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
    ...(content.distribution ? { distribution: true } : {}),
    ...(content.along === null ? {} : { along: content.along }),
    ...(content.shared === '' ? {} : { shared: content.shared }),
    ...(content.reference === '' ? {} : { referenceNote: content.reference }),
  }
}

export function drawLines(content: LinesContent, look: FigureLook, measure: Measure): Scene {
  const { fontSize: size, width, lineWidth } = look
  const model = modelOf(content, look.title)
  const choice = { ...content.scales, smoothing: content.smoothing }
  const drawn = drawnOf(model, choice, content.window, Math.round(width * 2))
  const named = namedLines(model.lines)
  const layout = layoutOf({ content, drawn }, look, measure)
  const { height, frame, xOf, yOf, tick, margin, yTicks, yTexts } = layout
  const bottom = frame.y + frame.height
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
  const ordered = behindFirst(drawn.lines)
  for (const { line, band, envelope } of ordered)
    for (const [edges, opacity] of [
      [band, bandTint(line)],
      [envelope, 0.3],
    ] as const)
      if (edges !== null) inside.push(between(edges, xOf, yOf, seriesColor(line), opacity))
  for (const { line, raw, envelope } of drawn.lines)
    if (raw !== null && envelope === null)
      inside.push(trace(raw.x, raw.y, xOf, yOf, { color: seriesColor(line), width: lineWidth * 0.5, opacity: 0.4 }))
  for (const { line, main, envelope, raw } of ordered) {
    const dense = envelope !== null && raw === null
    inside.push(trace(main.x, main.y, xOf, yOf, strokeOf(line, lineWidth, dense)))
  }
  marks.push({ kind: 'clipped', ...frame, marks: inside })
  if (look.markers)
    for (const { line, main } of drawn.lines) {
      if (line.light === true || line.reference === true || !named.includes(line)) continue
      const last = main.x.length - 1
      const every = markerStep(model, main.x.length)
      for (let i = last; i >= 0; i -= every) {
        const [x, y] = [xOf(main.x[i]!), yOf(main.y[i]!)]
        const within = x >= frame.x - 0.1 && x <= frame.x + frame.width + 0.1 && y >= frame.y && y <= bottom
        if (within) marks.push(marker(line.marker, x, y, lineWidth * 1.6, seriesColor(line)))
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
  layout.xTitle.forEach((text, i) => {
    const half = measure(text, size) / 2
    const x = Math.min(Math.max(frame.x + frame.width / 2, margin + half), width - margin - half)
    const y = bottom + tick + size * (2.35 + i * TITLE_LEADING)
    marks.push({ ...words, x, y, text, anchor: 'middle', role: 'x-title' })
  })
  layout.yTitle.forEach((text, i) => {
    const half = measure(text, size) / 2
    const y = Math.min(Math.max(frame.y + frame.height / 2, margin + half), height - margin - half)
    marks.push({
      ...words,
      x: margin + size * (0.9 + i * LEADING),
      y,
      text,
      anchor: 'middle',
      upward: true,
      role: 'y-title',
    })
  })
  layout.title.forEach((text, i) => {
    const y = margin + size * (1.2 + i * TITLE_LEADING)
    marks.push({ ...words, size: size * TITLE_SIZE, x: frame.x, y, text, anchor: 'start', role: 'title' })
  })
  marks.push(...namesOf(layout, look))
  return { width, height, family: look.family, marks }
}

/** Under our own band, that of what was published must still be seen. */
function bandTint({ reference }: Pick<Line, 'reference'>): number {
  return reference === true ? 0.26 : 0.18
}

/** The legend, and the names at the lines' ends. */
function namesOf({ legend, ends, frame, xOf, yOf }: LinesLayout, look: FigureLook): readonly Mark[] {
  const { fontSize: size } = look
  const marks = legend === null ? [] : legendMarks(legend, look)
  const right = frame.x + frame.width
  const placed = ends
    .map(({ entry, lines }) => ({ lines, line: entry.line, at: endOf(entry, yOf, right, xOf) }))
    .sort((a, b) => a.at - b.at)
  const tall = (lines: readonly string[]): number => lines.length * size * LEADING
  let free = frame.y
  for (const name of placed) {
    name.at = Math.max(name.at, free)
    free = name.at + tall(name.lines)
  }
  let lowest = frame.y + frame.height + size * LEADING
  for (const name of [...placed].reverse()) {
    name.at = Math.min(name.at, lowest - tall(name.lines))
    lowest = name.at
  }
  const atEnds = placed.flatMap(({ lines, line, at }) =>
    lines.map((text, i): Mark => ({
      ...{ kind: 'words', size, x: right + size * 0.6, y: at + size * (0.35 + i * LEADING), text },
      ...{ anchor: 'start', role: 'legend', color: seriesColor(line) },
    })),
  )
  return [...marks, ...atEnds]
}

function legendMarks(
  { at, width, height, placed, inside }: NonNullable<LinesLayout['legend']>,
  look: FigureLook,
): readonly Mark[] {
  const all = placed.flatMap(({ entry, lines, x, y }) => [
    ...keyOf(entry.look, at.x + x, at.y + y, look),
    ...legendWords(lines, at.x + x, at.y + y, look.fontSize),
  ])
  const under: Mark = {
    ...{ kind: 'path', points: box(at.x, at.y, width, height), closed: true },
    fill: { color: '#ffffff', opacity: 0.82 },
  }
  return inside ? [under, ...all] : all
}

function keyOf(
  key: LegendEntry['look'],
  x: number,
  y: number,
  { fontSize: size, lineWidth, markers }: FigureLook,
): readonly Mark[] {
  const points = box(x, y - size * 0.35, size * KEY, size * 0.7)
  if (key.kind === 'area')
    return [{ kind: 'path', points, closed: true, fill: { color: PAPER.published, opacity: 0.16 } }]
  const along = [x, y, x + size * KEY, y]
  if (key.kind === 'reference')
    return [
      { kind: 'path', points, closed: true, fill: { color: PAPER.published, opacity: bandTint({ reference: true }) } },
      { kind: 'path', points: along, stroke: referenceStroke(PAPER.published, lineWidth) },
    ]
  const { line } = key
  const color = seriesColor(line)
  return [
    ...(line.low === undefined
      ? []
      : [{ kind: 'path' as const, points, closed: true, fill: { color, opacity: bandTint(line) } }]),
    { kind: 'path', points: along, stroke: strokeOf(line, lineWidth, false) },
    ...(markers && line.reference !== true
      ? [marker(line.marker, x + (size * KEY) / 2, y, lineWidth * 1.6, color)]
      : []),
  ]
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

function endOf({ main }: DrawnLine, yOf: Place, right: number, xOf: Place): number {
  let i = main.x.length - 1
  while (i > 0 && xOf(main.x[i]!) > right + 0.5) i--
  return yOf(main.y[i] ?? NaN)
}
