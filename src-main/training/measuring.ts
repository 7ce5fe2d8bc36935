/**
 * Takes the measures that a run plots beside accuracy, and times what they cost.
 *
 * What trains is never touched: reports of a batch come from a copy of the networks, in a session of its own. So a measure costs nothing in the batches between two takes, no report can change a result, on no
 * engine, and what each costs can be timed. Correlations that every batch must bring up to date (log parameters) are the
 * exception: they are carried by the session that trains, and what they cost there is timed against one without them.
 */
import { sum } from 'd3-array'
import { pickSamples } from '../data/batches.ts'
import type { Samples } from '../data/data-set.ts'
import type { BatchPlan, Engine, Measured, Session, SessionOptions } from '../engines/engine.ts'
import type { MeasureCost, RunEvent } from '../experiment/event.ts'
import type { Experiment } from '../experiment/experiment.ts'
import type { Compiled } from '../program/program.ts'
import { compileLayers, compileRule, keptBy, layerName, type Measure, type Rule } from '../rules/index.ts'
import type { MeasuredSeries } from '../rules/rule.ts'
import type { Replica } from './replica.ts'

interface MeasuredNetwork {
  readonly rule: Rule
  readonly settings: unknown
  readonly experiment: Experiment
  readonly engine: Engine
  readonly now: () => number
}

interface ChosenMeasure {
  readonly measure: Measure<unknown>
  readonly everyBatches: number
  readonly logs: readonly string[]
  readonly reports: readonly string[]
}

interface ScheduledMeasure extends ChosenMeasure {
  /** Spent on takes so far. */
  ms: number
  /** Fraction of a batch's time that the logs take; null until it was timed. */
  share: number | null
}

interface Copy {
  readonly session: Session
  readonly replicas: number
  readonly kept: boolean
}

/** Comparing batches with and without logs: rounds, and about how long a side of a round lasts. */
const ROUNDS = 5
const ROUND_MS = 15
const MAX_BATCHES_PER_ROUND = 20
/**
 * Copies of networks no larger than this stay open from one take to the next; ten of MNIST are. Opening one and touching its
 * memory for the first time costs as much as several batches of a fast rule (2026-11-29, equilibrium propagation on MNIST,
 * native: 3 of the 10 ms of a take). Of a large network that is not seen, and its memory is.
 */
const MOST_KEPT_BYTES = 64 * 2 ** 20
/** Samples that are classified at a time for a measure of the whole test set. */
const CLASSIFIED_AT_ONCE = 256

/** The rule's measures that an experiment asks for, each with what it reads. */
export function chosenMeasures(
  rule: Rule,
  settings: unknown,
  { measures, widths }: Pick<Experiment, 'measures' | 'widths'>,
): readonly ChosenMeasure[] {
  return rule.measures.flatMap((measure) => {
    const chosen = measures.find(({ name }) => name === measure.name)
    if (chosen === undefined) return []
    return [{ measure, everyBatches: chosen.everyBatches, ...keptBy(rule, measure, settings, widths) }]
  })
}

/** Log parameters that a training session must carry for them, each once. */
export function logsOf(measures: readonly ChosenMeasure[]): readonly string[] {
  return [...new Set(measures.flatMap(({ logs }) => logs))]
}

export class Measuring {
  readonly #network: MeasuredNetwork
  readonly #scheduled: readonly ScheduledMeasure[]
  readonly #compiled = new Map<string, Compiled>()
  /** By reports. */
  readonly #kept = new Map<string, Copy>()

  constructor(network: MeasuredNetwork) {
    const { rule, settings, experiment } = network
    this.#network = network
    this.#scheduled = chosenMeasures(rule, settings, experiment).map((chosen) => ({
      ...chosen,
      ms: 0,
      share: chosen.logs.length > 0 ? null : 0,
    }))
  }

  /** Log parameters that the training session must carry. */
  get logs(): readonly string[] {
    return logsOf(this.#scheduled)
  }

  get some(): boolean {
    return this.#scheduled.length > 0
  }

  /** How many batches until one after which a measure is taken: those are 1, 1 + N, 1 + 2N, … of each epoch. */
  batchesToNext(batchInEpoch: number): number {
    return Math.min(
      ...this.#scheduled.map(({ everyBatches: n }) => Math.ceil(batchInEpoch / n) * n - batchInEpoch + 1),
      Infinity,
    )
  }

  /**
   * Every measure that is due, of every network that still trains.
   *
   * @param session the one that trains, which is only read
   * @param plan of which the last batch was the last one trained; reports are of that batch, with the weights it left
   * @param batch batches trained since the beginning, `batchInEpoch` since the beginning of the epoch
   */
  async *take(
    session: Session,
    { train, test }: { readonly train: Samples; readonly test: Samples },
    plan: BatchPlan,
    replicas: readonly Replica[],
    { batch, batchInEpoch }: { readonly batch: number; readonly batchInEpoch: number },
  ): AsyncGenerator<RunEvent> {
    const alive = [...replicas.entries()].filter(([, { collapsed }]) => collapsed === null)
    const due = this.#scheduled.filter(({ everyBatches }) => (batchInEpoch - 1) % everyBatches === 0)
    if (alive.length === 0 || due.length === 0) return
    const indices = alive.map(([index]) => index)
    await this.#timeLogs(session, train, plan)
    // Measures with the same reports share the batch that is run for them, and its time.
    for (const [, together] of Map.groupBy(due, ({ reports }) => reports.join())) {
      const reports = together[0]?.reports ?? []
      const began = this.#network.now()
      const measured = reports.length === 0 ? null : await this.#report(reports, session, train, plan, indices)
      const shared = (this.#network.now() - began) / together.length
      for (const scheduled of together) {
        const before = this.#network.now()
        for (const [at, [index, { seed }]] of alive.entries()) {
          const source = {
            batches: batch,
            parameter: (name: string) => session.read(name, index),
            measurement: (name: string) => measured?.measurements[at]?.get(name) ?? [],
            classified: () => this.#classified(session, test, plan, index),
          }
          yield await this.#takeOne(scheduled.measure, source, seed, batch)
        }
        scheduled.ms += shared + this.#network.now() - before
      }
    }
  }

  /** What each measure took so far, given the time of all training chunks. */
  costs(trainingMs: number): readonly MeasureCost[] {
    const spent = this.#scheduled.map(({ measure, ms, share }) => ({
      measure: measure.name,
      ms: ms + (share ?? 0) * trainingMs,
    }))
    const all = trainingMs + this.#scheduled.reduce((sum, { ms }) => sum + ms, 0)
    return spent.map(({ measure, ms }) => ({ measure, seconds: ms / 1000, percent: all > 0 ? (100 * ms) / all : 0 }))
  }

  async #takeOne(
    measure: Measure<unknown>,
    source: Parameters<Measure<unknown>['take']>[2],
    seed: number,
    batch: number,
  ): Promise<RunEvent> {
    const { settings, experiment } = this.#network
    try {
      const series = await measure.take(settings, experiment.widths, source)
      return { kind: 'measure', seed, batch, measure: measure.name, ...valuesOf(series) }
    } catch (error) {
      // Mathematics that has no answer here (a log-determinant of a matrix gone singular) must not end a run.
      if (!(error instanceof RangeError)) throw error
      const message = `seed ${seed}, batch ${batch}: ${measure.label} could not be taken: ${error.message}`
      return { kind: 'note', level: 'warning', message }
    }
  }

  /** Runs the last batch of the plan once more, on copies of the networks `indices`, and gives what it reports. */
  async #report(
    reports: readonly string[],
    session: Session,
    data: Samples,
    plan: BatchPlan,
    indices: readonly number[],
  ): Promise<Measured> {
    const compiled = this.#compile(reports)
    const { samples, scalars } = lastBatch(plan, indices, compiled.program.scalarCount)
    const copy = await this.#reporting(compiled, reports.join(), indices.length)
    try {
      await bring(copy.session, compiled, session, pickSamples(data, samples), indices)
      return await copy.session.train({
        batchSize: plan.batchSize,
        batches: 1,
        samples: Uint32Array.from(samples, (_, i) => i),
        scalars,
        measureBatch: 0,
      })
    } finally {
      if (!copy.kept) copy.session.close()
    }
  }

  /** A session for so many networks that report: the one of the last take where there is one. */
  async #reporting(compiled: Compiled, reports: string, replicas: number): Promise<Copy> {
    const before = this.#kept.get(reports)
    if (before?.replicas === replicas) return before
    // A seed has collapsed since.
    before?.session.close()
    this.#kept.delete(reports)
    const bytes = 4 * replicas * sum(compiled.program.parameters, ({ shape: [rows, columns] }) => rows * columns)
    const copy = { session: await this.#open(compiled, replicas), replicas, kept: bytes <= MOST_KEPT_BYTES }
    if (copy.kept) this.#kept.set(reports, copy)
    return copy
  }

  /** Copies are opened again by the next take. */
  close(): void {
    for (const { session } of this.#kept.values()) session.close()
    this.#kept.clear()
  }

  /** What every layer of network `index` is at when the test set is classified, from a copy that learns nothing. */
  async *#classified(
    session: Session,
    test: Samples,
    plan: BatchPlan,
    index: number,
  ): AsyncGenerator<readonly ArrayLike<number>[]> {
    const { rule, settings, experiment } = this.#network
    const compiled = compileLayers(rule, settings, experiment.widths)
    const { scalars } = lastBatch(plan, [index], compiled.program.scalarCount)
    const copy = await this.#copy(compiled, session, test, [index])
    try {
      for (let from = 0; from < test.count; from += CLASSIFIED_AT_ONCE) {
        const batchSize = Math.min(CLASSIFIED_AT_ONCE, test.count - from)
        const samples = Uint32Array.from({ length: batchSize }, (_, i) => from + i)
        const { measurements } = await copy.train({ batchSize, batches: 1, samples, scalars, measureBatch: 0 })
        yield experiment.widths.slice(1).map((_, i) => measurements[0]?.get(layerName(i + 1)) ?? [])
      }
    } finally {
      copy.close()
    }
  }

  /** Times, once, batches with the logs of a measure against batches without any, alternating. */
  async #timeLogs(session: Session, data: Samples, plan: BatchPlan): Promise<void> {
    for (const scheduled of this.#scheduled) {
      if (scheduled.share !== null) continue
      const began = this.#network.now()
      const plain = this.#compile([])
      const { samples, scalars } = lastBatch(plan, [0], plain.program.scalarCount)
      const batch = pickSamples(data, samples)
      const sides = [
        await this.#copy(plain, session, batch, [0]),
        await this.#copy(this.#compile(scheduled.logs), session, batch, [0]),
      ]
      const least = [Infinity, Infinity]
      try {
        const run = async (side: Session, batches: number): Promise<number> => {
          const before = this.#network.now()
          await side.train({
            batchSize: plan.batchSize,
            batches,
            samples: Uint32Array.from({ length: batches * plan.batchSize }, (_, i) => i % plan.batchSize),
            scalars: Float64Array.from(
              { length: batches * scalars.length },
              (_, i) => scalars[i % scalars.length] as number,
            ),
            measureBatch: null,
          })
          return (this.#network.now() - before) / batches
        }
        const [first, second] = sides as [Session, Session]
        await run(first, 1)
        const once = await run(second, 1)
        const batches = Math.max(1, Math.min(MAX_BATCHES_PER_ROUND, Math.round(ROUND_MS / Math.max(once, 0.01))))
        for (let round = 0; round < ROUNDS; round++)
          for (const [side, copy] of sides.entries())
            least[side] = Math.min(least[side] as number, await run(copy, batches))
      } finally {
        for (const copy of sides) copy.close()
      }
      const [without, having] = least as [number, number]
      scheduled.share = having > without ? 1 - without / having : 0
      scheduled.ms += this.#network.now() - began
    }
  }

  async #copy(compiled: Compiled, session: Session, data: Samples, indices: readonly number[]): Promise<Session> {
    const copy = await this.#open(compiled, indices.length)
    await bring(copy, compiled, session, data, indices)
    return copy
  }

  #open(compiled: Compiled, replicas: number): Promise<Session> {
    const { engine, experiment } = this.#network
    return engine.open(compiled, { ...sessionOptions(experiment), replicas })
  }

  #compile(keep: readonly string[]): Compiled {
    const { rule, settings, experiment } = this.#network
    const known = this.#compiled.get(keep.join())
    if (known !== undefined) return known
    const compiled = compileRule(rule, settings, experiment.widths, keep)
    this.#compiled.set(keep.join(), compiled)
    return compiled
  }
}

/** Brings the networks `indices` as they are in `session`, all that they are, and samples. */
async function bring(
  copy: Session,
  compiled: Compiled,
  session: Session,
  data: Samples,
  indices: readonly number[],
): Promise<void> {
  copy.bind({ train: data, test: data })
  for (const [at, index] of indices.entries())
    for (const { name } of compiled.program.parameters) copy.write(name, at, await session.read(name, index))
}

/** What an experiment asks of a session of its engine. */
export function sessionOptions({ seeds, engine }: Experiment): SessionOptions {
  return {
    replicas: seeds.length,
    precision: engine.precision,
    ...(engine.threads === null ? {} : { threads: engine.threads }),
    ...(engine.device === null ? {} : { device: engine.device }),
  }
}

/** The last batch of the replicas `indices`: their samples and their scalars, one after another. */
function lastBatch(
  { batches, batchSize, samples, scalars }: BatchPlan,
  indices: readonly number[],
  slots: number,
): { readonly samples: Uint32Array; readonly scalars: Float64Array } {
  const last = {
    samples: new Uint32Array(indices.length * batchSize),
    scalars: new Float64Array(indices.length * slots),
  }
  indices.forEach((index, at) => {
    const row = (index + 1) * batches - 1
    last.samples.set(samples.subarray(row * batchSize, (row + 1) * batchSize), at * batchSize)
    last.scalars.set(scalars.subarray(row * slots, (row + 1) * slots), at * slots)
  })
  return last
}

/** Finite values by series; of a series with one value an iteration the first and the last, and all as a profile. */
function valuesOf(
  series: readonly MeasuredSeries[],
): Pick<Extract<RunEvent, { kind: 'measure' }>, 'values' | 'profiles'> {
  const values: Record<string, number> = {}
  const profiles: Record<string, readonly number[]> = {}
  const add = (name: string, value: number | undefined): void => {
    if (value !== undefined && Number.isFinite(value)) values[name] = value
  }
  for (const { series: name, value } of series)
    if (typeof value === 'number') add(name, value)
    else {
      add(`${name}, first`, value[0])
      add(`${name}, last`, value.at(-1))
      if (value.every(Number.isFinite)) profiles[name] = value
    }
  return { values, ...(Object.keys(profiles).length > 0 ? { profiles } : {}) }
}
