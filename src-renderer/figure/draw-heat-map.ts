/** A two-axis sweep on paper: the mean in every cell, its spread, and the seeds that were lost. */
import { heatColour } from '../parts/heat-scale.ts'
import type { FigureLook, HeatMapContent } from './figure.ts'
import { PAPER } from './paper.ts'
import { box, type Mark, type Measure, type Scene } from './scene.ts'

const STEPS = 48

export function drawHeatMap(
  { columns, rows, cells, low, high }: HeatMapContent,
  look: FigureLook,
  measure: Measure,
): Scene {
  const { fontSize: size, width } = look
  const margin = size * 0.5
  const labels = Math.max(0, ...rows.map((name) => measure(name, size)))
  const left = margin + (look.yTitle === '' ? 0 : size * 1.7) + labels + size * 0.6
  const top = margin + (look.showTitle ? size * 1.9 : 0)
  const height = width * look.ratio
  const below = size * 1.4 + (look.xTitle === '' ? 0 : size * 1.5) + margin
  const right = size * 5
  const [across, down] = [Math.max(1, columns.length), Math.max(1, rows.length)]
  const [wide, tall] = [Math.max(across, width - left - margin - right), Math.max(down, height - top - below)]
  const [cellWide, cellTall] = [wide / across, tall / down]
  const small = Math.min(size, cellTall * 0.3, cellWide * 0.24)
  const words = { kind: 'words' as const, size, color: PAPER.ink }
  const marks: Mark[] = []
  rows.forEach((name, row) => {
    const y = top + (row + 0.5) * cellTall + size * 0.35
    marks.push({ ...words, x: left - size * 0.5, y, text: name, anchor: 'end', role: 'y-tick' })
  })
  columns.forEach((name, column) => {
    const x = left + (column + 0.5) * cellWide
    marks.push({ ...words, x, y: top + tall + size * 1.2, text: name, anchor: 'middle', role: 'x-tick' })
  })
  cells.forEach((line, row) => {
    line.forEach((cell, column) => {
      const [x, y] = [left + column * cellWide, top + row * cellTall]
      const mean = cell?.mean ?? null
      const color = mean === null ? null : heatColour(high > low ? (mean - low) / (high - low) : 0.5, 'light')
      marks.push({
        ...{ kind: 'path', points: box(x, y, cellWide, cellTall), closed: true },
        ...(color === null ? {} : { fill: { color: color.ground } }),
        stroke: { color: '#ffffff', width: look.lineWidth },
      })
      if (cell === null || small < 3) return
      const lines = [
        mean === null ? '–' : (mean * 100).toFixed(1),
        ...(cell.sd === null ? [] : [`± ${(cell.sd * 100).toFixed(1)}`]),
        ...(cell.lost === '' ? [] : [cell.lost]),
      ]
      lines.forEach((text, i) => {
        const at = y + cellTall / 2 + small * (0.35 + 1.15 * (i - (lines.length - 1) / 2))
        const ink = color?.text ?? PAPER.ink
        marks.push({ ...words, x: x + cellWide / 2, y: at, text, size: small, color: ink, anchor: 'middle' })
      })
    })
  })
  // What a shade means.
  const bar = { x: left + wide + size, width: size * 0.8 }
  for (let i = 0; i < STEPS; i++) {
    const points = box(bar.x, top + (tall * i) / STEPS, bar.width, tall / STEPS + 0.3)
    marks.push({ kind: 'path', points, closed: true, fill: { color: heatColour(1 - i / (STEPS - 1), 'light').ground } })
  }
  for (const [value, y] of [
    [high, top + size * 0.7],
    [low, top + tall],
  ] as const)
    marks.push({
      ...{ ...words, size: size * 0.85, x: bar.x + bar.width + size * 0.2, y },
      ...{ text: `${(value * 100).toFixed(1)} %`, anchor: 'start', role: 'legend' },
    })
  if (look.xTitle !== '')
    marks.push({
      ...{ ...words, x: left + wide / 2, y: top + tall + size * 2.7 },
      ...{ text: look.xTitle, anchor: 'middle', role: 'x-title' },
    })
  if (look.yTitle !== '') {
    const [x, y] = [margin + size * 0.9, top + tall / 2]
    marks.push({ ...words, x, y, text: look.yTitle, anchor: 'middle', upward: true, role: 'y-title' })
  }
  if (look.showTitle)
    marks.push({
      ...{ ...words, size: size * 1.15, x: left, y: margin + size * 1.1 },
      ...{ text: look.title, anchor: 'start', role: 'title' },
    })
  return { width, height: top + tall + below, family: look.family, marks }
}
