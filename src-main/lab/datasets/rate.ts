/** The rate of a transfer over the last seconds: long enough to be read, short enough to follow the connection. */

const WINDOW_MS = 4000
/** Less says nothing. */
const LEAST_MS = 1000

export class Rate {
  readonly #now: () => number
  readonly #seen: { at: number; bytes: number }[]

  constructor(bytes: number, now: () => number = () => performance.now()) {
    this.#now = now
    this.#seen = [{ at: now(), bytes }]
  }

  /** Takes in how many bytes are there by now. Returns bytes per second; null while too little was seen. */
  note(bytes: number): number | null {
    const at = this.#now()
    const last = this.#seen.at(-1)
    // Begun anew: what came before says nothing about this.
    if (last !== undefined && bytes < last.bytes) this.#seen.splice(0)
    this.#seen.push({ at, bytes })
    while (this.#seen.length > 2 && at - (this.#seen[1]?.at ?? at) >= WINDOW_MS) this.#seen.shift()
    const first = this.#seen[0]
    return first === undefined || at - first.at < LEAST_MS ? null : (1000 * (bytes - first.bytes)) / (at - first.at)
  }
}
