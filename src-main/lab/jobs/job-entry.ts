/** The entry of a job's process, plain Node: does one job, sends the result over its IPC channel, and is ended. */
import type { DataPreview } from '../../contract.ts'
import type { Samples } from '../../data/data-set.ts'
import { arePoints, planeAround, pointsOf } from '../../data/plane.ts'
import { chooseEngine } from '../../engines/index.ts'
import { presetNamed } from '../../experiment/presets.ts'
import { compileRule, ruleNamed } from '../../rules/index.ts'
import { base64 } from '../../analysis/pack.ts'
import { measureBench, measurePace } from '../../training/bench.ts'
import { loadDataSet } from '../datasets.ts'
import { describeHardware } from '../machine.ts'
import { admitOwnRules } from '../own-rules.ts'
import { refusalOf } from '../problem.ts'
import { embedRun } from './embed-run.ts'
import { inspectRun } from './inspect-run.ts'
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

/** As they are drawn: what a network sees as 0 in black and as 1 in white, where pixels are no bytes. */
function asBytes(pixels: Samples['pixels'], { image, scaling }: Samples): Uint8Array {
  if (pixels instanceof Uint8Array || image === null) return Uint8Array.from(pixels)
  const plane = image.height * image.width
  return Uint8ClampedArray.from(pixels, (value, i) => {
    const channel = scaling.scale.length === 1 ? 0 : Math.floor(i / plane)
    return 255 * (value * (scaling.scale[channel] ?? 1) + (scaling.offset[channel] ?? 0))
  }) as unknown as Uint8Array
}

/** So many points of a cloud are told apart. */
const MOST_OF_CLOUD = 4000

function planeOf(
  samples: Samples,
  page: readonly number[],
  found: readonly number[],
): NonNullable<DataPreview['plane']> {
  const all = pointsOf(
    samples,
    Array.from({ length: samples.count }, (_, i) => i),
  )
  const cloud = found.slice(0, MOST_OF_CLOUD)
  return {
    plane: planeAround(all),
    points: base64(pointsOf(samples, page)),
    cloud: base64(pointsOf(samples, cloud)),
    cloudLabels: base64(Uint16Array.from(cloud, (index) => samples.labels[index] as number)),
  }
}

async function preview(asked: Extract<Job, { kind: 'preview' }>): Promise<DataPreview> {
  const { data, fingerprint, warnings } = await loadDataSet(asked.name, { seed: 0, folder: asked.dataFolder })
  const { labels, pixels, features, count: total, image } = data[asked.split]
  const counts = data.classNames.map(() => 0)
  const found: number[] = []
  for (let index = 0; index < total; index++) {
    const label = labels[index] as number
    counts[label] = (counts[label] ?? 0) + 1
    if (asked.label === null || asked.label === label) found.push(index)
  }
  const page = asked.samples?.filter((index) => index < total) ?? found.slice(asked.from, asked.from + asked.count)
  const bytes = new Uint8Array(page.length * features)
  page.forEach((index, at) => {
    bytes.set(asBytes(pixels.subarray(index * features, (index + 1) * features), data[asked.split]), at * features)
  })
  return {
    image,
    classNames: data.classNames,
    counts,
    total,
    matching: found.length,
    samples: page.map((index) => ({ index, label: labels[index] as number })),
    pixels: Buffer.from(bytes).toString('base64'),
    plane: arePoints(data[asked.split]) ? planeOf(data[asked.split], page, asked.samples === null ? found : []) : null,
    checksums: fingerprint,
    warnings,
  }
}
