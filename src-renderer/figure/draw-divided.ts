/** How a network divides a plane, on paper: cells in the colours of the classes, the deeper the larger the margin, and the samples over them. */
import { classColour } from '../charts/class-look.ts'
import { shareAcross, shareDown } from '../charts/plane-model.ts'
import { tickTexts, ticksOf } from '../charts/scale.ts'
import type { FigureLook, ScatterContent } from './figure.ts'
import { PAPER } from './paper.ts'
import { box, type Disc, type Mark, type Measure, type Path, type Scene } from './scene.ts'
import { titleOf } from './title.ts'

type Divided = NonNullable<ScatterContent['divided']>

/** Depths that are told apart: neighbours of one depth are one path. */
const LEVELS = 12

export function drawDivided(content: ScatterContent, divided: Divided, look: FigureLook, measure: Measure): Scene {
  const { fontSize: size, width, lineWidth } = look
  const { left: from, right: to, low, high } = divided
  const margin = size * 0.5
  const yTicks = ticksOf('linear', { low, high }, 5)
  const yTexts = tickTexts(yTicks, 'linear', '')
  const left =
    margin + (look.yTitle === '' ? 0 : size * 1.6) + Math.max(...yTexts.map((text) => measure(text, size))) + size * 0.8
  const title = titleOf(look, left, margin, measure)
  const top = margin + title.height + size * 1.7
  const frame = {
    x: left,
    y: top,
    width: width - margin - left,
    height: width * look.ratio - top - margin - size * (look.xTitle === '' ? 1.6 : 3.1),
  }
  const xOf = (value: number): number => frame.x + shareAcross(divided, value) * frame.width
  const yOf = (value: number): number => frame.y + shareDown(divided, value) * frame.height
  const radius = Math.max(
    0.5,
    Math.min(2, (0.024 * Math.min(frame.width, frame.height)) / Math.sqrt(content.labels.length / 60)),
  )
  const discs = content.labels.flatMap((label, i): readonly Disc[] => {
    const at = { x: xOf(content.x[i] ?? 0), y: yOf(content.y[i] ?? 0) }
    return [
      { kind: 'disc', ...at, radius: radius + lineWidth * 0.4, fill: { color: '#ffffff' } },
      { kind: 'disc', ...at, radius, fill: { color: classColour(label) } },
    ]
  })
  const words = { kind: 'words', size, color: PAPER.ink } as const
  const line = { color: PAPER.spine, width: lineWidth * 0.6 }
  const tick = size * 0.3
  const bottom = frame.y + frame.height
  const marks: Mark[] = [
    { kind: 'clipped', ...frame, marks: [...cellsOf(divided, frame), ...discs] },
    { kind: 'path', points: box(frame.x, frame.y, frame.width, frame.height), closed: true, stroke: line },
  ]
  yTicks.forEach((value, i) => {
    const y = yOf(value)
    marks.push({ kind: 'path', points: [frame.x - tick, y, frame.x, y], stroke: line })
    const text = yTexts[i] ?? ''
    marks.push({ ...words, x: frame.x - tick - size * 0.3, y: y + size * 0.35, text, anchor: 'end', role: 'y-tick' })
  })
  const xTicks = ticksOf('linear', { low: from, high: to }, 5)
  tickTexts(xTicks, 'linear', '').forEach((text, i) => {
    const x = xOf(xTicks[i] ?? 0)
    marks.push({ kind: 'path', points: [x, bottom, x, bottom + tick], stroke: line })
    marks.push({ ...words, x, y: bottom + tick + size * 1.05, text, anchor: 'middle', role: 'x-tick' })
  })
  let along = frame.x
  content.classes.forEach((name, label) => {
    const end = along + size * 1.1 + measure(name, size)
    // What finds no place in the row is told by its colour in the table of the figure.
    if (end > frame.x + frame.width) return
    const y = top - size * 0.95
    marks.push({ kind: 'disc', x: along + size * 0.4, y, radius: size * 0.33, fill: { color: classColour(label) } })
    marks.push({ ...words, x: along + size, y: y + size * 0.35, text: name, anchor: 'start', role: 'legend' })
    along = end + size
  })
  if (look.xTitle !== '') {
    const at = { x: frame.x + frame.width / 2, y: bottom + tick + size * 2.45 }
    marks.push({ ...words, ...at, text: look.xTitle, anchor: 'middle', role: 'x-title' })
  }
  if (look.yTitle !== '') {
    const at = { x: margin + size * 0.9, y: frame.y + frame.height / 2 }
    marks.push({ ...words, ...at, text: look.yTitle, anchor: 'middle', upward: true, role: 'y-title' })
  }
  marks.push(...title.marks)
  return { width, height: width * look.ratio, family: look.family, marks }
}

/** Cells of one colour beside each other are one box; each reaches a little under the next, or seams would show between them. */
function cellsOf(
  { side, winners, depths }: Divided,
  frame: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): readonly Path[] {
  const [across, down] = [frame.width / side, frame.height / side]
  const level = (cell: number): number => Math.round((depths[cell] ?? 0) * LEVELS)
  const paths: Path[] = []
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side;) {
      const first = row * side + column
      let end = column + 1
      while (end < side && winners[row * side + end] === winners[first] && level(row * side + end) === level(first))
        end++
      paths.push({
        kind: 'path',
        closed: true,
        points: box(frame.x + column * across, frame.y + row * down, (end - column + 0.3) * across, 1.3 * down),
        fill: { color: overPaper(classColour(winners[first] ?? 0), level(first) / LEVELS) },
      })
      column = end
    }
  return paths
}

/** A colour of that depth on white, opaque: where boxes overlap nothing is seen of it. */
function overPaper(colour: string, depth: number): string {
  const channel = (start: number): string =>
    Math.round(255 + depth * (Number.parseInt(colour.slice(start, start + 2), 16) - 255))
      .toString(16)
      .padStart(2, '0')
  return `#${channel(1)}${channel(3)}${channel(5)}`
}
