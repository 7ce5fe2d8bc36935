/** The entry of a job's process, plain Node: does one job, sends the result over its IPC channel, and is ended. */
import { chooseEngine, engineCards } from '../../engines/index.ts'
import { presetNamed } from '../../experiment/presets.ts'
import { compileRule, ruleNamed } from '../../rules/index.ts'
import { measureBench, measurePace } from '../../training/bench.ts'
import { describeHardware } from '../machine.ts'
import { admitOwnRules } from '../own-rules.ts'
import { refusalOf } from '../problem.ts'
import { embedRun } from './embed-run.ts'
import { inspectRun } from './inspect-run.ts'
import { preview } from './preview.ts'
import { studyRun } from './study-run.ts'
import { Job, type JobResults, type JobMessage } from './job.ts'

/** The preset whose network is timed: its batches take milliseconds in plain loops too. Its data is not needed. */
const BENCHMARK_PRESET = 'corinfomax-glyphs'

admitOwnRules()
process.on('disconnect', () => process.exit(0))
process.on('message', (message) => {
  const parsed = Job.safeParse(message)
  if (parsed.success) void run(parsed.data)
})

async function run(job: Job): Promise<void> {
  try {
    tell({ kind: 'result', result: await resultOf(job) })
  } catch (error) {
    tell({ kind: 'refused', ...refusalOf(error) })
  }
}

function resultOf(job: Job): Promise<JobResults[Job['kind']]> {
  switch (job.kind) {
    case 'bench':
      return bench(job)
    case 'engines':
      return engineCards()
    case 'pace':
      return pace(job)
    case 'preview':
      return preview(job)
    case 'inspect':
      return told(inspectRun(job.folder, job.dataFolder))
    case 'embed':
      return told(embedRun(job.folder, job.dataFolder, job.network, job.settings))
    case 'study':
      return told(studyRun(job.folder, job.dataFolder, job.network, job.ask))
  }
}

function tell(message: JobMessage): void {
  if (process.connected) process.send?.(message, undefined, {}, () => undefined)
}

async function bench({ engine: name, apical }: Extract<Job, { kind: 'bench' }>): Promise<JobResults['bench']> {
  const preset = presetNamed(BENCHMARK_PRESET)
  const rule = preset === undefined ? undefined : ruleNamed(preset.experiment.rule.name)
  if (preset === undefined || rule === undefined) throw new RangeError(`there is no preset named "${BENCHMARK_PRESET}"`)
  const { experiment } = preset
  const { engine } = await chooseEngine(name)
  const batch = experiment.training.batchSize
  const replicas = 1
  const figures = await measureBench(
    engine,
    compileRule(rule, rule.settings.parse(experiment.rule.settings), experiment.widths),
    {
      ...{ batch, replicas, threads: null, device: null, batches: null },
      onStep: (fraction) => {
        tell({ kind: 'progress', fraction })
      },
    },
  )
  return {
    engine: engine.name,
    device: figures.device,
    rule: rule.label,
    widths: experiment.widths,
    batch,
    replicas,
    threads: figures.threads,
    trainMsPerBatch: figures.trainMsPerBatch,
    evalMsPerBatch: figures.evalMsPerBatch,
    gflops: figures.gflops,
    peakGflops: figures.peakGflops,
    measured: new Date().toISOString(),
    machine: { ...describeHardware(), apical },
  }
}

/** More seeds than this are as quick for each of them, and take long to measure. */
const MOST_REPLICAS = 10

async function pace({ experiment }: Extract<Job, { kind: 'pace' }>): Promise<JobResults['pace']> {
  const rule = ruleNamed(experiment.rule.name)
  if (rule === undefined) throw new RangeError(`there is no rule named "${experiment.rule.name}"`)
  const { engine } = await chooseEngine(experiment.engine.name)
  const { threads, device } = experiment.engine
  const secondsPerFlop = await measurePace(
    engine,
    compileRule(rule, rule.settings.parse(experiment.rule.settings), experiment.widths),
    {
      ...{ threads, device, batch: experiment.training.batchSize },
      replicas: Math.min(MOST_REPLICAS, experiment.seeds.length),
    },
  )
  return { engine: engine.name, secondsPerFlop }
}

/** Progress is told at most so often: an embedding takes thousands of steps. */
const TOLD_EVERY_MS = 50

async function told<T>(steps: AsyncGenerator<number, T>): Promise<T> {
  let last = -Infinity
  let step = await steps.next()
  for (; step.done !== true; step = await steps.next()) {
    const now = performance.now()
    if (now - last < TOLD_EVERY_MS && step.value < 1) continue
    last = now
    tell({ kind: 'progress', fraction: step.value })
  }
  return step.value
}
