/**
 * The reference engine: a program run by plain loops on one thread. It is slow and obvious, gives the same bits in every
 * run and for every batch size of an evaluation, and is what every other engine is held to.
 *
 * Precision float64, or float32: then every value is stored as float32, rounded once from a result computed in float64,
 * so it is at least as exact as arithmetic in float32 throughout.
 */
import type { Program } from '../program/program.ts'
import type { Samples } from '../program/samples.ts'
import { entriesOf } from '../program/shape.ts'
import { classesOf, countHits, gatherPixels, gatherTargets, hasNonFinite, Pause, TrainingHits } from './batch.ts'
import { defineEngine } from './define-engine.ts'
import type { BatchPlan, BoundData, Counts, Measured, Numbers, Precision, PredictionPlan } from './engine.ts'
import { Workspace, zeros } from './reference/run.ts'
import type { CheckedEvaluation, UncheckedSession } from './unchecked-session.ts'

export const reference = defineEngine({
  name: 'reference',
  label: 'The reference engine',
  precisions: ['float32', 'float64'],
  find: () => ({ device: 'CPU, 1 thread', reason: 'Plain loops, there on every machine; exact and slow.' }),
  open: (program, { replicas, precision }) => new ReferenceSession(program, replicas, precision),
})

class ReferenceSession implements UncheckedSession {
  readonly device: string
  readonly #program: Program
  readonly #precision: Precision
  /** `[replica][parameter]`. */
  readonly #parameters: Numbers[][]
  /** By batch size. Training, evaluation and the last, smaller batch of each take turns, hence a few. */
  readonly #workspaces = new Map<number, Workspace>()

  constructor(program: Program, replicas: number, precision: Precision) {
    this.device = `CPU, plain loops, ${precision}`
    this.#program = program
    this.#precision = precision
    this.#parameters = Array.from({ length: replicas }, () =>
      program.parameters.map(({ shape }) => zeros(shape[0] * shape[1], precision)),
    )
  }

  bind(): void {
    // Samples are gathered from where the caller keeps them.
  }

  write(parameter: number, replica: number, values: Numbers): void {
    this.#parametersOf(replica)[parameter]?.set(values)
  }

  async read(parameter: number, replica: number): Promise<Numbers> {
    return (this.#parametersOf(replica)[parameter] as Numbers).slice()
  }

  async train(plan: BatchPlan, { train }: BoundData): Promise<Measured> {
    const { batchSize, batches, measureBatch } = plan
    const { scalarCount } = this.#program
    const workspace = this.#workspace(batchSize)
    const { x, y } = this.#inputs(batchSize)
    const measurements: Map<string, Numbers>[] = []
    const broken: number[] = []
    const hits = new TrainingHits(this.#program, this.#parameters.length)
    const pause = new Pause()
    for (const [replica, parameters] of this.#parameters.entries()) {
      const measured = new Recorder(this.#program, batchSize, this.#precision)
      for (let batch = 0; batch < batches; batch++) {
        const row = replica * batches + batch
        const indices = plan.samples.subarray(row * batchSize, (row + 1) * batchSize)
        gatherPixels(train, indices, x)
        gatherTargets(train, indices, classesOf(this.#program), y)
        const scalars = plan.scalars.subarray(row * scalarCount, (row + 1) * scalarCount)
        workspace.train(
          { x, y, parameters, scalars },
          {
            measure: batch === measureBatch ? measured.listen : null,
            count: (scores) => hits.add(replica, train, indices, scores),
          },
        )
        await pause.ifDue()
      }
      measurements.push(measureBatch === null ? new Map<string, Numbers>() : measured.values)
      if (parameters.some(hasNonFinite)) broken.push(replica)
    }
    return { measurements, broken, hits: hits.byReplica }
  }

  async evaluate(plan: CheckedEvaluation, data: BoundData): Promise<readonly Counts[]> {
    const { scalarCount } = this.#program
    const samples = data[plan.split]
    return countHits(plan, samples, classesOf(this.#program), this.#parameters.length, (replica, indices) =>
      this.#score(samples, replica, indices, plan.scalars.subarray(replica * scalarCount)),
    )
  }

  async predict({ split, replica, samples, scalars }: PredictionPlan, data: BoundData): Promise<Numbers> {
    return this.#score(data[split], replica, samples, scalars).slice()
  }

  close(): void {
    this.#workspaces.clear()
    this.#parameters.length = 0
  }

  #score(samples: Samples, replica: number, indices: Uint32Array, scalars: Float64Array): Numbers {
    const { x, y } = this.#inputs(indices.length)
    gatherPixels(samples, indices, x)
    gatherTargets(samples, indices, classesOf(this.#program), y)
    return this.#workspace(indices.length).predict({ x, y, parameters: this.#parametersOf(replica), scalars })
  }

  #inputs(batch: number): { x: Numbers; y: Numbers } {
    return {
      x: zeros(batch * (this.#program.widths[0] as number), this.#precision),
      y: zeros(batch * classesOf(this.#program), this.#precision),
    }
  }

  #workspace(batch: number): Workspace {
    const known = this.#workspaces.get(batch)
    if (known !== undefined) return known
    if (this.#workspaces.size >= 6) this.#workspaces.clear()
    const workspace = new Workspace(this.#program, batch, this.#precision)
    this.#workspaces.set(batch, workspace)
    return workspace
  }

  #parametersOf(replica: number): Numbers[] {
    return this.#parameters[replica] as Numbers[]
  }
}

/** Collects what one batch measures, iteration after iteration. */
class Recorder {
  readonly values: Map<string, Numbers>
  readonly #filled = new Map<string, number>()

  constructor(program: Program, batch: number, precision: Precision) {
    this.values = new Map(
      program.measurements.map(({ name, shape, iterations }) => [
        name,
        zeros(iterations * entriesOf(shape, batch), precision),
      ]),
    )
  }

  readonly listen = (name: string, entries: Numbers): void => {
    const at = this.#filled.get(name) ?? 0
    this.values.get(name)?.set(entries, at)
    this.#filled.set(name, at + entries.length)
  }
}
