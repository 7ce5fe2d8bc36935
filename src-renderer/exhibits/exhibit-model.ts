/** An exhibit of a paper as a chart: the lines of this lab, with the published ones behind. */
import type { CurveState, Exhibit, ExhibitState } from '../../src-main/contract.ts'
import { unitOf } from '../../src-main/paper/words.ts'
import type { ChartModel, Line } from '../charts/chart-model.ts'
import { ruleSeries } from '../charts/line-style.ts'
import { lookAt, shaded, type GroupLook } from '../charts/looks.ts'

interface ExhibitChoice {
  /** The colour of a rule, as everywhere: a slot of the palette. */
  readonly seriesOf: (rule: string) => number
  readonly published: boolean
}

/** Of these rules, for `seriesOf`. */
export function seriesIn(rules: Parameters<typeof ruleSeries>[0]): ExhibitChoice['seriesOf'] {
  return (rule) => ruleSeries(rules, rule)
}

export function exhibitModel(
  exhibit: Exhibit,
  state: ExhibitState,
  { seriesOf, published }: ExhibitChoice,
): ChartModel {
  const looks = looksOf(state, seriesOf)
  const references: Line[] = []
  const ours: Line[] = []
  for (const [i, curve] of exhibit.curves.entries()) {
    const own = state.curves[i]
    const look = looks[i]
    if (look === undefined) continue
    const x = Float64Array.from((exhibit.x?.at ?? []).slice(0, curve.mean.length))
    const band = curve.low !== null && curve.high !== null ? { low: values(curve.low), high: values(curve.high) } : {}
    if (published) references.push({ ...look, label: curve.label, x, y: values(curve.mean), ...band, reference: true })
    if (own !== undefined && own.at.length > 0) ours.push(lineOf(curve.label, look, own))
  }
  const { unit, label } = quantityOf(exhibit)
  return {
    name: exhibit.title,
    quantity: label,
    xLabel: exhibit.x?.unit ?? 'epoch',
    unit,
    lines: [...references, ...ours],
    ...(references.length > 0 ? { referenceNote: noteOf(exhibit) } : {}),
    ...(ours.some(({ low }) => low !== undefined) ? { band: { chosen: 'sd', options: [] } } : {}),
  }
}

function quantityOf(exhibit: Exhibit): { readonly unit: string; readonly label: string } {
  const { quantity, title } = exhibit
  switch (unitOf(quantity)) {
    case 'points':
      return {
        unit: 'percent',
        label: { test: 'Test accuracy', train: 'Training accuracy' }[quantity] ?? 'Top-k accuracy',
      }
    case 'degrees':
      return { unit: 'degrees', label: 'Angle' }
    default:
      return { unit: '', label: title }
  }
}

/** What the band of a published line is: 'published, mean ± population sd'. */
export function noteOf({ band }: Exhibit): string {
  return band === null ? 'published' : `published, mean ± ${band}`
}

/** Colour by rule; curves of one rule in shades of it; dash and marker apart for all. */
export function looksOf({ rows, curves }: ExhibitState, seriesOf: ExhibitChoice['seriesOf']): readonly GroupLook[] {
  const rules = new Map(rows.map(({ id, rule }) => [id, rule]))
  const groups = curves.map(({ row }, i) => ({ id: String(i), series: seriesOf(rules.get(row) ?? '') }))
  const shades = shaded(groups, new Map())
  return groups.map(({ id, series }, i) => lookAt(i, series, shades.get(id) ?? 0))
}

function lineOf(label: string, look: GroupLook, { at, mean, low, high, n }: CurveState): Line {
  const several = n.some((seeds) => seeds > 1)
  return {
    label,
    ...look,
    x: Float64Array.from(at),
    y: Float64Array.from(mean),
    ...(several ? { low: values(low), high: values(high) } : {}),
  }
}

function values(each: readonly (number | null)[]): Float64Array {
  return Float64Array.from(each, (value) => value ?? NaN)
}
