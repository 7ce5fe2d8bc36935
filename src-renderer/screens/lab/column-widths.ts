/** How wide columns are, in pixels: a table of which only forty rows are drawn cannot ask all of them. */
const WIDTHS: Readonly<Record<string, number>> = {
  data: 110,
  network: 118,
  test: 108,
  train: 112,
  validation: 112,
  best: 76,
  published: 104,
  verdict: 150,
  seeds: 112,
  collapsed: 92,
  curve: 100,
  state: 156,
  engine: 92,
  epochs: 72,
  created: 146,
  time: 92,
  preset: 190,
  sweep: 130,
  tag: 150,
  note: 240,
  rule: 170,
}
const SETTING = 116

export const NAME_WIDTH = 280
export const CHOICE_WIDTH = 58

export function widthOf(column: string): number {
  return WIDTHS[column] ?? SETTING
}

/** Columns whose figures stand below each other. */
const RIGHT: ReadonlySet<string> = new Set(['test', 'train', 'validation', 'best', 'published', 'epochs', 'time'])

export function isRight(column: string): boolean {
  return RIGHT.has(column)
}
