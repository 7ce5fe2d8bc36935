/** How figures look unless somebody chooses otherwise, and what there is to choose from. */
import type { FigureLook } from './figure.ts'

const MM = 72 / 25.4

/** Widths that journals and slides ask for, in points. */
export const WIDTHS = [
  { label: 'Single column, 3.5 in', width: 252, ratio: 0.72, fontSize: 8, lineWidth: 1.1 },
  { label: 'Single column, 85 mm', width: 85 * MM, ratio: 0.72, fontSize: 8, lineWidth: 1.1 },
  { label: 'Double column, 7 in', width: 504, ratio: 0.45, fontSize: 9, lineWidth: 1.2 },
  { label: 'Double column, 178 mm', width: 178 * MM, ratio: 0.45, fontSize: 9, lineWidth: 1.2 },
  { label: 'Slide, 16:9', width: 960, ratio: 9 / 16, fontSize: 22, lineWidth: 3 },
] as const

export const PLAIN_LOOK: Omit<FigureLook, 'title' | 'xTitle' | 'yTitle'> = {
  showTitle: false,
  width: WIDTHS[0].width,
  ratio: WIDTHS[0].ratio,
  fontSize: WIDTHS[0].fontSize,
  lineWidth: WIDTHS[0].lineWidth,
  family: 'sans',
  names: 'inside',
  markers: true,
  grid: false,
}

/** `font`: the one that a PDF embeds; the others of `css` have letters of the same widths. */
export const FAMILIES: Readonly<
  Record<FigureLook['family'], { readonly label: string; readonly font: string; readonly css: string }>
> = {
  sans: {
    font: 'Arimo',
    label: 'Sans (Arimo, as wide as Helvetica and Arial)',
    css: "Arimo, Arial, Helvetica, 'Liberation Sans', sans-serif",
  },
  serif: {
    font: 'Tinos',
    label: 'Serif (Tinos, as wide as Times)',
    css: "Tinos, 'Times New Roman', Times, 'Liberation Serif', serif",
  },
}
