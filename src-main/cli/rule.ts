/** `apical rule`: rules of a person's own files, listed, begun, looked at and allowed. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { rootFolder } from '../lab/machine.ts'
import { allowOwnRule, listOwnRules, lookAtOwnRule, ownRulePath, rulesFolder } from '../lab/own-rules.ts'
import { LabProblem } from '../lab/problem.ts'
import { makeFolders, readText, writeWhole } from '../lab/storage.ts'
import { EXIT, JSON_OPTION, UsageProblem, type Command } from './command.ts'
import { check, CHECK_OPTIONS } from './rule-check.ts'
import { deltaRule, settlingRule } from './rule-examples.ts'
import type { Terminal } from './terminal.ts'

const TYPES_FILE = 'apical-rule.d.ts'

export const rule: Command = {
  name: 'rule',
  operands: '[list | new NAME | allow FILE | check FILE | types]',
  summary: 'learning rules of your own, each a file of equations',
  details:
    'A file of the rules folder (APICAL_RULES, else "rules" in APICAL_HOME) that exports a rule appears in the form, in "apical run" and everywhere else like a built-in one. ' +
    'It imports only "apical/rule", and runs in a process without rights: no files, no network, no other processes, ten seconds, one gibibyte. It leaves a program, which is data, and that is what trains.\n\n' +
    '"new NAME" writes a working example to begin with, with --settling one whose network settles. "allow FILE" lets a file run as it is: its SHA-256 is kept, and a changed file asks again. ' +
    'Experiments name the rule with the beginning of that SHA-256 (oja@3f2a9c1b04de), "apical run oja" will do; the file’s text and its program are kept with every run, which needs the file no more.\n\n' +
    '"check FILE" tries an allowed file before anything is built on it: what a network costs, whether it describes the same program each time, ' +
    'whether every engine computes what the reference does in float64, a network ends the same beside others as alone and the same seed with the same bytes, whether it learns the built-in data a little, ' +
    'and how far its first update points from the gradient. The last two are told and never fail. With --json, one object per check. ' +
    'Exit codes: 0 nothing failed, 1 something did, 2 refused (a file that is not allowed, a network that the rule does not take).\n\n' +
    `"types" writes ${TYPES_FILE} into the rules folder, or where --to says: every word and setting of "apical/rule" with its meaning, for editors that understand TypeScript. ` +
    'A rule begins with a line that points to it; "new" writes both.\n\n' +
    'Without more, lists the files and what stands in their way.',
  options: [
    { name: 'settling', value: null, help: 'with new: a rule whose network settles, with two phases' },
    ...CHECK_OPTIONS,
    { name: 'to', value: 'FILE', help: `with types: the file to write (default: ${TYPES_FILE} in the rules folder)` },
    JSON_OPTION,
  ],
  async run(words, terminal) {
    const [what = 'list', operand, ...more] = words.operands
    if (more.length > 0) throw new UsageProblem(`Expected one name or file, found ${more.length + 1}.`)
    switch (what) {
      case 'list':
        return list(terminal)
      case 'new':
        return begin(required(operand, 'a name, in small letters, digits and hyphens'), words.has('settling'), terminal)
      case 'allow':
        return allow(required(operand, 'a file'), terminal)
      case 'check':
        return check(required(operand, 'a file'), words, terminal)
      case 'types':
        if (operand !== undefined) throw new UsageProblem(`Expected nothing after types, found "${operand}".`)
        return types(resolve(words.text('to') ?? join(rulesFolder(), TYPES_FILE)), terminal)
      default:
        throw new UsageProblem(
          `Expected list, new, allow, check or types, found "${what}".`,
          '"apical rule --help" tells what each does.',
        )
    }
  },
}

function required(operand: string | undefined, what: string): string {
  if (operand === undefined) throw new UsageProblem(`Expected ${what}, found nothing.`)
  return operand
}

function list(terminal: Terminal): number {
  const folder = rulesFolder()
  const files = listOwnRules(folder)
  for (const file of files) terminal.data(file)
  if (files.length === 0) {
    terminal.print(`There are no rules in ${folder}.`)
    terminal.print('"apical rule new NAME" writes one to begin with.')
    return EXIT.done
  }
  for (const { path, sha256, state, rule: name, label } of files) {
    terminal.print(terminal.paint('bold', path))
    terminal.print(`  SHA-256 ${sha256}`)
    if (state === 'allowed') terminal.print(`  ${label ?? ''}: "apical run ${name ?? ''}"`)
    else
      terminal.print(
        `  ${state === 'new' ? 'Not allowed yet' : 'Changed since it was allowed'}: "apical rule allow ${path}" lets it run as it is.`,
      )
  }
  return EXIT.done
}

function begin(name: string, settling: boolean, terminal: Terminal): number {
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(name))
    throw new UsageProblem(`Expected a name in small letters, digits and hyphens, found "${name}".`)
  const folder = rulesFolder()
  const path = join(folder, `${name}.ts`)
  if (existsSync(path))
    throw new LabProblem(`${path} is there already.`, 'Choose another name; nothing is overwritten.')
  makeFolders(folder)
  writeWhole(path, [settling ? settlingRule(name) : deltaRule(name)])
  terminal.print(`Wrote ${path}`)
  const words = join(folder, TYPES_FILE)
  if (writeTypes(words) === 'written') terminal.print(`Wrote ${words}, from which an editor knows every word of a rule`)
  terminal.print(`Read it, change it, then let it run: apical rule allow ${path}`)
  terminal.data({ path })
  return EXIT.done
}

function types(path: string, terminal: Terminal): number {
  makeFolders(dirname(path))
  const state = writeTypes(path)
  if (state === 'another')
    throw new LabProblem(
      `${path} is there already, and Apical did not write it.`,
      'Choose another file with --to; nothing is overwritten.',
    )
  terminal.print(state === 'written' ? `Wrote ${path}` : `${path} is up to date.`)
  terminal.data({ path, state })
  return EXIT.done
}

/** Puts the words of this Apical where they are not yet: over those of an earlier one, never over anything else. */
function writeTypes(path: string): 'written' | 'there' | 'another' {
  const text = readFileSync(join(rootFolder(), 'resources', TYPES_FILE), 'utf8')
  const found = readText(path, 10 * text.length)
  if (found === text) return 'there'
  const beginning = text.slice(0, text.indexOf('\n', text.indexOf('\n') + 1))
  if (found !== null && !found.startsWith(beginning)) return 'another'
  writeWhole(path, [text])
  return 'written'
}

async function allow(file: string, terminal: Terminal): Promise<number> {
  const path = ownRulePath(file)
  const found = lookAtOwnRule(path)
  if (found === null)
    throw new LabProblem(`There is no file ${path}.`, '"apical rule" lists those of the rules folder.')
  const { sha256 } = found
  const name = await allowOwnRule(path, sha256)
  terminal.print(path)
  terminal.print(`SHA-256 ${sha256}`)
  terminal.print(`It may run as it is now. Try it with: apical rule check ${file}`)
  terminal.print(`Train it with: apical run ${name}`)
  terminal.data({ path, sha256, rule: name })
  return EXIT.done
}
