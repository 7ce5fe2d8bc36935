/**
 * Checks a rule that nobody has tried yet: whether every engine computes what its equations say, whether networks side by
 * side and repeated runs end alike, whether it learns, and where its updates point. Nothing of it is a test of the idea: what
 * a rule need not do is told, what makes its results wrong fails.
 *
 * It touches no file and no screen; what it finds comes one by one, as it is found.
 */
import { generateGlyphs } from '../data/glyphs.ts'
import type { Engine } from '../engines/engine.ts'
import { reference } from '../engines/reference.ts'
import { checkExperiment } from '../experiment/check.ts'
import { labelOfDataSet } from '../experiment/data-sets.ts'
import type { SeedOutcome } from '../experiment/event.ts'
import type { Experiment } from '../experiment/experiment.ts'
import { programBytes, programFlop, weightCount } from '../program/cost.ts'
import type { Compiled, Statement } from '../program/program.ts'
import { compileRule, keptBy, type Rule, type Trace } from '../rules/index.ts'
import { TrainingControls } from './controls.ts'
import { train } from './train.ts'
import { differing, everyName, outcomeOf, STEADY, TOLERANCE, type Outcome, type Trial } from './trial.ts'
import { noAngle, updateAngles } from './update-angle.ts'

/** What is looked at, in this order. */
export const RULE_CHECKS = {
  trace: 'description',
  program: 'size and cost',
  reports: 'reports',
  finite: 'finite numbers',
  engine: 'engine',
  replicas: 'networks side by side',
  repeat: 'the same seed again',
  learning: 'learning',
  direction: 'direction of updates',
} as const

export interface RuleCheck {
  readonly check: keyof typeof RULE_CHECKS
  /** Of one engine alone; null for the rule itself. */
  readonly engine: string | null
  /** told: for the person to judge; skipped: could not be looked at, which `message` explains. */
  readonly state: 'passed' | 'failed' | 'told' | 'skipped'
  /** One or two sentences. */
  readonly message: string
  /** The parameter or report that it is about, and the line of the file that names it, where they are known. */
  readonly about: string | null
  readonly line: number | null
  readonly figures: Readonly<Record<string, unknown>>
}

export interface CheckedRule {
  readonly rule: Rule
  /** With every setting filled in. */
  readonly settings: unknown
  /** Of the small network that engines are compared on. */
  readonly widths: readonly number[]
  /** Trained shortly to see whether the rule learns: the same settings on the built-in data. */
  readonly experiment: Experiment
  /** Those to judge; the first also trains. */
  readonly engines: readonly Engine[]
  /** Asks the rule's file once more what it leaves; null where there is no file. */
  readonly traceAgain: () => Promise<Trace | null>
  /** Milliseconds, from anywhere. */
  readonly now: () => number
}

const SEED = 1
/** Samples of the batch whose cost is told. */
const BATCH = 20
/** Seeds tried for a trial that float32 can be judged by. */
const ATTEMPTS = 4

export async function* checkRule(task: CheckedRule): AsyncGenerator<RuleCheck> {
  const { rule, settings, widths } = task
  let compiled: Compiled
  try {
    compiled = compileRule(rule, settings, widths, everyName(rule, settings, widths))
  } catch (error) {
    yield wrongFile(rule, error)
    return
  }
  const found = new Findings(task)
  yield await found.described()
  yield sizeOf(compileRule(rule, settings, widths))
  yield* found.reports(compiled)
  const trials = [
    { ...{ compiled, seed: SEED, replicas: 3, batchSize: 7, batches: 3, evaluationBatch: 4 }, counts: COUNTS },
    { ...{ compiled, seed: SEED, replicas: 2, batchSize: 1, batches: 3, evaluationBatch: 1 }, counts: COUNTS },
  ]
  const odd = oddWidths(widths)
  try {
    if (rule.check(settings, odd).length === 0)
      trials.push({
        compiled: compileRule(rule, settings, odd, everyName(rule, settings, odd)),
        ...{ seed: SEED, replicas: 2, batchSize: 33, batches: 2, evaluationBatch: 50, counts: COUNTS },
      })
  } catch (error) {
    yield wrongFile(rule, error, `For a network of ${odd.join('-')}: `)
    return
  }
  const exact = await found.finite(trials)
  yield exact.told
  if (exact.outcomes === null) return
  const steady = await steadyTrials(trials, exact.outcomes)
  for (const engine of task.engines)
    try {
      yield* found.engine(engine, trials, steady)
    } catch (error) {
      yield { ...plain, check: 'engine', engine: engine.name, state: 'skipped', message: sentenceOf(error) }
    }
  yield await learned(task)
  yield await direction(compiled)
}

/** Training and test samples of a trial. */
const COUNTS = [40, 11] as const

/** As deep, of widths that no engine's tiles or vectors divide. */
function oddWidths(widths: readonly number[]): readonly number[] {
  const hidden = widths.slice(1, -1).map((_, i) => [7, 1, 33][i % 3] as number)
  return [33, ...hidden, 5]
}

const plain = { engine: null, about: null, line: null, figures: {} } as const

/** What the file or a word of it said of the network, with its line where it begins with one. */
function wrongFile({ file }: Rule, error: unknown, before = ''): RuleCheck {
  const said = sentenceOf(error)
  const place = file !== undefined && said.startsWith(`${file.file}:`) ? said.slice(file.file.length + 1) : ''
  const line = /^\d+(?=:)/.exec(place)?.[0]
  return {
    ...{ ...plain, line: line === undefined ? null : Number(line) },
    ...{ check: 'trace', state: 'failed', message: `${before}${said}` },
  }
}

function sentenceOf(error: unknown): string {
  // What is no error in words is a defect of Apical, not of the rule.
  if (!(error instanceof Error) || !error.name.endsWith('Problem')) throw error
  return error.message
}

function sizeOf({ program }: Compiled): RuleCheck {
  const flop = programFlop(program, BATCH)
  const figures = {
    parameters: weightCount(program),
    statements: { training: statementsIn(program.training), classifying: statementsIn(program.prediction) },
    batch: BATCH,
    flopPerBatch: flop.training,
    flopPerSampleClassified: flop.prediction / BATCH,
    bytes: programBytes(program, BATCH, 4),
  }
  const { statements } = figures
  return {
    ...{ ...plain, check: 'program', state: 'told', figures },
    message:
      `${count(figures.parameters, 'parameter')}; ${count(statements.training, 'statement')} train, ${statements.classifying} classify. ` +
      `A batch of ${BATCH} takes ${count(flop.training, 'floating-point operation')} in matrix products and at most ${count(figures.bytes, 'byte')} in float32.`,
  }
}

function statementsIn(list: readonly Statement[]): number {
  return list.reduce((sum, one) => sum + 1 + (one.kind === 'repeat' ? statementsIn(one.body) : 0), 0)
}

function count(number: number, what: string): string {
  return `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`
}

/** The trials whose float32 the reference itself keeps to, each with what it leaves in float64. */
async function steadyTrials(
  trials: readonly Trial[],
  exact: readonly Outcome[],
): Promise<readonly { readonly trial: Trial; readonly want: Outcome }[]> {
  const steady: { trial: Trial; want: Outcome }[] = []
  for (const [at, first] of trials.entries())
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const trial = attempt === 0 ? first : { ...first, seed: SEED + attempt }
      const want = attempt === 0 ? (exact[at] as Outcome) : await outcomeOf(trial, reference, 'float64')
      const rounded = await outcomeOf(trial, reference, 'float32')
      if (want.broken.length > 0 || differing(rounded, want, STEADY).length > 0) continue
      steady.push({ trial, want })
      break
    }
  return steady
}

/** What is said of parameters and reports by name, with their lines. */
class Findings {
  readonly #task: CheckedRule
  readonly #lines: Readonly<Record<string, number>>

  constructor(task: CheckedRule) {
    this.#task = task
    const trace = task.rule.file?.trace(task.settings, task.widths)
    this.#lines = trace !== undefined && 'traced' in trace ? (trace.lines ?? {}) : {}
  }

  #about(name: string): Pick<RuleCheck, 'about' | 'line'> {
    return { about: name, line: Object.hasOwn(this.#lines, name) ? (this.#lines[name] as number) : null }
  }

  /** Whether the file leaves the same each time that it is asked. */
  async described(): Promise<RuleCheck> {
    const { rule, settings, widths, traceAgain } = this.#task
    const checked = { ...plain, check: 'trace', state: 'passed' } as const
    const before = rule.file?.trace(settings, widths)
    const again = await traceAgain()
    if (before === undefined || again === null)
      return { ...checked, message: 'It is part of Apical, and no file describes it.' }
    if (same(before, again)) return { ...checked, message: 'Its file leaves the same program each time.' }
    const [one, other] = [before, again].map((trace) => ('traced' in trace ? trace.traced.parameters : []))
    const differs = one?.find((parameter, at) => !same(parameter, other?.[at]))?.name
    return {
      ...{ ...checked, ...(differs === undefined ? {} : this.#about(differs)), state: 'failed' },
      message: `Its file leaves another program each time${differs === undefined ? '' : `: ${differs} is declared otherwise`}. Nothing in it may depend on chance or on the time; networks begin at random by what their parameters are declared with, such as { kind: 'xavier' }.`,
    }
  }

  /** What the rule promises to plot, what Live shows, and what is never learned. */
  *reports({ program }: Compiled): Generator<RuleCheck> {
    const { rule, settings, widths } = this.#task
    const checked = { ...plain, check: 'reports' } as const
    const silent = rule.measures.filter((measure) => {
      if ((measure.unavailable?.(settings) ?? null) !== null || measure.classifies === true) return false
      const { logs, reports } = keptBy(rule, measure, settings, widths)
      return logs.length + reports.length === 0
    })
    for (const { name } of silent)
      yield {
        ...{ ...checked, state: 'failed', about: name },
        message: `The measure "${name}" is listed, and nothing reports it: p.measure("${name}", …) in train would.`,
      }
    const changed = new Set(program.training.flatMap((one) => (one.kind === 'update' ? [one.parameter] : [])))
    for (const [at, { name, role }] of program.parameters.entries())
      if (role === 'weight' && !changed.has(at))
        yield {
          ...checked,
          ...this.#about(name),
          state: 'told',
          message: `${name} is never changed: it stays as drawn.`,
        }
    const counts = program.training.some(({ kind }) => kind === 'count')
    if (!counts)
      yield {
        ...{ ...checked, state: 'told' },
        message:
          'Nothing says by p.count(…) what scores a batch, so Live shows no accuracy before the first epoch ends.',
      }
    if (silent.length === 0)
      yield {
        ...{ ...checked, state: 'passed' },
        message:
          program.measurements.length === 0
            ? 'It reports nothing beside accuracy.'
            : `It reports ${listed(program.measurements.map(({ name }) => name))}.`,
      }
  }

  /** The reference in float64: what every engine is held against. */
  async finite(trials: readonly Trial[]): Promise<{ told: RuleCheck; outcomes: readonly Outcome[] | null }> {
    const outcomes: Outcome[] = []
    for (const trial of trials) {
      const outcome = await outcomeOf(trial, reference, 'float64')
      const name = notFinite(outcome)
      if (name !== null || outcome.broken.length > 0) {
        const what = name === 'scores' ? 'what it classifies by' : (name ?? 'a state of the network')
        const told: RuleCheck = {
          ...plain,
          ...(name === null || name === 'scores' ? {} : this.#about(name)),
          ...{ check: 'finite', state: 'failed' },
          message: `After ${trial.batches} batches of ${count(trial.batchSize, 'random sample')} ${what} is not finite, in float64 and with these settings.`,
        }
        return { told, outcomes: null }
      }
      outcomes.push(outcome)
    }
    const batches = trials.map(({ batchSize }) => batchSize).join(', ')
    const message = `All numbers stay finite on random data, in batches of ${batches}.`
    return { told: { ...plain, check: 'finite', state: 'passed', message }, outcomes }
  }

  /** One engine against the reference, against itself with fewer networks, and against itself once more. */
  async *engine(
    engine: Engine,
    trials: readonly Trial[],
    steady: readonly { readonly trial: Trial; readonly want: Outcome }[],
  ): AsyncGenerator<RuleCheck> {
    const on = { ...plain, engine: engine.name }
    const [first] = trials as readonly [Trial]
    const precision = 'float32'
    const left = await outcomeOf(first, engine, precision)
    const off: RuleCheck[] = []
    let most = 0
    for (const { trial, want } of steady) {
      const got = trial === first ? left : await outcomeOf(trial, engine, precision)
      most = Math.max(most, ...differing(got, want, 0).map((one) => one.off ?? Infinity))
      const [worst] = differing(got, want, TOLERANCE).toSorted((a, b) => (b.off ?? Infinity) - (a.off ?? Infinity))
      if (worst === undefined && got.broken.length === 0) continue
      const name = worst?.name.replace(/^\d+\//, '') ?? null
      off.push({
        ...{
          ...on,
          ...(name === null || name === 'scores' ? {} : this.#about(name)),
          check: 'engine',
          state: 'failed',
        },
        message: `${name ?? 'A state'} is off by ${worst?.off?.toExponential(1) ?? 'all'} of its size, where ${TOLERANCE} is allowed, in batches of ${trial.batchSize} on ${trial.compiled.program.widths.join('-')}.`,
      })
    }
    if (off[0] !== undefined) yield off[0]
    else if (steady.length === 0)
      yield {
        ...{ ...on, check: 'engine', state: 'skipped' },
        message: `With these settings float32 strays from float64 by itself, by more than ${STEADY}, so no engine can be judged. A rounding grows in it: a division by something small, or too large a step.`,
      }
    else
      yield {
        ...{ ...on, check: 'engine', state: 'passed', figures: { off: most, trials: steady.length } },
        message: `It computes what the reference does in float64, within ${most.toExponential(0)} (${steady.length} of ${trials.length} trials could be judged).`,
      }

    const alone = await outcomeOf({ ...first, replicas: 1 }, engine, precision)
    yield this.#alike(
      { ...on, check: 'replicas' },
      [...alone.parameters].find(([name, values]) => !alike(values, left.parameters.get(name)))?.[0],
      'A network ends with the same numbers beside others as alone.',
      'otherwise beside two other networks than alone',
    )
    const again = await outcomeOf(first, engine, precision)
    yield this.#alike(
      { ...on, check: 'repeat' },
      [...left.parameters].find(([name, values]) => !alike(values, again.parameters.get(name)))?.[0],
      'The same seed ends with the same bytes.',
      'otherwise when the same seed is trained again',
    )
  }

  #alike(
    on: Omit<RuleCheck, 'state' | 'message'>,
    differs: string | undefined,
    passed: string,
    otherwise: string,
  ): RuleCheck {
    if (differs === undefined) return { ...on, state: 'passed', message: passed }
    const name = differs.replace(/^\d+\//, '')
    return { ...on, ...this.#about(name), state: 'failed', message: `${name} ends ${otherwise}.` }
  }
}

/** As many names as a person reads. */
function listed(names: readonly string[]): string {
  const most = 8
  return names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`
}

/** The first parameter, report or 'scores' with a number that is none. */
function notFinite({ parameters, measured, scores }: Outcome): string | null {
  const named = [...parameters, ...measured].map(([name, values]) => [name.replace(/^\d+\//, ''), values] as const)
  const all = [...named, ...scores.map((values) => ['scores', values] as const)]
  return all.find(([, values]) => values.some((value) => !Number.isFinite(value)))?.[0] ?? null
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function alike(a: ArrayLike<number>, b: ArrayLike<number> | undefined): boolean {
  return b?.length === a.length && Array.from(a).every((value, i) => Object.is(value, b[i]))
}

async function learned({ experiment, engines, now }: CheckedRule): Promise<RuleCheck> {
  const [engine] = engines
  const told = { ...plain, check: 'learning', engine: engine?.name ?? null } as const
  if (engine === undefined) return { ...told, state: 'skipped', message: 'No engine was there to train on.' }
  const [problem] = checkExperiment(experiment).problems ?? []
  if (problem !== undefined) return { ...told, state: 'skipped', message: `Not trained: ${problem.message}` }
  const { limitTrain, limitTest, name } = experiment.data
  const counts = { train: limitTrain ?? 1000, test: limitTest ?? 500 }
  const data = { ...generateGlyphs(0, counts), name, classNames: [] }
  let outcome: SeedOutcome | undefined
  try {
    for await (const event of train({ experiment, engine, data, from: null, folder: '', now }, new TrainingControls()))
      if (event.kind === 'done') outcome = event.seeds[0]
  } catch (error) {
    return { ...told, state: 'skipped', message: sentenceOf(error) }
  }
  const { training, widths } = experiment
  const after = `after ${count(training.epochs, 'epoch')} of ${count(counts.train, 'sample')} of ${labelOfDataSet(name)} on ${widths.join('-')}`
  const accuracy = outcome?.testAccuracy ?? null
  const figures = { accuracy, widths, epochs: training.epochs, samples: counts.train }
  const why = outcome?.reason ?? null
  const reached = accuracy === null ? 'nothing' : `${(100 * accuracy).toFixed(1)} %`
  return why === null
    ? { ...told, figures, state: 'passed', message: `It classifies ${reached} of the test samples ${after}.` }
    : { ...told, figures, state: 'told', message: `It did not learn ${after}: ${why}.` }
}

async function direction(compiled: Compiled): Promise<RuleCheck> {
  const told = { ...plain, check: 'direction' } as const
  const why = noAngle(compiled.program)
  if (why !== null) return { ...told, state: 'skipped', message: `Not measured: ${why}.` }
  const angles = await updateAngles(compiled, SEED)
  const settles = compiled.program.prediction.some(({ kind }) => kind === 'repeat')
  const degrees = (angle: number): string => (Number.isNaN(angle) ? 'none' : `${angle.toFixed(1)}°`)
  const list = angles.map(
    ({ layer, squaredError, crossEntropy }) =>
      `layer ${layer} ${degrees(squaredError)} (squared error), ${degrees(crossEntropy)} (cross-entropy)`,
  )
  const whose = settles ? 'steepest descent through the settled states' : 'that of backpropagation'
  return {
    ...{ ...told, state: 'told', figures: { layers: angles } },
    message: `Angle of the first update to ${whose}: ${list.join('; ')}. Above 90° the cost rises; a rule need not follow it.`,
  }
}
