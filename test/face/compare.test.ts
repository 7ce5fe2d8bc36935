import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ExperimentRow } from '../../src-main/contract.ts'
import type { PublishedComparison, RunEvent } from '../../src-main/experiment/event.ts'
import { configurationOf } from '../../src-renderer/text/configuration.ts'
import { History } from '../../src-renderer/charts/history.ts'
import { comparisonRows } from '../../src-renderer/groups/comparison-table.ts'
import { differencesOf, differenceSentence } from '../../src-renderer/groups/differences.ts'
import { differenceModel } from '../../src-renderer/groups/difference-model.ts'
import { lookAt } from '../../src-renderer/charts/looks.ts'
import { overlayModel, paceOf, quantitiesOf } from '../../src-renderer/groups/overlay.ts'
import { differenceCurves, pairedComparisons, seedsToAdd, warningsOf } from '../../src-renderer/groups/paired-groups.ts'
import { addingText, finding, points, probability } from '../../src-renderer/groups/paired-words.ts'
import { seedResults, type Group } from '../../src-renderer/groups/seed-results.ts'
import { latexText } from '../../src-renderer/export/table-text.ts'
import { asCsv, asLatex, asMarkdown, topKTitle } from '../../src-renderer/groups/table-texts.ts'
import { madeUpDescription, madeUpRows } from './made-up-lab.ts'

const [template] = madeUpRows as readonly [ExperimentRow]
const preset = madeUpDescription.presets[0]!.experiment

const epoch = (seed: number, at: number, accuracy: number): RunEvent => ({
  kind: 'epoch',
  ...{ seed, epoch: at, testAccuracy: accuracy, trainAccuracy: accuracy, validationAccuracy: null, seconds: 2 },
})
const collapse = (seed: number): RunEvent => ({ kind: 'collapsed', seed, epoch: 1, batch: 10, reason: 'chance' })

/** A group whose seeds end at the given test accuracies, after one epoch at half of them. */
function group(
  name: string,
  ends: Readonly<Record<number, number>>,
  more: Partial<ExperimentRow> = {},
  lost: readonly number[] = [],
): Group {
  const history = new History()
  for (const [seed, end] of Object.entries(ends)) {
    history.apply(epoch(Number(seed), 1, end / 2))
    history.apply(epoch(Number(seed), 2, end))
  }
  for (const seed of lost) history.apply(collapse(seed))
  const seeds = Object.keys(ends).map(Number)
  const row: ExperimentRow = {
    ...template,
    id: name,
    name,
    seeds,
    collapsedSeeds: lost,
    epochs: 2,
    published: null,
    ...more,
  }
  return { id: name, name, row, look: lookAt(0, 1, 0), history, results: seedResults(history, 'last-epoch') }
}

const plain = { withCollapsed: false, sourceOf: () => '' }
const alone = { shared: '', untold: [] }

describe('the table', () => {
  const good = group('A & B_1', { 0: 0.9, 1: 0.92, 2: 0.94 })
  const lossy = group('Lossy', { 0: 0.95, 1: 0.97, 2: 0.1 }, {}, [2])

  test('a collapsed seed is named, and counts only when asked for', () => {
    const [, without] = comparisonRows([good, lossy], plain)
    expect(without).toMatchObject({ seeds: 3, collapsed: 1, summary: { n: 2 } })
    expect(without?.summary?.mean).toBeCloseTo(0.96, 12)
    const [, with_] = comparisonRows([good, lossy], { ...plain, withCollapsed: true })
    expect(with_?.summary?.n).toBe(3)
    expect(with_?.summary?.mean).toBeCloseTo((0.95 + 0.97 + 0.1) / 3, 12)
  })

  test('all collapsed: all are shown rather than nothing', () => {
    const [row] = comparisonRows([group('Gone', { 0: 0.1, 1: 0.11 }, {}, [0, 1])], plain)
    expect(row).toMatchObject({ collapsed: 2, summary: { n: 2 } })
  })

  test('the best of each data set leads, none where there is no rival, both where they read the same', () => {
    const leads = (groups: readonly Group[]): readonly boolean[] =>
      comparisonRows(groups, plain).map((row) => row.leads)
    expect(leads([good, lossy])).toEqual([false, true])
    expect(leads([good])).toEqual([false])
    expect(leads([good, lossy, group('Elsewhere', { 0: 0.99 }, { dataset: 'glyphs' })])).toEqual([false, true, false])
    expect(leads([group('One', { 0: 0.5 }), group('Two', { 0: 0.500001 })])).toEqual([true, true])
  })

  test('what is not through is told', () => {
    const [row] = comparisonRows([group('Half', { 0: 0.5 }, { epochs: 10, seeds: [0, 1] })], plain)
    expect(row).toMatchObject({ epochs: { done: 2, of: 10 }, seeds: 1, planned: 2 })
  })

  test('as LaTeX: booktabs, escaped, best in bold, the caption says what the numbers are', () => {
    const text = asLatex(comparisonRows([good, lossy], plain), false, alone)
    expect(text).toContain(String.raw`A \& B\_1 & 92.00 $\pm$ 2.00 (3) & 92.00 $\pm$ 2.00 (3) & 92.00 & 92.00`)
    expect(text).toContain(String.raw`\textbf{96.00 $\pm$ 1.41 (2 of 3)}`)
    expect(text).toContain('1 of 3')
    expect(text).toMatch(/\\caption\{Test and training accuracy \(\\%\) on .*mean \$\\pm\$ sample standard deviation/)
    for (const rule of ['toprule', 'midrule', 'bottomrule']) expect(text.split(`\\${rule}`)).toHaveLength(2)
    // As many cells in every line as the preamble has columns.
    const columns = /\\begin\{tabular\}\{@\{\}([lr]+)@\{\}\}/.exec(text)?.[1]?.length
    const lines = text.split('\n').filter((line) => line.endsWith('\\\\'))
    expect(lines).toHaveLength(3)
    for (const line of lines) expect(line.split(/(?<!\\)&/)).toHaveLength(columns ?? 0)
    expect(braces(text)).toBe(0)
  })

  test('no text breaks out of its cell in LaTeX', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('\\{}$&#_%^~<>"ab β·±₁')) }), (name) => {
        const written = latexText(name)
        expect(braces(written)).toBe(0)
        expect(written).not.toMatch(/(?<!\\)[&#_%](?!\{)/)
        expect((written.match(/(?<!\\)\$/g) ?? []).length % 2).toBe(0)
      }),
    )
    expect(latexText('50 % of β_1 · {x}')).toBe(String.raw`50 \% of $\beta$\_1 $\cdot$ \{x\}`)
  })

  test('what all rows share is said under the table once, and what differs beside the names too', () => {
    const told = { shared: 'CorInfoMax · MNIST & more', untold: ['Batch size'] }
    const rows = comparisonRows([good, lossy], plain)
    expect(asMarkdown(rows, false, told)).toContain('All rows: CorInfoMax · MNIST & more.')
    expect(asLatex(rows, false, told)).toContain(String.raw`All rows: CorInfoMax $\cdot$ MNIST \& more.`)
    expect(asLatex(rows, false, told)).toContain('They also differ in batch size.')
    expect(asLatex(rows, false, alone)).not.toContain('All rows')
  })

  test('as Markdown: aligned, escaped, best in bold', () => {
    const text = asMarkdown(comparisonRows([group('a|b *c*', { 0: 0.5 }), lossy], plain), false, alone)
    const [head, align, first, second] = text.split('\n')
    expect(head).toMatch(/^\| Experiment \| Test, % \|/)
    expect(align).toMatch(/^\| :--- \| ---: \|/)
    expect(first).toContain(String.raw`| a\|b \*c\* | 50.00 (1) |`)
    expect(second).toContain('| **96.00 ± 1.41 (2 of 3)** |')
  })

  test('as CSV: full precision, quoted, and no cell that a spreadsheet would run', () => {
    const text = asCsv(comparisonRows([group('=1+1, "x"', { 0: 0.1, 1: 0.2 })], plain))
    const [head = '', row = ''] = text.split('\r\n')
    expect(head.split(',').slice(0, 6)).toEqual(['id', 'experiment', 'group', 'data', 'n', 'mean'])
    const train = head.split(',').indexOf('train_mean')
    expect(head.split(',').slice(train, train + 3)).toEqual(['train_mean', 'train_sd', 'train_n'])
    // Its name has a comma of its own, in quotes.
    const cells = row.replace(/"(?:[^"]|"")*"/g, 'name').split(',')
    expect(cells.slice(train, train + 3).map(Number)).toEqual([
      expect.closeTo(0.15, 12),
      expect.closeTo(0.0707106781, 9),
      2,
    ])
    expect(asMarkdown(comparisonRows([group('A', { 0: 0.1, 1: 0.2 })], plain), false, alone)).toContain('| Train, % |')
    expect(row).toContain(`"'=1+1, ""x"""`)
    expect(row).toContain(',2,0.15000000000000002,0.07071067811865')
  })
})

function braces(text: string): number {
  return (text.match(/(?<!\\)\{/g) ?? []).length - (text.match(/(?<!\\)\}/g) ?? []).length
}

describe('differences', () => {
  const other = { ...preset, rule: { ...preset.rule, settings: { ...preset.rule.settings, beta: 0.5 } } }
  const said = (...experiments: readonly (typeof preset)[]): string =>
    differenceSentence(differencesOf(experiments.map((one) => configurationOf(one, madeUpDescription))))

  test('only what is not the same everywhere', () => {
    const found = differencesOf([preset, other].map((one) => configurationOf(one, madeUpDescription)))
    expect(found).toEqual([
      { key: 'beta', label: 'Nudging strength', symbol: 'β', texts: ['1', '0.5'], records: false },
    ])
  })

  test('in one sentence', () => {
    expect(said(preset, preset)).toBe('They have the same configuration.')
    expect(said(preset, other)).toBe('They differ only in nudging strength (1 / 0.5).')
    expect(said(preset, { ...preset, seeds: [1] })).toBe('They differ only in their seeds.')
    expect(said(preset, { ...other, widths: [784, 100, 10], seeds: [1] })).toBe(
      'They differ only in nudging strength and network. Their seeds also differ.',
    )
    expect(said(preset, { ...preset, measures: [] })).toBe('They differ only in what was measured.')
  })

  test('a setting that one rule does not have stands open, and the rule is named', () => {
    const else_ = { ...preset, rule: { name: 'backprop', settings: { learningRate: 0.1 } } }
    const found = differencesOf([configurationOf(preset, madeUpDescription), configurationOf(else_, madeUpDescription)])
    expect(found.find(({ key }) => key === 'beta')?.texts).toEqual(['1', null])
    expect(differenceSentence(found)).toBe('They differ in the rule, and in settings that only some of the rules have.')
  })
})

describe('paired', () => {
  const base = group('Base', { 0: 0.9, 1: 0.91, 2: 0.93, 3: 0.9, 4: 0.92 })
  const up = group('Up', { 1: 0.93, 2: 0.94, 3: 0.93, 4: 0.93, 9: 0.1 })

  test('over the seeds that both have', () => {
    const [found] = pairedComparisons(base, [up], false)
    expect(found?.pairs.seeds).toEqual([1, 2, 3, 4])
    expect(found?.test?.mean).toBeCloseTo(0.0175, 12)
    expect(found?.adjusted?.p).toBeCloseTo(found?.test?.p ?? NaN, 12)
    expect(warningsOf(found!)).toEqual([
      'Only 4 pairs: spread and effect size are rough guesses.',
      'With 4 pairs, Wilcoxon’s p cannot fall below 0.13.',
    ])
  })

  test('tells ties from pairs that differ where it says what Wilcoxon’s test can reach', () => {
    const said = (accuracies: Readonly<Record<number, number>>): string | undefined =>
      warningsOf(pairedComparisons(base, [group('Tied', accuracies)], false)[0]!).at(-1)
    expect(said({ 1: 0.91, 2: 0.94, 3: 0.92, 4: 0.95 })).toBe(
      'Of 4 pairs, 1 is a tie; with the 3 that differ, Wilcoxon’s p cannot fall below 0.25.',
    )
    expect(said({ 1: 0.91, 2: 0.93, 3: 0.9, 4: 0.95 })).toBe(
      'Of 4 pairs, 3 are ties; with the one that differs, Wilcoxon’s p cannot fall below 1.0.',
    )
  })

  test('several comparisons share the risk', () => {
    const found = pairedComparisons(base, [up, group('Other', { 0: 0.5, 1: 0.52, 2: 0.5 })], false)
    const [smaller, larger] = found.map(({ test }) => test?.p ?? NaN).sort((a, b) => a - b)
    expect(found.map(({ adjusted }) => adjusted?.p ?? NaN).sort((a, b) => a - b)).toEqual([
      expect.closeTo((smaller ?? NaN) * 2, 12),
      expect.closeTo(Math.max((smaller ?? NaN) * 2, larger ?? NaN), 12),
    ])
  })

  test('the interval is adjusted as p is: it holds zero exactly where the difference is not significant', () => {
    const accuracy = fc.double({ min: 0.5, max: 0.9, noNaN: true })
    const seeds = fc.record({ 0: accuracy, 1: accuracy, 2: accuracy, 3: accuracy })
    fc.assert(
      fc.property(fc.array(seeds, { minLength: 1, maxLength: 4 }), (others) => {
        const found = pairedComparisons(
          base,
          others.map((ends, i) => group(`Other ${i}`, ends)),
          false,
        )
        for (const { adjusted } of found) {
          if (adjusted === null || Math.abs(adjusted.p - 0.05) < 1e-6) continue
          const { low, high } = adjusted.interval
          expect(low <= 0 && high >= 0, JSON.stringify(adjusted)).toBe(adjusted.p > 0.05)
        }
      }),
      { numRuns: 50 },
    )
  })

  test('a collapsed seed of either leaves with its pair, aloud, unless it is asked for', () => {
    const lost = group('Lost', { 0: 0.1, 1: 0.93, 2: 0.94 }, {}, [0])
    const [without] = pairedComparisons(base, [lost], false)
    expect(without?.pairs).toMatchObject({ seeds: [1, 2], leftOut: [0] })
    expect(warningsOf(without!)).toContain('Seed 0 collapsed and is left out.')
    const [with_] = pairedComparisons(base, [lost], true)
    expect(with_?.pairs).toMatchObject({ seeds: [0, 1, 2], leftOut: [] })
  })

  test('what cannot be paired says why', () => {
    const elsewhere = group('Elsewhere', { 0: 0.9 }, { dataset: 'cifar-10' })
    const apart = group('Apart', { 70: 0.9 })
    const found = pairedComparisons(base, [elsewhere, apart], false)
    expect(found.map(({ test }) => test)).toEqual([null, null])
    expect(warningsOf(found[0]!)).toEqual([expect.stringContaining('different data')])
    expect(warningsOf(found[1]!)).toEqual([expect.stringContaining('no seed in common')])
  })

  test('the finding in words', () => {
    const [found] = pairedComparisons(base, [up], false)
    expect(finding(found!, { group: 'Up', baseline: 'Base' }, false)).toMatch(
      /^Up is 1\.75 points above Base over the 4 seeds they share \(95 % CI \+0\.\d\d to \+\d\.\d\d, p = 0\.0\d\d\)\.$/,
    )
    expect([points(0.0042), points(-0.0042), points(0.00001)]).toEqual(['+0.42', '−0.42', '0.00'])
    expect([probability(0.0004), probability(0.04), probability(null)]).toEqual(['< 0.001', '0.040', '–'])
  })

  test('seeds to add: those that one lacks first, then new ones in the baseline’s steps', () => {
    expect(seedsToAdd([0, 10, 20], [0, 10, 20], 2)).toEqual({ baseline: [30, 40], group: [30, 40] })
    expect(seedsToAdd([0, 1, 2, 3], [0, 1], 2)).toEqual({ baseline: [], group: [2, 3] })
    expect(seedsToAdd([0, 1], [0, 1, 5], 2)).toEqual({ baseline: [5, 6], group: [6] })
    expect(seedsToAdd([7], [7], 1)).toEqual({ baseline: [8], group: [8] })
    expect(addingText({ baseline: [1], group: [1] })).toBe('Add 1 seed to both')
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(30), { minLength: 1, maxLength: 8 }),
        fc.uniqueArray(fc.nat(30), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 12 }),
        (one, other, more) => {
          const added = seedsToAdd(one, other, more)
          const [a, b] = [
            [...one, ...added.baseline],
            [...other, ...added.group],
          ]
          expect(new Set(a).size).toBe(a.length)
          expect(new Set(b).size).toBe(b.length)
          const shared = (x: readonly number[], y: readonly number[]): number =>
            x.filter((seed) => y.includes(seed)).length
          expect(shared(a, b)).toBe(shared(one, other) + more)
        },
      ),
    )
  })

  test('the difference after every epoch that both have', () => {
    const [first] = differenceCurves(base, up, [1])
    expect([...(first?.x ?? [])]).toEqual([1, 2])
    expect([...(first?.y ?? [])]).toEqual([expect.closeTo(0.01, 12), expect.closeTo(0.02, 12)])
    const model = differenceModel(base, pairedComparisons(base, [up], false), {
      shared: '',
      band: 'sd',
      seeds: true,
    })
    expect(model.lines.map(({ label }) => label)).toEqual([
      'Base',
      'Up, seed 1',
      'Up, seed 2',
      'Up, seed 3',
      'Up, seed 4',
      'Up',
    ])
    expect(model.lines.at(-1)?.y.at(-1)).toBeCloseTo(1.75, 10)
  })
})

describe('overlay', () => {
  const one = group('CorInfoMax · MNIST', { 0: 0.8, 1: 0.9 })
  const pace = { samples: 1000, batches: 50 }
  const choice = { axis: 'epoch', band: 'sd', seeds: false, withCollapsed: false, shared: '' } as const
  const [what] = quantitiesOf([one], madeUpDescription.rules)

  test('offers what was taken and nothing else', () => {
    expect(quantitiesOf([one], madeUpDescription.rules).map(({ key }) => key)).toEqual(['test', 'train'])
    one.history.apply({ kind: 'measure', seed: 0, batch: 25, measure: 'alignment', values: { 'layer 2': 80 } })
    expect(quantitiesOf([one], madeUpDescription.rules).at(-1)).toMatchObject({
      key: 'alignment/layer 2',
      label: 'Alignment of W and Vᵀ · layer 2',
      unit: 'degrees',
    })
  })

  test('calls a measure what the compared rules call it, both ways where they differ', () => {
    const other = { ...one, row: { ...one.row, rule: 'feedback-alignment' } }
    const labels = (...groups: readonly (typeof one)[]): readonly string[] =>
      quantitiesOf(groups, madeUpDescription.rules)
        .filter(({ key }) => key.startsWith('alignment/'))
        .map(({ label }) => label)
    expect(labels(one)).toEqual(['Alignment of W and Vᵀ · layer 2'])
    expect(labels(other)).toEqual(['Alignment of W and F · layer 2'])
    expect(labels(one, other)).toEqual(['Alignment of W and Vᵀ / Alignment of W and F · layer 2'])
  })

  test.each([
    ['epoch', [1, 2], 'epoch'],
    ['batch', [50, 100], 'batch'],
    ['samples', [1000, 2000], 'samples seen'],
    ['time', [2, 4], 'wall time, s'],
  ] as const)('by %s', (axis, xs, label) => {
    const model = overlayModel([{ group: one, pace }], { ...choice, what: what!, axis })
    expect(model.xLabel).toBe(label)
    expect([...(model.lines[0]?.x ?? [])]).toEqual(xs)
    expect(model.lines[0]?.y.at(-1)).toBeCloseTo(0.85, 12)
    expect(model.lines[0]?.high?.at(-1)).toBeCloseTo(0.85 + Math.SQRT1_2 / 10, 12)
  })

  test('a measure counts batches, and is put on the same axes', () => {
    const measure = quantitiesOf([one], madeUpDescription.rules).at(-1)
    const at = (axis: 'epoch' | 'batch' | 'samples' | 'time') =>
      overlayModel([{ group: one, pace }], { ...choice, what: measure!, axis }).lines[0]?.x[0]
    expect([at('epoch'), at('batch'), at('samples'), at('time')]).toEqual([0.5, 25, 500, 1])
  })

  test('the published row stands behind when there is one for all', () => {
    const published: PublishedComparison = { mean: 0.9762, sd: 0.0012, n: 10, verdict: 'inside' }
    const at = (...rows: readonly (PublishedComparison | null)[]) =>
      overlayModel(
        rows.map((row, i) => ({ group: group(`G${i}`, { 0: 0.9 }, { published: row }), pace })),
        { ...choice, what: what! },
      ).published
    expect(at(published, null)).toEqual({ mean: 0.9762, sd: 0.0012 })
    expect(at(published, { ...published, mean: 0.5 })).toBeUndefined()
    expect(at(null)).toBeUndefined()
  })

  test('pace: what is held out is not trained on', () => {
    const card = madeUpDescription.dataSets.find(({ name }) => name === 'mnist')
    expect(paceOf(preset, card)).toEqual({ samples: 60_000, batches: 3000 })
    const { training, data } = preset
    const split = { ...preset, training: { ...training, validation: { fraction: 0.1, seed: 0, stratified: true } } }
    expect(paceOf({ ...split, data: { ...data, limitTrain: 1001 } }, card)).toEqual({ samples: 901, batches: 46 })
  })
})

describe('the top-k accuracy', () => {
  const counting = (name: string, k: number, values: Readonly<Record<number, number>>): Group => {
    const one = group(name, { 0: 0.2, 1: 0.3 }, { topK: { k, test: null, published: null } })
    for (const [seed, value] of Object.entries(values))
      for (const [batch, share] of [
        [100, 0.5],
        [200, 1],
      ] as const)
        one.history.apply({
          ...{ kind: 'measure', seed: Number(seed), batch, measure: 'top-k' },
          values: { test: value * share },
        })
    return { ...one, results: seedResults(one.history, 'last-epoch') }
  }

  test('stands beside the accuracy of the same epoch in every form of the table, and nowhere it was not counted', () => {
    const rows = comparisonRows([counting('A', 5, { 0: 0.4, 1: 0.5 }), group('B', { 0: 0.1, 1: 0.2 })], plain)
    expect(rows.map(({ topK }) => topK?.mean ?? null)).toEqual([expect.closeTo(0.45, 12), null])
    expect(asMarkdown(rows, false, alone)).toMatch(/\| Top-5, % \|/)
    expect(asMarkdown(rows, false, alone)).toContain('| 45.00 ± 7.07 (2) |')
    expect(asLatex(rows, false, alone)).toContain('Top-5')
    const [head = '', first = '', second = ''] = asCsv(rows).split('\r\n')
    const at = head.split(',').indexOf('top_k')
    expect(
      first
        .split(',')
        .slice(at, at + 2)
        .map(Number),
    ).toEqual([5, expect.closeTo(0.45, 12)])
    expect(second.split(',').slice(at, at + 4)).toEqual(['', '', '', ''])
    expect(asMarkdown(comparisonRows([group('B', { 0: 0.1 })], plain), false, alone)).not.toContain('Top')
  })

  test('of different k is told as such', () => {
    const rows = comparisonRows([counting('A', 5, { 0: 0.4 }), counting('B', 3, { 0: 0.3 })], plain)
    expect(topKTitle(rows)).toBe('Top-k, %')
  })
})
