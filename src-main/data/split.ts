/**
 * Dividing the training samples into a part that is trained on and one that is only looked at. What is chosen by looking
 * (an epoch, a setting) is then chosen without the test set, whose accuracy stays an estimate of new data (Hastie,
 * Tibshirani, Friedman, The Elements of Statistical Learning, 2nd ed., section 7.2).
 */
import type { Generator } from '../program/random.ts'
import type { Samples } from './data-set.ts'

export interface SplitSettings {
  /** Share of the training samples that is held out. */
  readonly fraction: number
  /** Whether every class gives the same share. */
  readonly stratified: boolean
}

/** Indices into the training samples, each of them in one of the two, ascending. */
export interface SampleSplit {
  readonly train: Uint32Array
  readonly validation: Uint32Array
}

/** A split that cannot be drawn: what it must leave, and what it would. */
export class SplitProblem extends Error {
  override readonly name = 'SplitProblem'
  readonly next = 'Choose another training.validation.fraction, a smaller training.batchSize or more training samples.'
}

/** How many of `count` samples are held out: the share, rounded. */
export function heldOut(count: number, fraction: number): number {
  return Math.round(count * fraction)
}

/**
 * Draws which samples are held out. Stratified, class c with n_c samples gives ⌊f·n_c⌋ of them or one more, the ones
 * more going to the classes with the largest remainders (the lower label first), so that heldOut(n, f) are drawn in all.
 *
 * @param generator of this purpose; nothing is read from its own stream
 * @throws SplitProblem when a class that has samples has none in one of the parts
 */
export function splitSamples(
  { labels, count, classes }: Pick<Samples, 'labels' | 'count' | 'classes'>,
  { fraction, stratified }: SplitSettings,
  generator: Generator,
): SampleSplit {
  const isHeldOut = new Uint8Array(count)
  if (stratified) {
    const members = byClass(labels, count, classes)
    const shares = sharesOf(
      members.map(({ length }) => length * fraction),
      heldOut(count, fraction),
    )
    members.forEach((own, label) => {
      for (const sample of generator.split(label).shuffle(own).subarray(0, shares[label])) isHeldOut[sample] = 1
    })
  } else {
    const all = generator.split('all').shuffle(Uint32Array.from({ length: count }, (_, i) => i))
    for (const sample of all.subarray(0, heldOut(count, fraction))) isHeldOut[sample] = 1
  }
  const part = (held: number): Uint32Array =>
    Uint32Array.from({ length: count }, (_, i) => i).filter((sample) => isHeldOut[sample] === held)
  const split = { train: part(0), validation: part(1) }
  requireEveryClass(split, labels, classes)
  return split
}

function byClass(labels: Samples['labels'], count: number, classes: number): Uint32Array[] {
  const members = Array.from({ length: classes }, (): number[] => [])
  for (let sample = 0; sample < count; sample++) members[labels[sample] as number]?.push(sample)
  return members.map((own) => Uint32Array.from(own))
}

/** Whole numbers that add up to `total`, each its exact share rounded down or up (largest remainders). */
function sharesOf(exact: readonly number[], total: number): number[] {
  const shares = exact.map(Math.floor)
  let left = total - shares.reduce((sum, share) => sum + share, 0)
  const order = exact
    .map((share, label) => ({ label, remainder: share - Math.floor(share) }))
    .sort((a, b) => b.remainder - a.remainder || a.label - b.label)
  for (const { label } of order) if (left-- > 0) shares[label] = (shares[label] ?? 0) + 1
  return shares
}

function requireEveryClass({ train, validation }: SampleSplit, labels: Samples['labels'], classes: number): void {
  const counts = (part: Uint32Array): number[] => {
    const found = new Array<number>(classes).fill(0)
    for (const sample of part) found[labels[sample] as number] = (found[labels[sample] as number] ?? 0) + 1
    return found
  }
  const [trained, held] = [counts(train), counts(validation)]
  for (let label = 0; label < classes; label++) {
    const all = (trained[label] ?? 0) + (held[label] ?? 0)
    if (all === 0) continue
    for (const [name, found] of [
      ['training', trained],
      ['validation', held],
    ] as const)
      if (found[label] === 0)
        throw new SplitProblem(
          `training.validation: expected at least one ${name} sample of every class, found none of class ${label}, which has ${all} in all.`,
        )
  }
}
