/**
 * How well the networks do on the batches they are trained on, before each is learned from, as means over windows of
 * consecutive batches: what a run can show before its first epoch ends.
 *
 * A window is a power of two of batches and ends at a multiple of it in its epoch, or with the epoch: so seeds that are
 * trained at other times, perhaps at another speed, have their means at the same places. It lasts a second or a few.
 */

/** A window lasts at least this long, unless the epoch ends. */
const LEAST_MS = 1000
/** After one that lasted longer, the next has half as many batches. */
const MOST_MS = 4 * LEAST_MS
/** So many windows an epoch are enough to read it by, however long it takes. */
const MOST_PER_EPOCH = 200
/** The first of a session are shorter, however many an epoch has: there is nothing else to look at yet. */
const SOON = 10
const SOON_MS = LEAST_MS / 4

interface Chunk {
  readonly batches: number
  /** By replica, of all its batches. */
  readonly hits: readonly number[]
  /** Of one replica. */
  readonly samples: number
  readonly ms: number
  /** Batches of the epoch that are trained when it ends. */
  readonly batchInEpoch: number
}

export class RunningAccuracy {
  readonly #batchesPerEpoch: number
  /** Batches of a window, a power of two. */
  #length = 1
  #told = 0
  #hits: number[] = []
  #batches = 0
  #samples = 0
  #ms = 0

  constructor(batchesPerEpoch: number) {
    this.#batchesPerEpoch = batchesPerEpoch
  }

  /** How many batches until the window can end; a chunk must not go on beyond. */
  batchesLeft(batchInEpoch: number): number {
    return this.#length - (batchInEpoch % this.#length)
  }

  /** Adds a chunk. Returns the hits by replica among so many samples each, where a window ended with it; else null. */
  note({
    batches,
    hits,
    samples,
    ms,
    batchInEpoch,
  }: Chunk): { readonly hits: readonly number[]; readonly samples: number } | null {
    this.#hits = hits.map((hit, replica) => hit + (this.#hits[replica] ?? 0))
    this.#batches += batches
    this.#samples += samples
    this.#ms += ms
    const [least, leastMs] = this.#told < SOON ? [1, SOON_MS] : [this.#batchesPerEpoch / MOST_PER_EPOCH, LEAST_MS]
    // Less than a millisecond is not trusted.
    const batchMs = Math.max(this.#ms, 1) / this.#batches
    while (this.#length < this.#batchesPerEpoch && (this.#length < least || this.#length * batchMs < leastMs))
      this.#length *= 2
    const epochEnds = batchInEpoch === this.#batchesPerEpoch
    // What began within a window goes on into the next.
    if (!epochEnds && (batchInEpoch % this.#length !== 0 || this.#ms < leastMs)) return null
    if (this.#ms > MOST_MS && this.#length / 2 >= least) this.#length /= 2
    const window = { hits: this.#hits, samples: this.#samples }
    this.#told++
    this.#hits = []
    this.#batches = 0
    this.#samples = 0
    this.#ms = 0
    return window
  }
}
