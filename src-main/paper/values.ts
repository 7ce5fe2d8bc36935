/** What a seed has of the quantity that an exhibit shows. */
import type { TrainedSeed } from './trained.ts'

/** An accuracy ('test', 'train'), or a measure with one of its series. */
export interface Wanted {
  readonly quantity: string
  readonly series: string | null
}

export const isAccuracy = (quantity: string): quantity is 'test' | 'train' =>
  quantity === 'test' || quantity === 'train'

/**
 * The seed's values by place: epochs finished, or batches trained. What is counted after epochs and lies by batch (top-k
 * accuracy) is found by epoch, too: its first value is that of the first epoch after which it is counted.
 *
 * @param firstEpoch of what is counted after epochs
 */
export function valuesOf(
  seed: TrainedSeed,
  { quantity, series }: Wanted,
  unit: 'epoch' | 'batch',
  firstEpoch = 1,
): Map<number, number> {
  const values = new Map<number, number>()
  const put = (place: number, value: number | null | undefined): void => {
    if (typeof value === 'number' && Number.isFinite(value)) values.set(place, value)
  }
  if (isAccuracy(quantity)) {
    const column = quantity === 'test' ? seed.testAccuracy : seed.trainAccuracy
    for (const [i, epoch] of seed.epochs.entries()) put(epoch, column[i])
    return values
  }
  const all = seed.measures[quantity] ?? {}
  const column = series === null ? Object.values(all)[0] : all[series]
  const [first = 1] = column?.batch ?? []
  for (const [i, batch] of (column?.batch ?? []).entries())
    put(unit === 'batch' ? batch : Math.round((batch / first) * firstEpoch), column?.value[i])
  return values
}
