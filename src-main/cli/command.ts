/**
 * What a command of the command line is, and how its words are taken apart: every option is declared with its help, so
 * that `--help`, parsing and the refusal of a mistyped option read one list.
 */
import { parseArgs } from 'node:util'
import { suggestion } from '../experiment/nearest.ts'
import type { Terminal } from './terminal.ts'

/** Exit codes; scripts rely on them, the README lists them. */
export const EXIT = { done: 0, failed: 1, refused: 2, stopped: 130 } as const

/** Input refused before anything started (exit code 2): what is wrong, and what to do next. */
export class UsageProblem extends Error {
  override readonly name = 'UsageProblem'
  readonly next: string

  constructor(message: string, next = '') {
    super(message)
    this.next = next
  }
}

export interface Option {
  readonly name: string
  /** The placeholder of its value in the help, 'DIR'; null for a switch. */
  readonly value: string | null
  /** May be given several times. */
  readonly many?: true
  readonly help: string
}

export interface Command {
  readonly name: string
  /** What follows the name in the help: 'PRESET|FILE…'. */
  readonly operands: string
  readonly summary: string
  /** Paragraphs for `help NAME`. */
  readonly details: string
  readonly options: readonly Option[]
  run(words: Words, terminal: Terminal): Promise<number>
}

export const JSON_OPTION: Option = {
  name: 'json',
  value: null,
  help: 'one JSON object per line on standard output, text on standard error',
}
export const OUT_OPTION: Option = {
  name: 'out',
  value: 'DIR',
  help: 'results folder (default: APICAL_HOME/results, else Apical in the documents folder)',
}

/** The only one of these operands; refuses none or more, naming what is expected. @throws UsageProblem */
export function onlyOf([first, ...more]: readonly string[], what: string): string {
  if (first === undefined) throw new UsageProblem(`Expected ${what}, found nothing.`)
  if (more.length > 0) throw new UsageProblem(`Expected ${what} and nothing more, found "${more.join(' ')}" after it.`)
  return first
}

/** A command's words, taken apart and checked against its options. */
export class Words {
  readonly operands: readonly string[]
  readonly #values: ReadonlyMap<string, readonly string[]>
  readonly #switches: ReadonlySet<string>

  constructor(
    operands: readonly string[],
    values: ReadonlyMap<string, readonly string[]>,
    switches: ReadonlySet<string>,
  ) {
    this.operands = operands
    this.#values = values
    this.#switches = switches
  }

  has(name: string): boolean {
    return this.#switches.has(name)
  }

  text(name: string): string | undefined {
    return this.#values.get(name)?.[0]
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? []
  }

  /** A whole number within bounds; refuses anything else in a sentence. */
  whole(name: string, minimum: number, maximum: number): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = /^\d+$/.test(text) ? Number(text) : NaN
    if (!Number.isSafeInteger(value) || value < minimum || value > maximum)
      throw new UsageProblem(`--${name} takes a whole number from ${minimum} to ${maximum}, found "${text}".`)
    return value
  }

  /** One of a few words; refuses anything else with the nearest of them. */
  choice<const C extends string>(name: string, choices: readonly C[]): C | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const found = choices.find((choice) => choice === text)
    if (found === undefined)
      throw new UsageProblem(
        `--${name} takes one of ${choices.join(', ')}; found "${text}".${suggestion(text, choices)}`,
      )
    return found
  }

  /** The same words without the first operands: what follows the name of an action. */
  from(first: number): Words {
    return new Words(this.operands.slice(first), this.#values, this.#switches)
  }

  /** The only operand; refuses none or more, naming what is expected. */
  only(what: string): string {
    return onlyOf(this.operands, what)
  }

  /** Refuses operands where a command takes none. */
  none(): void {
    const [first] = this.operands
    if (first !== undefined) throw new UsageProblem(`Expected options only, found "${first}".`)
  }
}

/** Takes a command's words apart; refuses unknown options with the nearest known one, and options without their value. */
export function parseWords(command: Pick<Command, 'name' | 'options'>, words: readonly string[]): Words {
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(
      command.options.map(({ name, value }) => [
        name,
        { type: value === null ? ('boolean' as const) : ('string' as const), multiple: true },
      ]),
    ),
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  const operands: string[] = []
  const values = new Map<string, string[]>()
  const switches = new Set<string>()
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value)
    if (token.kind !== 'option') continue
    const option = command.options.find(({ name }) => name === token.name)
    if (option === undefined || token.rawName !== `--${option.name}`)
      throw new UsageProblem(
        `${command.name} has no option "${token.rawName}".${suggestion(
          token.rawName,
          command.options.map(({ name }) => `--${name}`),
        )}`,
        `"apical help ${command.name}" lists what it takes.`,
      )
    if (option.value === null) {
      if (token.value !== undefined) throw new UsageProblem(`--${option.name} takes no value, found "${token.value}".`)
      switches.add(option.name)
      continue
    }
    // A value that looks like an option is a forgotten value: "--seeds --json".
    if (token.value === undefined || token.value === '' || (!token.inlineValue && /^--?[a-z]/i.test(token.value)))
      throw new UsageProblem(
        `--${option.name} needs a value, --${option.name} ${option.value}, found ${token.value === undefined ? 'nothing' : `"${token.value}"`}.`,
      )
    const given = values.get(option.name) ?? []
    if (given.length > 0 && option.many !== true)
      throw new UsageProblem(`--${option.name} may be given once, found it again with "${token.value}".`)
    values.set(option.name, [...given, token.value])
  }
  return new Words(operands, values, switches)
}
