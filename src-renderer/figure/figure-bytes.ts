/** A figure as a file of lines and words, the same from the window and from the command line: they bring the fonts, no more. */
import { describe, draw } from './draw.ts'
import { write, xmpOf } from './figure-file.ts'
import type { Figure } from './figure.ts'
import type { Measure } from './scene.ts'
import { svgOf } from './svg.ts'

/** Of the family that the figure is set in. */
interface Lettering {
  readonly measure: Measure
  readonly font: () => Promise<Uint8Array>
}

export async function figureBytes(
  figure: Figure,
  format: 'svg' | 'pdf',
  { measure, font }: Lettering,
): Promise<Uint8Array<ArrayBuffer>> {
  const scene = draw(figure, measure)
  const { title } = figure.look
  if (format === 'svg')
    return new TextEncoder().encode(svgOf(scene, { title, description: describe(figure), embedded: write(figure) }))
  // Much code, which nobody needs who saves no PDF.
  const { pdfOf } = await import('./pdf.ts')
  return pdfOf(scene, { title, xmp: xmpOf(figure), font: await font() })
}
