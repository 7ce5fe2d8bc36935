// Published curves behind ours: what is drawn first, what is named and how, in charts, figures, tables and code.
import { describe, expect, test } from 'vitest'
import { tableText } from '../../src-renderer/charts/chart-data.ts'
import { datasetsOf } from '../../src-renderer/charts/chart-drawing.ts'
import { namedLines, nameBeside, summary, type ChartModel, type Line } from '../../src-renderer/charts/chart-model.ts'
import { readingAt } from '../../src-renderer/charts/chart-reading.ts'
import { behindFirst, drawnOf, PLAIN } from '../../src-renderer/charts/chart-view.ts'
import { draw } from '../../src-renderer/figure/draw.ts'
import { figurePython, figureTable } from '../../src-renderer/figure/figure-data.ts'
import { readFigure, write } from '../../src-renderer/figure/figure-file.ts'
import { Figure } from '../../src-renderer/figure/figure.ts'
import { figureOfChart } from '../../src-renderer/figure/from-chart.ts'
import { nameProblem, renamed } from '../../src-renderer/figure/line-names.ts'
import { PAPER } from '../../src-renderer/figure/paper.ts'
import type { Mark, Path, Words } from '../../src-renderer/figure/scene.ts'
import { svgOf } from '../../src-renderer/figure/svg.ts'

/** About as wide as the letters of Arimo, so that short names stand on one line. */
const measure = (text: string, size: number): number => text.length * size * 0.5

function line(label: string, series: number, last: number, more: Partial<Line> = {}): Line {
  const y = [last - 0.05, last - 0.01, last]
  return {
    ...({ label, series, dash: 'solid', marker: 'circle' } as const),
    x: Float64Array.of(1, 2, 3),
    y: Float64Array.from(y),
    low: Float64Array.from(y, (value) => value - 0.002),
    high: Float64Array.from(y, (value) => value + 0.002),
    ...more,
  }
}
const published = (label: string, series: number, last: number): Line => line(label, series, last, { reference: true })

const ours = [line('CorInfoMax', 1, 0.9765), line('EP', 3, 0.9757)]
const theirs = [published('CorInfoMax', 1, 0.9761), published('EP', 3, 0.9762)]
const chart = (lines: readonly Line[]): ChartModel => ({
  name: 'Test accuracy',
  xLabel: 'epoch',
  unit: 'percent',
  band: { chosen: 'range', options: ['range'] },
  referenceNote: 'published, mean ± sd',
  lines,
})
const both = chart([...ours, ...theirs])
const figureOf = (model: ChartModel): Figure => figureOfChart(model, PLAIN, null, '')
const names = ['inside', 'direct', 'above', 'below', 'right'] as const

const legendOf = (figure: Figure): readonly string[] =>
  draw(figure, measure).marks.flatMap((mark) => (mark.kind === 'words' && mark.role === 'legend' ? [mark.text] : []))
const framed = (figure: Figure): readonly Path[] =>
  draw(figure, measure)
    .marks.flatMap((mark: Mark) => (mark.kind === 'clipped' ? mark.marks : []))
    .filter((mark): mark is Path => mark.kind === 'path')

describe('which lines have a name beside them', () => {
  const said = (lines: readonly Line[]): readonly string[] => namedLines(lines).map((one) => nameBeside(one, lines))

  test('ours alone, where ours of that colour are', () => {
    expect(said(both.lines)).toEqual(['CorInfoMax', 'EP'])
  })
  test('what was published, where nothing is trained yet: there is nothing else to name it', () => {
    expect(said(theirs)).toEqual(['CorInfoMax', 'EP'])
    const waiting = { ...ours[0]!, x: new Float64Array(), y: new Float64Array() }
    expect(said([waiting, ...theirs]).slice(-2)).toEqual(['CorInfoMax', 'EP'])
  })
  test('what was published and is not run here, as such', () => {
    expect(said([ours[0]!, ...theirs])).toEqual(['CorInfoMax', 'EP, published'])
    // Its single seeds are no line that would stand for it.
    expect(said([{ ...ours[1]!, thin: true }, ours[0]!, ...theirs])).toEqual(['CorInfoMax', 'EP, published'])
  })
})

describe('on a chart', () => {
  const drawn = drawnOf(both, { ...PLAIN, smoothing: { kind: 'window', span: 3 } }, null, 600)

  test('published lines are drawn first, dashed and finer, and stay as they were published', () => {
    expect(behindFirst(drawn.lines).map(({ line: { reference } }) => reference === true)).toEqual([
      true,
      true,
      false,
      false,
    ])
    expect([...drawn.lines[2]!.main.y]).toEqual([...theirs[0]!.y])
    expect(drawn.lines[2]!.raw).toBeNull()
    expect(drawn.lines[0]!.raw).not.toBeNull()
    const palette = {
      theme: 'light',
      font: '',
      ink: '',
      ink2: '',
      line: '',
      raised: '',
      published: '',
      series: [],
    } as const
    const sets = datasetsOf({ drawn, palette })
    // Chart.js draws the lower order on top.
    const [first, second] = [sets[0]!, sets[2]!]
    for (const set of sets.filter((_, i) => i !== 2 && i !== 3)) expect(second.order).toBeGreaterThan(set.order ?? 0)
    expect(second.borderDash).not.toEqual([])
    expect(first.borderDash).toEqual([])
    expect(Number(second.borderWidth)).toBeLessThan(Number(first.borderWidth))
  })

  test('the crosshair tells them apart, the width of their band among it, whatever our bands mean', () => {
    const places = { xOf: (x: number) => x * 100, yOf: (y: number) => y * 100, xAt: (pixel: number) => pixel / 100 }
    const { rows } = readingAt(drawnOf(both, PLAIN, null, 600), 3, places, both)
    expect(rows.map(({ text }) => text)).toEqual(['97.65 %', '97.57 %', '97.61 %', '97.62 %'])
    expect(rows.map(({ beside }) => beside)).toEqual(['97.45 to 97.85', '97.37 to 97.77', '± 0.20', '± 0.20'])
  })

  test('words and tables call them published', () => {
    expect(tableText(both, ',').split('\n')[0]).toBe(
      [
        'epoch,CorInfoMax,"CorInfoMax, band from","CorInfoMax, band to",EP,"EP, band from","EP, band to"',
        '"CorInfoMax, published","CorInfoMax, published, band from","CorInfoMax, published, band to"',
        '"EP, published","EP, published, band from","EP, published, band to"',
      ].join(','),
    )
    expect(summary(both)).toContain('EP from 92.57 %')
    expect(summary(both)).toContain('EP, published from 92.62 %')
  })
})

describe('on paper', () => {
  const figure = figureOf(both)

  test.each(names)('one entry says what they are, and none is named (%s)', (where) => {
    const legend = legendOf({ ...figure, look: { ...figure.look, names: where } })
    expect(legend.filter((text) => text.includes('published'))).toEqual(['published, mean ± sd'])
    expect(legend.filter((text) => text.startsWith('CorInfoMax'))).toHaveLength(1)
    expect(legend.filter((text) => text.startsWith('EP'))).toHaveLength(1)
  })

  test('that entry has a neutral key, and covers no other word', () => {
    for (const where of names) {
      const { marks } = draw({ ...figure, look: { ...figure.look, names: where } }, measure)
      const words = marks.filter((mark): mark is Words => mark.kind === 'words')
      const note = words.find(({ text }) => text === 'published, mean ± sd')!
      const keys = marks.filter(
        (mark): mark is Path => mark.kind === 'path' && mark.stroke?.dash !== undefined && mark.points[1]! < note.y,
      )
      expect(keys.map(({ stroke }) => stroke?.color)).toContain(PAPER.published)
      for (const other of words.filter((word) => word !== note && word.upward !== true)) {
        const left = (word: Words): number =>
          word.x - measure(word.text, word.size) * { start: 0, middle: 0.5, end: 1 }[word.anchor]
        const apart =
          Math.abs(other.y - note.y) >= note.size ||
          left(other) >= left(note) + measure(note.text, note.size) ||
          left(note) >= left(other) + measure(other.text, other.size)
        expect(apart, `${where}: ${other.text}`).toBe(true)
      }
    }
  })

  test('bands and lines that were published lie under ours, their bands the stronger', () => {
    const bands = framed(figure).filter(({ fill }) => fill !== undefined)
    expect(bands.map(({ fill }) => fill?.color)).toEqual([1, 3, 1, 3].map((series) => PAPER.series[series - 1]))
    expect(bands[0]!.fill!.opacity).toBeGreaterThan(bands[2]!.fill!.opacity!)
    const lines = framed(figure).filter(({ stroke }) => stroke !== undefined)
    expect(lines.map(({ stroke }) => (stroke?.dash?.length ?? 0) > 0)).toEqual([true, true, false, false])
    expect(lines[0]!.stroke!.width).toBeLessThan(lines[2]!.stroke!.width)
    // The last value of the first: published 97.61, ours 97.65, and higher is further up.
    expect(lines[0]!.points.at(-1)).toBeGreaterThan(lines[2]!.points.at(-1)!)
  })

  test('have no markers', () => {
    const count = (model: ChartModel): number =>
      draw(figureOf(model), measure).marks.filter(({ kind }) => kind === 'disc').length
    // Three points and a key each.
    expect(count(both)).toBe(8)
    expect(count(chart(theirs))).toBe(0)
  })

  test('with nothing of ours they are named like any line', () => {
    for (const where of names) {
      const of = figureOf(chart(theirs))
      const legend = legendOf({ ...of, look: { ...of.look, names: where } }).map((text) => text.replace(/ \d.*$/, ''))
      expect(legend.toSorted()).toEqual(['CorInfoMax', 'EP', 'published, mean ± sd'])
    }
  })

  test('travel in the file, and files from before there were any still open', () => {
    const svg = svgOf(draw(figure, measure), { title: '', description: '', embedded: write(figure) })
    const again = readFigure('a.svg', new TextEncoder().encode(svg))
    expect(again).toEqual(figure)
    expect(again.content.kind === 'lines' && again.content.lines.map(({ reference }) => reference)).toEqual([
      false,
      false,
      true,
      true,
    ])
    const old = JSON.parse(write(figureOf(chart(ours)))) as { content: { lines: object[]; reference?: string } }
    delete old.content.reference
    for (const one of old.content.lines) delete (one as { reference?: boolean }).reference
    const opened = Figure.parse(old)
    expect(opened).toEqual(figureOf(chart(ours)))
    expect(legendOf(opened).join(' ')).not.toContain('published')
  })

  test('are renamed with the line that they stand behind', () => {
    const content = renamed(figure.content, 0, 'Ours')
    expect(content.kind === 'lines' && content.lines.map(({ label }) => label)).toEqual(['Ours', 'EP', 'Ours', 'EP'])
    expect(content.kind === 'lines' && nameProblem(content.lines, 0, 'EP')).toBe('Another line has this name.')
  })

  test('are columns of their own in the data, and dashed in the colour of ours in the Python', () => {
    expect(figureTable(figure, '\t').split('\n')[0]).toContain('\tEP, published\t')
    const code = figurePython(figure)
    expect(code).toContain('[["CorInfoMax, published","C0",""],["EP, published","C1",""]]')
    expect(code).toContain('for label in ["CorInfoMax","EP"]:')
    expect(code).toContain('label="published, mean ± sd"')
    expect(figurePython(figureOf(chart([ours[1]!, ...theirs])))).toContain(
      '[["CorInfoMax, published","C1","CorInfoMax, published"],["EP, published","C0",""]]',
    )
    // Colours follow ours without a gap: those that are not run come next.
    expect(figurePython(figureOf(chart([ours[1]!, published('CSM', 2, 0.98), ...theirs])))).toContain(
      '[["CSM, published","C1","CSM, published"],["CorInfoMax, published","C2","CorInfoMax, published"],["EP, published","C0",""]]',
    )
    expect(figurePython(figureOf(chart(ours)))).not.toContain('published')
  })
})
