/** Consecutive batches as an engine takes them: which samples, and the numbers that a rule gives anew for each batch. */
import type { BatchPlan } from '../engines/engine.ts'
import type { Compiled } from '../program/program.ts'
import type { Generator } from '../program/random.ts'
import type { Position } from './checkpoint.ts'

interface Chunk {
  readonly compiled: Compiled
  /** By replica; one coin is tossed per batch. */
  readonly signs: readonly Generator[]
  /** By replica: the samples of the running epoch in the order they are trained on. */
  readonly orders: readonly Uint32Array[]
  readonly batchSize: number
  /** Before the chunk. */
  readonly position: Position
  /** How many batches; the epoch's last, smaller batch comes alone. */
  readonly count: number
}

export function planChunk({ compiled, signs, orders, batchSize, position, count }: Chunk): BatchPlan {
  const { epoch, batchInEpoch, batch } = position
  const first = batchInEpoch * batchSize
  const size = Math.min(batchSize, (orders[0]?.length ?? 0) - first)
  const slots = compiled.program.scalarCount
  const samples = new Uint32Array(orders.length * count * size)
  const scalars = new Float64Array(orders.length * count * slots)
  orders.forEach((order, replica) => {
    samples.set(order.subarray(first, first + count * size), replica * count * size)
  })
  signs.forEach((sign, replica) => {
    for (let b = 0; b < count; b++)
      scalars.set(compiled.scalarsAt({ epoch, batch: batch + b, sign: sign.coin() }), (replica * count + b) * slots)
  })
  return { batchSize: size, batches: count, samples, scalars, measureBatch: null }
}
