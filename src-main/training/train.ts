/**
 * The one training loop. It opens a session, trains all seeds of it side by side, evaluates after every epoch and tells
 * what happens as events; it touches no file, no screen and no clock but the one it is given.
 *
 * Everything random comes from the seed, split by purpose: 'initial' (then the parameter's name), 'order' (then the
 * epoch: the order of an epoch is a pure function of both) and 'sign' (one coin a batch, whose position is saved). So a
 * run that goes on from a checkpoint computes, bit for bit, what it would have computed without stopping.
 */
import { epochOrder, limitSamples } from '../data/batches.ts'
import { classNamesOf, type DataSet, type Samples } from '../data/data-set.ts'
import type { SampleSplit } from '../data/split.ts'
import type { BatchPlan, Engine, Measured, Session } from '../engines/engine.ts'
import type { RunEvent } from '../experiment/event.ts'
import type { Experiment } from '../experiment/experiment.ts'
import { resultOf } from '../experiment/outcome.ts'
import { weightCount } from '../program/cost.ts'
import type { Compiled } from '../program/program.ts'
import { Generator } from '../program/random.ts'
import { compileRule, ruleNamed } from '../rules/index.ts'
import type { SeedCheckpoint } from './checkpoint.ts'
import { planChunk } from './chunk.ts'
import { brokenParameter, atChance, verdictAtChance } from './collapse.ts'
import type { TrainingControls } from './controls.ts'
import { drawHere, type DrawNetworks } from './draw.ts'
import { splitOf } from './held-out.ts'
import { Pace } from './pace.ts'
import { Evaluation, extraCounts, type EvaluatedParts } from './evaluation.ts'
import { Measuring, sessionOptions } from './measuring.ts'
import { RunningAccuracy } from './running-accuracy.ts'
import {
  beginReplica,
  commonPosition,
  noteAccuracies,
  noteChance,
  outcomeOf,
  readParameters,
  type Replica,
} from './replica.ts'
import { undoneFrom } from './undone.ts'

export interface TrainingTask {
  /** Resolved: every setting present. `seeds` are those of this session. */
  readonly experiment: Experiment
  readonly engine: Engine
  readonly data: DataSet
  /** One per seed, all at the same position; null to begin. */
  readonly from: readonly SeedCheckpoint[] | null
  /** Draws networks that begin; one after another where it is absent. */
  readonly draw?: DrawNetworks
  /** For the events alone. */
  readonly folder: string
  /** Milliseconds, from anywhere; `performance.now` in a worker. */
  readonly now: () => number
}

/** For the ledger only, never forwarded. `final` checkpoints hold the result. */
export interface TrainingState {
  readonly kind: 'state'
  readonly checkpoints: readonly SeedCheckpoint[]
  readonly final: boolean
}

/** Some seeds of the session were told to stop and the others not: their checkpoints are told, and the session is over. */
interface SeedsStopped {
  readonly kind: 'seeds-stopped'
  /** Those told to stop. */
  readonly seeds: readonly number[]
  readonly seconds: number
}

/** The events of a session: a run's own, and those for its ledger only. */
export type TrainingEvent = RunEvent | TrainingState | SeedsStopped

/** A chunk lasts about this long, so that a stop answers well within 300 ms. */
const CHUNK_MS = 120
/** Within an epoch a checkpoint is due this often. */
const CHECKPOINT_MS = 60_000
/** Within an epoch the costs of measures are told this often. */
const COSTS_MS = 5_000

export async function* train(task: TrainingTask, controls: TrainingControls): AsyncGenerator<TrainingEvent> {
  const { experiment } = task
  const rule = ruleNamed(experiment.rule.name)
  if (rule === undefined) throw new RangeError(`there is no rule named "${experiment.rule.name}"`)
  const { widths } = experiment
  const settings: unknown = rule.settings.parse(experiment.rule.settings)
  const { engine, now } = task
  const measuring = new Measuring({ rule, settings, experiment, engine, now })
  const compiled = compileRule(rule, settings, widths, measuring.logs)
  const session = await engine.open(compiled, sessionOptions(experiment))
  try {
    yield* new Run(task, controls, session, compiled, measuring).events()
  } finally {
    measuring.close()
    session.close()
  }
}

class Run {
  readonly #task: TrainingTask
  readonly #controls: TrainingControls
  readonly #session: Session
  readonly #compiled: Compiled
  readonly #measuring: Measuring
  /** What the session is bound to; plans count its samples. */
  readonly #data: { readonly train: Samples; readonly test: Samples }
  readonly #experiment: Experiment
  /** Samples that may be trained on; null for all. */
  readonly #split: SampleSplit | null
  readonly #trainCount: number
  readonly #evaluation: Evaluation
  readonly #replicas: Replica[]
  readonly #batchesPerEpoch: number
  readonly #secondsBefore: number
  /** Moves on by every pause, so that waiting is not counted as training. */
  #began: number
  #epoch: number
  #batchInEpoch: number
  #batch: number
  #orders: Uint32Array[] = []
  #batchesPerChunk = 1
  #evaluated: EvaluatedParts = { train: null, validation: null, test: null }
  #lastCheckpoint: number
  #lastCosts: number
  #trainedHere = 0
  #trainingMs = 0
  readonly #pace = new Pace()
  readonly #running: RunningAccuracy

  constructor(
    task: TrainingTask,
    controls: TrainingControls,
    session: Session,
    compiled: Compiled,
    measuring: Measuring,
  ) {
    this.#task = task
    this.#controls = controls
    this.#session = session
    this.#compiled = compiled
    this.#measuring = measuring
    this.#experiment = task.experiment
    const train = limitSamples(task.data.train, task.experiment.data.limitTrain)
    this.#split = splitOf(train, task.experiment)
    this.#trainCount = this.#split?.train.length ?? train.count
    const test = limitSamples(task.data.test, task.experiment.data.limitTest)
    this.#data = { train, test }
    session.bind(this.#data)
    const data = { train, test, split: this.#split }
    this.#evaluation = new Evaluation(session, compiled, task.experiment, data, task.now)
    const position = commonPosition(task.experiment.seeds, task.from)
    this.#epoch = position.epoch
    this.#batchInEpoch = position.batchInEpoch
    this.#batch = position.batch
    this.#replicas = task.experiment.seeds.map((seed, index) =>
      beginReplica(
        session,
        compiled.program,
        index,
        seed,
        task.from?.find((saved) => saved.seed === seed),
      ),
    )
    this.#batchesPerEpoch = Math.ceil(this.#trainCount / task.experiment.training.batchSize)
    this.#running = new RunningAccuracy(this.#batchesPerEpoch)
    this.#began = task.now()
    this.#lastCheckpoint = this.#began
    this.#lastCosts = this.#began
    this.#secondsBefore = task.from?.[0]?.seconds ?? 0
  }

  async *events(): AsyncGenerator<TrainingEvent> {
    const { epochs } = this.#experiment.training
    yield {
      kind: 'started',
      folder: this.#task.folder,
      engine: this.#session.engine,
      device: this.#session.device,
      seeds: this.#experiment.seeds,
      parameters: weightCount(this.#compiled.program),
      batchesPerEpoch: this.#batchesPerEpoch,
      epochs,
      fromEpoch: this.#epoch,
    }
    if (this.#task.from === null) await this.#draw()
    else for (const replica of this.#replicas) yield this.#resumed(replica)

    // A run that was cut off between its last epoch and its end has nothing left to train, but must still say how good it is.
    if (this.#epoch >= epochs && this.#someLeft() && (yield* this.#evaluate(this.#epoch)) === 'stopped') return

    while (this.#epoch < epochs && this.#someLeft()) {
      const epochBegan = this.#task.now()
      const trained = yield* this.#trainEpoch()
      if (trained === 'stopped') return
      if (trained === 'all collapsed') break
      if ((yield* this.#evaluate(this.#epoch + 1)) === 'stopped') return
      this.#epoch++
      this.#batchInEpoch = 0
      const seconds = (this.#task.now() - epochBegan) / 1000
      for (const [index, replica] of this.#replicas.entries()) {
        if (replica.collapsed !== null) continue
        yield {
          kind: 'epoch',
          seed: replica.seed,
          epoch: this.#epoch,
          trainAccuracy: replica.latest?.trainAccuracy ?? null,
          testAccuracy: replica.latest?.testAccuracy ?? null,
          validationAccuracy: replica.latest?.validationAccuracy ?? null,
          seconds,
        }
        yield* this.#counted(index, replica.seed)
        if (replica.chance !== null && this.#epoch < epochs)
          yield {
            kind: 'note',
            level: 'warning',
            message: `seed ${replica.seed}, epoch ${this.#epoch}: ${replica.chance}`,
          }
      }
      yield* this.#costs()
      if (this.#epoch >= epochs) break
      yield* this.#checkpoint(false)
      if (this.#controls.stopAfter === 'epoch') {
        yield this.#stopped()
        return
      }
    }
    for (const replica of this.#replicas) {
      const { seed, collapsed, chance, learned } = replica
      if (collapsed !== null || chance === null) continue
      replica.verdict = verdictAtChance(chance, learned, this.#batch)
      yield { ...replica.verdict, seed, epoch: this.#epoch, batch: this.#batch }
    }
    yield* this.#checkpoint(true)
    yield this.#done()
  }

  async #draw(): Promise<void> {
    const { parameters } = this.#compiled.program
    await (this.#task.draw ?? drawHere)(parameters, this.#experiment.seeds, (replica, name, values) => {
      this.#session.write(name, replica, values)
    })
    this.#began = this.#task.now()
  }

  #resumed({ seed, collapsed }: Replica): RunEvent {
    const position = { epoch: this.#epoch, batchInEpoch: this.#batchInEpoch, batch: this.#batch }
    const undone = undoneFrom(this.#experiment, position, collapsed !== null)
    return {
      ...{ kind: 'resumed', seed, epoch: this.#epoch, batch: this.#batch },
      ...(undone.length > 0 ? { undone } : {}),
    }
  }

  #someLeft(): boolean {
    return this.#replicas.some(({ collapsed }) => collapsed === null)
  }

  /** Fills in how good each network is after so many epochs, with as many pauses as the person likes. */
  async *#evaluate(epoch: number): AsyncGenerator<TrainingEvent, 'evaluated' | 'stopped'> {
    for (;;) {
      const pieces = this.#evaluation.run(this.#replicas.length, this.#controls, extraCounts(this.#experiment, epoch))
      let step: Awaited<ReturnType<typeof pieces.next>>
      do {
        yield this.#progress('evaluating')
        step = await pieces.next()
      } while (step.done !== true)
      const evaluated = step.value
      if (evaluated !== null) {
        this.#evaluated = evaluated
        for (const [index, replica] of this.#replicas.entries()) {
          if (replica.collapsed !== null) continue
          const accuracies = {
            epoch,
            trainAccuracy: evaluated.train?.[index]?.accuracy ?? null,
            validationAccuracy: evaluated.validation?.[index]?.accuracy ?? null,
            testAccuracy: evaluated.test?.[index]?.accuracy ?? null,
          }
          noteAccuracies(replica, accuracies, this.#experiment.training.selection)
          noteChance(replica, atChance(evaluated, index), epoch)
        }
        return 'evaluated'
      }
      if (yield* this.#applyControls()) return 'stopped'
    }
  }

  /** What the last evaluation counted beside accuracy, of one network. */
  #counted(index: number, seed: number): readonly RunEvent[] {
    const events: RunEvent[] = []
    const position = { seed, batch: this.#batch }
    const values: Record<string, number> = {}
    for (const part of ['train', 'validation', 'test'] as const) {
      const fraction = this.#evaluated[part]?.[index]?.topK ?? null
      if (fraction !== null) values[part] = fraction
    }
    if (Object.keys(values).length > 0) events.push({ kind: 'measure', ...position, measure: 'top-k', values })
    for (const split of ['train', 'test'] as const) {
      const counts = this.#evaluated[split]?.[index]?.confusion ?? null
      if (counts === null) continue
      const classes = classNamesOf(this.#task.data, Math.sqrt(counts.length))
      events.push({ kind: 'confusion', ...position, epoch: this.#epoch, split, classes, counts: Array.from(counts) })
    }
    return events
  }

  #costs(): readonly RunEvent[] {
    if (!this.#measuring.some) return []
    this.#lastCosts = this.#task.now()
    return [{ kind: 'costs', costs: this.#measuring.costs(this.#trainingMs) }]
  }

  /** Trains the rest of the epoch, or up to where the person stopped it or no network is left. */
  async *#trainEpoch(): AsyncGenerator<TrainingEvent, 'trained' | 'stopped' | 'all collapsed'> {
    const trained = this.#split?.train
    this.#orders = this.#experiment.seeds.map((seed) => {
      const order = epochOrder(
        Generator.seeded(seed).split('order'),
        this.#epoch,
        this.#trainCount,
        this.#experiment.training.shuffle,
      )
      return trained === undefined ? order : order.map((place) => trained[place] as number)
    })
    while (this.#batchInEpoch < this.#batchesPerEpoch) {
      if (yield* this.#applyControls()) return 'stopped'
      const before = this.#task.now()
      const { count, measure } = this.#nextChunk()
      const { plan, measured } = await this.#trainChunk(count)
      const elapsed = this.#task.now() - before
      this.#trainingMs += elapsed
      this.#pace.note(count, elapsed)
      this.#batchesPerChunk = Math.max(1, Math.round((count * CHUNK_MS) / Math.max(elapsed, 1)))
      yield* this.#markBroken(measured)
      yield* this.#runningAccuracy(plan, measured, elapsed)
      if (measure) {
        const position = { batch: this.#batch, batchInEpoch: this.#batchInEpoch }
        yield* this.#measuring.take(this.#session, this.#data, plan, this.#replicas, position)
      }
      // Also between takes: what the first one took of little time is soon a small share.
      if (this.#task.now() - this.#lastCosts > COSTS_MS) yield* this.#costs()
      yield this.#progress('training')
      if (!this.#someLeft()) return 'all collapsed'
      if (this.#task.now() - this.#lastCheckpoint > CHECKPOINT_MS) yield* this.#checkpoint(false)
    }
    return 'trained'
  }

  /** How many batches to train before the next look at the controls; a chunk ends where a measure is due, where a window of the running accuracy does, and before a partial batch. */
  #nextChunk(): { count: number; measure: boolean } {
    const due = this.#measuring.batchesToNext(this.#batchInEpoch)
    const left = this.#batchesPerEpoch - this.#batchInEpoch
    const partial = this.#trainCount % this.#experiment.training.batchSize !== 0
    const whole = partial && left > 1 ? left - 1 : left
    // A window is divided evenly, so that no chunk of it is much shorter than the others.
    const window = this.#running.batchesLeft(this.#batchInEpoch)
    const atOnce = this.#session.atOnce?.batches ?? this.#batchesPerChunk
    const count = Math.min(Math.ceil(window / Math.ceil(window / atOnce)), whole, due)
    return { count, measure: count === due }
  }

  async #trainChunk(count: number): Promise<{ plan: BatchPlan; measured: Measured }> {
    const plan = planChunk({
      compiled: this.#compiled,
      signs: this.#replicas.map(({ sign }) => sign),
      orders: this.#orders,
      batchSize: this.#experiment.training.batchSize,
      position: { epoch: this.#epoch, batchInEpoch: this.#batchInEpoch, batch: this.#batch },
      count,
    })
    const measured = await this.#session.train(plan)
    this.#batchInEpoch += count
    this.#batch += count
    this.#trainedHere += count
    return { plan, measured }
  }

  async *#markBroken(measured: Measured): AsyncGenerator<RunEvent> {
    for (const index of measured.broken) {
      const replica = this.#replicas[index]
      if (replica?.collapsed !== null) continue
      const reason =
        brokenParameter(await readParameters(this.#session, this.#compiled.program, index)) ??
        'a state of the network is not finite'
      replica.collapsed = { epoch: this.#epoch + 1, batch: this.#batch, reason: `${reason} after batch ${this.#batch}` }
      yield { kind: 'collapsed', seed: replica.seed, ...replica.collapsed }
    }
  }

  /** What a window of batches that ended tells of each network. */
  #runningAccuracy({ batches, batchSize }: BatchPlan, { hits }: Measured, ms: number): readonly RunEvent[] {
    const batchInEpoch = this.#batchInEpoch
    const window = this.#running.note({ batches, hits: hits ?? [], samples: batches * batchSize, ms, batchInEpoch })
    if (window === null || hits === null) return []
    const epochs = this.#epoch + batchInEpoch / this.#batchesPerEpoch
    return this.#replicas.flatMap(({ seed, collapsed }, index): RunEvent[] => {
      const accuracy = (window.hits[index] as number) / window.samples
      if (collapsed !== null) return []
      return [{ kind: 'batches', seed, batch: this.#batch, epochs, accuracy, samples: window.samples }]
    })
  }

  /** Obeys a pause or a stop. True when the session is to end. */
  async *#applyControls(): AsyncGenerator<TrainingEvent, boolean> {
    if (this.#controls.pauseRequested) {
      yield* this.#checkpoint(false)
      const pausedAt = this.#task.now()
      yield { kind: 'paused' }
      await this.#controls.whilePaused()
      this.#began += this.#task.now() - pausedAt
      if (!this.#controls.stopRequested) yield { kind: 'continued' }
    }
    const parting = this.#replicas.filter(({ seed }) => this.#controls.stoppedSeeds.has(seed))
    if (!this.#controls.stopRequested && parting.length === 0) return false
    yield* this.#checkpoint(false)
    if (this.#controls.stopRequested) yield this.#stopped()
    else yield { kind: 'seeds-stopped', seeds: parting.map(({ seed }) => seed), seconds: this.#seconds() }
    return true
  }

  #stopped(): RunEvent {
    return { kind: 'stopped', folder: this.#task.folder, epoch: this.#epoch, batch: this.#batch }
  }

  async *#checkpoint(final: boolean): AsyncGenerator<TrainingEvent> {
    const checkpoints: SeedCheckpoint[] = []
    const seconds = this.#seconds()
    for (const [index, replica] of this.#replicas.entries()) {
      const parameters = await readParameters(this.#session, this.#compiled.program, index)
      const broken = brokenParameter(parameters)
      if (replica.collapsed === null && broken !== null) {
        replica.collapsed = {
          epoch: Math.max(1, this.#epoch),
          batch: this.#batch,
          reason: `${broken} after batch ${this.#batch}`,
        }
        yield { kind: 'collapsed', seed: replica.seed, ...replica.collapsed }
      }
      checkpoints.push({
        seed: replica.seed,
        position: { epoch: this.#epoch, batchInEpoch: this.#batchInEpoch, batch: this.#batch },
        generators: { sign: replica.sign.state() },
        parameters,
        collapsed: replica.collapsed,
        chosen: replica.chosen,
        learned: replica.learned,
        seconds,
      })
    }
    yield { kind: 'state', checkpoints, final }
    yield { kind: 'checkpoint', epoch: this.#epoch, batch: this.#batch }
    this.#lastCheckpoint = this.#task.now()
  }

  #progress(phase: 'training' | 'evaluating'): RunEvent {
    const { epochs, batchSize } = this.#experiment.training
    const batchSeconds = this.#trainedHere === 0 ? null : this.#trainingMs / 1000 / this.#trainedHere
    const left = (epochs - this.#epoch) * this.#batchesPerEpoch - this.#batchInEpoch
    const evaluations = this.#evaluation.secondsForecast(epochs - this.#epoch)
    const range = this.#pace.range()
    return {
      kind: 'progress',
      epoch: Math.min(this.#epoch + 1, epochs),
      batch: this.#batchInEpoch,
      batchesPerEpoch: this.#batchesPerEpoch,
      samplesPerSecond:
        batchSeconds === null || batchSeconds === 0 ? 0 : (batchSize * this.#replicas.length) / batchSeconds,
      secondsLeft: batchSeconds === null ? null : batchSeconds * left + evaluations,
      secondsLeftRange:
        range === null ? null : [(range[0] / 1000) * left + evaluations, (range[1] / 1000) * left + evaluations],
      phase,
    }
  }

  #seconds(): number {
    return this.#secondsBefore + (this.#task.now() - this.#began) / 1000
  }

  #done(): RunEvent {
    const seeds = this.#replicas.map(outcomeOf)
    return {
      kind: 'done',
      ...resultOf(seeds),
      selection: this.#experiment.training.selection,
      seeds,
      seconds: this.#seconds(),
      engine: this.#session.engine,
      folder: this.#task.folder,
      // These are the seeds of one session; whoever has all of them and their history compares.
      published: null,
      early: null,
    }
  }
}
