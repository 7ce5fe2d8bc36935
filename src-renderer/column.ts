/** A growing column of numbers in one typed array: samples never become reactive objects. */
export class Column {
  #values: Float64Array
  #length = 0

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
  }

  set(index: number, value: number): void {
    if (index < this.#length) this.#values[index] = value
  }

  truncate(length: number): void {
    this.#length = Math.min(this.#length, length)
  }

  /** The numbers as they are, without a copy; good until the next change. */
  view(): Float64Array {
    return this.#values.subarray(0, this.#length)
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
