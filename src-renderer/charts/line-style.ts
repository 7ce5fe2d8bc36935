import type { Dash, LabDescription } from '../../src-main/contract.ts'

/** How lines are told apart without colour alone: colour, dash and marker together. */
export interface LineStyle {
  /** 1 to 9: the property `--series-N`. */
  readonly series: number
  /** 0 to 2: the slot's own colour, or one of its two shades. */
  readonly shade?: number
  readonly dash: Dash
}

export const DASHES = ['solid', 'dashed', 'dotted', 'long'] as const satisfies readonly Dash[]
export type { Dash }

/** In pixels, for canvas and SVG alike. */
export const DASH_PATTERNS: Readonly<Record<Dash, readonly number[]>> = {
  solid: [],
  dashed: [6, 4],
  dotted: [1.5, 3.5],
  long: [8, 2.5, 1.5, 2.5],
}

/** Of what was published, behind a line that may have any of these. */
export const REFERENCE_DASH: readonly number[] = [4, 3]

export const MARKERS = ['circle', 'triangle', 'rect', 'rectRot', 'crossRot', 'star'] as const
export type Marker = (typeof MARKERS)[number]

/** The look of experiments of this rule on this data, the same everywhere: colour by rule, dash by data set. */
export function lineStyle(
  { rules, dataSets }: Pick<LabDescription, 'rules' | 'dataSets'>,
  rule: string,
  dataset: string,
): LineStyle {
  return {
    series: ruleSeries(rules, rule),
    dash: dataSets.find(({ name }) => name === dataset)?.dash ?? UNKNOWN.dash,
  }
}

/** The slot of a rule's colour. */
export function ruleSeries(
  rules: readonly { readonly name: string; readonly palette: number }[],
  rule: string,
): number {
  return rules.find(({ name }) => name === rule)?.palette ?? UNKNOWN.series
}

/** Of a rule or a set that this lab does not have, as in a results folder from elsewhere. */
const UNKNOWN: LineStyle = { series: 8, dash: 'dotted' }

/** Slots of the palette: eight for the rules of Apical, the ninth for those of a person's own files. */
export const SLOTS = 9

/** Of a slot, its own colour and two shades. */
export const SHADES = 3

/** The property that has it: what CSS calls it, and what a canvas reads. */
export function colourProperty({ series, shade = 0 }: { readonly series: number; readonly shade?: number }): string {
  return `--series-${((series - 1) % SLOTS) + 1}${shade === 0 ? '' : `-${shade + 1}`}`
}

export function colour(series: number, shade = 0): string {
  return `var(${colourProperty({ series, shade })})`
}
