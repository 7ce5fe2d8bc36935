/** How lines are told apart without colour alone: colour, dash and marker together. */
export interface LineStyle {
  /** 1 to 8: the property `--series-N`. */
  readonly series: number
  readonly dash: Dash
}

export const DASHES = ['solid', 'dashed', 'dotted', 'long'] as const
export type Dash = (typeof DASHES)[number]

/** In pixels, for canvas and SVG alike. */
export const DASH_PATTERNS: Readonly<Record<Dash, readonly number[]>> = {
  solid: [],
  dashed: [6, 4],
  dotted: [1.5, 3.5],
  long: [8, 2.5, 1.5, 2.5],
}

export const MARKERS = ['circle', 'triangle', 'rect', 'rectRot', 'crossRot', 'star'] as const
export type Marker = (typeof MARKERS)[number]

const RULES = ['corinfomax', 'backprop', 'equilibrium-propagation', 'similarity-matching', 'predictive-coding']
const RULE_SERIES: readonly number[] = [1, 8, 3, 4, 5]
const DATASETS = ['mnist', 'fashion-mnist', 'cifar-10', 'cifar-100']

/** The same look for the same kind of experiment everywhere and always: colour by rule, dash by data set. */
export function lineStyle(rule: string, dataset: string): LineStyle {
  const known = RULES.indexOf(rule)
  const series = known >= 0 ? (RULE_SERIES[known] as number) : [2, 6, 7][sumOf(rule) % 3]
  const place = DATASETS.indexOf(dataset)
  return { series: series ?? 2, dash: DASHES[place < 0 ? 2 : [0, 1, 3, 2][place]!] ?? 'solid' }
}

function sumOf(text: string): number {
  let sum = 0
  for (let i = 0; i < text.length; i++) sum += text.charCodeAt(i)
  return sum
}

export function colour(series: number): string {
  return `var(--series-${((series - 1) % 8) + 1})`
}
