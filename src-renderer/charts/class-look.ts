/**
 * Colours of classes where no rule is meant: Petroff, "Accessible color sequences for data visualization" (arXiv 2107.02270),
 * ten that colour-blind eyes keep apart as well as ten can be. Wherever they stand, classes are named beside them too.
 */
const CLASS_COLOURS = [
  '#3f90da',
  '#ffa90e',
  '#bd1f01',
  '#94a4a2',
  '#832db6',
  '#a96b59',
  '#e76300',
  '#b9ac70',
  '#717581',
  '#92dadd',
] as const

/** On a dark ground the darkest of them are lighter. */
const ON_DARK: Readonly<Record<number, string>> = { 2: '#ff6a4d', 4: '#b57ae6', 8: '#a3a7b5' }

export function classColour(label: number, theme: 'light' | 'dark' = 'light'): string {
  const slot = label % CLASS_COLOURS.length
  return (theme === 'dark' ? ON_DARK[slot] : undefined) ?? CLASS_COLOURS[slot] ?? CLASS_COLOURS[0]
}
