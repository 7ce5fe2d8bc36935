/**
 * Seeded, splittable random numbers whose whole state is three integers.
 *
 * The generator is Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as
 * 1, 2, 3", SC 2011): a keyed bijection of a counter. The n-th word drawn depends on the key and n alone, so saving a
 * generator is saving `{ key, position }`, and two generators split by different labels never share a stream.
 *
 * Everything random in a run comes from `Generator.seeded(seed)` split by purpose ('initial', 'order', 'sign', …), so
 * that adding a draw in one place changes nothing in another.
 */
export class Generator {
  readonly #key: readonly [number, number]
  #position: number
  #block = -1
  #even = 0
  #odd = 0

  private constructor(key: readonly [number, number], position: number) {
    this.#key = key
    this.#position = position
  }

  /** The root generator of a run. `seed` is a non-negative safe integer. */
  static seeded(seed: number): Generator {
    if (!Number.isSafeInteger(seed) || seed < 0)
      throw new RangeError(`a seed is a whole number from 0 up, found ${seed}`)
    return new Generator(threefry([seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0], [0x61706963, 0x616c2121]), 0)
  }

  /** The generator as it was when `state()` was taken. */
  static restore(state: GeneratorState): Generator {
    return new Generator([state.key[0] >>> 0, state.key[1] >>> 0], state.position)
  }

  /** Plain JSON from which `restore` goes on with the very next number. */
  state(): GeneratorState {
    return { key: [this.#key[0], this.#key[1]], position: this.#position }
  }

  /** An independent generator for one purpose. Splitting reads nothing from this stream. */
  split(label: string | number): Generator {
    return new Generator(threefry(this.#key, hashLabel(String(label))), 0)
  }

  /** The next 32 random bits. */
  bits(): number {
    const block = Math.floor(this.#position / 2)
    if (block !== this.#block) {
      // The high word's top bit keeps the counters of draws apart from the label hashes used by split.
      mix(this.#key[0], this.#key[1], block | 0, Math.floor(block / 2 ** 32) | 0x80000000)
      this.#even = even
      this.#odd = odd
      this.#block = block
    }
    return this.#position++ % 2 === 0 ? this.#even : this.#odd
  }

  /** Uniform in [0, 1) with 53 bits. */
  uniform(): number {
    const high = this.bits() >>> 5
    const low = this.bits() >>> 6
    return (high * 2 ** 26 + low) / 2 ** 53
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform()
  }

  /** Fills `values` with the numbers that `between` would draw one by one. */
  fillBetween(values: Float64Array, low: number, high: number): void {
    let from = 0
    // From an even position on, a block of two words makes a number.
    if (this.#position % 2 === 0) {
      const [k0, k1] = this.#key
      for (; from < values.length; from++) {
        const block = this.#position / 2
        mix(k0, k1, block | 0, Math.floor(block / 2 ** 32) | 0x80000000)
        values[from] = low + (high - low) * (((even >>> 5) * 2 ** 26 + (odd >>> 6)) / 2 ** 53)
        this.#position += 2
      }
    }
    for (; from < values.length; from++) values[from] = this.between(low, high)
  }

  /** Standard normal, by Box and Muller's transform (one of the pair, so that the state stays three integers). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    return radius * Math.cos(2 * Math.PI * this.uniform())
  }

  /** A whole number from 0 to below `count`, without modulo bias. `count` ≤ 2³². */
  integer(count: number): number {
    const limit = Math.floor(2 ** 32 / count) * count
    let word = this.bits()
    while (word >= limit) word = this.bits()
    return word % count
  }

  /** +1 or −1, each with probability one half. */
  coin(): 1 | -1 {
    return this.bits() >>> 31 === 0 ? 1 : -1
  }

  /** Fisher–Yates, in place. */
  shuffle(items: Uint32Array): Uint32Array {
    for (let last = items.length - 1; last > 0; last--) {
      const other = this.integer(last + 1)
      const kept = items[last] as number
      items[last] = items[other] as number
      items[other] = kept
    }
    return items
  }
}

/** A generator at rest: its key and how many words were drawn. */
export interface GeneratorState {
  readonly key: readonly [number, number]
  readonly position: number
}

/** Threefry-2x32-20: two counter words to two random words under a two-word key. */
export function threefry(
  key: readonly [number, number],
  counter: readonly [number, number],
): readonly [number, number] {
  mix(key[0], key[1], counter[0], counter[1])
  return [even, odd]
}

/** The words that `mix` left: a pair made anew for each would take longer than the mixing. */
let even = 0
let odd = 0

/** The rounds, four to an injection of the key, written out: weights are drawn by the million, and a loop takes three times as long. */
function mix(k0: number, k1: number, c0: number, c1: number): void {
  const k2 = 0x1bd11bda ^ k0 ^ k1
  let a = (c0 + k0) | 0
  let b = (c1 + k1) | 0
  a = (a + b) | 0
  b = ((b << 13) | (b >>> 19)) ^ a
  a = (a + b) | 0
  b = ((b << 15) | (b >>> 17)) ^ a
  a = (a + b) | 0
  b = ((b << 26) | (b >>> 6)) ^ a
  a = (a + b) | 0
  b = ((b << 6) | (b >>> 26)) ^ a
  a = (a + k1) | 0
  b = (b + k2 + 1) | 0
  a = (a + b) | 0
  b = ((b << 17) | (b >>> 15)) ^ a
  a = (a + b) | 0
  b = ((b << 29) | (b >>> 3)) ^ a
  a = (a + b) | 0
  b = ((b << 16) | (b >>> 16)) ^ a
  a = (a + b) | 0
  b = ((b << 24) | (b >>> 8)) ^ a
  a = (a + k2) | 0
  b = (b + k0 + 2) | 0
  a = (a + b) | 0
  b = ((b << 13) | (b >>> 19)) ^ a
  a = (a + b) | 0
  b = ((b << 15) | (b >>> 17)) ^ a
  a = (a + b) | 0
  b = ((b << 26) | (b >>> 6)) ^ a
  a = (a + b) | 0
  b = ((b << 6) | (b >>> 26)) ^ a
  a = (a + k0) | 0
  b = (b + k1 + 3) | 0
  a = (a + b) | 0
  b = ((b << 17) | (b >>> 15)) ^ a
  a = (a + b) | 0
  b = ((b << 29) | (b >>> 3)) ^ a
  a = (a + b) | 0
  b = ((b << 16) | (b >>> 16)) ^ a
  a = (a + b) | 0
  b = ((b << 24) | (b >>> 8)) ^ a
  a = (a + k1) | 0
  b = (b + k2 + 4) | 0
  a = (a + b) | 0
  b = ((b << 13) | (b >>> 19)) ^ a
  a = (a + b) | 0
  b = ((b << 15) | (b >>> 17)) ^ a
  a = (a + b) | 0
  b = ((b << 26) | (b >>> 6)) ^ a
  a = (a + b) | 0
  b = ((b << 6) | (b >>> 26)) ^ a
  a = (a + k2) | 0
  b = (b + k0 + 5) | 0
  even = a >>> 0
  odd = b >>> 0
}

/** Two 32-bit FNV-1a hashes of a label with different offsets; the top bit of the second stays clear (see `bits`). */
function hashLabel(label: string): readonly [number, number] {
  let a = 0x811c9dc5
  let b = 0x01234567
  for (let i = 0; i < label.length; i++) {
    const unit = label.charCodeAt(i)
    a = Math.imul(a ^ unit, 0x01000193) >>> 0
    b = Math.imul(b ^ unit, 0x01000193) >>> 0
  }
  return [a, b & 0x7fffffff]
}
