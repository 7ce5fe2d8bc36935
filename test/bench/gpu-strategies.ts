/**
 * The dispatch strategies of the WebGPU engine against each other on one device: all sessions are open at once and train in
 * turn, chunk by chunk, from the same weights on the same batches, so that a device that slows down slows all of them alike.
 */
import { profileTable } from '../../src-main/cli/bench-profile.ts'
import { table } from '../../src-main/cli/layout.ts'
import type { BatchProfile, Session } from '../../src-main/engines/engine.ts'
import type { DispatchStrategy } from '../../src-main/engines/webgpu/steps.ts'
import type { Compiled } from '../../src-main/program/program.ts'
import { begin } from '../../src-main/training/bench.ts'
import { webgpuWith } from '../engines/webgpu-strategies.ts'
import { AGREEMENT_TOLERANCE, relativeDistance } from './agreement.ts'
import { compileCase, type BenchCase } from './cases.ts'
import { median } from './versions.ts'

const CHUNKS = 7
const CHUNK_MS = 150
const MOST_BATCHES_A_CHUNK = 200

export interface StrategyLine {
  readonly case: string
  readonly widths: readonly number[]
  readonly batch: number
  readonly replicas: number
  readonly strategy: string
  readonly dispatchesPerBatch: number | null
  /** Wall time of a training batch of all replicas: the median of the chunks. */
  readonly msPerBatch: number
  readonly chunksMs: readonly number[]
  /** Its time / that of the first strategy in the same round, the median of the rounds. */
  readonly timesFirst: number
  readonly profile: BatchProfile | null
  /** ‖its − the first's‖ / ‖the first's‖ of what two batches added to the weights of the first network. */
  readonly distance: number
}

interface StrategyRequest {
  readonly replicas: number
  readonly device: string
  /** Timed batches of each strategy in all; null lets the measured speed decide. */
  readonly batches: number | null
}

/** @throws Error where a strategy trains other weights than the first, beyond `AGREEMENT_TOLERANCE` */
export async function compareStrategies(
  one: BenchCase,
  strategies: Readonly<Record<string, DispatchStrategy>>,
  { replicas, device, batches }: StrategyRequest,
): Promise<StrategyLine[]> {
  const compiled = compileCase(one)
  const request = { batch: one.batch, replicas, threads: null, device, batches: null }
  const sides: (Awaited<ReturnType<typeof begin>> & { strategy: string; times: number[]; distance: number })[] = []
  try {
    for (const [strategy, how] of Object.entries(strategies))
      sides.push({ strategy, ...(await begin(webgpuWith(how), compiled, request)), times: [], distance: NaN })
    let first: Float32Array | null = null
    let slowest = 0
    for (const side of sides) {
      const before = await weightsOf(side.session, compiled)
      await side.bench.train(1)
      slowest = Math.max(slowest, await side.bench.train(1))
      const step = (await weightsOf(side.session, compiled)).map((value, i) => value - (before[i] ?? NaN))
      first ??= step
      side.distance = relativeDistance(step, first)
      if (!(side.distance <= AGREEMENT_TOLERANCE))
        throw new Error(
          `${one.name}, ${replicas} side by side: "${side.strategy}" differs by ${side.distance.toPrecision(2)} from what "${sides[0]?.strategy ?? ''}" adds to the weights; at most ${AGREEMENT_TOLERANCE} is rounding.`,
        )
    }
    const fitting = Math.min(MOST_BATCHES_A_CHUNK, CHUNK_MS / slowest)
    const count = Math.max(1, Math.round(batches === null ? fitting : batches / CHUNKS))
    // The first round is warm-up.
    for (let round = 0; round <= CHUNKS; round++)
      for (const { bench, times } of sides) {
        const ms = (await bench.train(count)) / count
        if (round > 0) times.push(ms)
      }
    const lines: StrategyLine[] = []
    for (const { strategy, session, bench, times, distance } of sides)
      lines.push({
        case: one.name,
        widths: one.widths,
        batch: one.batch,
        replicas,
        strategy,
        dispatchesPerBatch: session.dispatchesPerBatch ?? null,
        msPerBatch: median(times),
        chunksMs: times,
        timesFirst: median(times.map((ms, round) => ms / (sides[0]?.times[round] ?? NaN))),
        profile: await bench.profile(count, median(times)),
        distance,
      })
    return lines
  } finally {
    for (const { session } of sides) session.close()
  }
}

/** All weights of the first network, one parameter after another. */
async function weightsOf(session: Session, { program }: Compiled): Promise<Float32Array> {
  const weights = program.parameters.filter(({ role }) => role === 'weight')
  const values: number[] = []
  for (const { name } of weights) for (const value of await session.read(name, 0)) values.push(value)
  return Float32Array.from(values)
}

export function printStrategies(lines: readonly StrategyLine[], print: (line: string) => void): void {
  const rows = lines.map((line) => [
    ...[line.case, line.widths.join('-'), String(line.replicas), line.strategy, String(line.dispatchesPerBatch ?? '?')],
    ...[line.msPerBatch.toFixed(3), line.timesFirst.toFixed(2), line.distance.toExponential(1)],
  ])
  const headings = ['case', 'network', '>replicas', 'strategy', '>dispatches', '>ms a batch', '>× first', '>distance']
  for (const line of table(headings, rows)) print(line)
  for (const { profile, ...line } of lines)
    if (profile !== null) {
      print(`\n${line.case}, ${line.replicas} side by side, ${line.strategy}, by the device's own clock`)
      for (const row of profileTable(profile)) print(row)
    }
}
