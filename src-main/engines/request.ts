/**
 * Which requests fit a program and its data, with one sentence for each that does not. `CheckedSession` asks here, so
 * that no engine has to.
 */
import type { ParameterDeclaration, Program } from '../program/program.ts'
import { classesOf } from './batch.ts'
import {
  EngineProblem,
  type BatchPlan,
  type BoundData,
  type EvaluationPlan,
  type Numbers,
  type PredictionPlan,
  type SessionOptions,
  type Split,
} from './engine.ts'

export function requireReplicas(options: SessionOptions): void {
  if (!Number.isInteger(options.replicas) || options.replicas < 1)
    throw new EngineProblem(`A session needs at least one replica, found ${options.replicas}.`)
}

/** Refuses data whose samples do not fit the network's first and last layer. */
export function requireFit(program: Program, data: BoundData): void {
  const inputs = program.widths[0] as number
  const classes = classesOf(program)
  for (const split of ['train', 'test'] as const) {
    const samples = data[split]
    if (samples.features !== inputs)
      throw new EngineProblem(
        `The ${split} samples have ${samples.features} features, the network ${inputs} inputs; make the first width ${samples.features}.`,
      )
    if (samples.classes > classes)
      throw new EngineProblem(
        `The ${split} samples have ${samples.classes} classes, the network ${classes} outputs; make the last width ${samples.classes}.`,
      )
    const { scale, offset } = samples.scaling
    if (scale.length < 1 || scale.length !== offset.length || samples.features % scale.length !== 0)
      throw new EngineProblem(
        `The ${split} samples' ${samples.features} features cannot be scaled by ${scale.length} factors and ${offset.length} offsets; give one of each, or one per channel.`,
      )
  }
}

export function requireBound(data: BoundData | null): BoundData {
  if (data === null)
    throw new EngineProblem('The session has no data yet; call bind before train, evaluate or predict.')
  return data
}

/** The parameter's index and declaration. */
export function requireParameter(
  program: Program,
  name: string,
  replica: number,
  replicas: number,
): { index: number; declaration: ParameterDeclaration } {
  requireReplica(replica, replicas)
  const index = program.parameters.findIndex((parameter) => parameter.name === name)
  const declaration = program.parameters[index]
  if (declaration === undefined)
    throw new EngineProblem(
      `${program.rule} has no parameter "${name}"; it has ${program.parameters.map((parameter) => parameter.name).join(', ')}.`,
    )
  return { index, declaration }
}

function requireReplica(replica: number, replicas: number): void {
  if (!Number.isInteger(replica) || replica < 0 || replica >= replicas)
    throw new EngineProblem(`The session has replicas 0 to ${replicas - 1}, not ${replica}.`)
}

export function requireEntries(declaration: ParameterDeclaration, values: Numbers): void {
  const [rows, columns] = declaration.shape
  if (values.length !== rows * columns)
    throw new EngineProblem(`${declaration.name} has ${rows} × ${columns} entries, found ${values.length}.`)
}

export function requireTraining(program: Program, plan: BatchPlan, replicas: number, data: BoundData): void {
  requireCount('batch size', plan.batchSize, 1)
  requireCount('number of batches', plan.batches, 0)
  const rows = replicas * plan.batches
  requireLength('sample indices', plan.samples.length, rows * plan.batchSize)
  requireLength('scalars', plan.scalars.length, rows * program.scalarCount)
  requireIndices(plan.samples, 'train', data)
}

export function requireEvaluation(program: Program, plan: EvaluationPlan, replicas: number, data: BoundData): void {
  requireCount('batch size', plan.batchSize, 1)
  requireLength('scalars', plan.scalars.length, replicas * program.scalarCount)
  if (plan.samples !== null) requireIndices(plan.samples, plan.split, data)
}

export function requirePrediction(program: Program, plan: PredictionPlan, replicas: number, data: BoundData): void {
  requireReplica(plan.replica, replicas)
  requireLength('scalars', plan.scalars.length, program.scalarCount)
  requireIndices(plan.samples, plan.split, data)
}

function requireCount(what: string, found: number, least: number): void {
  if (!Number.isInteger(found) || found < least)
    throw new EngineProblem(`The ${what} must be a whole number from ${least} up, found ${found}.`)
}

function requireLength(what: string, found: number, expected: number): void {
  if (found !== expected) throw new EngineProblem(`The plan needs ${expected} ${what}, found ${found}.`)
}

function requireIndices(indices: Uint32Array, split: Split, data: BoundData): void {
  const { count } = data[split]
  for (const index of indices)
    if (index >= count)
      throw new EngineProblem(`Sample ${index} was asked for, the ${split} split has samples 0 to ${count - 1}.`)
}
