/** Colours on paper: the palette of the light screen, which keeps apart for colour-blind eyes and in grey with its dashes. */
export const PAPER = {
  ink: '#1d1b26',
  quiet: '#5b5768',
  spine: '#4a4656',
  grid: '#e3dfd8',
  published: '#504c5c',
  bad: '#b3261e',
  series: ['#6b3fa0', '#0072b2', '#c45100', '#00805e', '#b0478a', '#806300', '#2a86c0', '#4a4656', '#3d7a1c'],
  /** Of each, two more shades. */
  shades: [
    ['#451374', '#9166cb'],
    ['#00385c', '#025485'],
    ['#5b2100', '#8c3800'],
    ['#00402d', '#035f45'],
    ['#620047', '#892167'],
    ['#433300', '#604a01'],
    ['#003959', '#005e8e'],
    ['#646071', '#7e7a8c'],
    ['#1e4a05', '#559a2e'],
  ],
} as const

export function seriesColor({ series, shade = 0 }: { readonly series: number; readonly shade?: number }): string {
  const slot = (series - 1) % PAPER.series.length
  return (shade === 0 ? PAPER.series[slot] : PAPER.shades[slot]?.[shade - 1]) ?? PAPER.ink
}
