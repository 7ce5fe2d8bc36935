/**
 * Where a command speaks: text for people, and JSON lines for programs. With `--json` standard output holds nothing but
 * one JSON object per line, and text goes to standard error. Colour only on a terminal, and never when NO_COLOR is set.
 */
import type { WriteStream } from 'node:tty'

type Colour = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

const CODES: Readonly<Record<Colour, number>> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 }

export class Terminal {
  readonly json: boolean
  readonly #out: NodeJS.WriteStream
  readonly #err: NodeJS.WriteStream
  /** A line that is drawn again and again below everything else; '' for none. */
  #live = ''
  #closed = false
  #onClosed: (() => void) | null = null

  constructor(json: boolean, out: NodeJS.WriteStream = process.stdout, err: NodeJS.WriteStream = process.stderr) {
    this.json = json
    this.#out = out
    this.#err = err
    for (const stream of [out, err]) {
      stream.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EPIPE') throw error
        this.#readerLeft()
      })
    }
  }

  /** What to do when the reader of our output goes away (`… | head -1`); until set, the process just ends. */
  whenClosed(act: (() => void) | null): void {
    this.#onClosed = act
  }

  /** True when text for people goes to a terminal that can redraw a line. */
  get live(): boolean {
    const stream: Partial<WriteStream> = this.#human
    return stream.isTTY === true && process.env['TERM'] !== 'dumb'
  }

  /** Columns of the terminal; 80 where there is none. */
  get width(): number {
    const stream: Partial<WriteStream> = this.#human
    // A pseudo-terminal that nobody sized says 0.
    return stream.columns === undefined || stream.columns === 0 ? 80 : stream.columns
  }

  /** One JSON object on a line of its own; only with `--json`. */
  data(object: object): void {
    if (!this.json || this.#closed) return
    this.#out.write(`${JSON.stringify(object)}\n`)
  }

  /** A line of text for people. */
  print(text = ''): void {
    if (this.#closed) return
    this.#erase()
    this.#human.write(`${text}\n`)
    this.#draw()
  }

  /** A line about something wrong, always on standard error. */
  complain(text: string): void {
    if (this.#closed) return
    this.#erase()
    this.#err.write(`${text}\n`)
    this.#draw()
  }

  /** Replaces the redrawn line; '' removes it. Does nothing where there is no terminal. */
  status(text: string): void {
    if (!this.live || this.#closed) return
    this.#erase()
    this.#live = text
    this.#draw()
  }

  paint(colour: Colour, text: string): string {
    const noColour = process.env['NO_COLOR']
    if (!this.live || (noColour !== undefined && noColour !== '')) return text
    return `\u001b[${CODES[colour]}m${text}\u001b[0m`
  }

  get #human(): NodeJS.WriteStream {
    return this.json ? this.#err : this.#out
  }

  #erase(): void {
    if (this.#live !== '') this.#human.write('\r\u001b[K')
  }

  #draw(): void {
    if (this.#live !== '') this.#human.write(this.#live)
  }

  #readerLeft(): void {
    if (this.#closed) return
    this.#closed = true
    if (this.#onClosed === null) process.exit(0)
    this.#onClosed()
  }
}
