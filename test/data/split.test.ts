/** The validation set: every sample on one side, classes in proportion, the same again for the same seed. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { heldOut, splitSamples, SplitProblem, type SplitSettings } from '../../src-main/data/split.ts'
import { Generator } from '../../src-main/program/random.ts'

function split(labels: readonly number[], classes: number, settings: SplitSettings, seed = 0) {
  const samples = { labels: Uint8Array.from(labels), count: labels.length, classes }
  return splitSamples(samples, settings, Generator.seeded(seed))
}

function countsOf(part: Uint32Array, labels: readonly number[], classes: number): number[] {
  return Array.from({ length: classes }, (_, label) => part.filter((sample) => labels[sample] === label).length)
}

/** Some samples of every class, in any order, so many that no part lacks one. */
const labelled = fc.array(fc.integer({ min: 8, max: 40 }), { minLength: 2, maxLength: 6 }).chain((sizes) =>
  fc
    .shuffledSubarray(
      sizes.flatMap((size, label) => new Array<number>(size).fill(label)),
      { minLength: sizes.reduce((sum, size) => sum + size, 0) },
    )
    .map((labels) => ({ labels, classes: sizes.length })),
)
const fraction = fc.double({ min: 0.15, max: 0.5, noNaN: true })

describe('a split', () => {
  it('puts every sample in one of the two, ascending, the share rounded', () => {
    fc.assert(
      fc.property(labelled, fraction, fc.boolean(), fc.nat(), ({ labels, classes }, f, stratified, seed) => {
        let parts
        try {
          parts = split(labels, classes, { fraction: f, stratified }, seed)
        } catch (error) {
          // Only chance may leave a class out.
          expect(stratified).toBe(false)
          expect(error).toBeInstanceOf(SplitProblem)
          return
        }
        const { train, validation } = parts
        expect(validation.length).toBe(heldOut(labels.length, f))
        expect([...train, ...validation].sort((a, b) => a - b)).toEqual(labels.map((_, i) => i))
        for (const part of [train, validation]) expect([...part]).toEqual([...part].sort((a, b) => a - b))
      }),
    )
  })

  it('stratified takes of each class its exact share, rounded down or up', () => {
    fc.assert(
      fc.property(labelled, fraction, fc.nat(), ({ labels, classes }, f, seed) => {
        const { validation } = split(labels, classes, { fraction: f, stratified: true }, seed)
        countsOf(validation, labels, classes).forEach((held, label) => {
          const exact = f * labels.filter((other) => other === label).length
          expect(Math.abs(held - exact)).toBeLessThan(1)
        })
      }),
    )
  })

  it('stratified rounds up where most of a sample is left over, and of equals the lower class', () => {
    const of = (...sizes: number[]): number[] => {
      const labels = sizes.flatMap((size, label) => new Array<number>(size).fill(label))
      const { validation } = split(labels, sizes.length, { fraction: 0.25, stratified: true })
      return countsOf(validation, labels, sizes.length)
    }
    // Exact shares 2.25, 1.75, 1.5 of 22 samples, of which 5.5 rounds to 6: ⌊ ⌋ leaves two, for .75 and .5.
    expect(of(9, 7, 6)).toEqual([2, 2, 2])
    // 1.5, 2.25, 2.5, 2.5: 8.75 rounds to 9, two of three halves are rounded up.
    expect(of(6, 9, 10, 10)).toEqual([2, 2, 3, 2])
  })

  const labels = Array.from({ length: 60 }, (_, i) => i % 3)
  it.each([true, false])(
    'is the same again for the same seed, and another for another (stratified %s)',
    (stratified) => {
      const settings = { fraction: 0.25, stratified }
      expect(split(labels, 3, settings, 4)).toEqual(split(labels, 3, settings, 4))
      expect(split(labels, 3, settings, 4)).not.toEqual(split(labels, 3, settings, 5))
    },
  )

  it('draws, rather than taking the first ones', () => {
    const { validation } = split(labels, 3, { fraction: 0.25, stratified: true })
    expect(Math.max(...validation)).toBeGreaterThan(30)
  })

  it('refuses to leave a class without a sample in either part, and passes over one that has none at all', () => {
    const rare = [...labels, 3]
    expect(() => split(rare, 4, { fraction: 0.1, stratified: true })).toThrow(
      /at least one validation sample of every class, found none of class 3, which has 1 in all/,
    )
    expect(() => split([0, 0, 1], 2, { fraction: 0.5, stratified: true })).toThrow(
      /at least one training sample of every class, found none of class 1/,
    )
    expect(split(labels, 5, { fraction: 0.1, stratified: true }).validation.length).toBe(6)
  })
})
