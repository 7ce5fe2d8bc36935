/** Trained weights in a session of an engine: what every analysis begins with. */
import type { Samples } from '../data/data-set.ts'
import type { BatchPlan, Engine, Numbers, Session } from '../engines/engine.ts'
import type { Experiment } from '../experiment/experiment.ts'
import type { Compiled, Program } from '../program/program.ts'
import { compileLayers, layerName, ruleNamed, type Rule } from '../rules/index.ts'
import type { SavedParameter, SeedCheckpoint } from '../training/checkpoint.ts'
import { sessionOptions } from '../training/measuring.ts'
import { beginReplica, type Replica } from '../training/replica.ts'

/** A trained network, and what it may be looked at with. */
export interface TrainedNetwork {
  readonly experiment: Experiment
  /** A checkpoint, or what there is of one: weights alone will do. */
  readonly network: SeedCheckpoint
  readonly engine: Engine
}

/** @throws RangeError for a rule that this version does not know */
export function ruleOf({ rule: { name } }: Pick<Experiment, 'rule'>): Rule {
  const rule = ruleNamed(name)
  if (rule === undefined) throw new RangeError(`there is no rule named "${name}"`)
  return rule
}

/** Whether nothing was trained yet; weights alone say only how many epochs are finished. */
export function isDrawn({ position: { epoch, batch } }: Pick<SeedCheckpoint, 'position'>): boolean {
  return epoch === 0 && batch === 0
}

/**
 * Opens a session of one replica with these weights; whoever calls closes it.
 *
 * @throws CheckpointProblem for weights of another network; EngineProblem
 */
export async function openTrained(
  { experiment, network, engine }: TrainedNetwork,
  compiled: Compiled,
  data: { readonly train: Samples; readonly test: Samples },
): Promise<{ readonly session: Session; readonly replica: Replica }> {
  const session = await engine.open(compiled, sessionOptions({ ...experiment, seeds: [network.seed] }))
  try {
    session.bind(data)
    const { program } = compiled
    return { session, replica: beginReplica(session, program, 0, network.seed, wholeNetwork(network, program)) }
  } catch (error) {
    session.close()
    throw error
  }
}

/**
 * What the program has and the file has not are an optimiser's averages, which nothing that only looks reads. A collapsed
 * network is looked at like any other.
 */
function wholeNetwork(network: SeedCheckpoint, program: Program): SeedCheckpoint {
  const found = new Map(network.parameters.map((parameter) => [parameter.name, parameter]))
  const parameters = program.parameters.flatMap((declared): readonly SavedParameter[] => {
    const { name, shape, role } = declared
    const there = found.get(name)
    if (there !== undefined) return [there]
    return role === 'optimiser' ? [{ name, shape, role, values: new Float32Array(shape[0] * shape[1]) }] : []
  })
  return { ...network, parameters, collapsed: null }
}

/**
 * One batch of a session that was opened with a program that learns nothing: what it measures, by name.
 *
 * @param samples places in the training split that the session is bound to
 */
export async function measuredBatch(
  session: Session,
  compiled: Compiled,
  samples: Uint32Array,
): Promise<ReadonlyMap<string, Numbers>> {
  const plan: BatchPlan = {
    ...{ batchSize: samples.length, batches: 1, measureBatch: 0, samples },
    scalars: compiled.scalarsAt({ epoch: 0, batch: 0, sign: 1 }),
  }
  const { measurements } = await session.train(plan)
  return measurements[0] ?? new Map<string, Numbers>()
}

/** What layers are at for some samples. */
interface Activities {
  /** Places among those asked about. */
  readonly samples: Uint32Array
  /** Of layer k, from 1, sample by sample. */
  readonly layer: (k: number) => Numbers
}

/** Samples classified at a time. */
const AT_ONCE = 256

/**
 * What every layer is at when the first `count` of these samples are classified, some at a time.
 *
 * @throws RangeError, CheckpointProblem, EngineProblem
 */
export async function* activities(
  trained: TrainedNetwork,
  seen: Samples,
  count = seen.count,
): AsyncGenerator<Activities, undefined, undefined> {
  const { rule: asked, widths } = trained.experiment
  const rule = ruleOf(trained.experiment)
  const compiled = compileLayers(rule, rule.settings.parse(asked.settings), widths)
  const { session } = await openTrained(trained, compiled, { train: seen, test: seen })
  try {
    for (let from = 0; from < count; from += AT_ONCE) {
      const samples = Uint32Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, i) => from + i)
      const found = await measuredBatch(session, compiled, samples)
      yield { samples, layer: (k) => found.get(layerName(k)) ?? new Float32Array() }
    }
  } finally {
    session.close()
  }
}
