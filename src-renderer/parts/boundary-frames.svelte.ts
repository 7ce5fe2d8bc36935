/** Decision boundaries of one run as they were seen: the latest while it trains, and those of epochs gone to, each asked for once. */
import { dividedOf, type Divided } from '../charts/plane-model.ts'
import type { LabStore } from '../lab.svelte.ts'
import { Looking } from '../looking.svelte.ts'

/** Points along a side of the grid: lines between them are straight enough for any picture here. */
const SIDE = 64
/** Not oftener than a moving picture asks for: each look is some thousand points through the network. */
const EVERY_MS = 110
const MOST_FRAMES = 240

export class BoundaryFrames {
  shown = $state.raw<Divided | null>(null)
  /** Epochs of the seed being looked at that were seen. */
  seen = $state.raw<readonly number[]>([])
  readonly looking: Looking<'boundary'>
  readonly #run: string
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- `seen` tells what is in it
  #frames = new Map<number, Divided>()
  #seed: number | null = null
  #wanted: number | null = null
  #last = -Infinity
  /** Somebody asked while an answer was on its way. */
  #again = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(lab: Pick<LabStore, 'call'>, run: string) {
    this.#run = run
    this.looking = new Looking<'boundary'>(lab)
  }

  /** Shows the network of a seed after so many epochs; null is as it is now, which is asked for anew each time. */
  show(seed: number, epoch: number | null): void {
    if (seed !== this.#seed) {
      this.#frames.clear()
      this.seen = []
      this.#seed = seed
    }
    this.#wanted = epoch
    const known = epoch === null ? undefined : this.#frames.get(epoch)
    if (known !== undefined) {
      this.shown = known
      return
    }
    this.#timer ??= setTimeout(() => void this.#ask(), Math.max(0, this.#last + EVERY_MS - performance.now()))
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  async #ask(): Promise<void> {
    this.#timer = undefined
    if (this.looking.busy) {
      this.#again = true
      return
    }
    this.#last = performance.now()
    const [seed, epoch] = [this.#seed ?? 0, this.#wanted]
    await this.looking.ask({ id: this.#run, network: { seed, epoch }, ask: { kind: 'boundary', side: SIDE } })
    if (this.#again && this.#seed !== null) {
      this.#again = false
      this.show(this.#seed, this.#wanted)
    }
    const { answer } = this.looking
    if (answer === null || seed !== this.#seed || this.looking.refusal !== null) return
    const found = dividedOf(answer)
    // Within an epoch it is of no epoch that could be gone to.
    if (!found.within) this.#keep(found)
    // Meanwhile another epoch may have been gone to.
    if (this.#wanted === null || this.#wanted === found.epoch) this.shown = found
  }

  #keep(found: Divided): void {
    this.#frames.set(found.epoch, found)
    if (this.#frames.size > MOST_FRAMES) {
      const epochs = [...this.#frames.keys()].sort((a, b) => a - b)
      // Every second one goes, so that what is left still tells the whole course.
      epochs.forEach((epoch, i) => {
        if (i % 2 === 1 && epoch !== found.epoch) this.#frames.delete(epoch)
      })
    }
    this.seen = [...this.#frames.keys()].sort((a, b) => a - b)
  }
}
