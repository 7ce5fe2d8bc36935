/** Data that is not what it says it is. One sentence names the file, what was expected there and what was found. */
export class DataProblem extends Error {
  override readonly name = 'DataProblem'
  readonly file: string
  readonly expected: string
  readonly found: string
  /** What the person can do. */
  readonly next: string

  /** `expected` and `found` are parts of a sentence, without a full stop; `next` is a sentence. */
  constructor(file: string, expected: string, found: string, next: string = ANOTHER_COPY) {
    super(`${file}: expected ${expected}, found ${found}.`)
    this.file = file
    this.expected = expected
    this.found = found
    this.next = next
  }
}

const ANOTHER_COPY = 'Get the file again from its publisher; it was damaged or is not what its name says.'

/** A whole number as people read it: 47,040,016. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US')
}
