/**
 * The command line: takes the first word, hands the rest to that command, and turns how it went into an exit code
 * (0 done · 1 failed · 2 refused before anything started · 130 stopped by the person).
 */
import { bench } from './cli/bench.ts'
import { EXIT, parseWords, type Command } from './cli/command.ts'
import { data } from './cli/data.ts'
import { engines } from './cli/engines.ts'
import { exportCommand } from './cli/export.ts'
import { helpFor, overview, version } from './cli/help.ts'
import { suggestion } from './experiment/nearest.ts'
import { inspect } from './cli/inspect.ts'
import { paper } from './cli/paper.ts'
import { presets } from './cli/presets.ts'
import { explain } from './cli/refusal.ts'
import { report } from './cli/report-command.ts'
import { rule } from './cli/rule.ts'
import { resume } from './cli/resume.ts'
import { run } from './cli/run.ts'
import { runs } from './cli/runs.ts'
import { serve } from './cli/serve.ts'
import { show } from './cli/show.ts'
import { sweep } from './cli/sweep.ts'
import { admitOwnRules } from './lab/own-rules.ts'
import { Terminal } from './cli/terminal.ts'
import { weights } from './cli/weights.ts'

const COMMANDS: readonly Command[] = [
  run,
  resume,
  runs,
  show,
  inspect,
  report,
  exportCommand,
  weights,
  presets,
  rule,
  sweep,
  paper,
  engines,
  data,
  bench,
  serve,
]

process.exitCode = await main(process.argv.slice(2))

async function main(words: readonly string[]): Promise<number> {
  const [first, ...rest] = words
  const terminal = new Terminal(rest.includes('--json'))
  if (first === undefined) {
    for (const line of overview(COMMANDS)) terminal.complain(line)
    return EXIT.refused
  }
  if (first === '--version' || first === 'version') {
    terminal.print(version())
    return EXIT.done
  }
  if (first === '--help' || first === '-h' || first === 'help') return help(rest[0], terminal)
  const command = COMMANDS.find(({ name }) => name === first)
  if (command === undefined) return unknown(first, terminal)
  if (rest.includes('--help') || rest.includes('-h')) return help(command.name, terminal)
  try {
    admitOwnRules()
    return await command.run(parseWords(command, rest), terminal)
  } catch (error) {
    return explain(error, command.name, terminal)
  }
}

function help(name: string | undefined, terminal: Terminal): number {
  const command = COMMANDS.find((candidate) => candidate.name === name)
  if (name !== undefined && !name.startsWith('-') && command === undefined) return unknown(name, terminal)
  for (const line of command === undefined ? overview(COMMANDS) : helpFor(command, terminal)) terminal.print(line)
  return EXIT.done
}

function unknown(word: string, terminal: Terminal): number {
  const names = COMMANDS.map(({ name }) => name)
  terminal.complain(`There is no command "${word}".${suggestion(word, names)}`)
  terminal.complain(`The commands are ${names.join(', ')}; "apical help" tells what each does.`)
  return EXIT.refused
}
