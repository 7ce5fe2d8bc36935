/**
 * Two versions of the native engine, the one of this tree and one of another, in one process: every rule's MNIST preset, one
 * thread, chunk by chunk in turn, in CPU time, which other work on the machine disturbs least. A figure is the least of the
 * chunks, since what disturbs only adds; the ratio of both is the median of those of chunks that followed each other.
 */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { table } from '../../src-main/cli/layout.ts'
import type { Engine } from '../../src-main/engines/engine.ts'
import { native } from '../../src-main/engines/native.ts'
import type { Experiment } from '../../src-main/experiment/experiment.ts'
import { presetCards } from '../../src-main/experiment/presets.ts'
import { programFlop, trainingBytes, trainingFloor, type Floor } from '../../src-main/program/cost.ts'
import { compileRule, rules, type Rule } from '../../src-main/rules/index.ts'
import { begin } from '../../src-main/training/bench.ts'

const REPLICAS = [1, 10]
const CHUNKS = 9
/** For each network: a chunk of a few batches would mostly fetch the next network's weights. */
const CHUNK_MS = 30

export interface VersionLine {
  readonly rule: string
  readonly widths: readonly number[]
  readonly batch: number
  readonly replicas: number
  readonly gflop: number
  readonly bytes: number
  readonly peakGflops: number
  readonly peakGigabytes: number
  readonly floor: Floor
  /** CPU milliseconds of a training batch of one network, chunk by chunk. */
  readonly before: readonly number[]
  readonly after: readonly number[]
}

function cpuTime(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** @param tree the root of a clone of another version, with its engine built */
export async function compareVersions(
  tree: string,
  only: readonly string[],
  say: (line: string) => void,
): Promise<VersionLine[]> {
  const other = (await import(pathToFileURL(join(tree, 'src-main/engines/native.ts')).href)) as { native: Engine }
  const lines: VersionLine[] = []
  for (const rule of rules.filter(({ name }) => only.length === 0 || only.includes(name))) {
    const experiment = presetOf(rule)
    if (experiment === undefined) continue
    for (const replicas of REPLICAS) {
      lines.push(await compare([other.native, native], rule, experiment, replicas))
      say(`${rule.name}, ${replicas} ${replicas === 1 ? 'network' : 'networks'}`)
    }
  }
  return lines
}

function presetOf({ name }: Rule): Experiment | undefined {
  const fitting = presetCards().filter(({ experiment: { rule, data } }) => rule.name === name && data.name === 'mnist')
  return (fitting.find((preset) => preset.name === `${name}-mnist`) ?? fitting[0])?.experiment
}

async function compare(
  engines: readonly [before: Engine, after: Engine],
  rule: Rule,
  { widths, training, ...experiment }: Experiment,
  replicas: number,
): Promise<VersionLine> {
  const compiled = compileRule(rule, rule.settings.parse(experiment.rule.settings), widths)
  const { program } = compiled
  const batch = training.batchSize
  const request = { batch, replicas, threads: 1, device: null, batches: null, clock: cpuTime }
  const sides = await Promise.all(
    engines.map(async (engine) => ({ ...(await begin(engine, compiled, request)), times: [] as number[] })),
  )
  const peaks: number[] = []
  const bandwidths: number[] = []
  try {
    let once = Infinity
    for (const { bench } of sides) {
      await bench.train(1)
      once = Math.min(once, await bench.train(1))
    }
    const batches = Math.max(1, Math.round((CHUNK_MS * replicas) / once))
    for (let chunk = 0; chunk < CHUNKS; chunk++) {
      for (const { bench, times } of sides) times.push((await bench.train(batches)) / (batches * replicas))
      peaks.push((await native.peak?.(1)) ?? NaN)
      bandwidths.push((await native.bandwidth?.(1, trainingBytes(program, 4) / 2)) ?? NaN)
    }
  } finally {
    for (const { session } of sides) session.close()
  }
  // The best: what the machine can do, whatever else it does.
  const rates = { gflops: Math.max(...peaks), gigabytes: Math.max(...bandwidths) }
  return {
    rule: rule.name,
    widths,
    batch,
    replicas,
    gflop: programFlop(program, batch).training / 1e9,
    bytes: trainingBytes(program, 4),
    peakGflops: rates.gflops,
    peakGigabytes: rates.gigabytes,
    floor: trainingFloor(program, batch, rates),
    before: sides[0]?.times ?? [],
    after: sides[1]?.times ?? [],
  }
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}

export function printVersions(lines: readonly VersionLine[], print: (line: string) => void): void {
  const rows = lines.map(({ rule, widths, batch, replicas, floor, ...line }) => {
    const [before, after] = [Math.min(...line.before), Math.min(...line.after)]
    const ratio = median(line.after.map((ms, chunk) => ms / (line.before[chunk] ?? NaN)))
    const share = (ms: number): string => `${Math.round((100 * floor.msPerBatch) / ms)} %`
    return [
      ...[rule, widths.join('-'), String(batch), String(replicas), floor.msPerBatch.toFixed(3), floor.boundBy],
      ...[before.toFixed(3), after.toFixed(3), share(before), share(after), ratio.toFixed(2)],
    ]
  })
  const headings = ['rule', 'network', '>batch', '>replicas', '>floor ms', 'bound by']
  for (const line of table([...headings, '>before ms', '>after ms', '>of floor', '>of floor', '>after/before'], rows))
    print(line)
}
