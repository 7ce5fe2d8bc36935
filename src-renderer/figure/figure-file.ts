/** Figures in files: SVG, PNG and PDF carry the figure that they were made from, and are read back by it. */
import { Figure } from './figure.ts'
import { escaped, unescaped } from './svg.ts'

export class NoFigureInside extends Error {
  readonly next: string
  constructor(name: string, found: string, next: string) {
    super(`${name} ${found}.`)
    this.name = 'NoFigureInside'
    this.next = next
  }
}

/** Values that are not numbers become null, as JSON does it; in the order of the schema, so that a figure has one text. */
export function write(figure: Figure): string {
  return JSON.stringify(Figure.parse(JSON.parse(JSON.stringify(figure))))
}

const MOST_BYTES = 200e6
const KEYWORD = 'apical-figure'

/** The figure inside a file, whichever of the three it is. */
export function readFigure(name: string, bytes: Uint8Array): Figure {
  if (bytes.length > MOST_BYTES)
    throw new NoFigureInside(
      name,
      'is larger than any figure of Apical',
      'Choose an SVG, PNG or PDF exported by Apical.',
    )
  const json = isPng(bytes) ? inPng(bytes) : inText(new TextDecoder().decode(bytes))
  if (json === null)
    throw new NoFigureInside(
      name,
      'carries no figure of Apical',
      'Only SVG, PNG and PDF files that Apical exported can be opened again; other programs may drop what such a file carries when they save it.',
    )
  let parsed
  try {
    parsed = Figure.safeParse(JSON.parse(json))
  } catch {
    parsed = null
  }
  if (parsed?.success !== true)
    throw new NoFigureInside(
      name,
      'carries a figure that this version cannot read',
      'Open it with the version of Apical that made it, or export it again.',
    )
  return parsed.data
}

/** SVG and the XMP metadata of a PDF: the JSON stands there as escaped text. */
function inText(text: string): string | null {
  const found =
    /<metadata id="apical-figure">([^<]*)<\/metadata>/.exec(text) ??
    /<apical:figure>([^<]*)<\/apical:figure>/.exec(text)
  return found?.[1] === undefined ? null : unescaped(found[1])
}

/** XMP metadata that carries the figure. */
export function xmpOf(figure: Figure): string {
  return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:apical="https://apical.invalid/figure/1/"><apical:figure>${ascii(escaped(write(figure)))}</apical:figure></rdf:Description></rdf:RDF></x:xmpmeta>`
}

/** JSON may write any character as \\uXXXX: then no encoding in between can spoil it. */
function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

// ---- PNG (W3C Portable Network Graphics, third edition) ----------------------------------------------------------------

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte)
}

/** A PNG with the figure (iTXt) and its resolution (pHYs) written behind its header. */
export function withFigure(png: Uint8Array, figure: Figure, dpi: number): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(write(figure))
  // Keyword, not compressed, no language, no translated keyword.
  const itxt = Uint8Array.from([...new TextEncoder().encode(KEYWORD), 0, 0, 0, 0, 0])
  const carried = new Uint8Array(itxt.length + text.length)
  carried.set(itxt)
  carried.set(text, itxt.length)
  const resolution = new Uint8Array(9)
  const perMetre = Math.round(dpi / 0.0254)
  new DataView(resolution.buffer).setUint32(0, perMetre)
  new DataView(resolution.buffer).setUint32(4, perMetre)
  resolution[8] = 1
  const header = SIGNATURE.length + 12 + 13
  const parts = [png.subarray(0, header), chunk('pHYs', resolution), chunk('iTXt', carried), png.subarray(header)]
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function inPng(bytes: Uint8Array): string | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = SIGNATURE.length; at + 12 <= bytes.length;) {
    const length = view.getUint32(at)
    const kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    const data = bytes.subarray(at + 8, at + 8 + length)
    const start = KEYWORD.length + 5
    if (kind === 'iTXt' && new TextDecoder().decode(data.subarray(0, KEYWORD.length + 1)) === `${KEYWORD}\0`)
      return new TextDecoder().decode(data.subarray(start))
    at += 12 + length
  }
  return null
}

function chunk(kind: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, data.length)
  bytes.set(new TextEncoder().encode(kind), 4)
  bytes.set(data, 8)
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)))
  return bytes
}

/** CRC-32 as PNG takes it (ISO 3309, reflected polynomial EDB88320); `before` is that of the bytes in front. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = before ^ 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}
