/** A figure as a file without a window: the face's own drawing, measured by the file of the font that a PDF embeds. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { figureBytes as drawnBytes } from '../../src-renderer/figure/figure-bytes.ts'
import type { Figure } from '../../src-renderer/figure/figure.ts'
import { measureBy } from '../../src-renderer/figure/pdf.ts'

const FONTS: Readonly<Record<Figure['look']['family'], string>> = {
  sans: '@expo-google-fonts/arimo/400Regular/Arimo_400Regular.ttf',
  serif: '@expo-google-fonts/tinos/400Regular/Tinos_400Regular.ttf',
}

export async function figureBytes(figure: Figure, format: 'svg' | 'pdf'): Promise<Uint8Array> {
  const { family } = figure.look
  const font = await fontOf(family)
  return drawnBytes(figure, format, { measure: measureBy(family, font), font: () => Promise.resolve(font) })
}

/** How wide words are in the letters of a family. */
export async function measureOf(family: Figure['look']['family']): Promise<ReturnType<typeof measureBy>> {
  return measureBy(family, await fontOf(family))
}

function fontOf(family: Figure['look']['family']): Promise<Uint8Array> {
  return readFile(createRequire(import.meta.url).resolve(FONTS[family]))
}
