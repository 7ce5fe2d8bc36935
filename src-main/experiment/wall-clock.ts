/** How long training took, from what was recorded epoch by epoch. */

interface Timed {
  readonly epochs: readonly number[]
  /** Of each epoch, of all seeds that were trained side by side together. */
  readonly seconds: readonly number[]
}

/**
 * Seconds of training and evaluation on the clock: Σ over epochs, and within each over the different times that its seeds
 * say. Seeds trained side by side wrote down the very same double, their common time, which counts once; seeds trained one
 * after the other measured times of their own.
 */
export function wallClockSeconds(seeds: readonly Timed[]): number {
  const byEpoch = new Map<number, Set<number>>()
  for (const { epochs, seconds } of seeds)
    for (const [at, epoch] of epochs.entries()) {
      const times = byEpoch.get(epoch) ?? new Set()
      byEpoch.set(epoch, times.add(seconds[at] ?? 0))
    }
  let sum = 0
  for (const times of byEpoch.values()) for (const time of times) sum += time
  return sum
}
