import { describe, expect, test } from 'vitest'
import type { ExperimentRecord, Inspection, RuleCard } from '../../src-main/contract.ts'
import { inspectedConfusion } from '../../src-renderer/charts/series.ts'
import { confusedPairs, countedNetworks, measuredLines } from '../../src-main/experiment/inspected.ts'
import { isOutdated, measuredText } from '../../src-renderer/text/inspected.ts'

const inspection: Inspection = {
  version: 1,
  ...{ taken: '2026-11-28T17:00:00Z', engine: 'native', classes: ['a', 'b'], samples: 10, mistaken: 3, notes: [] },
  seeds: [
    {
      seed: 0,
      epoch: 2,
      accuracy: 0.9,
      counts: [5, 0, 1, 4],
      measures: { angle: { 'layer 2': 60 }, silent: { 'free, first': 0.5, 'free, last': 0.1 } },
    },
    {
      seed: 5,
      epoch: 2,
      accuracy: 0.8,
      counts: [4, 1, 1, 4],
      measures: { angle: { 'layer 2': 64 }, silent: { 'free, first': 0.7, 'free, last': 0.3 } },
    },
  ],
  mistakes: [
    { index: 7, label: 1, predicted: 0, seeds: 2 },
    { index: 2, label: 0, predicted: 1, seeds: 1 },
    { index: 9, label: 1, predicted: 0, seeds: 1 },
  ],
}
const rule = {
  measures: [
    { name: 'silent', label: 'Silent units', unit: 'percent', help: '' },
    { name: 'angle', label: 'Alignment', unit: 'degrees', help: '' },
    { name: 'not-taken', label: 'Other', unit: '', help: '' },
  ],
} as unknown as RuleCard

describe('what was found in the networks', () => {
  test('measures are told over the seeds, of what settles its first and its last iteration', () => {
    const lines = measuredLines(inspection, rule.measures)
    expect(lines.map((line) => [line.label, line.series, measuredText(line), line.unit])).toEqual([
      ['Silent units', 'free', '60 → 20', '%'],
      // (60 + 64)/2, and √8 with one degree of freedom.
      ['Alignment', 'layer 2', '62 ± 2.8', 'degrees'],
    ])
  })

  test('a seed that is not as far as the others is left out of a mean', () => {
    const [first, second] = inspection.seeds as [Inspection['seeds'][number], Inspection['seeds'][number]]
    const uneven = { ...inspection, seeds: [first, { ...second, epoch: 1 }] }
    expect(countedNetworks(uneven).map(({ seed }) => seed)).toEqual([0])
    expect(measuredLines(uneven, rule.measures).map(measuredText)).toEqual(['50 → 10', '60'])
    const begun = { seeds: [first, second].map((seed) => ({ ...seed, epoch: 0 })) }
    expect(countedNetworks(begun)).toHaveLength(2)
  })

  test('confused classes, the most frequent first', () => {
    expect(confusedPairs(inspection)).toEqual([
      { label: 1, predicted: 0, samples: 2 },
      { label: 0, predicted: 1, samples: 1 },
    ])
  })

  test('the confusion matrix is over all seeds together, as shares of the true class', () => {
    expect(inspectedConfusion(inspection)).toMatchObject({
      ...{ epoch: 2, split: 'test', seeds: 2 },
      shares: [
        [0.9, 0.1],
        [0.2, 0.8],
      ],
    })
  })

  test('is outdated once a seed has trained on, or one was added that has finished an epoch', () => {
    const outcome = (seed: number, epochs: number) => ({ seed, epochs, status: 'stopped' })
    const after = (...outcomes: readonly object[]) =>
      isOutdated({ inspection, outcomes } as unknown as ExperimentRecord)
    expect(after(outcome(0, 2), outcome(5, 2))).toBe(false)
    expect(after(outcome(0, 2), outcome(5, 3))).toBe(true)
    expect(after(outcome(0, 2), outcome(5, 2), outcome(6, 1))).toBe(true)
    expect(after(outcome(0, 2), outcome(5, 2), outcome(6, 0))).toBe(false)
  })
})
