/**
 * What a row and a record need of the histories of all seeds, taken up one after another, so that a thousand seeds of a hundred
 * thousand epochs never lie in memory together.
 */
import type { SeedRecord } from '../../contract.ts'
import type { SeedOutcome } from '../../experiment/event.ts'
import type { Experiment } from '../../experiment/experiment.ts'

/** Epochs, over all seeds, that a record shows; a message to a window holds no more. */
const MOST_EPOCHS = 1_000_000
/** Points, over all seeds, of one measure's series. */
const MOST_POINTS = 2_000_000
/** Points of the curve in a row, which is as small as a word. */
const MOST_OF_CURVE = 1000

export class SeedReading {
  /** Every how many-th epoch a record shows. */
  readonly stride: number
  /** Points of one series of one seed. */
  readonly mostPoints: number
  readonly outcomes: SeedOutcome[] = []
  /** For a record: every seed, thinned where there are too many epochs. For a row: none. */
  readonly seeds: SeedRecord[] = []
  /** The first epochs of every seed, for comparing with an early curve. */
  readonly beginnings: Pick<SeedRecord, 'epochs' | 'testAccuracy' | 'collapsed'>[] = []
  best: number | null = null
  /** Of the seed that is furthest behind; null when all collapsed. */
  epochsDone: number | null = null
  /** Of the seed that took longest. */
  seconds = 0
  readonly #want: 'everything' | 'accuracies'
  readonly #earlyEpochs: number
  readonly #sums: number[] = []
  readonly #counts: number[] = []

  constructor({ seeds, training }: Experiment, want: 'everything' | 'accuracies', earlyEpochs: number) {
    this.#want = want
    this.#earlyEpochs = earlyEpochs
    this.stride = Math.ceil((seeds.length * training.epochs) / MOST_EPOCHS)
    this.mostPoints = Math.max(1000, Math.floor(MOST_POINTS / seeds.length))
  }

  take(seed: SeedRecord, outcome: SeedOutcome): void {
    this.outcomes.push(outcome)
    this.beginnings.push({
      epochs: seed.epochs.slice(0, this.#earlyEpochs),
      testAccuracy: seed.testAccuracy.slice(0, this.#earlyEpochs),
      collapsed: seed.collapsed,
    })
    for (const accuracy of seed.testAccuracy)
      if (accuracy !== null && accuracy > (this.best ?? -Infinity)) this.best = accuracy
    this.seconds = Math.max(
      this.seconds,
      seed.seconds.reduce((sum, value) => sum + value, 0),
    )
    if (seed.collapsed === null) {
      this.epochsDone = Math.min(this.epochsDone ?? Infinity, seed.epochs.at(-1) ?? 0)
      this.#addToCurve(seed.testAccuracy)
    }
    if (this.#want === 'everything') this.seeds.push(thinned(seed, this.stride, outcome.epoch))
  }

  /** The mean over seeds that did not collapse, at each epoch over those that finished it; of many, evenly spaced ones. */
  curve(): number[] {
    const means: number[] = []
    for (let epoch = 0; epoch < this.#sums.length; epoch++) {
      const count = this.#counts[epoch] ?? 0
      if (count > 0) means.push(Math.round(((this.#sums[epoch] ?? 0) / count) * 1e5) / 1e5)
    }
    if (means.length <= MOST_OF_CURVE) return means
    const step = (means.length - 1) / (MOST_OF_CURVE - 1)
    return Array.from({ length: MOST_OF_CURVE }, (_, place) => means[Math.round(place * step)] as number)
  }

  #addToCurve(accuracies: readonly (number | null)[]): void {
    accuracies.forEach((accuracy, epoch) => {
      this.#sums[epoch] = (this.#sums[epoch] ?? 0) + (accuracy ?? 0)
      this.#counts[epoch] = (this.#counts[epoch] ?? 0) + (accuracy === null ? 0 : 1)
    })
  }
}

/** Every so many-th epoch, the last one and the one whose accuracies are reported. */
function thinned(seed: SeedRecord, stride: number, reported: number | null): SeedRecord {
  if (stride <= 1) return seed
  const kept = (_: unknown, place: number): boolean =>
    place % stride === 0 || place === seed.epochs.length - 1 || seed.epochs[place] === reported
  let passed = 0
  return {
    ...seed,
    epochs: seed.epochs.filter(kept),
    trainAccuracy: seed.trainAccuracy.filter(kept),
    testAccuracy: seed.testAccuracy.filter(kept),
    validationAccuracy: seed.validationAccuracy.filter(kept),
    // The epochs passed over took their time as well.
    seconds: seed.seconds.flatMap((seconds, place) => {
      passed += seconds
      if (!kept(seconds, place)) return []
      const sum = passed
      passed = 0
      return [sum]
    }),
  }
}
