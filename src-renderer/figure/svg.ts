/** A scene as SVG: words stay words, and the figure that it was made from travels along. */
import { FAMILIES } from './look.ts'
import type { Mark, Path, Scene, Stroke, Fill } from './scene.ts'

/** `title` and `description` are for those who hear it. */
interface Told {
  readonly title: string
  readonly description: string
}

/** A file of its own. `embedded`: JSON that it carries. */
export function svgOf(scene: Scene, { embedded, ...told }: Told & { readonly embedded: string }): string {
  const inside = `<metadata id="apical-figure">${escaped(embedded)}</metadata>\n`
  return `<?xml version="1.0" encoding="UTF-8"?>
${svgElement(scene, { ...told, name: 'frame', attributes: 'xmlns="http://www.w3.org/2000/svg" ', inside })}
`
}

/** Among others in a page. `name`: begins the names of its parts, which no two in a page may share. */
export function svgElement(
  scene: Scene,
  {
    title,
    description,
    name,
    attributes = '',
    inside = '',
  }: Told & { readonly name: string; readonly attributes?: string; readonly inside?: string },
): string {
  const { width, height, family } = scene
  let clips = 0
  const written = (mark: Mark): string => {
    switch (mark.kind) {
      case 'path':
        return `<path d="${pathData(mark)}"${fillOf(mark.fill)}${strokeOf(mark.stroke)}/>`
      case 'disc':
        return `<circle cx="${short(mark.x)}" cy="${short(mark.y)}" r="${short(mark.radius)}"${fillOf(mark.fill)}/>`
      case 'words': {
        const { x, y, text, size, color, anchor, upward, role } = mark
        const turn = upward === true ? ` transform="rotate(-90 ${short(x)} ${short(y)})"` : ''
        const named = role === undefined ? '' : ` class="${role}"`
        return `<text${named} x="${short(x)}" y="${short(y)}" font-size="${short(size)}" fill="${color}" text-anchor="${anchor}"${turn}>${escaped(text)}</text>`
      }
      case 'clipped': {
        const id = `${name}-${++clips}`
        const { x, y } = mark
        const frame = `<clipPath id="${id}"><rect x="${short(x)}" y="${short(y)}" width="${short(mark.width)}" height="${short(mark.height)}"/></clipPath>`
        return `${frame}\n<g clip-path="url(#${id})">\n${mark.marks.map(written).join('\n')}\n</g>`
      }
    }
  }
  return `<svg ${attributes}width="${short(width)}pt" height="${short(height)}pt" viewBox="0 0 ${short(width)} ${short(height)}" font-family="${escaped(FAMILIES[family].css)}" style="font-kerning:none" role="img">
<title>${escaped(title)}</title>
<desc>${escaped(description)}</desc>
${inside}<rect width="${short(width)}" height="${short(height)}" fill="#ffffff"/>
${scene.marks.map(written).join('\n')}
</svg>`
}

function pathData({ points, closed }: Path): string {
  let d = ''
  for (let i = 0; i < points.length; i += 2) d += `${i === 0 ? 'M' : 'L'}${short(points[i]!)} ${short(points[i + 1]!)}`
  return closed === true ? `${d}Z` : d
}

function fillOf(fill: Fill | undefined): string {
  if (fill === undefined) return ' fill="none"'
  return ` fill="${fill.color}"${fill.opacity === undefined ? '' : ` fill-opacity="${short(fill.opacity)}"`}`
}

function strokeOf(stroke: Stroke | undefined): string {
  if (stroke === undefined) return ''
  const { color, width, opacity, dash = [], round } = stroke
  const more = [
    opacity === undefined ? '' : ` stroke-opacity="${short(opacity)}"`,
    dash.length === 0 ? '' : ` stroke-dasharray="${dash.map(short).join(' ')}"`,
    round === true ? ' stroke-linecap="round"' : '',
  ]
  return ` stroke="${color}" stroke-width="${short(width)}" stroke-linejoin="round"${more.join('')}`
}

/** A hundredth of a point is finer than any printer. */
function short(value: number): string {
  return String(Math.round(value * 100) / 100)
}

export function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
}

export function unescaped(text: string): string {
  return text
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')
}
