import { describe, expect, test } from 'vitest'
import type { ExperimentRow } from '../../src-main/contract.ts'
import { PLAIN, wholeRange } from '../../src-renderer/charts/chart-view.ts'
import { contrast, heatColour, heatStops, luminance } from '../../src-renderer/charts/heat-scale.ts'
import { draw } from '../../src-renderer/figure/draw.ts'
import { modelOf } from '../../src-renderer/figure/draw-lines.ts'
import { figurePython, figureTable } from '../../src-renderer/figure/figure-data.ts'
import { write } from '../../src-renderer/figure/figure-file.ts'
import { Figure } from '../../src-renderer/figure/figure.ts'
import { figureOfChart } from '../../src-renderer/figure/from-chart.ts'
import { heatMap } from '../../src-renderer/experiments/heat-map.ts'
import { figureOfHeatMap } from '../../src-renderer/screens/sweep/heat-map-figure.ts'
import { dragged, parallel, passes, passing, stepped } from '../../src-renderer/screens/sweep/parallel.ts'
import { figureOfParallel } from '../../src-renderer/screens/sweep/parallel-figure.ts'
import { settingWords } from '../../src-renderer/text/setting-words.ts'
import { sweepChart } from '../../src-renderer/experiments/sweep-chart.ts'
import {
  awayText,
  isGrid,
  positionOf,
  ranked,
  readSweep,
  shortList,
  sweepProgress,
  sweepProgressText,
} from '../../src-renderer/experiments/sweep-model.ts'
import { madeUpDescription, madeUpRows } from './made-up-lab.ts'

const [template] = madeUpRows as readonly [ExperimentRow]
const words = madeUpDescription
const rule = words.rules[0]

type Value = NonNullable<ExperimentRow['sweep']>['settings'][number]['value']

function member(
  settings: Readonly<Record<string, Value>>,
  mean: number | null,
  more: Partial<ExperimentRow> = {},
): ExperimentRow {
  const id = Object.values(settings).map(String).join(' ')
  return {
    ...{ ...template, id, name: id, seeds: [0, 1, 2], collapsedSeeds: [] },
    testAccuracy: mean === null ? null : { mean, sd: 0.01, n: 3 },
    sweep: { id: 's', settings: Object.entries(settings).map(([key, value]) => ({ key, value })) },
    ...more,
  }
}

/** hidden 8, 32 × beta 0.1, 1, 10; the accuracy rises with both, and one was never run. */
const rows = [8, 32].flatMap((hidden, i) =>
  [10, 0.1, 1].flatMap((beta) =>
    hidden === 32 && beta === 10 ? [] : [member({ hidden, beta, epochs: 5 }, 0.5 + 0.1 * i + 0.05 * Math.log10(beta))],
  ),
)
const sweep = readSweep(rows, words)

describe('a sweep read from its rows', () => {
  test('axes in order, values rising, in the rule’s words; what never changes is no axis', () => {
    expect(
      sweep.axes.map(({ label, symbol, scale, values }) => [label, symbol, scale, values.map(({ text }) => text)]),
    ).toEqual([
      ['Hidden units', undefined, 'linear', ['8', '32']],
      ['Nudging strength', 'β', 'log', ['0.1', '1', '10']],
    ])
    expect(sweep.points.map(({ places }) => places)).toContainEqual([1, 0])
  })

  test('numbers by equal factors stand at equal distances', () => {
    expect([0, 1, 2].map((place) => positionOf(sweep.axes[1]!, place))).toEqual([0, expect.closeTo(0.5, 12), 1])
  })

  test('at an axis a number is as short as tells it from the others', () => {
    const ticksOf = (...values: readonly number[]): unknown =>
      readSweep(
        values.map((beta) => member({ beta }, 0.5)),
        words,
      ).axes[0]?.values.map(({ tick }) => tick)
    expect(ticksOf(0.1, 0.2727272727272727, 2)).toEqual(['0.1', '0.273', '2'])
    expect(ticksOf(0.12341, 0.12342, 0.5)).toEqual(['0.12341', '0.12342', '0.5'])
    expect(ticksOf(1000, 2000, 12_345)).toEqual(['1000', '2000', '12345'])
  })

  test('what is not a number keeps its order', () => {
    const { axes } = readSweep([member({ randomSign: true }, 0.5), member({ randomSign: false }, 0.6)], words)
    expect(axes[0]).toMatchObject({ scale: 'category', values: [{ text: 'on' }, { text: 'off' }] })
  })

  test('keys in words', () => {
    expect(settingWords('training.batchSize', rule, words).label).toBe('Batch size')
    expect(settingWords('widths.1', rule, words).label).toBe('Units of layer 1')
    expect(settingWords('lrForward.1', rule, words).label).toBe('Feedforward learning rates, layer 2')
    expect(settingWords('unheard.of', rule, words).label).toBe('unheard.of')
  })

  test('the best first, what has no result last', () => {
    const { points } = readSweep([member({ beta: 1 }, null), member({ beta: 2 }, 0.4), member({ beta: 3 }, 0.6)], words)
    expect(ranked(points, 'test').map(({ row }) => row.id)).toEqual(['3', '2', '1'])
  })

  test('how far it is: every member is counted once, by what can still be expected of it', () => {
    const states = ['done', 'sample', 'collapsed', 'running', 'paused', 'queued', 'queued', 'queued'] as const
    const halted = ['stopped', 'interrupted', 'failed', 'unreadable'] as const
    const members = [...states, ...halted].map((state) => ({ state }))
    expect(sweepProgress(members)).toEqual({ done: 3, running: 2, waiting: 3, halted: 4 })
    expect(sweepProgressText(members)).toBe('3 of 12 done · 2 running · 3 waiting · 4 stopped or failed')
    expect(sweepProgressText([{ state: 'done' }, { state: 'done' }])).toBe('2 of 2 done')
  })

  test('what of a sweep is not here is counted by settings, where its experiments say how many they are', () => {
    const apart = (beta: number, part: string) => {
      const settings = [{ key: 'beta', value: beta }]
      return member({ beta }, 0.5, { id: `${beta} ${part}`, sweep: { id: 's', settings, members: 4 } })
    }
    expect(awayText(rows)).toBe('')
    expect(awayText([])).toBe('')
    // Two parts of one member are one.
    expect(awayText([apart(1, 'seeds 0-4'), apart(1, 'seeds 5-9'), apart(2, 'all')])).toBe('2 of 4 not here')
    expect(awayText([1, 2, 3, 4].map((beta) => apart(beta, 'all')))).toBe('')
  })

  test('of many the short list has the best, and always those that train', () => {
    const members = [0.9, 0.8, 0.7, 0.6, 0.5].map((mean, i) => member({ beta: i + 1 }, mean))
    members.push(member({ beta: 6 }, 0.1, { state: 'running', resultEpoch: 1, epochsDone: 1 }))
    members.push(member({ beta: 7 }, null, { state: 'queued', resultEpoch: null, epochsDone: 0 }))
    const { points } = readSweep(members, words)
    const ids = (most: number) => shortList(points, 'test', most).map(({ row }) => row.id)
    expect(ids(3)).toEqual(['1', '2', '6'])
    expect(ids(1)).toEqual(['6'])
    expect(ids(99)).toHaveLength(7)
  })

  test('values that go together are no map', () => {
    expect(isGrid(sweep)).toBe(true)
    expect(
      isGrid(
        readSweep(
          [1, 2, 3].map((value) => member({ beta: value, hidden: value }, 0.5)),
          words,
        ),
      ),
    ).toBe(false)
  })
})

describe('the heat map', () => {
  const map = heatMap(sweep, 'test')!

  test('every combination in its cell, the largest value on top, the longer axis across', () => {
    expect(map.across.label).toBe('Nudging strength')
    expect(map.rows.map(({ text }) => text)).toEqual(['32', '8'])
    expect(map.rows.map(({ cells }) => cells.map((cell) => cell?.value?.mean.toFixed(2) ?? null))).toEqual([
      ['0.55', '0.60', null],
      ['0.45', '0.50', '0.55'],
    ])
  })

  test('shares run from the lowest to the highest mean, which is named', () => {
    const cells = map.rows.flatMap(({ cells }) => cells)
    expect(cells.map((cell) => cell?.share)).toContainEqual(0)
    expect(cells.filter((cell) => cell?.isBest).map((cell) => cell?.share)).toEqual([1])
    expect(map.range?.low).toBeCloseTo(0.45, 12)
  })

  test('a cell’s name says everything, collapsed seeds too', () => {
    const lost = heatMap(
      readSweep([...rows.slice(1), member({ hidden: 8, beta: 10, epochs: 5 }, 0.2, { collapsedSeeds: [1, 2] })], words),
      'test',
    )
    expect(lost?.rows[1]?.cells[2]?.name).toBe(
      'Hidden units = 8 · Nudging strength = 10: test accuracy 20.00 ± 1.00 %, 2 of 3 seeds collapsed',
    )
  })

  test('fills while it runs: the cell that trains says so with its first result, one that waits has none', () => {
    const early = { state: 'running', resultEpoch: 2, epochsDone: 2, epochs: 5 } as const
    const filling = heatMap(
      readSweep(
        [
          ...rows.slice(0, 3),
          member({ hidden: 32, beta: 0.1, epochs: 5 }, 0.3, early),
          member({ hidden: 32, beta: 1, epochs: 5 }, null, { state: 'queued', resultEpoch: null }),
        ],
        words,
      ),
      'test',
    )
    expect(filling?.rows[0]?.cells.map((cell) => cell?.name ?? null)).toEqual([
      'Hidden units = 32 · Nudging strength = 0.1: test accuracy 30.00 ± 1.00 %, 3 seeds, after epoch 2 of 5, running',
      'Hidden units = 32 · Nudging strength = 1: queued, no result yet',
      null,
    ])
  })

  test('leaves as a figure that is drawn anew from what it carries, and as numbers', () => {
    const figure = figureOfHeatMap(map, 'test', 'Sweep s')
    const again = Figure.parse(JSON.parse(JSON.stringify(figure)))
    expect(again).toEqual(figure)
    const words = draw(again, (text, size) => text.length * size * 0.5).marks.flatMap((mark) =>
      mark.kind === 'words' ? [mark.text] : [],
    )
    for (const text of ['Hidden units', 'Nudging strength β', '0.1', '32', '60.0', '± 1.0', '45.0 %'])
      expect(words).toContain(text)
    const [head, first] = figureTable(again, '\t').split('\n')
    expect(head).toBe('hidden\tbeta\tmean\tsd\tn\tcollapsed')
    expect(first).toMatch(/^32\t0\.1\t0\.5[45]\d*\t0\.01\t3\t0$/)
  })

  test('lightness alone tells the order, and every text is read on its ground', () => {
    for (const theme of ['light', 'dark'] as const) {
      const lights = heatStops(theme).map(luminance)
      const order = lights.toSorted((a, b) => (theme === 'light' ? b - a : a - b))
      expect(lights).toEqual(order)
      for (let share = 0; share <= 1; share += 0.01) {
        const { ground, text } = heatColour(share, theme)
        expect(contrast(ground, text)).toBeGreaterThanOrEqual(4.5)
      }
    }
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 10)
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
  })
})

describe('parallel coordinates', () => {
  const drawn = parallel(sweep, 'test')

  test('a line for each experiment, seeds as a whisker, the best on top', () => {
    expect(drawn.axes.map(({ label }) => label)).toEqual(['Hidden units', 'Nudging strength', 'Test accuracy'])
    expect(drawn.lines).toHaveLength(5)
    expect(drawn.lines.map(({ share }) => share)).toEqual(
      drawn.lines.map(({ share }) => share).toSorted((a, b) => a - b),
    )
    // The axis holds every whisker: 0.45 − 0.01 to 0.60 + 0.01.
    expect(drawn.lines[0]?.whisker?.low).toBeCloseTo(0, 12)
    expect(drawn.lines.at(-1)?.whisker?.high).toBeCloseTo(1, 12)
    expect(drawn.lines.at(-1)?.at).toEqual([1, expect.closeTo(0.5, 12), expect.closeTo(16 / 17, 10)])
    expect(drawn.axes[2]?.ticks.map(({ text }) => text)).toEqual(['45', '50', '55', '60'])
  })

  test('without a result there is no line', () => {
    const { lines, axes } = parallel(readSweep([member({ beta: 1 }, null), member({ beta: 2 }, null)], words), 'test')
    expect(lines).toEqual([])
    expect(axes.at(-1)?.ticks).toEqual([])
  })

  test('a line passes when it passes every brush', () => {
    const upper = { low: 0.9, high: 1 }
    const ids = (brushes: Parameters<typeof passes>[1]) =>
      drawn.lines.filter((line) => passes(line, brushes)).map(({ point }) => point.row.id)
    expect(ids([])).toHaveLength(5)
    expect(ids([upper])).toEqual(['32 0.1 5', '32 1 5'])
    expect(ids([upper, null, upper])).toEqual(['32 1 5'])
    expect(ids([null, { low: 0, high: 0 }])).toEqual(['8 0.1 5', '32 0.1 5'])
  })

  test('without a result it passes as its settings do, and is not lost', () => {
    const some = readSweep([...rows.slice(0, 3), member({ hidden: 32, beta: 1, epochs: 5 }, null)], words)
    const shown = parallel(some, 'test')
    expect(passing(some, shown, [{ low: 1, high: 1 }])).toEqual(new Set(['32 1 5']))
    expect(passing(some, shown, [{ low: 0, high: 0 }])).toEqual(new Set(rows.slice(0, 3).map(({ id }) => id)))
    expect(passing(some, shown, [null, null, { low: 0, high: 0.9 }]).has('32 1 5')).toBe(false)
    expect(passing(some, shown, []).size).toBe(4)
  })

  test('with the keyboard an edge goes from value to value and never past the other', () => {
    const axis = drawn.axes[1]!
    let brush = stepped(axis, null, 'low', 1)
    expect(brush).toEqual({ low: expect.closeTo(0.5, 12) as number, high: 1 })
    brush = stepped(axis, brush, 'low', 1)
    expect(brush).toEqual({ low: 1, high: 1 })
    expect(stepped(axis, brush, 'low', 1)).toEqual({ low: 1, high: 1 })
    expect(stepped(axis, stepped(axis, brush, 'low', -1), 'low', -1)).toBeNull()
  })

  test('leave as a figure that is drawn anew from what it carries, and as numbers', () => {
    const figure = figureOfParallel(drawn, sweep, 'test', [{ low: 0.9, high: 1 }], 'sweep s')
    const again = Figure.parse(JSON.parse(JSON.stringify(figure)))
    expect(again).toEqual(figure)
    const { marks, width, height } = draw(again, (text, size) => text.length * size * 0.5)
    const words = marks.flatMap((mark) => (mark.kind === 'words' ? [mark] : []))
    const said = words.map(({ text }) => text)
    for (const text of ['Hidden units', 'Nudging strength β', 'Test accuracy, %', '32', '10', '60'])
      expect(said).toContain(text)
    // Its legend says what shades and whiskers mean, and that a brush left some out.
    expect(words.filter(({ role }) => role === 'legend').map(({ text }) => text)).toEqual([
      'test accuracy, low to high',
      'mean ± sd over seeds',
      'not chosen',
    ])
    for (const { x, y } of words) {
      expect(x).toBeGreaterThan(0)
      expect(x).toBeLessThan(width)
      expect(y).toBeGreaterThan(0)
      expect(y).toBeLessThan(height)
    }
    const lines = figureTable(again, ',').trim().split('\n')
    expect(lines[0]).toBe('hidden,beta,test,sd,n,collapsed')
    expect(lines).toHaveLength(1 + 5)
    expect(lines).toContain(`8,0.1,0.45,0.01,3,0`)
    expect(figurePython(again)).toContain(`8,0.1,0.45,0.01,3,0`)
  })

  test('a mean on paper stands where its axis has it', () => {
    const figure = figureOfParallel(drawn, sweep, 'test', [], '')
    if (figure.content.kind !== 'parallel') throw new Error('not parallel')
    // 0.45 − 0.01 is the foot of the axis and 0.60 + 0.01 its top.
    const { low, high } = figure.content.outcome
    expect([low, high]).toEqual([expect.closeTo(0.44, 12), expect.closeTo(0.61, 12)])
    const { marks } = draw(figure, (text, size) => text.length * size * 0.5)
    // The last dot is the legend's.
    const dots = marks.flatMap((mark) => (mark.kind === 'disc' ? [mark.y] : [])).slice(0, -1)
    const spines = marks.flatMap((mark) =>
      mark.kind === 'path' && mark.points.length === 4 && mark.points[0] === mark.points[2] ? [mark] : [],
    )
    const longest = spines.toSorted((a, b) => b.points[3]! - b.points[1]! - a.points[3]! + a.points[1]!)[0]!
    const [, top = 0, , bottom = 0] = longest.points
    expect((bottom - Math.max(...dots)) / (bottom - top)).toBeCloseTo(0.01 / 0.17, 6)
    expect((bottom - Math.min(...dots)) / (bottom - top)).toBeCloseTo(0.16 / 0.17, 6)
  })

  test('a brush over everything is none', () => {
    expect(dragged(-1, 2)).toBeNull()
    expect(dragged(0.8, 0.2)).toEqual({ low: 0.2, high: 0.8 })
  })
})

describe('one axis', () => {
  test('is a line with its spread', () => {
    const one = readSweep([member({ beta: 1 }, 0.5), member({ beta: 0.1 }, 0.4), member({ beta: 10 }, null)], words)
    const model = sweepChart(one, 'test', 1)
    expect(model?.lines[0]).toMatchObject({ x: Float64Array.of(0.1, 1), y: Float64Array.of(0.4, 0.5) })
    expect(model?.lines[0]?.low?.[0]).toBeCloseTo(0.39, 12)
  })

  test('has room for all values of its setting, and no more, on paper too', () => {
    const one = readSweep(
      [member({ beta: 0.02 }, 0.5), member({ beta: 0.04 }, 0.4), member({ beta: 0.06 }, null)],
      words,
    )
    const model = sweepChart(one, 'test', 1)!
    expect(wholeRange(model, 'linear')).toEqual({ low: 0.02, high: 0.06 })
    const { content } = Figure.parse(JSON.parse(write(figureOfChart(model, PLAIN, null, 'sweep'))))
    if (content.kind !== 'lines') throw new Error('it is no chart')
    expect(wholeRange(modelOf(content, ''), 'log')).toEqual({ low: 0.02, high: 0.06 })
  })

  test('of what is no number, or two axes, is none', () => {
    expect(
      sweepChart(readSweep([member({ randomSign: true }, 1), member({ randomSign: false }, 1)], words), 'test', 1),
    ).toBeNull()
    expect(sweepChart(sweep, 'test', 1)).toBeNull()
  })
})
