import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describe as inWords, draw } from '../../src-renderer/figure/draw.ts'
import { figurePython, figureTable } from '../../src-renderer/figure/figure-data.ts'
import type { Figure } from '../../src-renderer/figure/figure.ts'
import { crc32, NoFigureInside, readFigure, withFigure, write, xmpOf } from '../../src-renderer/figure/figure-file.ts'
import { figureOfBalance, figureOfChart, figureOfConfusion } from '../../src-renderer/figure/from-chart.ts'
import { renamed } from '../../src-renderer/figure/line-names.ts'
import { PAPER } from '../../src-renderer/figure/paper.ts'
import { luminance } from '../../src-renderer/charts/heat-scale.ts'
import type { Mark, Words } from '../../src-renderer/figure/scene.ts'
import { svgOf } from '../../src-renderer/figure/svg.ts'
import { pandasCode, tableText } from '../../src-renderer/charts/chart-data.ts'
import type { ChartModel } from '../../src-renderer/charts/chart-model.ts'
import { PLAIN } from '../../src-renderer/charts/chart-view.ts'

/** As wide as the letters of a typewriter: widths are the font's matter, not the layout's. */
const measure = (text: string, size: number): number => text.length * size * 0.6
const look = { series: 1, dash: 'solid', marker: 'circle' } as const
const model: ChartModel = {
  name: 'Accuracy',
  xLabel: 'epoch',
  unit: 'percent',
  source: { kind: 'epochs' },
  band: { chosen: 'sd', options: ['sd'] },
  published: { mean: 0.9762, sd: 0.0012 },
  lines: [
    {
      ...look,
      label: 'test <&> "μ→ᵀ"',
      x: Float64Array.of(1, 2, 3),
      y: Float64Array.of(0.9, NaN, 0.97),
      low: Float64Array.of(0.89, NaN, 0.96),
      high: Float64Array.of(0.91, NaN, 0.98),
    },
    {
      ...look,
      series: 2,
      dash: 'dashed',
      label: 'train',
      x: Float64Array.of(1, 2, 3),
      y: Float64Array.of(0.95, 0.97, 1),
    },
  ],
}
const figure = figureOfChart(model, PLAIN, null, 'a run, /a/folder')
const svg = (of: Figure): string =>
  svgOf(draw(of, measure), { title: of.look.title, description: inWords(of), embedded: write(of) })
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const words = (of: Figure): readonly Words[] =>
  draw(of, measure).marks.filter((mark: Mark): mark is Words => mark.kind === 'words')

/** Points of a path and between them. */
function* alongPath(points: readonly number[]): Generator<readonly [number, number]> {
  for (let i = 0; i + 3 < points.length; i += 2)
    for (let t = 0; t <= 1; t += 0.05)
      yield [points[i]! * (1 - t) + points[i + 2]! * t, points[i + 1]! * (1 - t) + points[i + 3]! * t]
}

/** Whether a point lies in a polygon: a ray from it crosses its edges an odd number of times. */
function holds(points: readonly number[], x: number, y: number): boolean {
  let odd = false
  for (let i = 0, j = points.length - 2; i < points.length; j = i, i += 2) {
    const [ax, ay, bx, by] = [points[i]!, points[i + 1]!, points[j]!, points[j + 1]!]
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd
  }
  return odd
}

describe('a figure', () => {
  test('has its axes, their titles and numbers, and a legend, however its lines are named', () => {
    for (const names of ['direct', 'inside', 'above', 'below', 'right'] as const) {
      const roles = words({ ...figure, look: { ...figure.look, names, showTitle: true } })
      const said = (role: Words['role']): readonly string[] => roles.filter((w) => w.role === role).map((w) => w.text)
      expect(said('x-title')).toEqual(['Epoch'])
      expect(said('y-title')).toEqual(['Accuracy'])
      expect(said('title')).toEqual(['Accuracy'])
      expect(said('x-tick')).toEqual(['1', '2', '3'])
      expect(said('y-tick').every((text) => text.endsWith(' %'))).toBe(true)
      expect(said('y-tick').length).toBeGreaterThanOrEqual(3)
      expect(said('legend').some((text) => text.startsWith('test'))).toBe(true)
      expect(said('legend').some((text) => text.startsWith('train'))).toBe(true)
    }
  })

  test('keeps all it says within its paper', () => {
    const size = fc.record({
      width: fc.double({ min: 150, max: 960, noNaN: true }),
      ratio: fc.double({ min: 0.35, max: 1.5, noNaN: true }),
      fontSize: fc.double({ min: 5, max: 11, noNaN: true }),
      names: fc.constantFrom(...(['inside', 'above', 'below', 'right', 'direct'] as const)),
    })
    fc.assert(
      fc.property(size, (change) => {
        const { width, height, marks } = draw({ ...figure, look: { ...figure.look, ...change } }, measure)
        for (const mark of marks) {
          if (mark.kind !== 'words' || mark.upward === true) continue
          const length = measure(mark.text, mark.size)
          const start = mark.x - (mark.anchor === 'start' ? 0 : mark.anchor === 'middle' ? length / 2 : length)
          expect(start).toBeGreaterThan(-1)
          expect(start + length).toBeLessThan(width + 1)
          expect(mark.y).toBeGreaterThan(0)
          expect(mark.y).toBeLessThan(height)
        }
      }),
    )
  })

  test('has no legend over a line or a band, and cuts no name, whatever the lines and however long their names', () => {
    const value = fc.double({ min: 0, max: 1, noNaN: true })
    const line = fc.record({
      label: fc.stringMatching(/^[a-z]{1,14}( [a-z]{1,14}){0,6}$/),
      y: fc.array(value, { minLength: 2, maxLength: 12 }),
      spread: fc.double({ min: 0, max: 0.1, noNaN: true }),
    })
    const some = fc.uniqueArray(line, { minLength: 1, maxLength: 6, selector: ({ label }) => label })
    const shape = fc.record({ width: fc.constantFrom(252, 504), ratio: fc.double({ min: 0.3, max: 1, noNaN: true }) })
    let within = 0
    fc.assert(
      fc.property(some, shape, (lines, change) => {
        const drawn = lines.map(({ label, y, spread }) => ({
          ...{ ...look, label, x: Float64Array.from(y, (_, i) => i + 1), y: Float64Array.from(y) },
          low: Float64Array.from(y, (one) => one - spread),
          high: Float64Array.from(y, (one) => one + spread),
        }))
        const of = figureOfChart({ ...model, lines: drawn }, PLAIN, null, '')
        const { marks, width } = draw({ ...of, look: { ...of.look, ...change } }, measure)
        const said = marks.filter((mark): mark is Words => mark.kind === 'words' && mark.role === 'legend')
        for (const { label } of lines) expect(said.map(({ text }) => text).join(' ')).toContain(label)
        for (const { x, text, size } of said) expect(x + measure(text, size)).toBeLessThan(width + 1)
        const [frame] = marks.filter((mark) => mark.kind === 'clipped')
        const boxes = said.map(({ x, y, text, size }) => ({
          left: x - size * 3.1,
          right: x + measure(text, size),
          top: y - size * 0.7,
          bottom: y + size * 0.15,
        }))
        if (boxes.some((box) => box.left < frame!.x + frame!.width && box.bottom < frame!.y + frame!.height)) within++
        for (const path of frame!.marks) {
          // The published band is a ground that lines are read against.
          if (path.kind !== 'path' || path.fill?.color === PAPER.published) continue
          // What lies beyond the frame is clipped away.
          const seen = (x: number, y: number): boolean =>
            x >= frame!.x && x <= frame!.x + frame!.width && y >= frame!.y && y <= frame!.y + frame!.height
          const inside = (x: number, y: number): boolean =>
            seen(x, y) && boxes.some((box) => x > box.left && x < box.right && y > box.top && y < box.bottom)
          for (const [x, y] of alongPath(path.points)) expect(inside(x, y)).toBe(false)
          if (path.closed === true)
            for (const { left, right, top, bottom } of boxes) {
              const middle = [(left + right) / 2, (top + bottom) / 2] as const
              expect(seen(...middle) && holds(path.points, ...middle)).toBe(false)
            }
        }
      }),
      { numRuns: 150 },
    )
    expect(within, 'a legend has its place inside where there is one').toBeGreaterThan(10)
  })

  test('names that a person changed stay with it, also those of a line’s seeds', () => {
    const seed = { ...model.lines[1]!, label: 'train, seed 3', thin: true }
    const before = figureOfChart({ ...model, lines: [...model.lines, seed] }, PLAIN, null, '')
    const content = renamed(before.content, 1, 'Ours')
    const again = readFigure('a.svg', bytes(svg({ ...before, content })))
    expect(again.content.kind === 'lines' && again.content.lines.map(({ label }) => label)).toEqual([
      'test <&> "μ→ᵀ"',
      'Ours',
      'Ours, seed 3',
    ])
    expect(figureTable(again, ',').split('\n')[0]).toContain('Ours')
    // A table with two columns of one name could not be read.
    expect(renamed(content, 1, 'test <&> "μ→ᵀ"')).toBe(content)
    expect(renamed(content, 1, ' ')).toBe(content)
  })

  test('says what all lines share in its title, and keeps it', () => {
    const shared = figureOfChart({ ...model, shared: 'CorInfoMax · MNIST' }, PLAIN, null, '')
    expect(shared.look.title).toBe('Accuracy · CorInfoMax · MNIST')
    expect(shared.look.yTitle).toBe('Accuracy')
    const long = {
      ...shared,
      look: { ...shared.look, showTitle: true, title: 'A long title of many words '.repeat(6).trim() },
    }
    const lines = words(long).filter(({ role }) => role === 'title')
    expect(lines.map(({ text }) => text).join(' ')).toBe(long.look.title)
  })

  test('is SVG whose words are words, escaped', () => {
    const file = svg(figure)
    expect(file).toContain('test &lt;&amp;&gt; &quot;μ→ᵀ&quot;, mean ± sd</text>')
    expect(file).toContain('class="x-title"')
    expect(file).toContain('stroke-dasharray')
    expect(file).toContain('<clipPath')
    expect(file).not.toContain('NaN')
  })

  test('draws on paper in the colours of the light screen', () => {
    const tokens = readFileSync(new URL('../../src-renderer/style/tokens.css', import.meta.url), 'utf8')
    const light = [...tokens.matchAll(/--series-\d: (#[0-9a-f]{6});/g)].slice(0, 9).map(([, color]) => color)
    expect(PAPER.series).toEqual(light)
  })

  test('a confusion matrix has every class along both sides', () => {
    const confusion = figureOfConfusion(
      {
        epoch: 3,
        split: 'test',
        classes: ['0', '1'],
        seeds: 1,
        shares: [
          [0.9, 0.1],
          [0, 1],
        ],
        mistakes: [],
        perClass: [],
      },
      '',
    )
    const said = words(confusion).map(({ text }) => text)
    expect(said).toEqual(expect.arrayContaining(['0', '1', '90', '10', '100', 'True class', 'Predicted class (%)']))
    expect(readFigure('m.svg', bytes(svg(confusion)))).toEqual(confusion)
  })
})

describe('cells and bars', () => {
  const balance = figureOfBalance([100, 50], ['T-shirt/top', 'bag'], 'Fashion')
  const areas = (of: Figure): readonly { readonly wide: number; readonly color: string | undefined }[] =>
    draw(of, measure).marks.flatMap((mark) =>
      mark.kind === 'path' && mark.closed === true
        ? [{ wide: mark.points[2]! - mark.points[0]!, color: mark.fill?.color }]
        : [],
    )

  test('a bar is as long as its count', () => {
    const [first, second] = areas(balance).filter(({ color }) => color === PAPER.series[1])
    expect(second!.wide / first!.wide).toBeCloseTo(0.5, 10)
    const said = words(balance).map(({ text }) => text)
    expect(said).toEqual(expect.arrayContaining(['T-shirt/top', 'bag', '100', '50', 'Samples', 'Class']))
    expect(figureTable(balance, ',')).toBe('name,count\nT-shirt/top,100\nbag,50\n')
    const formula = figureOfBalance([1, 2], ['=HYPERLINK("http://evil")', '-1'], 'a set')
    expect(figureTable(formula, '\t')).toBe('name\tcount\n\'=HYPERLINK("http://evil")\t1\n\'-1\t2\n')
    expect(figurePython(formula), 'a program knows names as they are').toContain('\n-1,2\n')
    expect(readFigure('b.svg', bytes(svg(balance)))).toEqual(balance)
  })

  test('many bars make the figure higher, so that every name is read', () => {
    const names = Array.from({ length: 100 }, (_, i) => `class ${i}`)
    const counts = names.map((_, i) => i)
    const many = figureOfBalance(counts, names, 'CIFAR-100')
    const ys = words(many).flatMap(({ role, y }) => (role === 'y-tick' ? [y] : []))
    expect(ys).toHaveLength(100)
    for (const [i, y] of ys.entries()) if (i > 0) expect(y - ys[i - 1]!).toBeGreaterThan(many.look.fontSize)
  })

  test('a matrix has square cells, and its shades grow with the share', () => {
    const shares = [
      [0.75, 0.25],
      [0, 1],
    ]
    const of = figureOfConfusion(
      { epoch: 1, split: 'test', classes: ['a', 'b'], seeds: 1, mistakes: [], perClass: [], shares },
      '',
    )
    const cells = draw(of, measure).marks.flatMap((mark) =>
      mark.kind === 'path' && mark.stroke?.color === '#ffffff' ? [mark] : [],
    )
    expect(cells).toHaveLength(4)
    for (const { points } of cells) expect(points[2]! - points[0]!).toBeCloseTo(points[5]! - points[1]!, 10)
    const light = cells.map(({ fill }) => luminance(fill?.color ?? ''))
    expect(light[2]).toBe(1)
    expect(light.toSorted((a, b) => b - a)).toEqual([light[2], light[1], light[0], light[3]])
    expect(figureTable(of, ',')).toBe('class,a,b\na,0.75,0.25\nb,0,1\n')
  })

  test('names with quotes and backslashes stay inside the text that the code carries', () => {
    const code = figurePython(figureOfBalance([1, 2], ['a"""b', 'c\\d, e'], 'x'))
    expect(code).toContain(String.raw`"a""\"""\"b",1`)
    expect(code).toContain(String.raw`"c\\d, e",2`)
  })
})

describe('a file with a figure inside', () => {
  test('gives it back: SVG, PDF metadata and PNG', () => {
    const label = fc.string({ unit: 'grapheme', maxLength: 40 })
    fc.assert(
      fc.property(label, label, (title, name) => {
        const [line] = model.lines
        const of = figureOfChart(
          { ...model, lines: line === undefined ? [] : [{ ...line, label: name }] },
          PLAIN,
          null,
          title,
        )
        const again = [
          readFigure('a.svg', bytes(svg(of))),
          readFigure('a.pdf', bytes(`%PDF-1.7\nstream\n${xmpOf(of)}\nendstream`)),
          readFigure('a.png', withFigure(png(), of, 300)),
        ]
        for (const read of again) expect(read).toEqual(of)
      }),
      { numRuns: 30 },
    )
  })

  test('a line too long to be carried keeps its extremes', () => {
    const y = Float64Array.from({ length: 100_000 }, (_, i) => (i === 77_777 ? 9 : Math.sin(i)))
    const x = Float64Array.from(y, (_, i) => i)
    const { content } = figureOfChart({ ...model, lines: [{ ...look, label: 'long', x, y }] }, PLAIN, null, '')
    if (content.kind !== 'lines') throw new Error('not of lines')
    expect(content.thinned).toBe(true)
    expect(content.lines[0]?.x.length).toBeLessThanOrEqual(16_000)
    expect(Math.max(...(content.lines[0]?.y ?? []))).toBe(9)
  })

  test('PNG chunks carry the checksum that PNG asks for, and the resolution', () => {
    expect(crc32(bytes('123456789'))).toBe(0xcbf43926)
    const view = new DataView(withFigure(png(), figure, 300).buffer)
    expect(view.getUint32(8 + 25 + 8)).toBe(11_811)
  })

  test('anything else is refused in words that name the file', () => {
    const refusal = (name: string, content: Uint8Array): string => {
      try {
        readFigure(name, content)
      } catch (error) {
        if (error instanceof NoFigureInside) return error.message
      }
      return 'not refused'
    }
    expect(refusal('x.svg', bytes('<svg/>'))).toBe('x.svg carries no figure of Apical.')
    expect(refusal('x.png', png())).toBe('x.png carries no figure of Apical.')
    expect(refusal('x.svg', bytes('<metadata id="apical-figure">{"format":1</metadata>'))).toContain('cannot read')
    const wrong = write(figure).replace('"version":1', '"version":2')
    expect(refusal('x.svg', bytes(`<metadata id="apical-figure">${wrong.replace(/[<>&]/g, '')}</metadata>`))).toContain(
      'cannot read',
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        expect(refusal('noise', noise)).toContain('noise')
        expect(refusal('noise', Uint8Array.from([...png(), ...noise]))).toContain('noise')
      }),
    )
  })
})

describe('the numbers for other programs', () => {
  test('as a table: every point of every line, with the bands, gaps left empty', () => {
    const lines = model.lines.map((line) => ({ ...line, label: `+${line.label}` }))
    expect(tableText({ ...model, lines }, '\t').split('\n')[0]).toContain("\t'+")
    expect(tableText({ ...model, lines }, '\t', 'program').split('\n')[0]).not.toContain("'")
    expect(tableText(model, ',').split('\n')).toEqual([
      'epoch,"test <&> ""μ→ᵀ""","test <&> ""μ→ᵀ"", band from","test <&> ""μ→ᵀ"", band to",train',
      '1,0.9,0.89,0.91,0.95',
      '2,,,,0.97',
      '3,0.97,0.96,0.98,1',
      '',
    ])
  })

  test('as Python that names the folder, the columns, the smoothing and the scale', () => {
    const named = { ...model, lines: model.lines.map((line, i) => ({ ...line, label: ['test', 'train'][i] ?? '' })) }
    const choice = { ...PLAIN, y: 'logit' as const, smoothing: { kind: 'exponential' as const, span: 7 } }
    const code = pandasCode(named, choice, '/a/"folder"') ?? ''
    expect(code).toContain('Path("/a/\\"folder\\"")')
    expect(code).toContain('{"test":"testAccuracy","train":"trainAccuracy"}')
    expect(code).toContain('.ewm(span=7).mean()')
    expect(code).toContain('yscale="logit"')
    const ofNoRun: ChartModel = { name: named.name, xLabel: named.xLabel, unit: named.unit, lines: named.lines }
    expect(pandasCode(ofNoRun, choice, '/a')).toBeNull()
  })
})

/** Signature and header of one black pixel; nothing reads further here. */
function png(): Uint8Array {
  const header = [0, 0, 0, 13, ...bytes('IHDR'), 0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55]
  return Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...header])
}

test('a long title takes lines of its own, in figures of cells and bars as in those of lines', () => {
  const title =
    'Confusion matrix of CorInfoMax on Fashion-MNIST after 50 epochs, ten seeds together, as published and here'
  const matrix = figureOfConfusion(
    {
      epoch: 1,
      split: 'test',
      classes: ['a', 'b'],
      seeds: 1,
      shares: [
        [1, 0],
        [0.5, 0.5],
      ],
      perClass: [],
      mistakes: [],
    },
    '',
  )
  const bars = figureOfBalance([100, 50], ['a', 'b'], title)
  for (const one of [figure, matrix, bars]) {
    const long: Figure = { ...one, look: { ...one.look, title, showTitle: true, width: 240 } }
    const scene = draw(long, measure)
    const said = scene.marks.filter((mark): mark is Words => mark.kind === 'words' && mark.role === 'title')
    expect(said.map(({ text }) => text).join(' ')).toBe(title)
    expect(said.length).toBeGreaterThan(1)
    for (const { x, text, size } of said) expect(x + measure(text, size)).toBeLessThanOrEqual(240)
    // Nothing that is drawn stands behind the title.
    const lowest = Math.max(...said.map(({ y }) => y))
    for (const mark of scene.marks)
      if (mark.kind === 'path')
        for (let i = 1; i < mark.points.length; i += 2) expect(mark.points[i]).toBeGreaterThan(lowest - 1)
  }
})
