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
  #words: readonly [number, number] = [0, 0]

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
      this.#words = threefry(this.#key, [block >>> 0, (Math.floor(block / 2 ** 32) | 0x80000000) >>> 0])
      this.#block = block
    }
    return this.#words[this.#position++ % 2 === 0 ? 0 : 1]
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

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const

/** Threefry-2x32-20: two counter words to two random words under a two-word key. */
export function threefry(
  key: readonly [number, number],
  counter: readonly [number, number],
): readonly [number, number] {
  const keys = [key[0] >>> 0, key[1] >>> 0, (0x1bd11bda ^ key[0] ^ key[1]) >>> 0] as const
  let a = (counter[0] + keys[0]) >>> 0
  let b = (counter[1] + keys[1]) >>> 0
  for (let round = 0; round < 20; round++) {
    const turn = ROTATIONS[(round % 8) as 0]
    a = (a + b) >>> 0
    b = (((b << turn) | (b >>> (32 - turn))) ^ a) >>> 0
    if (round % 4 === 3) {
      const injection = (round + 1) / 4
      a = (a + keys[(injection % 3) as 0]) >>> 0
      b = (b + keys[((injection + 1) % 3) as 0] + injection) >>> 0
    }
  }
  return [a, b]
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
