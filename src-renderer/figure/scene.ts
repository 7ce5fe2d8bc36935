/**
 * What a figure is made of on paper: paths, discs and words, in points from the top left. The same scene becomes SVG, the
 * preview and PNG (canvas), and PDF, so that none of them can differ from the others.
 *
 * Why, 2026-11-26: a scene of three kinds of marks with a pen for each format, instead of Chart.js through a canvas that
 * writes SVG and a converter from SVG to PDF. Chart.js lays out in whole pixels and draws words as the screen's font has
 * them; paper wants points, spines and a legend. A picture made of an SVG file may not use the page's fonts, so PNG has to
 * be drawn anyway; and jsPDF draws paths and words as they are, without a parser of SVG in between.
 */
import { wrapped as wrappedText } from '../text/wrap.ts'

export interface Stroke {
  readonly color: string
  readonly width: number
  readonly opacity?: number
  readonly dash?: readonly number[]
  readonly round?: boolean
}

export interface Fill {
  readonly color: string
  readonly opacity?: number
}

export interface Path {
  readonly kind: 'path'
  /** x and y in turn. */
  readonly points: readonly number[]
  readonly closed?: boolean
  readonly stroke?: Stroke
  readonly fill?: Fill
}

export interface Disc {
  readonly kind: 'disc'
  readonly x: number
  readonly y: number
  readonly radius: number
  readonly fill: Fill
}

export interface Words {
  readonly kind: 'words'
  readonly x: number
  /** Of the line that letters stand on. */
  readonly y: number
  readonly text: string
  readonly size: number
  readonly color: string
  readonly anchor: 'start' | 'middle' | 'end'
  /** Read from bottom to top. */
  readonly upward?: boolean
  /** What it is, for those who look for it in the file. */
  readonly role?: 'title' | 'x-title' | 'y-title' | 'x-tick' | 'y-tick' | 'axis' | 'legend'
}

/** Marks of which only what lies in the frame is seen. */
interface Clipped {
  readonly kind: 'clipped'
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly marks: readonly (Path | Disc)[]
}

export type Mark = Path | Disc | Words | Clipped

export interface Scene {
  /** Points. */
  readonly width: number
  readonly height: number
  readonly family: 'sans' | 'serif'
  readonly marks: readonly Mark[]
}

/** How wide a text is in the scene's family, in points; letters unkerned, since a PDF sets them so, and all pens agree. */
export type Measure = (text: string, size: number) => number

export function box(x: number, y: number, width: number, height: number): readonly number[] {
  return [x, y, x + width, y, x + width, y + height, x, y + height]
}

/** A text on as many lines as it needs. */
export function wrapped(text: string, width: number, size: number, measure: Measure): readonly string[] {
  return wrappedText(text, (part) => measure(part, size) <= width)
}
