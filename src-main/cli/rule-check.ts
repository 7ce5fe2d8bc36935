/** `apical rule check`: a rule of one's own on every engine of this machine, before any run is built on it. */
import type { Engine, EngineName } from '../engines/engine.ts'
import { chooseEngine, engineCards, engineNamed } from '../engines/index.ts'
import { settingKeys } from '../experiment/check.ts'
import { ENGINE_NAMES, type Experiment } from '../experiment/experiment.ts'
import { suggestion } from '../experiment/nearest.ts'
import { experimentOfRule } from '../experiment/rule-experiment.ts'
import { setKeys } from '../experiment/setting-key.ts'
import { allowedRule, traceAgain } from '../lab/own-rules.ts'
import { LabProblem } from '../lab/problem.ts'
import type { Rule } from '../rules/index.ts'
import { MOST_LAYERS } from '../rules/setting.ts'
import { checkRule, RULE_CHECKS, type RuleCheck } from '../training/rule-battery.ts'
import { EXIT, UsageProblem, type Option, type Words } from './command.ts'
import { keyAndRest } from './experiments.ts'
import { wrap } from './layout.ts'
import type { Terminal } from './terminal.ts'

/** Small, and odd throughout; the first that the rule takes. */
const NETWORKS = [
  [12, 7, 5, 3],
  [12, 7, 3],
  [12, 3],
] as const
/** Of each hidden layer of the network that is trained, and what it is trained with. */
const HIDDEN = 64
const SAMPLES = { limitTrain: 1000, limitTest: 500 } as const
const EPOCHS = 3
/** Plain loops compute what the others are held against. */
const MOST_UNITS = 1000

export const CHECK_OPTIONS: readonly Option[] = [
  {
    name: 'network',
    value: 'WIDTHS',
    help: `with check: the network, 12-7-5-3 (default: the first of ${NETWORKS.map((one) => one.join('-')).join(', ')} that the rule takes)`,
  },
  { name: 'set', value: 'KEY=VALUE', many: true, help: 'with check: change one setting of the rule' },
  {
    name: 'engine',
    value: 'E',
    many: true,
    help: `with check: one of ${ENGINE_NAMES.join(', ')} (default: all that this machine has but the reference, which judges them)`,
  },
]

export async function check(file: string, words: Words, terminal: Terminal): Promise<number> {
  const rule = allowedRule(file)
  const engines = await enginesOf(words)
  const begun = begunWith(rule, words)
  const { settings } = begun.rule
  const widths = networkOf(rule, settings, words)
  const [features, classes] = [begun.widths[0] as number, begun.widths.at(-1) as number]
  const likeIt = [features, ...widths.slice(1, -1).map(() => HIDDEN), classes]
  const shallow = [features, HIDDEN, classes]
  // The network that was asked for is tried; else the one that learns soonest.
  const asked = words.text('network') !== undefined || problemWith(rule, settings, shallow) !== null
  const experiment = { ...begun, widths: asked ? likeIt : shallow }

  let failed = 0
  terminal.print(terminal.paint('bold', `${rule.label} on ${widths.join('-')}`))
  terminal.status('checking…')
  const checks = checkRule({
    ...{ rule, settings, widths, experiment, engines },
    traceAgain: () => traceAgain(rule, settings, widths),
    now: () => performance.now(),
  })
  for await (const found of checks) {
    if (found.state === 'failed') failed++
    const { check: what, engine, state, message, about, line, figures } = found
    terminal.data({ kind: 'check', rule: rule.name, check: what, engine, state, message, about, line, figures })
    tell(found, terminal)
  }
  terminal.status('')
  terminal.print(failed === 0 ? 'Nothing failed.' : `${failed} of these failed.`)
  return failed === 0 ? EXIT.done : EXIT.failed
}

const MARKS = { passed: 'ok', failed: 'FAILED', told: '', skipped: 'skipped' } as const
const COLOURS = { passed: 'green', failed: 'red', told: 'dim', skipped: 'yellow' } as const

function tell({ check: what, engine, state, message, about, line }: RuleCheck, terminal: Terminal): void {
  const mark = MARKS[state] === '' ? '' : `  ${MARKS[state]}`
  const on = engine === null ? '' : ` (${engine})`
  terminal.print(`${RULE_CHECKS[what]}${on}${terminal.paint(COLOURS[state], mark)}`)
  // What the file itself said begins with its line.
  const where = about === null || line === null ? '' : ` ${about} is named in line ${line}.`
  for (const text of wrap(`${message}${where}`, terminal.width, '  ')) terminal.print(text)
}

/** The rule as the options set it, on the built-in data, for a short training. */
function begunWith(rule: Rule, words: Words): Experiment {
  const keys = settingKeys(rule.settings)
  const changes = words.all('set').map((text) => keyAndRest('--set', 'KEY=VALUE', text))
  for (const [key] of changes)
    if (!keys.includes(key.replace(/^rule\.settings\./, '').split('.')[0] ?? ''))
      throw new UsageProblem(
        `${rule.label} has no setting "${key}".${suggestion(key, keys)}`,
        keys.length === 0 ? 'It has none at all.' : `It has ${keys.join(', ')}.`,
      )
  const plain = experimentOfRule(rule.name)
  if (plain === undefined) throw new RangeError(`the rule ${rule.name} was not admitted`)
  const { data, training } = plain
  return {
    ...setKeys(plain, changes),
    data: { ...data, ...SAMPLES },
    training: { ...training, epochs: EPOCHS, evaluateTrain: 'off' },
  }
}

function networkOf(rule: Rule, settings: unknown, words: Words): readonly number[] {
  const text = words.text('network')
  if (text === undefined) {
    const taken = NETWORKS.find((widths) => problemWith(rule, settings, widths) === null)
    if (taken !== undefined) return taken
  }
  const widths = text?.split('-').map((part) => (/^\d{1,4}$/.test(part) ? Number(part) : NaN)) ?? NETWORKS[1]
  if (widths.length < 2 || widths.length > MOST_LAYERS + 1 || !widths.every((n) => n >= 1 && n <= MOST_UNITS))
    throw new UsageProblem(
      `--network takes widths of 1 to ${MOST_UNITS}, from the input to the output, found "${text ?? ''}".`,
      'For instance --network 12-7-5-3.',
    )
  if ((widths.at(-1) as number) < 2)
    throw new UsageProblem(`--network takes an output of at least two classes, found "${text ?? ''}".`)
  const problem = problemWith(rule, settings, widths)
  if (problem !== null)
    throw new UsageProblem(
      `${rule.label} does not take the network ${widths.join('-')}: ${problem}.`,
      'Choose another one with --network, or other settings with --set.',
    )
  return widths
}

/** What the rule has against a network, by its own check; that its file is wrong is for the battery to say. */
function problemWith(rule: Rule, settings: unknown, widths: readonly number[]): string | null {
  try {
    return rule.check(settings, widths)[0]?.message.replace(/\.$/, '') ?? null
  } catch (error) {
    if (error instanceof LabProblem) return null
    throw error
  }
}

/** Those asked for, in the order of `auto`; the reference, which judges, only where it is asked for or alone. */
async function enginesOf(words: Words): Promise<readonly Engine[]> {
  const asked = words.all('engine')
  for (const name of asked) {
    if (!ENGINE_NAMES.some((known) => known === name))
      throw new UsageProblem(
        `--engine takes one of ${ENGINE_NAMES.join(', ')}; found "${name}".${suggestion(name, ENGINE_NAMES)}`,
      )
    await chooseEngine(name as EngineName)
  }
  const here = (await engineCards()).filter(({ available }) => available).map(({ name }) => name)
  const wanted = asked.length > 0 ? here.filter((name) => asked.includes(name)) : here
  const judged = asked.length > 0 || wanted.length === 1 ? wanted : wanted.filter((name) => name !== 'reference')
  return judged.flatMap((name) => engineNamed(name) ?? [])
}
