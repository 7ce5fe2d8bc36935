/** A line of a chart on paper, apart from where it goes: its stroke, and the marker that tells it apart without colour. */
import type { Line } from '../charts/chart-model.ts'
import { DASH_PATTERNS, REFERENCE_DASH, type Marker } from '../charts/line-style.ts'
import { seriesColor } from './paper.ts'
import type { Disc, Path, Stroke } from './scene.ts'

export function strokeOf(
  line: Pick<Line, 'series' | 'shade' | 'dash' | 'thin' | 'light' | 'reference'>,
  lineWidth: number,
  dense: boolean,
): Stroke {
  const color = seriesColor(line)
  if (line.thin === true) return { color, width: lineWidth * 0.5, opacity: 0.5 }
  if (line.light === true) return { color, width: lineWidth * 0.6, opacity: 0.7 }
  if (line.reference === true) return referenceStroke(color, lineWidth)
  if (dense) return { color, width: lineWidth * 0.5 }
  // Dashes are made for lines of 1.9 pixels on the screen.
  const dash = DASH_PATTERNS[line.dash].map((length) => (length * lineWidth) / 1.9)
  return { color, width: lineWidth, dash, round: line.dash === 'dotted' }
}

export function referenceStroke(color: string, lineWidth: number): Stroke {
  return { color, width: lineWidth * 0.6, dash: REFERENCE_DASH.map((length) => (length * lineWidth) / 1.9) }
}

export function marker(kind: Marker, x: number, y: number, r: number, color: string): Path | Disc {
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
