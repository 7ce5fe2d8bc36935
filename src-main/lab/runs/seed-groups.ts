/**
 * Which seeds resume together. A crash between two checkpoints can leave seeds of one run at different positions; those
 * at the same position are trained side by side, one group after another. Replicas never influence each other, so every
 * seed ends as if nothing had happened.
 */
import type { SeedCheckpoint } from '../../training/checkpoint.ts'

export interface SeedGroup {
  readonly seeds: readonly number[]
  /** In the order of `seeds`; null for those that begin. */
  readonly from: readonly SeedCheckpoint[] | null
}

export interface GroupedSeeds {
  readonly groups: readonly SeedGroup[]
  /** Those with nothing left to train. */
  readonly finished: readonly SeedCheckpoint[]
}

/** Seeds by position, the furthest behind first; `checkpointOf` gives null for a seed that has none. */
export function groupSeeds(
  seeds: readonly number[],
  epochs: number,
  checkpointOf: (seed: number) => SeedCheckpoint | null,
): GroupedSeeds {
  const finished: SeedCheckpoint[] = []
  const beginning: number[] = []
  const byPosition = new Map<string, SeedCheckpoint[]>()
  for (const seed of seeds) {
    const checkpoint = checkpointOf(seed)
    if (checkpoint === null) beginning.push(seed)
    else if (checkpoint.position.epoch >= epochs) finished.push(checkpoint)
    else {
      const { epoch, batchInEpoch, batch } = checkpoint.position
      const key = `${epoch}/${batchInEpoch}/${batch}`
      byPosition.set(key, [...(byPosition.get(key) ?? []), checkpoint])
    }
  }
  const going = [...byPosition.values()]
    .sort((a, b) => (a[0]?.position.batch ?? 0) - (b[0]?.position.batch ?? 0))
    .map((from) => ({ seeds: from.map(({ seed }) => seed), from }))
  return { groups: beginning.length > 0 ? [{ seeds: beginning, from: null }, ...going] : going, finished }
}
