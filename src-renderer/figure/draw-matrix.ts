/** A matrix of shares, shaded, with its classes along both sides: a confusion matrix on paper. */
import type { FigureLook, MatrixContent } from './figure.ts'
import { PAPER } from './paper.ts'
import { box, type Mark, type Measure, type Scene } from './scene.ts'

export function drawMatrix({ classes, shares }: MatrixContent, look: FigureLook, measure: Measure): Scene {
  const { fontSize: size, width } = look
  const n = Math.max(1, classes.length)
  const margin = size * 0.5
  const labels = Math.max(0, ...classes.map((name) => measure(name, size)))
  const left = margin + (look.yTitle === '' ? 0 : size * 1.7) + labels + size * 0.6
  const top = margin + (look.showTitle ? size * 1.9 : 0)
  const height = width * look.ratio
  const below = size * 1.4 + (look.xTitle === '' ? 0 : size * 1.5) + margin
  const scale = size * 3.6
  const side = Math.max(n, Math.min(width - left - margin - scale, height - top - below))
  const cell = side / n
  const marks: Mark[] = []
  const words = { kind: 'words' as const, size, color: PAPER.ink }
  const small = Math.min(size, cell * 0.42)
  classes.forEach((name, row) => {
    const middle = (row + 0.5) * cell
    const { role: xRole, ...xWords } = { ...words, role: 'x-tick' as const }
    marks.push({
      ...words,
      x: left - size * 0.5,
      y: top + middle + size * 0.35,
      text: name,
      anchor: 'end',
      role: 'y-tick',
    })
    // As many names below as fit side by side.
    if (row % Math.max(1, Math.ceil((labels + size * 0.4) / cell)) === 0)
      marks.push({ ...xWords, x: left + middle, y: top + side + size * 1.2, text: name, anchor: 'middle', role: xRole })
    shares[row]?.forEach((share, column) => {
      const x = left + column * cell
      const y = top + row * cell
      marks.push({ kind: 'path', points: box(x, y, cell, cell), closed: true, fill: { color: shade(share) } })
      if (small < 3.5) return
      const text = share === 0 ? '0' : share < 0.0995 ? (share * 100).toFixed(1) : String(Math.round(share * 100))
      const color = share > 0.5 ? '#ffffff' : share === 0 ? '#8d8898' : PAPER.ink
      marks.push({
        ...words,
        x: x + cell / 2,
        y: y + cell / 2 + small * 0.35,
        text,
        size: small,
        color,
        anchor: 'middle',
      })
    })
  })
  marks.push({
    kind: 'path',
    points: box(left, top, side, side),
    closed: true,
    stroke: { color: PAPER.spine, width: look.lineWidth * 0.6 },
  })
  // What a shade means.
  const bar = { x: left + side + size, width: size * 0.8 }
  const STEPS = 48
  for (let i = 0; i < STEPS; i++) {
    const points = box(bar.x, top + (side * i) / STEPS, bar.width, side / STEPS + 0.3)
    marks.push({ kind: 'path', points, closed: true, fill: { color: shade(1 - i / (STEPS - 1)) } })
  }
  for (const [text, at] of [
    ['100 %', top + size * 0.7],
    ['0 %', top + side],
  ] as const)
    marks.push({
      ...words,
      size: size * 0.85,
      x: bar.x + bar.width + size * 0.2,
      y: at,
      text,
      anchor: 'start',
      role: 'legend',
    })
  if (look.xTitle !== '')
    marks.push({
      ...words,
      x: left + side / 2,
      y: top + side + size * 2.7,
      text: look.xTitle,
      anchor: 'middle',
      role: 'x-title',
    })
  if (look.yTitle !== '') {
    const [x, y] = [margin + size * 0.9, top + side / 2]
    marks.push({ ...words, x, y, text: look.yTitle, anchor: 'middle', upward: true, role: 'y-title' })
  }
  if (look.showTitle)
    marks.push({
      ...words,
      size: size * 1.15,
      x: left,
      y: margin + size * 1.1,
      text: look.title,
      anchor: 'start',
      role: 'title',
    })
  return { width, height: top + side + below, family: look.family, marks }
}

/** From white to the accent; the root, so that rare mistakes are seen. */
function shade(share: number): string {
  const strength = Math.sqrt(Math.min(1, Math.max(0, share)))
  const mix = (light: number, dark: number): string =>
    Math.round(light + (dark - light) * strength)
      .toString(16)
      .padStart(2, '0')
  return `#${mix(255, 0x57)}${mix(255, 0x30)}${mix(255, 0x8a)}`
}
