/**
 * Looks at trained networks without training them: every test sample is classified by every seed, and each measure of the
 * rule that needs nothing but weights and a batch is taken. The weights are those of checkpoints; nothing is changed.
 */
import { limitSamples } from '../data/batches.ts'
import { classNamesOf, type DataSet, type Samples } from '../data/data-set.ts'
import type { BatchPlan, Engine, Session } from '../engines/engine.ts'
import type { Experiment } from '../experiment/experiment.ts'
import type { Inspection, Mistake, SeedInspection } from '../experiment/inspection.ts'
import type { Compiled } from '../program/program.ts'
import { compileRule, keptBy, type Rule } from '../rules/index.ts'
import type { SeedCheckpoint } from '../training/checkpoint.ts'
import { Measuring } from '../training/measuring.ts'
import type { Replica } from '../training/replica.ts'
import { largestOf } from './largest.ts'
import { openTrained, ruleOf } from './trained-network.ts'

interface InspectionTask {
  readonly experiment: Experiment
  /** Checkpoints, or what there is of them: weights alone will do. */
  readonly networks: readonly SeedCheckpoint[]
  readonly engine: Engine
  readonly data: DataSet
  readonly now: () => Date
}

/** Samples classified at a time. */
const AT_ONCE = 256
/** Samples of the batch whose reports measures are taken from. */
const REPORTED = 64
/** Mistakes that are kept one by one. */
const MOST_MISTAKES = 2000

/**
 * Yields how far it is, 0 to 1.
 *
 * @throws RangeError for a rule that this version does not know; CheckpointProblem for weights of another network
 */
export async function* inspect(task: InspectionTask): AsyncGenerator<number, Inspection> {
  const { experiment, networks, data } = task
  const rule = ruleOf(experiment)
  const test = limitSamples(data.test, experiment.data.limitTest)
  const opener = new TrainedNetworks(task, rule, test)
  const tally = new Tally(test.count)
  const seeds: SeedInspection[] = []
  const notes: string[] = [...opener.notes]
  for (const [at, network] of networks.entries()) {
    const { session, replica } = await opener.open(network)
    try {
      const scored = classify(session, opener.compiled, test, tally)
      let step = await scored.next()
      for (; step.done !== true; step = await scored.next()) yield (at + 0.8 * step.value) / networks.length
      const { values, notes: said } = await opener.measures(session, replica, network.position.batch)
      for (const note of said) if (!notes.includes(note)) notes.push(note)
      seeds.push({
        seed: network.seed,
        epoch: network.position.epoch,
        accuracy: hitsOf(step.value, test.classes) / test.count,
        counts: [...step.value],
        measures: values,
      })
    } finally {
      session.close()
    }
    yield (at + 1) / networks.length
  }
  const { mistakes, mistaken } = tally.hardest(test.labels, MOST_MISTAKES)
  return {
    version: 1,
    taken: task.now().toISOString(),
    engine: task.engine.name,
    classes: classNamesOf(data, test.classes),
    samples: test.count,
    ...{ seeds, mistakes, mistaken, notes },
  }
}

/** The experiment's network with its measures, opened with one seed's weights at a time. */
class TrainedNetworks {
  readonly compiled: Compiled
  readonly notes: readonly string[]
  readonly #task: InspectionTask
  readonly #test: Samples
  readonly #measuring: Measuring

  constructor(task: InspectionTask, rule: Rule, test: Samples) {
    const { experiment } = task
    const settings: unknown = rule.settings.parse(experiment.rule.settings)
    const parts = { rule, settings, engine: task.engine, now: () => performance.now() }
    this.#task = task
    this.#test = test
    // Correlations over training batches are there where the run tracked them and its checkpoints are whole.
    const found = task.networks.map(({ parameters }) => new Set(parameters.map(({ name }) => name)))
    const tracked = new Measuring({ ...parts, experiment }).logs
    const kept = tracked.filter((log) => found.every((names) => names.has(log)))
    this.compiled = compileRule(rule, settings, experiment.widths, kept)
    const needs = new Map(
      rule.measures.map((measure) => [measure, keptBy(rule, measure, settings, experiment.widths).logs] as const),
    )
    const possible = rule.measures.filter(({ unavailable }) => (unavailable?.(settings) ?? null) === null)
    const ready = possible.filter((measure) => needs.get(measure)?.every((log) => kept.includes(log)) === true)
    this.notes = possible
      .filter((measure) => !ready.includes(measure))
      .map(({ label }) => `${label} is an average over training batches, which only a run that tracks it keeps.`)
    const measures = ready.map(({ name }) => ({ name, everyBatches: 1 }))
    this.#measuring = new Measuring({ ...parts, experiment: { ...experiment, seeds: [0], measures } })
  }

  open(network: SeedCheckpoint): ReturnType<typeof openTrained> {
    // Measures are of test samples too, so that all that is found is of one set.
    return openTrained({ ...this.#task, network }, this.compiled, { train: this.#test, test: this.#test })
  }

  async measures(
    session: Session,
    replica: Replica,
    batch: number,
  ): Promise<{ readonly values: SeedInspection['measures']; readonly notes: readonly string[] }> {
    const test = this.#test
    const batchSize = Math.min(REPORTED, test.count)
    const plan: BatchPlan = {
      ...{ batchSize, batches: 1, measureBatch: null },
      samples: Uint32Array.from({ length: batchSize }, (_, i) => i),
      scalars: this.compiled.scalarsAt({ epoch: 0, batch: 0, sign: 1 }),
    }
    const values: Record<string, Record<string, number>> = {}
    const notes: string[] = []
    if (this.#measuring.some)
      for await (const event of this.#measuring.take(session, { train: test, test }, plan, [replica], {
        batch,
        batchInEpoch: 1,
      })) {
        if (event.kind === 'measure') values[event.measure] = { ...event.values }
        if (event.kind === 'note') notes.push(event.message)
      }
    this.#measuring.close()
    return { values, notes }
  }
}

/** `[true class][predicted class]` of one network, row by row; ties go to the lowest class, and NaN to the first. */
async function* classify(
  session: Session,
  compiled: Compiled,
  { classes, count, labels }: Samples,
  tally: Tally,
): AsyncGenerator<number, Uint32Array> {
  const counts = new Uint32Array(classes * classes)
  const scalars = compiled.scalarsAt({ epoch: 0, batch: 0, sign: 1 })
  for (let from = 0; from < count; from += AT_ONCE) {
    const samples = Uint32Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, i) => from + i)
    const scores = await session.predict({ split: 'test', samples, scalars, replica: 0 })
    samples.forEach((index, row) => {
      const label = labels[index] as number
      const own = scores[row * classes + label] as number
      const predicted = largestOf(scores, row * classes, classes).best
      const at = label * classes + predicted
      counts[at] = (counts[at] as number) + 1
      if (predicted !== label) tally.add(index, predicted, (scores[row * classes + predicted] as number) - own)
    })
    yield Math.min(1, (from + AT_ONCE) / count)
  }
  return counts
}

function hitsOf(counts: Uint32Array, classes: number): number {
  let hits = 0
  for (let c = 0; c < classes; c++) hits += counts[c * classes + c] as number
  return hits
}

/** Which samples were got wrong, by how many networks and how clearly. */
class Tally {
  readonly #wrong: { predicted: number[]; margin: number }[] | undefined[]

  constructor(samples: number) {
    this.#wrong = new Array<undefined>(samples)
  }

  add(index: number, predicted: number, margin: number): void {
    const wrong = (this.#wrong[index] ??= { predicted: [], margin: 0 })
    wrong.predicted.push(predicted)
    wrong.margin += Number.isFinite(margin) ? margin : 0
  }

  hardest(labels: ArrayLike<number>, most: number): Pick<Inspection, 'mistakes' | 'mistaken'> {
    const all = this.#wrong.flatMap((wrong, index) => (wrong === undefined ? [] : [{ index, ...wrong }]))
    all.sort((a, b) => b.predicted.length - a.predicted.length || b.margin - a.margin)
    const mistakes = all.slice(0, most).map(({ index, predicted }): Mistake => ({
      ...{ index, label: labels[index] as number },
      predicted: mostFrequent(predicted),
      seeds: predicted.length,
    }))
    return { mistakes, mistaken: all.length }
  }
}

function mostFrequent(values: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0]
}
