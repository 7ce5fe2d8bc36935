/**
 * What `--help` and `--version` say.
 */
import { rootFolder, versionIn } from '../lab/machine.ts'
import type { Command } from './command.ts'
import { wrap } from './layout.ts'
import type { Terminal } from './terminal.ts'

/** The program's version, from the package it came in. */
export function version(): string {
  return versionIn(rootFolder())
}

export function overview(commands: readonly Command[]): string[] {
  const width = Math.max(...commands.map(({ name, operands }) => `${name} ${operands}`.length))
  return [
    'apical: a lab for biologically plausible learning, on the command line',
    '',
    'Usage: apical COMMAND …        in a clone: npm run apical -- COMMAND …',
    '',
    ...commands.map(({ name, operands, summary }) => `  ${`${name} ${operands}`.padEnd(width)}  ${summary}`),
    '',
    '  help COMMAND, COMMAND --help   what a command takes',
    '  --version                      the version of Apical',
    '',
    'Exit codes: 0 done · 1 failed, or a seed collapsed · 2 refused before anything started · 130 stopped by you',
    'Environment: APICAL_HOME/results is the results folder when set; APICAL_DATA holds mnist/, fashion-mnist/, cifar-10/, cifar-100/.',
  ]
}

export function helpFor(command: Command, terminal: Terminal): string[] {
  const left = command.options.map(
    ({ name, value, many }) => `--${name}${value === null ? '' : ` ${value}`}${many === true ? ' …' : ''}`,
  )
  const width = Math.max(0, ...left.map((text) => text.length))
  const columns = Math.min(terminal.width, 110)
  return [
    `Usage: apical ${command.name} ${command.operands}${command.options.length > 0 ? ' [OPTIONS]' : ''}`.replace(
      '  ',
      ' ',
    ),
    '',
    ...wrap(command.details, columns),
    ...(command.options.length > 0 ? ['', 'Options:'] : []),
    ...command.options.flatMap(({ help }, index) => {
      const [first = '', ...more] = wrap(help, columns - width - 4)
      return [
        `  ${(left[index] ?? '').padEnd(width)}  ${first}`,
        ...more.map((line) => `  ${' '.repeat(width)}  ${line}`),
      ]
    }),
  ]
}
