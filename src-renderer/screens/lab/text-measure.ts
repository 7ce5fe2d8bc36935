/** How wide a text of the table is: asked of the browser, and remembered. */
import { literally } from '../../text/literal-type.ts'
import type { MeasureText } from './column-widths.ts'

export function textMeasure(): MeasureText {
  const context = document.createElement('canvas').getContext('2d')
  if (context !== null) literally(context)
  const family = getComputedStyle(document.body).fontFamily
  const known = new Map<string, number>()
  return (text, weight) => {
    const key = `${weight ?? ''}|${text}`
    const before = known.get(key)
    if (before !== undefined) return before
    // Figures that stand below each other are all as wide as a wide one, and a little wider than here.
    const wide = text.replace(/\d/g, '0')
    if (context !== null) context.font = `${weight === 'strong' ? 600 : 400} 12.5px ${family}`
    const width = (context?.measureText(wide).width ?? text.length * 7.5) * 1.02 + 2
    // Times and epochs of what runs are ever new ones.
    if (known.size > 20_000) known.clear()
    known.set(key, width)
    return width
  }
}
