/** A scene as PDF, with its font embedded (only the letters used), so that every printer and journal takes it. */
import { GState, jsPDF } from 'jspdf'
import { FAMILIES } from './look.ts'
import type { Mark, Measure, Scene } from './scene.ts'

/** `font`: the file of the scene's family. */
export function pdfOf(
  scene: Scene,
  { title, xmp, font }: { readonly title: string; readonly xmp: string; readonly font: Uint8Array },
): Uint8Array<ArrayBuffer> {
  const { width, height, family } = scene
  const pdf = new jsPDF({
    unit: 'pt',
    format: [width, height],
    orientation: width > height ? 'landscape' : 'portrait',
    compress: true,
    putOnlyUsedFonts: true,
  })
  setFont(pdf, family, font)
  pdf.setProperties({ title, creator: 'Apical' })
  pdf.addMetadata(xmp, true)
  pdf.setLineJoin('round')
  for (const mark of scene.marks) put(pdf, mark)
  return new Uint8Array(pdf.output('arraybuffer'))
}

/** The widths that stand in the font's file, for those who have no canvas to measure on. */
export function measureBy(family: Scene['family'], font: Uint8Array): Measure {
  const pdf = new jsPDF({ unit: 'pt' })
  setFont(pdf, family, font)
  pdf.setFontSize(100)
  return (text, size) => (pdf.getTextWidth(text) * size) / 100
}

function setFont(pdf: jsPDF, family: Scene['family'], font: Uint8Array): void {
  const name = FAMILIES[family].font
  let binary = ''
  for (let at = 0; at < font.length; at += 8192) binary += String.fromCharCode(...font.subarray(at, at + 8192))
  pdf.addFileToVFS(`${name}.ttf`, binary)
  pdf.addFont(`${name}.ttf`, name, 'normal', undefined, 'Identity-H')
  pdf.setFont(name)
}

function put(pdf: jsPDF, mark: Mark): void {
  switch (mark.kind) {
    case 'path':
      if (mark.fill !== undefined) {
        opacity(pdf, mark.fill.opacity)
        pdf.setFillColor(mark.fill.color)
        trace(pdf, mark.points, mark.closed === true)
        pdf.fill()
      }
      if (mark.stroke !== undefined) {
        const { color, width, opacity: strength, dash = [], round } = mark.stroke
        opacity(pdf, strength)
        pdf.setDrawColor(color)
        pdf.setLineWidth(width)
        pdf.setLineCap(round === true ? 'round' : 'butt')
        pdf.setLineDashPattern([...dash], 0)
        trace(pdf, mark.points, mark.closed === true)
        pdf.stroke()
      }
      opacity(pdf, 1)
      return
    case 'disc':
      pdf.setFillColor(mark.fill.color)
      pdf.circle(mark.x, mark.y, mark.radius, 'F')
      return
    case 'words': {
      const { x, y, text, size, color, anchor, upward } = mark
      pdf.setTextColor(color)
      pdf.setFontSize(size)
      // jsPDF centres a turned text as if it lay flat; its start is found here.
      const length = pdf.getTextWidth(text)
      const back = anchor === 'start' ? 0 : anchor === 'middle' ? length / 2 : length
      if (upward === true) pdf.text(text, x, y + back, { angle: 90 })
      else pdf.text(text, x - back, y)
      return
    }
    case 'clipped':
      pdf.saveGraphicsState()
      pdf.rect(mark.x, mark.y, mark.width, mark.height, null)
      pdf.clip()
      pdf.discardPath()
      for (const inner of mark.marks) put(pdf, inner)
      pdf.restoreGraphicsState()
  }
}

function opacity(pdf: jsPDF, value = 1): void {
  pdf.setGState(new GState({ opacity: value, 'stroke-opacity': value }))
}

function trace(pdf: jsPDF, points: readonly number[], closed: boolean): void {
  for (let i = 0; i < points.length; i += 2) {
    if (i === 0) pdf.moveTo(points[0]!, points[1]!)
    else pdf.lineTo(points[i]!, points[i + 1]!)
  }
  if (closed) pdf.close()
}
