/** A grid of shaded cells on paper: a confusion matrix, and the map of a two-axis sweep. */
import { heatColour } from '../charts/heat-scale.ts'
import type { FigureLook, HeatMapContent, MatrixContent } from './figure.ts'
import { PAPER } from './paper.ts'
import { box, type Mark, type Measure, type Scene } from './scene.ts'
import { titleOf } from './title.ts'

interface Cell {
  /** Null where there is nothing to shade. */
  readonly fill: string | null
  readonly ink: string
  readonly lines: readonly string[]
}

interface CellGrid {
  readonly columns: readonly string[]
  /** From the top. */
  readonly rows: readonly string[]
  readonly cells: readonly (readonly Cell[])[]
  /** As wide as high, however wide the paper is. */
  readonly square: boolean
  /** What the shades mean: from the lowest (0) to the highest (1), and both in words. */
  readonly shade: (share: number) => string
  readonly low: string
  readonly high: string
}

const EMPTY: Cell = { fill: null, ink: PAPER.ink, lines: [] }
const STEPS = 48
/** Below this many points nobody reads. */
const SMALLEST = 3

export function drawMatrix({ classes, shares }: MatrixContent, look: FigureLook, measure: Measure): Scene {
  // The root, so that rare mistakes are seen.
  const colour = (share: number): ReturnType<typeof heatColour> =>
    share === 0 ? { ground: '#ffffff', text: PAPER.quiet } : heatColour(Math.sqrt(share), 'light')
  const inPercent = (share: number): string =>
    share === 0 ? '0' : share < 0.0995 ? (share * 100).toFixed(1) : String(Math.round(share * 100))
  const cells = shares.map((row) =>
    row.map((share): Cell => ({ fill: colour(share).ground, ink: colour(share).text, lines: [inPercent(share)] })),
  )
  const grid = { columns: classes, rows: classes, cells, square: true, low: '0 %', high: '100 %' }
  return drawGrid({ ...grid, shade: (share) => colour(share).ground }, look, measure)
}

export function drawHeatMap(content: HeatMapContent, look: FigureLook, measure: Measure): Scene {
  const { low, high, columns, rows } = content
  const inPercent = (value: number): string => (value * 100).toFixed(1)
  const cells = content.cells.map((line) =>
    line.map((cell): Cell => {
      if (cell === null) return EMPTY
      const { mean, sd, lost } = cell
      const lines = [
        mean === null ? '–' : inPercent(mean),
        ...(sd === null ? [] : [`± ${inPercent(sd)}`]),
        ...(lost === '' ? [] : [lost]),
      ]
      if (mean === null) return { ...EMPTY, lines }
      const { ground, text } = heatColour(high > low ? (mean - low) / (high - low) : 0.5, 'light')
      return { fill: ground, ink: text, lines }
    }),
  )
  const ends = { low: `${inPercent(low)} %`, high: `${inPercent(high)} %` }
  const shade = (share: number): string => heatColour(share, 'light').ground
  return drawGrid({ columns, rows, cells, square: false, shade, ...ends }, look, measure)
}

function drawGrid(grid: CellGrid, look: FigureLook, measure: Measure): Scene {
  const { columns, rows, cells } = grid
  const { fontSize: size, width: paper } = look
  const margin = size * 0.5
  const widest = (names: readonly string[]): number => Math.max(0, ...names.map((name) => measure(name, size)))
  const left = margin + (look.yTitle === '' ? 0 : size * 1.7) + widest(rows) + size * 0.6
  const title = titleOf(look, left, margin, measure)
  const top = margin + title.height
  const below = size * 1.4 + (look.xTitle === '' ? 0 : size * 1.5) + margin
  const bar = { width: size * 0.8, words: size * 0.85 }
  const ends = Math.max(measure(grid.low, bar.words), measure(grid.high, bar.words))
  const right = margin + size + bar.width + size * 0.2 + ends
  const [across, down] = [Math.max(1, columns.length), Math.max(1, rows.length)]
  // A long title makes the figure higher, not its cells flatter.
  const room = {
    width: Math.max(across, paper - left - right),
    height: paper * look.ratio - margin - Math.min(title.height, size * 1.9) - below,
  }
  const side = Math.min(room.width / across, room.height / down)
  const [wide, tall] = grid.square
    ? [Math.max(1, side), Math.max(1, side)]
    : [room.width / across, Math.max(1, room.height / down)]
  const [width, height] = [wide * across, tall * down]
  const lines = Math.max(1, ...cells.flatMap((row) => row.map((cell) => cell.lines.length)))
  const longest = Math.max(1e-9, ...cells.flatMap((row) => row.flatMap((cell) => cell.lines.map((l) => measure(l, 1)))))
  const small = Math.min(size, (tall * 0.86) / (1.15 * lines), (wide * 0.9) / longest)

  const marks: Mark[] = []
  const words = { kind: 'words' as const, size, color: PAPER.ink }
  rows.forEach((text, row) => {
    const y = top + (row + 0.5) * tall + size * 0.35
    marks.push({ ...words, x: left - size * 0.5, y, text, anchor: 'end', role: 'y-tick' })
  })
  // As many names below as fit side by side.
  const every = Math.max(1, Math.ceil((widest(columns) + size * 0.4) / wide))
  columns.forEach((text, column) => {
    if (column % every > 0) return
    const x = left + (column + 0.5) * wide
    marks.push({ ...words, x, y: top + height + size * 1.2, text, anchor: 'middle', role: 'x-tick' })
  })
  cells.forEach((line, row) => {
    line.forEach((cell, column) => {
      const [x, y] = [left + column * wide, top + row * tall]
      marks.push({
        ...{ kind: 'path', points: box(x, y, wide, tall), closed: true },
        ...(cell.fill === null ? {} : { fill: { color: cell.fill } }),
        stroke: { color: '#ffffff', width: look.lineWidth * 0.6 },
      })
      if (small < SMALLEST) return
      cell.lines.forEach((text, i) => {
        const at = y + tall / 2 + small * (0.35 + 1.15 * (i - (cell.lines.length - 1) / 2))
        marks.push({ ...words, x: x + wide / 2, y: at, text, size: small, color: cell.ink, anchor: 'middle' })
      })
    })
  })
  const outline = { color: PAPER.spine, width: look.lineWidth * 0.6 }
  marks.push({ kind: 'path', points: box(left, top, width, height), closed: true, stroke: outline })

  const barX = left + width + size
  for (let i = 0; i < STEPS; i++) {
    const points = box(barX, top + (height * i) / STEPS, bar.width, height / STEPS + 0.3)
    marks.push({ kind: 'path', points, closed: true, fill: { color: grid.shade(1 - i / (STEPS - 1)) } })
  }
  for (const [text, y] of [
    [grid.high, top + size * 0.7],
    [grid.low, top + height],
  ] as const) {
    const x = barX + bar.width + size * 0.2
    marks.push({ ...words, size: bar.words, x, y, text, anchor: 'start', role: 'legend' })
  }
  if (look.xTitle !== '') {
    const [x, y] = [left + width / 2, top + height + size * 2.7]
    marks.push({ ...words, x, y, text: look.xTitle, anchor: 'middle', role: 'x-title' })
  }
  if (look.yTitle !== '') {
    const [x, y] = [margin + size * 0.9, top + height / 2]
    marks.push({ ...words, x, y, text: look.yTitle, anchor: 'middle', upward: true, role: 'y-title' })
  }
  marks.push(...title.marks)
  // Squares may leave room beside them: the paper ends where the figure does.
  return { width: paper, height: top + height + below, family: look.family, marks }
}
