// Two of three seeds are through and the third was stopped after its first epoch: every place that prints the result of such
// an experiment must print the same one, and say of how many seeds it is. The folders are real, written by the ledger.
import { basename } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { RunEvent } from '../../src-main/experiment/event.ts'
import { countedSeeds } from '../../src-main/experiment/result.ts'
import { createFolder, Ledger, outcomeIn, readRecord } from '../../src-main/lab/results.ts'
import { lookAt } from '../../src-renderer/charts/looks.ts'
import { History } from '../../src-renderer/charts/history.ts'
import { accuracyModel, latest } from '../../src-renderer/charts/series.ts'
import { resultText } from '../../src-renderer/experiments/rows.ts'
import { outcomeOf, ranked, readSweep } from '../../src-renderer/experiments/sweep-model.ts'
import { comparisonRows } from '../../src-renderer/groups/comparison-table.ts'
import { pairedComparisons, warningsOf } from '../../src-renderer/groups/paired-groups.ts'
import { seedResults, type Group } from '../../src-renderer/groups/seed-results.ts'
import { asCsv, asLatex, asMarkdown } from '../../src-renderer/groups/table-texts.ts'
import { cellText } from '../../src-renderer/screens/lab/cell-text.ts'
import { rowsAsCsv, rowsAsLatex, rowsAsMarkdown } from '../../src-renderer/screens/lab/table-texts.ts'
import { heatMap } from '../../src-renderer/experiments/heat-map.ts'
import { sweepChart } from '../../src-renderer/experiments/sweep-chart.ts'
import { spread } from '../../src-renderer/text/format.ts'
import { apical } from '../cli/process.ts'
import { madeUpDescription } from '../face/made-up-lab.ts'
import { scratchFolder, smallExperiment } from './small-experiment.ts'

const scratch = scratchFolder()
afterAll(scratch.remove)
const results = scratch.inside('results')
const QUEUED = { state: 'queued', reason: null, next: null, dataFolder: null, queuedBy: null } as const

/** Test accuracy of each seed after each epoch. */
type Curves = Readonly<Record<number, readonly number[]>>

const UNEQUAL: Curves = { 0: [0.91, 0.93, 0.9405], 1: [0.92, 0.935, 0.9413], 2: [0.913] }
// (0.9405 + 0.9413)/2, and √(2·0.0004²).
const RESULT = '94.09 ± 0.06'

function made(name: string, curves: Curves, lr?: number): string {
  const experiment = {
    ...smallExperiment({ epochs: 3, seeds: [0, 1, 2], name }),
    sweep: lr === undefined ? null : { id: 'sweep', settings: [{ key: 'lrStart', value: lr }] },
  }
  const { folder } = createFolder(results, experiment, QUEUED)
  const ledger = new Ledger(folder, 'corinfomax')
  for (const [seed, accuracies] of Object.entries(curves))
    accuracies.forEach((accuracy, at) => {
      const event: RunEvent = {
        ...{ kind: 'epoch', seed: Number(seed), epoch: at + 1, seconds: 1 },
        ...{ trainAccuracy: accuracy, testAccuracy: accuracy, validationAccuracy: null },
      }
      ledger.record(event)
    })
  ledger.setState('stopped')
  ledger.close()
  return folder
}

function groupOf(folder: string): Group {
  const record = readRecord(folder)
  const history = History.from(record)
  const { row } = record
  return {
    id: row.id,
    name: row.name,
    row,
    look: lookAt(0, 1, 0),
    history,
    results: seedResults(history, 'last-epoch'),
  }
}

const folder = made('unequal', UNEQUAL)
const whole = made('whole', { 0: [0.9, 0.92, 0.93], 1: [0.9, 0.92, 0.931], 2: [0.9, 0.92, 0.934] })
const early = made('early', { 0: [0.5], 1: [0.51], 2: [0.53] })

describe('a result over seeds at unequal epochs', () => {
  const row = readRecord(folder).row
  const group = groupOf(folder)
  const choice = { withCollapsed: false, sourceOf: () => '' }

  it('is that of the seeds that are furthest, in the row, with how many epochs these have', () => {
    expect(row).toMatchObject({ testAccuracy: { n: 2 }, resultEpoch: 3, seeds: [0, 1, 2] })
    expect(row.testAccuracy?.mean).toBeCloseTo(0.9409, 12)
    // The spark line goes as far as the result.
    expect(row.curve).toHaveLength(3)
    expect(row.curve.at(-1)).toBeCloseTo(0.9409, 5)
  })

  it('is the same in the event that ends a run, and judged by the same', () => {
    expect(outcomeIn(folder, 1, 'reference')).toMatchObject({ testAccuracy: row.testAccuracy, resultEpoch: 3 })
  })

  it('Live', () => {
    expect(latest(group.history, 'last-epoch')).toEqual(row.testAccuracy)
    const line = accuracyModel(group.history, { seeds: false, published: null, early: null, selection: 'last-epoch' })
      .lines.filter(({ label }) => label === 'test')
      .at(-1)
    expect(line?.y.at(-1)).toBeCloseTo(row.testAccuracy?.mean ?? NaN, 12)
  })

  it('Lab, in the window and in what leaves it', () => {
    expect(cellText(row, 'test', madeUpDescription)).toBe(`${RESULT} (2 of 3)`)
    expect(rowsAsMarkdown([row], ['test'], madeUpDescription)).toContain(`${RESULT} (2 of 3)`)
    expect(rowsAsLatex([row], ['test'], madeUpDescription)).toContain('94.09 $\\pm$ 0.06 (2 of 3)')
    expect(rowsAsCsv([row], ['test']).split('\r\n')[1]).toMatch(/,0\.9409\d*,0\.00056\d*,2$/)
  })

  it('Run', () => {
    expect(resultText(row)).toBe('test %, mean ± sd of 2 of 3 seeds')
    expect(row.testAccuracy === null ? '' : spread(row.testAccuracy)).toBe(RESULT)
  })

  it('Compare and its LaTeX, Markdown and CSV', () => {
    const rows = comparisonRows([group, groupOf(whole)], choice)
    expect(rows[0]).toMatchObject({ epochs: { done: 3, of: 3 }, behind: [{ seed: 2, epochs: 1 }] })
    expect(rows[0]?.summary).toMatchObject(row.testAccuracy ?? {})
    expect(asMarkdown(rows, false, { shared: '', untold: [] })).toContain(`**${RESULT} (2 of 3)**`)
    const latex = asLatex(rows, false, { shared: '', untold: [] })
    expect(latex).toContain('94.09 $\\pm$ 0.06 (2 of 3)')
    expect(latex).toContain('Seeds that finished fewer epochs are excluded: unequal, seed 2 at epoch 1.')
    const [head = '', first = ''] = asCsv(rows).split('\r\n')
    const cell = (column: string): number => Number(first.split(',')[head.split(',').indexOf(column)])
    expect([cell('n'), cell('seeds_planned'), cell('epochs'), cell('mean')]).toEqual([2, 3, 3, row.testAccuracy?.mean])
  })

  it('a sweep, its map and its chart', () => {
    const members = [made('low', UNEQUAL, 0.1), made('high', { 0: [0.99], 1: [0.99], 2: [0.99] }, 0.2)].map(
      (one) => readRecord(one).row,
    )
    const sweep = readSweep(members, madeUpDescription)
    const [best] = ranked(sweep.points, 'test')
    // The other has more after one epoch of three, which is no contest.
    expect(best?.row.name).toBe('low')
    expect(outcomeOf(members[0]!, 'test')).toEqual(row.testAccuracy)
    // The one that stopped after an epoch is not in the line either.
    expect(sweepChart(sweep, 'test', 1)?.lines[0]?.x).toHaveLength(1)
    expect(sweepChart(sweep, 'test', 1)?.lines[0]?.y[0]).toBeCloseTo(row.testAccuracy?.mean ?? NaN, 12)
    const grid = [0.1, 0.2].flatMap((a, i) =>
      [1, 2].map((b) => ({
        ...members[i]!,
        sweep: {
          id: 'sweep',
          settings: [
            { key: 'lrStart', value: a },
            { key: 'beta', value: b },
          ],
        },
      })),
    )
    const cells = heatMap(readSweep(grid, madeUpDescription), 'test')?.rows.flatMap(({ cells: all }) => all) ?? []
    expect(cells.map((cell) => cell?.name)).toContainEqual(
      expect.stringMatching(/test accuracy 94\.09 ± 0\.06 %, 2 of 3 seeds$/),
    )
    expect(cells.map((cell) => cell?.name)).toContainEqual(expect.stringMatching(/3 seeds, after epoch 1 of 3$/))
    expect(cells.filter((cell) => cell?.isBest).every((cell) => cell?.row.name === 'low')).toBe(true)
  })

  it('the command line', async () => {
    const listed = await apical(['runs', '--out', results])
    expect(listed.out.split('\n').find((line) => line.startsWith(`${basename(folder)} `))).toMatch(
      /94\.09 ± 0\.06 % +2 of 3 /,
    )
    const shown = await apical(['show', basename(folder), '--out', results])
    expect(shown.out).toContain('test 94.09 ± 0.06 % (2 of 3 seeds)')
    expect(shown.out).toContain('Not in the mean, because they finished fewer epochs: seed 2 (epoch 1).')
  })

  it('is tested on the seeds that count in both, and the one behind is named', () => {
    const [found] = pairedComparisons(groupOf(whole), [group], false)
    expect(found?.pairs).toMatchObject({ seeds: [0, 1], behind: [2] })
    expect(warningsOf(found!)).toContain('Seed 2 finished fewer epochs and is left out.')
  })

  it('is not tested against results after other epochs, nor ranked among them', () => {
    const [found] = pairedComparisons(groupOf(whole), [groupOf(early)], false)
    expect(found).toMatchObject({ test: null, ranks: null, adjusted: null, pairs: { seeds: [] } })
    expect(warningsOf(found!)).toEqual([
      'Its result is after epoch 1 of 3, the baseline’s after 3 epochs: the difference is not tested. Train both to the same epoch.',
    ])
    const rows = comparisonRows([groupOf(early), groupOf(whole)], choice)
    expect(rows.map(({ leads }) => leads)).toEqual([false, false])
    expect(asLatex(rows, false, { shared: '', untold: [] })).toContain(String.raw`Experiment & Epochs & Test`)
    expect(asLatex(rows, false, { shared: '', untold: [] })).toContain('early & 1 of 3 & 51.33')
  })
})

describe('seeds that count', () => {
  const seed = (epochs: number, collapsed = false) => ({ epochs, collapsed })

  it('are as far as the furthest; collapsed ones only where asked for, or alone', () => {
    const [far, near, lost] = [seed(3), seed(2), seed(9, true)]
    expect(countedSeeds([far, near, lost])).toEqual({ epoch: 3, seeds: [far] })
    expect(countedSeeds([far, near, lost], true)).toEqual({ epoch: 3, seeds: [far, lost] })
    expect(countedSeeds([lost])).toEqual({ epoch: null, seeds: [lost] })
    expect(countedSeeds([seed(0), seed(0)])).toEqual({ epoch: null, seeds: [] })
    expect(countedSeeds([])).toEqual({ epoch: null, seeds: [] })
  })
})
