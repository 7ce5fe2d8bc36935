/** A scene on a canvas: the preview, and the picture that becomes a PNG. */
import arimo from '@expo-google-fonts/arimo/400Regular/Arimo_400Regular.ttf?url'
import tinos from '@expo-google-fonts/tinos/400Regular/Tinos_400Regular.ttf?url'
import { FAMILIES } from './look.ts'
import type { Mark, Measure, Scene } from './scene.ts'

const FONT_URLS: Readonly<Record<Scene['family'], string>> = { sans: arimo, serif: tinos }

/** The file of a font, for a PDF that embeds it. */
export async function fontBytes(family: Scene['family']): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch(FONT_URLS[family])).arrayBuffer())
}

/** Loads the fonts of figures into the page; what is measured before is measured in another font. */
export async function loadFonts(): Promise<void> {
  await Promise.all(
    (['sans', 'serif'] as const).map(async (family) => {
      const name = FAMILIES[family].font
      if ([...document.fonts].some((font) => font.family === name)) return
      const face = new FontFace(name, `url(${FONT_URLS[family]})`)
      document.fonts.add(face)
      await face.load()
    }),
  )
}

export function measureIn(family: Scene['family']): Measure {
  const ctx = document.createElement('canvas').getContext('2d')
  return (text, size) => {
    if (ctx === null) return text.length * size * 0.55
    // Measured large: small sizes are rounded to whole pixels by some systems.
    ctx.font = `100px ${FAMILIES[family].css}`
    ctx.fontKerning = 'none'
    return (ctx.measureText(text).width * size) / 100
  }
}

/** `scale`: pixels a point. */
export function paint(canvas: HTMLCanvasElement, scene: Scene, scale: number): void {
  canvas.width = Math.round(scene.width * scale)
  canvas.height = Math.round(scene.height * scale)
  const ctx = canvas.getContext('2d')
  if (ctx === null) return
  ctx.setTransform(scale, 0, 0, scale, 0, 0)
  ctx.fillStyle = '#ffffff'
  ctx.fillRect(0, 0, scene.width, scene.height)
  ctx.lineJoin = 'round'
  for (const mark of scene.marks) paintMark(ctx, mark, FAMILIES[scene.family].css)
}

function paintMark(ctx: CanvasRenderingContext2D, mark: Mark, family: string): void {
  switch (mark.kind) {
    case 'path': {
      ctx.beginPath()
      for (let i = 0; i < mark.points.length; i += 2) ctx.lineTo(mark.points[i]!, mark.points[i + 1]!)
      if (mark.closed === true) ctx.closePath()
      if (mark.fill !== undefined) {
        ctx.globalAlpha = mark.fill.opacity ?? 1
        ctx.fillStyle = mark.fill.color
        ctx.fill()
      }
      if (mark.stroke !== undefined) {
        const { color, width, opacity = 1, dash = [], round } = mark.stroke
        ctx.globalAlpha = opacity
        ctx.strokeStyle = color
        ctx.lineWidth = width
        ctx.lineCap = round === true ? 'round' : 'butt'
        ctx.setLineDash([...dash])
        ctx.stroke()
      }
      ctx.globalAlpha = 1
      return
    }
    case 'disc':
      ctx.beginPath()
      ctx.arc(mark.x, mark.y, mark.radius, 0, 2 * Math.PI)
      ctx.fillStyle = mark.fill.color
      ctx.fill()
      return
    case 'words':
      ctx.save()
      ctx.translate(mark.x, mark.y)
      if (mark.upward === true) ctx.rotate(-Math.PI / 2)
      ctx.font = `${mark.size}px ${family}`
      ctx.fontKerning = 'none'
      ctx.fillStyle = mark.color
      ctx.textAlign = mark.anchor === 'middle' ? 'center' : mark.anchor
      ctx.fillText(mark.text, 0, 0)
      ctx.restore()
      return
    case 'clipped':
      ctx.save()
      ctx.beginPath()
      ctx.rect(mark.x, mark.y, mark.width, mark.height)
      ctx.clip()
      for (const inner of mark.marks) paintMark(ctx, inner, family)
      ctx.restore()
  }
}

export async function pngOf(scene: Scene, dpi: number): Promise<Uint8Array> {
  const canvas = document.createElement('canvas')
  paint(canvas, scene, dpi / 72)
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
  if (blob === null)
    throw new Error(`A picture of ${canvas.width} × ${canvas.height} pixels is more than this window can make.`)
  return new Uint8Array(await blob.arrayBuffer())
}
