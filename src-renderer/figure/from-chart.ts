/** Figures of what a screen shows. */
import { referenceNoteOf, unitAfter, type ChartModel, type Line } from '../charts/chart-model.ts'
import type { ChartChoice } from '../charts/chart-view.ts'
import type { EmbeddedPoints } from '../charts/embedding-model.ts'
import { cellsOf, depthOf, type Divided } from '../charts/plane-model.ts'
import { pyramidOf, seen } from '../charts/pyramid.ts'
import type { Range } from '../charts/scale.ts'
import type { ConfusionModel } from '../../src-main/experiment/confusion.ts'
import type { Figure } from './figure.ts'
import { PLAIN_LOOK } from './look.ts'

export { pointsOf } from '../charts/embedding-model.ts'

/** A file of more points than this is no longer a figure: longer lines keep the lowest and highest of each stretch. */
const CARRIED = 20_000
const STRETCHES = 4_000

export function figureOfChart(model: ChartModel, choice: ChartChoice, window: Range | null, origin: string): Figure {
  const unit = unitAfter(model.unit).trim()
  // The unit stands behind the numbers, or in brackets.
  const suffix = `, ${model.unit}`
  const title = model.name.endsWith(suffix) ? model.name.slice(0, -suffix.length) : model.name
  const quantity = model.quantity ?? title
  return {
    format: 'apical-figure',
    version: 1,
    origin,
    content: {
      kind: 'lines',
      unit: model.unit,
      counted: model.xLabel,
      distribution: model.distribution === true,
      along: model.along ?? null,
      lines: model.lines.map(carried),
      scales: { x: choice.x, y: choice.y },
      smoothing: choice.smoothing,
      window,
      band: model.band?.chosen ?? null,
      method: model.band?.method ?? null,
      published: model.published ?? null,
      early:
        model.early === undefined
          ? null
          : { x: [...model.early.x], mean: [...model.early.mean], half: [...model.early.half] },
      marks: [...(model.marks ?? [])],
      shared: model.shared ?? '',
      reference: referenceNoteOf(model) ?? '',
      thinned: model.lines.some(({ x }) => x.length > CARRIED),
    },
    look: {
      ...PLAIN_LOOK,
      // What no line says has to be said somewhere: in the title, which is the caption's beginning and the file's name.
      title: (model.shared === undefined ? title : `${title} · ${model.shared}`).slice(0, 300),
      xTitle: model.xLabel.charAt(0).toUpperCase() + model.xLabel.slice(1),
      yTitle: model.unit === 'percent' || unit === '' ? quantity : `${quantity} (${unit})`,
    },
  }
}

function carried(line: Line): Extract<Figure['content'], { kind: 'lines' }>['lines'][number] {
  const { label, series, shade = 0, dash, marker, thin = false, light = false, reference = false } = line
  const { x, y, low, high } = line
  const look = { label, series, shade, dash, marker, thin, light, reference }
  if (x.length <= CARRIED) {
    const edges =
      low === undefined || high === undefined ? { low: null, high: null } : { low: [...low], high: [...high] }
    return { ...look, x: [...x], y: [...y], ...edges }
  }
  const from = x[0] ?? 0
  const step = ((x[x.length - 1] ?? 1) - from) / STRETCHES
  const points = seen(line, pyramidOf(y), { columns: STRETCHES, edge: (column) => from + step * column })
  return { ...look, x: [...points.x], y: [...points.y], low: null, high: null }
}

export function figureOfConfusion(model: ConfusionModel, origin: string): Figure {
  const where = model.split === 'test' ? 'test set' : 'training set'
  return {
    format: 'apical-figure',
    version: 1,
    origin,
    content: { kind: 'matrix', classes: [...model.classes], shares: model.shares.map((row) => [...row]) },
    look: {
      ...PLAIN_LOOK,
      ratio: 0.95,
      title: `Confusion matrix, ${where} after epoch ${model.epoch}`,
      xTitle: 'Predicted class (%)',
      yTitle: 'True class',
    },
  }
}

/** @param axes what the two axes are, where they are anything */
export function figureOfEmbedding(
  { classes, samples, labels, x, y }: Omit<EmbeddedPoints, 'predicted'>,
  { title, origin, axes }: { readonly title: string; readonly origin: string; readonly axes: readonly string[] },
): Figure {
  return {
    format: 'apical-figure',
    version: 1,
    origin,
    content: {
      kind: 'scatter',
      classes: [...classes],
      samples: [...samples],
      divided: null,
      labels: [...labels],
      x: [...x],
      y: [...y],
    },
    look: { ...PLAIN_LOOK, ratio: 0.95, title: title.slice(0, 300), xTitle: axes[0] ?? '', yTitle: axes[1] ?? '' },
  }
}

/** A decision boundary with the test samples over it. */
export function figureOfBoundary(
  found: Divided,
  { title, origin }: { readonly title: string; readonly origin: string },
): Figure {
  const { ground, plane, classes, labels, points } = found
  // Finer than it was asked for: what lies between is interpolated.
  const side = 2 * ground.side
  const cells = cellsOf(ground, side)
  return {
    format: 'apical-figure',
    version: 1,
    origin,
    content: {
      ...{ kind: 'scatter', classes: [...classes], labels: [...labels], samples: [...labels.keys()] },
      x: Array.from(labels, (_, i) => points[2 * i] ?? 0),
      y: Array.from(labels, (_, i) => points[2 * i + 1] ?? 0),
      divided: {
        ...plane,
        side,
        winners: cells.map(({ best }) => best),
        depths: cells.map(({ margin }) => Math.round(100 * depthOf(margin)) / 100),
      },
    },
    look: { ...PLAIN_LOOK, ratio: 1, title: title.slice(0, 300), xTitle: 'Feature 1', yTitle: 'Feature 2' },
  }
}

export function figureOfBalance(counts: readonly number[], names: readonly string[], title: string): Figure {
  return {
    format: 'apical-figure',
    version: 1,
    origin: '',
    content: { kind: 'bars', bars: names.map((name, i) => ({ name, count: counts[i] ?? 0 })) },
    look: { ...PLAIN_LOOK, title, xTitle: 'Samples', yTitle: 'Class' },
  }
}
