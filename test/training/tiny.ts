/** The smallest real things to train: three classes of noisy six-pixel patterns, and experiments on them. */
import type { DataSet, Samples } from '../../src-main/data/data-set.ts'
import { reference } from '../../src-main/engines/reference.ts'
import type { RunEvent } from '../../src-main/experiment/event.ts'
import { Experiment } from '../../src-main/experiment/experiment.ts'
import { Generator } from '../../src-main/program/random.ts'
import { ruleNamed } from '../../src-main/rules/index.ts'
import type { SeedCheckpoint } from '../../src-main/training/checkpoint.ts'
import { TrainingControls } from '../../src-main/training/controls.ts'
import { train, type TrainingEvent, type TrainingState, type TrainingTask } from '../../src-main/training/train.ts'

export const TRAIN_COUNT = 23
export const BATCH_SIZE = 4
/** 23 samples in fours: five whole batches and one of three. */
export const BATCHES_PER_EPOCH = 6

export function tinyData(count = TRAIN_COUNT): DataSet {
  const random = Generator.seeded(77)
  return {
    name: 'tiny',
    train: tinySamples(count, random.split('train')),
    test: tinySamples(12, random.split('test')),
    classNames: ['a', 'b', 'c'],
  }
}

function tinySamples(count: number, random: Generator): Samples {
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 3)
  const pixels = new Uint8Array(count * 6)
  labels.forEach((label, i) => {
    for (let j = 0; j < 6; j++) pixels[i * 6 + j] = (Math.floor(j / 2) === label ? 200 : 20) + random.integer(50)
  })
  return { count, features: 6, pixels, labels, classes: 3, image: null, scaling: { scale: [1 / 255], offset: [0] } }
}

export interface TinyOptions {
  readonly settings?: Readonly<Record<string, unknown>>
  readonly seeds?: readonly number[]
  readonly widths?: readonly number[]
  readonly training?: Partial<Experiment['training']>
  readonly measures?: Experiment['measures']
  readonly evaluation?: Partial<Experiment['evaluation']>
  readonly precision?: 'float32' | 'float64'
}

const QUICK: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  corinfomax: { iterationsFree: 6, iterationsNudged: 3, lrForward: [0.3, 0.2], lrFeedback: [0.1] },
  backprop: { learningRate: 0.01 },
}

/** 6-5-3 unless told otherwise, two epochs, batches of four; seeds 0 and 1. */
export function tinyExperiment(rule: string, options: TinyOptions = {}): Experiment {
  const settings = ruleNamed(rule)?.settings.parse({ ...QUICK[rule], ...options.settings }) as Record<string, unknown>
  return Experiment.parse({
    version: 1,
    name: 'tiny',
    preset: null,
    data: { name: 'glyphs' },
    widths: options.widths ?? [6, 5, 3],
    rule: { name: rule, settings },
    training: { epochs: 2, batchSize: BATCH_SIZE, ...options.training },
    measures: options.measures ?? [],
    evaluation: options.evaluation ?? {},
    seeds: options.seeds ?? [0, 1],
    engine: { name: 'reference', precision: options.precision ?? 'float64' },
  })
}

export function tinyTask(experiment: Experiment, changes: Partial<TrainingTask> = {}): TrainingTask {
  return {
    experiment,
    engine: reference,
    data: tinyData(),
    from: null,
    folder: 'nowhere',
    now: () => performance.now(),
    ...changes,
  }
}

export interface Told {
  readonly events: RunEvent[]
  readonly states: TrainingState[]
  /** The last state's checkpoints. */
  readonly last: readonly SeedCheckpoint[]
  readonly of: <K extends RunEvent['kind']>(kind: K) => Extract<RunEvent, { kind: K }>[]
}

/** Trains to the end and keeps what was told; `each` sees every event as it comes. */
export async function told(
  task: TrainingTask,
  each: (event: TrainingEvent, controls: TrainingControls) => void = () => undefined,
): Promise<Told> {
  const controls = new TrainingControls()
  const events: RunEvent[] = []
  const states: TrainingState[] = []
  for await (const event of train(task, controls)) {
    if (event.kind === 'state') states.push(event)
    else if (event.kind !== 'seeds-stopped') events.push(event)
    each(event, controls)
  }
  return {
    events,
    states,
    last: states.at(-1)?.checkpoints ?? [],
    of: <K extends RunEvent['kind']>(kind: K) =>
      events.filter((event): event is Extract<RunEvent, { kind: K }> => event.kind === kind),
  }
}

/** Parameters of a checkpoint by name, as plain lists, so that a comparison sees every bit (and NaN equals NaN). */
export function numbersOf(checkpoint: SeedCheckpoint | undefined): Record<string, number[]> {
  return Object.fromEntries((checkpoint?.parameters ?? []).map(({ name, values }) => [name, Array.from(values)]))
}

/** A clock that moves only when told: tests of pace must not depend on the machine's. */
export class Clock {
  ms = 0
  readonly now = (): number => this.ms
}
