/** The command line without a process: takes the first word and hands the rest to that command. */
import { suggestion } from '../experiment/nearest.ts'
import { admitOwnRules } from '../lab/own-rules.ts'
import { EXIT, parseWords, type Command } from './command.ts'
import { helpFor, overview, version } from './help.ts'
import { explain } from './refusal.ts'
import { Terminal } from './terminal.ts'

/** By name, in the order of the help. Only the one asked for is loaded: all of them take twice as long to start. */
const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['run', async () => (await import('./run.ts')).run],
  ['resume', async () => (await import('./resume.ts')).resume],
  ['runs', async () => (await import('./runs.ts')).runs],
  ['show', async () => (await import('./show.ts')).show],
  ['inspect', async () => (await import('./inspect.ts')).inspect],
  ['report', async () => (await import('./report-command.ts')).report],
  ['export', async () => (await import('./export.ts')).exportCommand],
  ['weights', async () => (await import('./weights.ts')).weights],
  ['presets', async () => (await import('./presets.ts')).presets],
  ['rule', async () => (await import('./rule.ts')).rule],
  ['sweep', async () => (await import('./sweep.ts')).sweep],
  ['paper', async () => (await import('./paper.ts')).paper],
  ['engines', async () => (await import('./engines.ts')).engines],
  ['data', async () => (await import('./data.ts')).data],
  ['bench', async () => (await import('./bench.ts')).bench],
  ['serve', async () => (await import('./serve.ts')).serve],
])

/** Returns the exit code: 0 done · 1 failed · 2 refused before anything started · 130 stopped by the person. */
export async function main(
  words: readonly string[],
  terminalFor = (json: boolean): Terminal => new Terminal(json),
): Promise<number> {
  const [first, ...rest] = words
  const terminal = terminalFor(rest.includes('--json'))
  if (first === undefined) {
    for (const line of overview(await everyCommand())) terminal.complain(line)
    return EXIT.refused
  }
  if (first === '--version' || first === 'version') {
    terminal.print(version())
    return EXIT.done
  }
  if (first === '--help' || first === '-h' || first === 'help') return help(rest[0], terminal)
  const command = await COMMANDS.get(first)?.()
  if (command === undefined) return unknown(first, terminal)
  if (rest.includes('--help') || rest.includes('-h')) return help(command.name, terminal)
  try {
    admitOwnRules()
    return await command.run(parseWords(command, rest), terminal)
  } catch (error) {
    return explain(error, command.name, terminal)
  }
}

async function help(name: string | undefined, terminal: Terminal): Promise<number> {
  const command = name === undefined ? undefined : await COMMANDS.get(name)?.()
  if (name !== undefined && !name.startsWith('-') && command === undefined) return unknown(name, terminal)
  const lines = command === undefined ? overview(await everyCommand()) : helpFor(command, terminal)
  for (const line of lines) terminal.print(line)
  return EXIT.done
}

function everyCommand(): Promise<Command[]> {
  return Promise.all([...COMMANDS.values()].map((load) => load()))
}

function unknown(word: string, terminal: Terminal): number {
  const names = [...COMMANDS.keys()]
  terminal.complain(`There is no command "${word}".${suggestion(word, names)}`)
  terminal.complain(`The commands are ${names.join(', ')}; "apical help" tells what each does.`)
  return EXIT.refused
}
