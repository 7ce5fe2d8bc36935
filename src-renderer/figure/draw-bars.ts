/** Counts by name on paper: a bar each, lying, so that long names are read without turning the head. */
import { whole } from '../text/format.ts'
import { ticksOf, tickTexts } from '../charts/scale.ts'
import type { BarsContent, FigureLook } from './figure.ts'
import { PAPER, seriesColor } from './paper.ts'
import { box, wrapped, type Mark, type Measure, type Scene } from './scene.ts'
import { titleOf } from './title.ts'

export function drawBars({ bars }: BarsContent, look: FigureLook, measure: Measure): Scene {
  const { fontSize: size, width, lineWidth } = look
  const margin = size * 0.5
  const names = bars.map(({ name }) => wrapped(name, width * 0.35, size, measure))
  const left =
    margin +
    (look.yTitle === '' ? 0 : size * 1.7) +
    Math.max(0, ...names.flat().map((line) => measure(line, size))) +
    size * 0.7
  const title = titleOf(look, left, margin, measure)
  const top = margin + title.height
  const below = size * 1.9 + (look.xTitle === '' ? 0 : size * 1.45) + margin
  // Many classes make the figure higher rather than their names unreadable.
  const height = Math.max(
    width * look.ratio,
    top + below + bars.length * size * (0.1 + 1.2 * Math.max(1, ...names.map(({ length }) => length))),
  )
  const bottom = height - below
  const most = Math.max(1, ...bars.map(({ count }) => count))
  const counts = bars.map(({ count }) => whole(count))
  const right = width - margin - size * 0.4 - Math.max(0, ...counts.map((text) => measure(text, size * 0.9)))
  const tall = (bottom - top) / Math.max(1, bars.length)
  const x = (count: number): number => left + (count / most) * (right - left)
  const marks: Mark[] = []
  const words = { kind: 'words' as const, size, color: PAPER.ink }
  const spine = { color: PAPER.spine, width: lineWidth * 0.6 }
  const ticks = ticksOf('linear', { low: 0, high: most }, Math.max(2, Math.floor((right - left) / (size * 6))))
  if (look.grid)
    for (const value of ticks)
      marks.push({
        ...{ kind: 'path', points: [x(value), top, x(value), bottom] },
        stroke: { color: PAPER.grid, width: lineWidth * 0.4 },
      })
  bars.forEach(({ count }, i) => {
    const y = top + (i + 0.5) * tall
    const points = box(left, y - tall * 0.36, Math.max(0, x(count) - left), tall * 0.72)
    marks.push({ kind: 'path', points, closed: true, fill: { color: seriesColor({ series: 2 }) } })
    const lines = names[i] ?? []
    lines.forEach((text, line) => {
      const at = y + size * (0.35 + 1.2 * (line - (lines.length - 1) / 2))
      marks.push({ ...words, x: left - size * 0.5, y: at, text, anchor: 'end', role: 'y-tick' })
    })
    const value = { size: size * 0.9, x: x(count) + size * 0.35, y: y + size * 0.32, text: counts[i] ?? '' }
    marks.push({ ...words, ...value, anchor: 'start' })
  })
  marks.push({ kind: 'path', points: [left, top, left, bottom, right, bottom], stroke: spine })
  tickTexts(ticks, 'linear', '').forEach((text, i) => {
    const at = x(ticks[i]!)
    marks.push({ kind: 'path', points: [at, bottom, at, bottom + size * 0.4], stroke: spine })
    marks.push({ ...words, x: at, y: bottom + size * 1.45, text, anchor: 'middle', role: 'x-tick' })
  })
  if (look.xTitle !== '') {
    const [at, y] = [(left + right) / 2, height - margin - size * 0.25]
    marks.push({ ...words, x: at, y, text: look.xTitle, anchor: 'middle', role: 'x-title' })
  }
  if (look.yTitle !== '') {
    const [at, y] = [margin + size * 0.9, (top + bottom) / 2]
    marks.push({ ...words, x: at, y, text: look.yTitle, anchor: 'middle', upward: true, role: 'y-title' })
  }
  marks.push(...title.marks)
  return { width, height, family: look.family, marks }
}
