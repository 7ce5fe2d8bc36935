/** A growing column of numbers in one typed array: samples never become reactive objects. */
export class Column {
  #values: Float64Array
  #length = 0
  #version = 0
  /** Changes of what was there before, oldest first: the first place that each touched, rising with the version. */
  #changes: { version: number; index: number }[] = []
  #view: Float64Array | null = null

  constructor(values: ArrayLike<number | null> = []) {
    this.#values = new Float64Array(Math.max(16, values.length))
    for (const value of Array.from(values)) this.push(value ?? NaN)
  }

  get length(): number {
    return this.#length
  }

  /** The value at an index; NaN where there is none, as for a value that was not taken. */
  at(index: number): number {
    return index >= 0 && index < this.#length ? (this.#values[index] as number) : NaN
  }

  get last(): number {
    return this.at(this.#length - 1)
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const longer = new Float64Array(this.#length * 2)
      longer.set(this.#values)
      this.#values = longer
    }
    this.#values[this.#length++] = value
    this.#view = null
  }

  set(index: number, value: number): void {
    if (index >= this.#length || Object.is(this.#values[index], value)) return
    this.#values[index] = value
    this.#changed(index)
  }

  truncate(length: number): void {
    if (length >= this.#length) return
    this.#length = length
    this.#changed(length)
  }

  /** Counts changes of what was there before; growing alone is none. */
  get version(): number {
    return this.#version
  }

  /** The first index whose value may differ from what it was at that version; Infinity where the column only grew. */
  changedSince(version: number): number {
    return this.#changes.find((change) => change.version > version)?.index ?? Infinity
  }

  #changed(index: number): void {
    this.#version++
    this.#view = null
    while ((this.#changes.at(-1)?.index ?? -1) >= index) this.#changes.pop()
    this.#changes.push({ version: this.#version, index })
    const [first, second] = this.#changes
    if (this.#changes.length <= CHANGES_KEPT || first === undefined || second === undefined) return
    // Two become one, told as the earlier place: rather too much is looked at again than everything remembered for ever.
    this.#changes.splice(0, 2, { version: second.version, index: first.index })
  }

  /** The numbers as they are, without a copy; good until the next change, and the same array until then. */
  view(): Float64Array {
    if (this.#view === null) {
      this.#view = this.#values.subarray(0, this.#length)
      owners.set(this.#view, this)
    }
    return this.#view
  }

  /** Where a value stands or would stand in a column that never falls. */
  indexOf(value: number): number {
    let low = 0
    let high = this.#length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#values[middle] as number) < value) low = middle + 1
      else high = middle
    }
    return low
  }
}

const CHANGES_KEPT = 64
const owners = new WeakMap<Float64Array, Column>()

/** The column that an array is a view of: what follows a growing line goes by it. */
export function columnOf(view: Float64Array): Column | undefined {
  return owners.get(view)
}
