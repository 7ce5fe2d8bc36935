/** Colours on paper: the palette of the light screen, which keeps apart for colour-blind eyes and in grey with its dashes. */
export const PAPER = {
  ink: '#1d1b26',
  quiet: '#5b5768',
  spine: '#4a4656',
  grid: '#e3dfd8',
  published: '#504c5c',
  bad: '#b3261e',
  series: ['#6b3fa0', '#0072b2', '#c45100', '#00805e', '#b0478a', '#806300', '#2a86c0', '#4a4656'],
} as const

export function seriesColor(series: number): string {
  return PAPER.series[(series - 1) % PAPER.series.length] ?? PAPER.ink
}
