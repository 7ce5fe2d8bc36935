/** What the relaxation scope found, as charts and as sentences. */
import type { Spectrum } from '../../src-main/experiment/study.ts'
import type { Scope, ScopeLayer, ScopePhase, ScopeTrace } from '../../src-main/experiment/look.ts'
import { significant, whole } from '../text/format.ts'
import { unpacked } from './bytes.ts'
import type { ChartModel, Line, Mark } from './chart-model.ts'
import { DASHES, MARKERS } from './line-style.ts'

/** A sample by its place in the scope; null for the mean over all of them. */
export type Focus = number | null

/** Iterations are counted on from one phase to the next. */
function startsOf(phases: readonly ScopePhase[]): readonly number[] {
  let before = 0
  return phases.map(({ iterations }) => (before += iterations) - iterations)
}

function marksOf(phases: readonly ScopePhase[]): readonly Mark[] {
  return startsOf(phases).flatMap((start, i) =>
    i === 0 ? [] : [{ x: start + 0.5, label: phases[i]?.label.toLowerCase() ?? '' }],
  )
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
const seen = (row: readonly number[], focus: Focus): number => (focus === null ? meanOf(row) : (row[focus] ?? NaN))

/** One value for each iteration, from the first. */
function lineThrough(label: string, at: number, y: readonly number[]): Line {
  return {
    label,
    series: at + 1,
    dash: DASHES[at % DASHES.length] ?? 'solid',
    marker: MARKERS[at % MARKERS.length] ?? 'circle',
    x: Float64Array.from(y, (_, t) => t + 1),
    y: Float64Array.from(y),
  }
}

/** Orders in which neighbours differ most. */
const PLACES: readonly number[] = [0, 2, 3, 4, 5, 6, 7, 1]
const place = (i: number): number => PLACES[i % PLACES.length] ?? 0

/**
 * ρ_t: of each layer of the run's own settings; with other settings beside it, of the whole network, a line for each.
 *
 * @param names what the traces are called, in their order
 */
export function residualModel(traces: readonly ScopeTrace[], focus: Focus, names: readonly string[]): ChartModel {
  const [first] = traces
  const phases = first?.phases ?? []
  const layers = phases[0]?.layers ?? []
  const rows = (layer: number) => (phase: ScopePhase) =>
    (phase.layers.find((one) => one.layer === layer)?.residual ?? []).map((row) => seen(row, focus))
  return {
    name: 'Residual',
    quantity: 'relative change of the state per iteration',
    note: focus === null ? 'mean over the samples' : 'of the chosen sample',
    xLabel: 'iteration',
    unit: '',
    marks: marksOf(phases),
    lines:
      traces.length > 1
        ? traces.map((trace, i) =>
            lineThrough(
              names[i] ?? '',
              place(i),
              trace.phases.flatMap(({ residual }) => residual),
            ),
          )
        : layers.map(({ layer }, i) => lineThrough(layerLabel(layer, layers), place(i), phases.flatMap(rows(layer)))),
  }
}

/** What settling descends; null where the rule has none. */
export function energyModel(traces: readonly ScopeTrace[], focus: Focus, names: readonly string[]): ChartModel | null {
  const phases = traces[0]?.phases ?? []
  if (phases.every(({ energy }) => energy === null)) return null
  return {
    name: 'Energy',
    note: focus === null ? 'mean over the samples' : 'of the chosen sample',
    xLabel: 'iteration',
    unit: 'per sample',
    marks: marksOf(phases),
    lines: traces.map((trace, i) =>
      lineThrough(
        traces.length > 1 ? (names[i] ?? '') : 'energy',
        place(i),
        trace.phases.flatMap(({ energy }) => (energy ?? []).map((row) => seen(row, focus))),
      ),
    ),
  }
}

/** Named in the chart of outputs: the true class, and those that came nearest at the end. */
const NAMED_OUTPUTS = 3

/** The outputs of one sample, as the run has it; null where the output is clamped. */
export function outputModel({ traces, samples, classes }: Scope, sample: number): ChartModel | null {
  const phases = traces[0]?.phases ?? []
  const outputs = phases.flatMap((phase) => statesOf(phase, classes.length, samples.length, sample) ?? [])
  if (outputs.length === 0) return null
  const end = (phases[0]?.iterations ?? 1) - 1
  return {
    ...outputChart(outputs, classes, { label: samples[sample]?.label ?? null, end }),
    note: 'of the chosen sample; thin lines are the other classes',
    marks: marksOf(phases),
  }
}

/**
 * A line for each class over the iterations, `[iteration][class]`: named are the true class, where it is known, and those
 * that are largest at iteration `end`.
 */
export function outputChart(
  outputs: readonly (readonly number[])[],
  classes: readonly string[],
  { label, end }: { readonly label: number | null; readonly end: number },
): ChartModel {
  const last = outputs[end] ?? []
  const ranked = classes.map((_, c) => c).sort((a, b) => (last[b] ?? 0) - (last[a] ?? 0))
  const first = label === null ? [] : [label]
  const named = [...first, ...ranked.filter((c) => c !== label)].slice(0, NAMED_OUTPUTS)
  const others = ranked.filter((c) => !named.includes(c))
  const line = (c: number, at: number): Line =>
    lineThrough(
      `${classes[c] ?? c}${c === label ? ' (true class)' : ''}`,
      at,
      outputs.map((row) => row[c] ?? NaN),
    )
  return {
    name: 'Outputs',
    note: 'thin lines are the other classes',
    xLabel: 'iteration',
    unit: '',
    lines: [...others.map((c) => ({ ...line(c, 7), thin: true })), ...named.map((c, i) => line(c, [3, 2, 4][i] ?? 0))],
  }
}

/** `[iteration][unit]` of the last layer, where it settles. */
function statesOf(
  { layers, iterations }: ScopePhase,
  classes: number,
  samples: number,
  sample: number,
): readonly (readonly number[])[] | null {
  const last = layers.at(-1)
  if (last?.units !== classes) return null
  const values = unpacked(last.states)
  return Array.from({ length: iterations }, (_, t) =>
    Array.from({ length: classes }, (_value, c) => values[(t * samples + sample) * classes + c] ?? NaN),
  )
}

/** Traces of the units of one layer that move most while the sample settles. */
export function unitModel({ traces, samples }: Scope, sample: number, layer: number, most = 6): ChartModel {
  const phases = traces[0]?.phases ?? []
  const raster = rasterOf(phases, layer, samples.length, sample)
  const moved = Array.from({ length: raster.units }, (_, u) => {
    const values = Array.from({ length: raster.iterations }, (_value, t) => raster.at(t, u))
    return { u, by: Math.max(...values) - Math.min(...values), values }
  }).sort((a, b) => b.by - a.by || a.u - b.u)
  return {
    name: `Layer ${layer}, units that move most`,
    note: 'of the chosen sample',
    xLabel: 'iteration',
    unit: phases[0]?.state ?? '',
    marks: marksOf(phases),
    lines: moved.slice(0, most).map(({ u, values }, i) => lineThrough(`unit ${u}`, place(i), values)),
  }
}

/** Eigenvalues by rank, the largest first; those that are 0 have no place among factors. */
export function spectrumModel({ layers }: Spectrum): ChartModel {
  return {
    name: 'Spectrum of the layers',
    quantity: 'eigenvalue of the correlation',
    xLabel: 'rank',
    unit: '',
    lines: layers.map(({ layer, eigenvalues }, i) =>
      lineThrough(
        layers.length > 1 && layer === layers.length ? `layer ${layer} (output)` : `layer ${layer}`,
        place(i),
        eigenvalues.map((value) => (value > 1e-12 * (eigenvalues[0] ?? 0) ? value : NaN)),
      ),
    ),
  }
}

/** One layer over the iterations of all phases, of one sample. */
export interface Raster {
  readonly units: number
  readonly iterations: number
  /** Where phases begin, from 0. */
  readonly starts: readonly number[]
  readonly low: number
  readonly high: number
  at(t: number, unit: number): number
}

export function rasterOf(phases: readonly ScopePhase[], layer: number, samples: number, sample: number): Raster {
  const starts = startsOf(phases)
  const parts = phases.map((phase) => {
    const found = phase.layers.find((one) => one.layer === layer)
    return { values: found === undefined ? new Float64Array() : unpacked(found.states), found }
  })
  const units = parts[0]?.found?.units ?? 0
  const packed = parts.flatMap(({ found }): readonly ScopeLayer[] => (found === undefined ? [] : [found]))
  return {
    units,
    starts,
    iterations: phases.reduce((sum, { iterations }) => sum + iterations, 0),
    low: Math.min(...packed.map(({ states }) => states.low)),
    high: Math.max(...packed.map(({ states }) => states.high)),
    at: (t, unit) => {
      const phase = starts.findLastIndex((start) => start <= t)
      const local = t - (starts[phase] ?? 0)
      return parts[phase]?.values[(local * samples + sample) * units + unit] ?? NaN
    },
  }
}

function layerLabel(layer: number, layers: readonly ScopeLayer[]): string {
  return layer === layers.length && layer > 1 ? `layer ${layer} (output)` : `layer ${layer}`
}

/** Whether a phase settled, in a sentence; where it did not, with what it would have taken, found by running on. */
export function settledSentence(
  { label, iterations, residual, further }: ScopePhase,
  threshold: number,
): { readonly settled: boolean; readonly text: string } {
  const end = residual.at(-1) ?? NaN
  const within = residual.findIndex((value) => value <= threshold) + 1
  const limit = significant(threshold)
  const at = `residual ${significant(end, 2)} after ${iterations} iteration${iterations === 1 ? '' : 's'}`
  if (end <= threshold)
    return { settled: true, text: `${label}: settled, ${at}; below ${limit} from iteration ${within} on.` }
  const begun = `${label}: not settled, ${at}`
  if (further === null) return { settled: false, text: `${begun}.` }
  const enough = further.findIndex((value, t) => t >= iterations && value <= threshold) + 1
  return {
    settled: false,
    text:
      enough > 0
        ? `${begun}; ${enough} would reach ${limit}.`
        : `${begun}; ${whole(further.length)} do not reach ${limit} either (${significant(further.at(-1) ?? NaN, 2)}).`,
  }
}
