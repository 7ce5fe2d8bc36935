/** Labels as they stand in files, numbered as classes; and whether they are classes at all. */
import { isMissing } from './number-text.ts'

/** Labels whose values are quantities, or different in nearly every row: nothing to classify. */
interface NoClasses {
  readonly found: string
  readonly next: string
}

const REGRESSION =
  'Apical trains classifiers; it has no regression. Choose the column with the class, or sort the values into a few classes first.'

/** Numbers the labels of one set as they come; the same for training and test samples. */
export class Classes {
  readonly #codes = new Map<string, number>()
  readonly #names: string[] = []
  readonly #numbers: number[] = []
  readonly #most: number
  #fraction: string | null = null
  #count = 0

  constructor(most: number) {
    this.#most = most
  }

  /** The number of a label in the order of appearance; −1 where it is missing. */
  add(text: string, number: number): number {
    // 1, 1.0 and 01 are one class, as they are one number.
    const name = Number.isNaN(number) ? text.trim() : String(number)
    let code = this.#codes.get(name)
    if (code === undefined) {
      if (Number.isNaN(number) && isMissing(name)) return -1
      code = this.#names.length
      if (code > this.#most) return code
      this.#codes.set(name, code)
      this.#names.push(name)
      this.#numbers.push(number)
      if (!Number.isNaN(number) && !Number.isInteger(number)) this.#fraction ??= name
    }
    this.#count++
    return code
  }

  get count(): number {
    return this.#names.length
  }

  /** Null where these labels are classes. */
  problem(): NoClasses | null {
    const distinct = this.#names.length
    if (distinct === 0) return { found: 'no label in any row', next: 'Choose another label column.' }
    if (distinct === 1)
      return {
        found: `one class, ${JSON.stringify(this.#names[0])}, in every row`,
        next: 'Choose another label column; with one class there is nothing to learn.',
      }
    const numeric = this.#numbers.every((number) => !Number.isNaN(number))
    const many = distinct > this.#most ? `more than ${this.#most}` : String(distinct)
    if (numeric && this.#fraction !== null) return { found: `quantities, such as ${this.#fraction}`, next: REGRESSION }
    if (distinct > this.#most || (distinct > 20 && distinct * 2 > this.#count))
      return numeric
        ? { found: `${many} different numbers in ${this.#count} rows, which are quantities`, next: REGRESSION }
        : {
            found: `${many} different words in ${this.#count} rows, which are names and no classes`,
            next: 'Choose the column with the class.',
          }
    return null
  }

  /** Names in label order (numbers by size, words by code point, as other tools have it), and the label of each code. */
  sorted(): { readonly names: readonly string[]; readonly labelOf: Uint16Array } {
    const numeric = this.#numbers.every((number) => !Number.isNaN(number))
    const order = this.#names
      .map((name, code) => ({ name, code, number: this.#numbers[code] as number }))
      .sort((a, b) => (numeric ? a.number - b.number : a.name < b.name ? -1 : 1))
    const labelOf = new Uint16Array(order.length)
    order.forEach(({ code }, label) => (labelOf[code] = label))
    return { names: order.map(({ name }) => name), labelOf }
  }
}
