/**
 * What a run needs to go on exactly where it was: one checkpoint per seed, as plain tensors and strings, so that whoever
 * stores it (safetensors, on the lab's floor) needs to know nothing of training.
 */
import { z } from 'zod'
import type { Numbers } from '../engines/engine.ts'
import type { ParameterRole, Program } from '../program/program.ts'
import type { GeneratorState } from '../program/random.ts'

export interface Position {
  /** Finished epochs. */
  readonly epoch: number
  /** Finished batches of the running epoch. */
  readonly batchInEpoch: number
  /** Batches trained since the beginning. */
  readonly batch: number
}

export interface SavedParameter {
  readonly name: string
  readonly shape: readonly [number, number]
  readonly role: ParameterRole
  readonly values: Numbers
}

export interface Collapse {
  readonly epoch: number
  readonly batch: number
  readonly reason: string
}

/** What was measured after one epoch. */
export interface EpochAccuracies {
  /** From 1. */
  readonly epoch: number
  readonly trainAccuracy: number | null
  readonly validationAccuracy: number | null
  readonly testAccuracy: number | null
}

export interface SeedCheckpoint {
  readonly seed: number
  readonly position: Position
  readonly generators: Readonly<Record<string, GeneratorState>>
  readonly parameters: readonly SavedParameter[]
  readonly collapsed: Collapse | null
  /** The best epoch so far on the validation part; null before the first evaluation and where the last epoch counts. */
  readonly chosen: EpochAccuracies | null
  /** The last epoch after which it was above chance; null for none. */
  readonly learned: number | null
  /** Seconds trained so far, over all sessions. */
  readonly seconds: number
}

/** A tensor as it lies in a file. */
interface StoredTensor {
  readonly name: string
  readonly shape: readonly [number, number]
  readonly data: Numbers
}

export interface StoredCheckpoint {
  readonly tensors: readonly StoredTensor[]
  readonly metadata: Readonly<Record<string, string>>
}

/** A checkpoint as tensors and strings. */
export function storeCheckpoint(checkpoint: SeedCheckpoint): StoredCheckpoint {
  const { parameters, ...rest } = checkpoint
  return {
    tensors: parameters.map(({ name, shape, values }) => ({ name, shape, data: values })),
    metadata: {
      format: 'apical-checkpoint-1',
      state: JSON.stringify(rest),
      roles: JSON.stringify(Object.fromEntries(parameters.map(({ name, role }) => [name, role]))),
    },
  }
}

/** The learned weights alone, for people and other programs. */
export function storeWeights(checkpoint: SeedCheckpoint, rule: string): StoredCheckpoint {
  return {
    tensors: checkpoint.parameters
      .filter(({ role }) => role === 'weight')
      .map(({ name, shape, values }) => ({ name, shape, data: values })),
    metadata: {
      format: 'apical-weights-1',
      rule,
      seed: String(checkpoint.seed),
      epoch: String(checkpoint.position.epoch),
    },
  }
}

/** A checkpoint that cannot be resumed from: what was expected, what was found, what to do. */
export class CheckpointProblem extends Error {
  override readonly name = 'CheckpointProblem'
}

const Whole = z.int().min(0)
const Accuracy = z.number().min(0).max(1).nullable()
const State = z.strictObject({
  seed: Whole,
  position: z.strictObject({ epoch: Whole, batchInEpoch: Whole, batch: Whole }),
  generators: z.record(z.string(), z.strictObject({ key: z.tuple([z.int(), z.int()]), position: Whole })),
  collapsed: z.strictObject({ epoch: Whole, batch: Whole, reason: z.string() }).nullable(),
  // Not there in checkpoints from before there was a choice.
  chosen: z
    .strictObject({
      epoch: z.int().min(1),
      trainAccuracy: Accuracy,
      validationAccuracy: Accuracy,
      testAccuracy: Accuracy,
    })
    .nullable()
    .default(null),
  // Not there in checkpoints from before it was asked for.
  learned: z.int().min(1).nullable().default(null),
  seconds: z.number().min(0),
})
const Roles = z.record(z.string(), z.enum(['weight', 'optimiser', 'log']))

/** The checkpoint that `storeCheckpoint` made; `source` names the file in refusals. */
export function restoreCheckpoint(stored: StoredCheckpoint, source: string): SeedCheckpoint {
  if (stored.metadata['format'] !== 'apical-checkpoint-1')
    throw new CheckpointProblem(
      `${source}: expected a checkpoint in format apical-checkpoint-1, found ${stored.metadata['format'] ?? 'no format'}`,
    )
  const state = State.safeParse(parseJson(stored.metadata['state'], source))
  const roles = Roles.safeParse(parseJson(stored.metadata['roles'], source))
  if (!state.success || !roles.success)
    throw new CheckpointProblem(`${source}: expected the state of a run in its metadata, found something else`)
  return {
    ...state.data,
    parameters: stored.tensors.map(({ name, shape, data }) => {
      const role = Object.hasOwn(roles.data, name) ? roles.data[name] : undefined
      if (role === undefined) throw new CheckpointProblem(`${source}: tensor ${name} has no role in the metadata`)
      return { name, shape, role, values: data }
    }),
  }
}

function parseJson(text: string | undefined, source: string): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    throw new CheckpointProblem(
      `${source}: expected JSON in its metadata, found ${text === undefined ? 'nothing' : 'text that is not JSON'}`,
    )
  }
}

/** Refuses a checkpoint whose parameters are not those of the program, so that nothing trains on from the wrong weights. */
export function requireFitting(checkpoint: SeedCheckpoint, program: Program): void {
  const found = new Map(checkpoint.parameters.map((parameter) => [parameter.name, parameter]))
  const needed = new Set(program.parameters.map(({ name }) => name))
  const extra = checkpoint.parameters.find(({ name }) => !needed.has(name))
  if (extra !== undefined)
    throw new CheckpointProblem(
      `the checkpoint of seed ${checkpoint.seed} has ${extra.name}, which this experiment has not; it belongs to another one`,
    )
  for (const { name, shape } of program.parameters) {
    const parameter = found.get(name)
    if (parameter === undefined)
      throw new CheckpointProblem(
        `the checkpoint of seed ${checkpoint.seed} has no ${name}; it belongs to another experiment`,
      )
    if (
      parameter.shape[0] !== shape[0] ||
      parameter.shape[1] !== shape[1] ||
      parameter.values.length !== shape[0] * shape[1]
    )
      throw new CheckpointProblem(
        `the checkpoint of seed ${checkpoint.seed}: expected ${name} to be ${shape.join(' × ')}, found ${parameter.shape.join(' × ')}`,
      )
  }
}
