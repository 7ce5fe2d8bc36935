/** Parallel coordinates on paper: a line for each experiment, its seeds as a whisker behind the outcome's axis. */
import { heatColour } from '../charts/heat-scale.ts'
import type { FigureLook, ParallelContent } from './figure.ts'
import { KEY, legendRows, legendWords } from './legend.ts'
import { PAPER } from './paper.ts'
import { box, wrapped, type Mark, type Measure, type Path, type Scene } from './scene.ts'
import { titleOf } from './title.ts'

const STEPS = 24

export function drawParallel(content: ParallelContent, look: FigureLook, measure: Measure): Scene {
  const { axes, outcome, lines } = content
  const { fontSize: size, width, lineWidth } = look
  const small = size * 0.9
  const margin = size * 0.5
  const all = [...axes, outcome]
  const texts = all.map(({ ticks }) => Math.max(0, ...ticks.map(({ text }) => measure(text, small))))
  const left = margin + (texts[0] ?? 0) + size * 0.7
  const strip = Math.min(lines.length * size * 0.85 + size, width * 0.24)
  const right = width - margin - strip
  const gap = (right - left) / Math.max(1, all.length - 1)

  // Names of axes that do not fit side by side stand on two lines in turn.
  const labels = all.map(({ label }) => label)
  const staggered = labels.some((label) => measure(label, size) > gap * 0.94)
  const names = labels.map((label) => wrapped(label, gap * (staggered ? 1.85 : 0.94), size, measure))
  const deepest = (odd: boolean): number =>
    Math.max(0, ...names.filter((_, axis) => !staggered || (axis % 2 === 1) === odd).map(({ length }) => length))
  const firstLines = deepest(false)
  const secondLines = staggered ? deepest(true) : 0
  const anyLost = lines.some(({ collapsed }) => collapsed > 0)
  const title = titleOf(look, margin, margin, measure)
  const first = margin + title.height + size
  const top = first + (firstLines + secondLines - 1) * size * 1.25 + size * (anyLost ? 1.7 : 0.9)
  const entries = legendOf(content)
  const legend = legendRows(entries, width - 2 * margin, size, measure)
  const height = Math.max(width * look.ratio, top + size * 8 + legend.height)
  const bottom = height - margin - legend.height - size * 0.7

  const x = (axis: number): number => left + axis * gap
  const y = (at: number): number => bottom - at * (bottom - top)
  const scaled = (value: number): number =>
    outcome.high > outcome.low ? Math.min(1, Math.max(0, (value - outcome.low) / (outcome.high - outcome.low))) : 0.5
  const means = lines.map(({ mean }) => mean)
  const [least, most] = [Math.min(...means), Math.max(...means)]
  const marks: Mark[] = []
  const words = { kind: 'words' as const, size, color: PAPER.ink }

  lines.forEach((line, place) => {
    const color = shade(most > least ? (line.mean - least) / (most - least) : 0.5)
    const opacity = line.chosen ? {} : { opacity: 0.14 }
    const at = [...axes.map(({ ticks }, axis) => ticks[line.places[axis] ?? 0]?.at ?? 0), scaled(line.mean)]
    const points = at.flatMap((position, axis) => [x(axis), y(position)])
    marks.push({ kind: 'path', points, stroke: { color, width: lineWidth, ...opacity } })
    const mean = y(scaled(line.mean))
    // The highest stands first, as it is seen first.
    const across = right + size * 0.9 + ((lines.length - 1 - place) * (strip - size)) / Math.max(1, lines.length)
    marks.push({
      ...{ kind: 'path', points: [right, mean, across, mean] },
      stroke: { color, width: lineWidth * 0.45, dash: [1, 2], ...opacity },
    })
    if (line.sd !== null) {
      const ends = [scaled(line.mean + line.sd), scaled(line.mean - line.sd)].map(y)
      marks.push(...whisker(across, ends[0]!, ends[1]!, size, { color, width: lineWidth * 0.85, ...opacity }))
    }
    if (line.chosen) marks.push({ kind: 'disc', x: across, y: mean, radius: lineWidth * 1.6, fill: { color } })
    if (line.collapsed > 0) marks.push(triangle(across, top - size * 0.95, size))
  })

  all.forEach(({ ticks }, axis) => {
    const spine = { color: PAPER.spine, width: lineWidth * 0.7 }
    marks.push({ kind: 'path', points: [x(axis), top, x(axis), bottom], stroke: spine })
    let written = Infinity
    for (const { at, text } of ticks.toSorted((a, b) => a.at - b.at)) {
      marks.push({ kind: 'path', points: [x(axis) - size * 0.35, y(at), x(axis), y(at)], stroke: spine })
      // A number that would run into the one below it stays a mark alone.
      if (written - y(at) < small * 1.1) continue
      written = y(at)
      // A long value is set smaller: half of a number would be another number.
      const fits = Math.min(1, (axis === 0 ? left : gap * 0.8) / Math.max(1e-9, measure(text, small)))
      const own = small * fits
      const start = x(axis) - size * 0.55 - measure(text, own)
      const under = box(start - 1, y(at) - own * 0.5, measure(text, own) + 2, own)
      marks.push({ kind: 'path', points: under, closed: true, fill: { color: '#ffffff', opacity: 0.82 } })
      const place = { x: x(axis) - size * 0.55, y: y(at) + own * 0.35 }
      marks.push({ ...words, ...place, size: own, text, anchor: 'end', role: 'y-tick' })
    }
    const before = staggered && axis % 2 === 1 ? firstLines : 0
    names[axis]?.forEach((text, line) => {
      const half = measure(text, size) / 2
      // The outer names stay on the paper.
      const middle = Math.min(Math.max(x(axis), margin + half), width - margin - half)
      marks.push({
        ...words,
        x: middle,
        y: first + (before + line) * size * 1.25,
        text,
        anchor: 'middle',
        role: 'axis',
      })
    })
  })

  for (const { entry, lines: said, x: at, y: down } of legend.placed) {
    const middle = height - margin - legend.height + down
    marks.push(...keyOf(entry, margin + at, middle, size, lineWidth), ...legendWords(said, margin + at, middle, size))
  }
  marks.push(...title.marks)
  return { width, height, family: look.family, marks }
}

/** The lightest shades would not be seen as lines. */
function shade(share: number): string {
  return heatColour(0.25 + 0.75 * share, 'light').ground
}

function whisker(x: number, high: number, low: number, size: number, stroke: NonNullable<Path['stroke']>): Path[] {
  const half = size * 0.28
  return [
    [x, high, x, low],
    [x - half, high, x + half, high],
    [x - half, low, x + half, low],
  ].map((points) => ({ kind: 'path', points, stroke }))
}

function triangle(x: number, y: number, size: number): Path {
  const points = [x, y, x + size * 0.36, y + size * 0.6, x - size * 0.36, y + size * 0.6]
  return { kind: 'path', points, closed: true, fill: { color: PAPER.bad } }
}

type Entry = { readonly text: string; readonly kind: 'shade' | 'whisker' | 'lost' | 'left-out' }

function legendOf({ lines, outcome }: ParallelContent): readonly Entry[] {
  return [
    { kind: 'shade', text: `${outcome.label.replace(/, %$/, '').toLowerCase()}, low to high` },
    ...(lines.some(({ sd }) => sd !== null) ? [{ kind: 'whisker' as const, text: 'mean ± sd over seeds' }] : []),
    ...(lines.some(({ collapsed }) => collapsed > 0) ? [{ kind: 'lost' as const, text: 'seeds collapsed' }] : []),
    ...(lines.some(({ chosen }) => !chosen) ? [{ kind: 'left-out' as const, text: 'not chosen' }] : []),
  ]
}

function keyOf({ kind }: Entry, x: number, y: number, size: number, lineWidth: number): readonly Mark[] {
  const middle = x + (size * KEY) / 2
  switch (kind) {
    case 'shade': {
      const step = (size * KEY) / STEPS
      const stops = Array.from({ length: STEPS }, (_, i): Path => {
        const points = box(x + i * step, y - size * 0.3, step + 0.2, size * 0.6)
        return { kind: 'path', points, closed: true, fill: { color: shade(i / (STEPS - 1)) } }
      })
      return stops
    }
    case 'whisker': {
      const [color, reach] = [shade(1), size * 0.55]
      const stroke = { color, width: lineWidth * 0.85 }
      const dot: Mark = { kind: 'disc', x: middle, y, radius: lineWidth * 1.6, fill: { color } }
      return [...whisker(middle, y - reach, y + reach, size, stroke), dot]
    }
    case 'lost':
      return [triangle(middle, y - size * 0.3, size)]
    case 'left-out': {
      const stroke = { color: shade(1), width: lineWidth, opacity: 0.14 }
      return [{ kind: 'path', points: [x, y, x + size * KEY, y], stroke }]
    }
  }
}
