/** Points of classes on paper, each class named in the middle of its own: an embedding, whose axes mean nothing unless they are told. */
import { classColour } from '../charts/class-look.ts'
import { middlesOf, namesApart } from '../charts/embedding-model.ts'
import type { FigureLook, ScatterContent } from './figure.ts'
import { PAPER } from './paper.ts'
import { box, type Disc, type Mark, type Measure, type Scene } from './scene.ts'
import { titleOf } from './title.ts'

export function drawScatter(content: ScatterContent, look: FigureLook, measure: Measure): Scene {
  const { fontSize: size, width, lineWidth } = look
  const margin = size * 0.5
  const left = margin + (look.yTitle === '' ? 0 : size * 1.6)
  const title = titleOf(look, left, margin, measure)
  const frame = {
    x: left,
    y: margin + title.height,
    width: width - margin - left,
    height: width * look.ratio - 2 * margin - title.height - (look.xTitle === '' ? 0 : size * 1.6),
  }
  const { x: xOf, y: yOf } = placesIn(content, frame, size * 0.6)
  // Many points overlap: they are smaller the more there are.
  const radius = Math.max(
    0.35,
    Math.min(2, (0.028 * Math.min(frame.width, frame.height)) / Math.sqrt(content.labels.length / 40)),
  )
  const discs = content.labels.map((label, i): Disc => ({
    ...{ kind: 'disc', x: xOf(content.x[i] ?? 0), y: yOf(content.y[i] ?? 0), radius },
    fill: { color: classColour(label), opacity: 0.75 },
  }))
  const marks: Mark[] = [
    { kind: 'clipped', ...frame, marks: discs },
    {
      ...{ kind: 'path', points: box(frame.x, frame.y, frame.width, frame.height), closed: true },
      stroke: { color: PAPER.spine, width: lineWidth * 0.6 },
    },
  ]
  const places = { x: Float64Array.from(content.x), y: Float64Array.from(content.y) }
  const names = middlesOf({ ...content, ...places }).flatMap((middle, label) => {
    const text = content.classes[label] ?? ''
    const width = measure(text, size) + size * 0.5
    return middle === null ? [] : [{ text, width, height: size * 1.3, x: xOf(middle.x), y: yOf(middle.y) }]
  })
  for (const { text, width: wide, height, x, y } of namesApart(names)) {
    marks.push({
      ...{ kind: 'path', points: box(x - wide / 2, y - height / 2, wide, height), closed: true },
      fill: { color: '#ffffff', opacity: 0.75 },
    })
    marks.push({ kind: 'words', x, y: y + size * 0.35, text, size, color: PAPER.ink, anchor: 'middle', role: 'legend' })
  }
  if (look.xTitle !== '')
    marks.push({
      ...{ kind: 'words', x: frame.x + frame.width / 2, y: frame.y + frame.height + size * 1.25, text: look.xTitle },
      ...{ size, color: PAPER.ink, anchor: 'middle', role: 'x-title' },
    })
  if (look.yTitle !== '')
    marks.push({
      ...{ kind: 'words', x: margin + size * 0.9, y: frame.y + frame.height / 2, text: look.yTitle },
      ...{ size, color: PAPER.ink, anchor: 'middle', upward: true, role: 'y-title' },
    })
  marks.push(...title.marks)
  return { width, height: width * look.ratio, family: look.family, marks }
}

/** From the points' own numbers to a frame, of one scale along both axes: distances are all that such a picture has. */
function placesIn(
  { x, y }: Pick<ScatterContent, 'x' | 'y'>,
  frame: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  air: number,
): { readonly x: (value: number) => number; readonly y: (value: number) => number } {
  const range = (values: readonly number[]): readonly [number, number] => {
    let [low, high] = [Infinity, -Infinity]
    for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)]
    return [low, high]
  }
  const [left, right] = range(x)
  const [low, high] = range(y)
  const scale = Math.min(
    (frame.width - 2 * air) / Math.max(right - left, Number.MIN_VALUE),
    (frame.height - 2 * air) / Math.max(high - low, Number.MIN_VALUE),
  )
  return {
    x: (value) => frame.x + frame.width / 2 + (value - (left + right) / 2) * scale,
    y: (value) => frame.y + frame.height / 2 - (value - (low + high) / 2) * scale,
  }
}
