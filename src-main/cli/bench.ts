/** `apical bench`: how fast this machine trains and evaluates the networks of the presets. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { chooseEngine, engineCards } from '../engines/index.ts'
import { DATASET_NAMES, ENGINE_NAMES, type DataSetName, type Experiment } from '../experiment/experiment.ts'
import { presetCards } from '../experiment/presets.ts'
import { experimentFittingRule } from '../experiment/rule-experiment.ts'
import { compileRule, ruleNamed, rules, type Rule } from '../rules/index.ts'
import { measureBench, type BenchFigures } from '../training/bench.ts'
import { EXIT, JSON_OPTION, UsageProblem, type Command, type Words } from './command.ts'
import { profileTable } from './bench-profile.ts'
import { table } from './layout.ts'
import { ruleIn } from './rule-choice.ts'
import type { Terminal } from './terminal.ts'

const ENGINES = ['auto', ...ENGINE_NAMES] as const
type EngineChoice = (typeof ENGINES)[number]

interface BenchCase {
  readonly experiment: Experiment
  readonly engine: EngineChoice
}

/** One measured case, as `--json` prints it. */
interface BenchLine extends Omit<BenchFigures, 'finite' | 'floor'> {
  readonly kind: 'bench'
  readonly engine: string
  readonly rule: string
  readonly dataset: string
  readonly widths: readonly number[]
  readonly batch: number
  readonly replicas: number
  readonly shareOfPeak: number | null
  readonly floorMsPerBatch: number | null
  readonly shareOfFloor: number | null
  readonly boundBy: 'operations' | 'bytes' | null
  readonly peakRssMb: number
}

export const bench: Command = {
  name: 'bench',
  operands: '',
  summary: "time the presets' real sizes on random data",
  details:
    "Times training and evaluation of a preset's network at its real size on random data: the median of several chunks after a warm-up. " +
    'Without --rule, every rule that has a preset on the data set; a rule of your own has none and is timed at its defaults. Without --engine, every engine this machine has. ' +
    'Milliseconds are wall time per batch of one replica. GFLOP/s count the matrix products that the program needs, loop-invariant ones once. ' +
    'With --json, one object per case. peakGflops is what as many threads of this processor reach in multiply-adds that touch no memory, measured in the same process; ' +
    'null for an engine that cannot measure it (WebAssembly, plain loops). ' +
    'floorMsPerBatch is the least time that a training batch needs on this machine: its operations at that peak, or its bytes at peakGigabytes per second, whichever takes longer (boundBy). ' +
    'Bytes are those of the parameters, read once and written once; element-wise work is not counted. shareOfFloor is floorMsPerBatch / trainMsPerBatch. ' +
    'dispatchesPerBatch counts what a training batch of all replicas submits to a GPU, null for engines without one. ' +
    'profile says where that time goes by the GPU’s own clock, null where it tells none: wholeMs, a batch as it is trained; parts, its dispatches timed apart, by what they do; ' +
    'betweenMs, the whole less its parts; finiteMs, the search for numbers that are not finite, once in a plan of many batches; evaluationMs, scoring as many samples as a batch has. ' +
    "peakRssMb is the measuring process's largest resident memory in MiB; with several cases, each is measured in a process of its own.",
  options: [
    {
      name: 'rule',
      value: 'RULE',
      help: `one of ${rules.map(({ name }) => name).join(', ')}; or of your own, by its name or its file`,
    },
    {
      name: 'dataset',
      value: 'NAME',
      help: `the preset's data set, whose sizes are taken: ${DATASET_NAMES.join(', ')} (default: mnist)`,
    },
    { name: 'engine', value: 'E', help: `one of ${ENGINES.join(', ')}` },
    { name: 'replicas', value: 'N', help: 'networks trained side by side (default: 1)' },
    { name: 'threads', value: 'N', help: 'threads of the engine (default: its own choice)' },
    {
      name: 'batches',
      value: 'N',
      help: 'timed training batches of each replica (default: as many as take about two seconds)',
    },
    JSON_OPTION,
  ],
  async run(words, terminal) {
    words.none()
    const cases = await casesOf(words)
    const [first, ...more] = cases
    if (first === undefined) throw new UsageProblem('Nothing to measure.')
    const lines: BenchLine[] = []
    for (const one of cases) {
      const line = more.length === 0 ? await measure(one, words, terminal) : await measureApart(one, words)
      terminal.data(line)
      lines.push(line)
      if (more.length > 0) terminal.status(`${lines.length} of ${cases.length} measured`)
    }
    terminal.status('')
    if (!terminal.json) print(lines, terminal)
    return EXIT.done
  },
}

/** The experiment of each rule asked for, on each engine asked for. */
async function casesOf(words: Words): Promise<BenchCase[]> {
  const asked = words.text('rule')
  const rule = asked === undefined ? undefined : ruleIn(asked)
  const dataset = words.choice('dataset', DATASET_NAMES) ?? 'mnist'
  const engine = words.choice('engine', ENGINES)
  const experiments = (rule === undefined ? rules : [rule]).flatMap((one) => experimentOf(one, dataset) ?? [])
  if (experiments.length === 0)
    throw new UsageProblem(
      `There is no preset of ${rule?.name ?? 'any rule'} on ${dataset} whose sizes could be taken.`,
      '"apical presets" lists what there is.',
    )
  const engines =
    engine === undefined ? (await engineCards()).filter(({ available }) => available).map(({ name }) => name) : [engine]
  return experiments.flatMap((experiment) => engines.map((name) => ({ experiment, engine: name })))
}

/** The preset `RULE-DATASET`, else the rule's first on that data set; of a rule of one's own its defaults. */
function experimentOf({ name, file }: Rule, dataset: DataSetName): Experiment | undefined {
  if (file !== undefined) return experimentFittingRule(name, dataset)
  const fitting = presetCards().filter(
    ({ experiment }) => experiment.rule.name === name && experiment.data.name === dataset,
  )
  return (fitting.find((preset) => preset.name === `${name}-${dataset}`) ?? fitting[0])?.experiment
}

async function measure({ experiment, engine: asked }: BenchCase, words: Words, terminal: Terminal): Promise<BenchLine> {
  const rule = ruleNamed(experiment.rule.name)
  if (rule === undefined) throw new UsageProblem(`There is no rule "${experiment.rule.name}".`)
  const { engine } = await chooseEngine(asked)
  const replicas = words.whole('replicas', 1, 1000) ?? 1
  const threads = words.whole('threads', 1, 1024) ?? null
  // Logs are what a person asks for, not what training costs.
  const compiled = compileRule(rule, rule.settings.parse(experiment.rule.settings), experiment.widths)
  const batch = experiment.training.batchSize
  const figures = await measureBench(engine, compiled, {
    batch,
    replicas,
    threads,
    device: null,
    batches: words.whole('batches', 1, 1_000_000) ?? null,
  })
  if (!figures.finite)
    terminal.complain(
      'Training on random data diverged to values that are not finite, so these times may not be those of real training.',
    )
  const used = figures.threads
  if (threads !== null && threads !== used)
    terminal.complain(
      `--threads ${threads} was requested, but ${engine.name} computes on ${figures.device}: these figures are for ${used}.`,
    )
  const { peakGflops: peak, floor } = figures
  return {
    kind: 'bench',
    engine: engine.name,
    device: figures.device,
    rule: rule.name,
    dataset: experiment.data.name,
    widths: experiment.widths,
    batch,
    replicas,
    threads: used,
    trainMsPerBatch: figures.trainMsPerBatch,
    evalMsPerBatch: figures.evalMsPerBatch,
    batchesPerSecond: figures.batchesPerSecond,
    gflops: figures.gflops,
    peakGflops: peak,
    shareOfPeak: peak === null ? null : figures.gflops / peak,
    peakGigabytes: figures.peakGigabytes,
    floorMsPerBatch: floor?.msPerBatch ?? null,
    shareOfFloor: floor === null ? null : floor.msPerBatch / figures.trainMsPerBatch,
    boundBy: floor?.boundBy ?? null,
    dispatchesPerBatch: figures.dispatchesPerBatch,
    profile: figures.profile,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
  }
}

/** Measures one of several cases in a process of its own, so that neither its memory nor its caches are another's. */
async function measureApart({ experiment, engine }: BenchCase, words: Words): Promise<BenchLine> {
  const passed = ['replicas', 'threads', 'batches'].flatMap((name) => {
    const value = words.text(name)
    return value === undefined ? [] : [`--${name}=${value}`]
  })
  const cli = fileURLToPath(new URL('../cli.ts', import.meta.url))
  const own = [
    'bench',
    '--json',
    `--rule=${experiment.rule.name}`,
    `--dataset=${experiment.data.name}`,
    `--engine=${engine}`,
    ...passed,
  ]
  const child = spawn(process.execPath, [...process.execArgv, cli, ...own], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit') as Promise<[number | null]>
  const out = await text(child.stdout)
  const [code] = await ended
  if (code !== EXIT.done)
    throw new Error(`measuring ${experiment.rule.name} on ${engine} ended with ${code ?? 'a signal'}`)
  return JSON.parse(out) as BenchLine
}

function percent(share: number | null): string {
  return share === null ? '' : `${Math.round(share * 100)} %`
}

function print(lines: readonly BenchLine[], terminal: Terminal): void {
  const headings = [
    'rule',
    'data',
    'network',
    'engine',
    '>batch',
    '>replicas',
    '>train ms',
    '>eval ms',
    '>batches/s',
    '>GFLOP/s',
    '>of peak',
    '>floor ms',
    '>of floor',
    'bound by',
    '>MiB',
  ]
  const rows = lines.map((line) => [
    line.rule,
    line.dataset,
    line.widths.join('-'),
    line.engine,
    String(line.batch),
    String(line.replicas),
    line.trainMsPerBatch.toFixed(2),
    line.evalMsPerBatch.toFixed(2),
    line.batchesPerSecond.toFixed(1),
    line.gflops.toFixed(2),
    percent(line.shareOfPeak),
    line.floorMsPerBatch?.toFixed(3) ?? '',
    percent(line.shareOfFloor),
    line.boundBy ?? '',
    line.peakRssMb.toFixed(0),
  ])
  for (const line of table(headings, rows)) terminal.print(line)
  for (const { profile, ...line } of lines)
    if (profile !== null) {
      terminal.print('')
      terminal.print(
        `${line.rule} ${line.dataset}: a training batch of ${line.replicas === 1 ? 'one network' : `${line.replicas} networks`} by the GPU’s own clock`,
      )
      for (const row of profileTable(profile)) terminal.print(row)
    }
  for (const device of new Set(lines.map((line) => `${line.engine}: ${line.device}`)))
    terminal.print(terminal.paint('dim', device))
}
