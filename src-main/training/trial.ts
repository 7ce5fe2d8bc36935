/**
 * One program on one engine with random data, and what it leaves: what the tests of every engine and the check of a person's
 * own rule are judged by.
 */
import type { Samples } from '../data/data-set.ts'
import type { Counts, Engine, Numbers, Precision, Session } from '../engines/engine.ts'
import { reference } from '../engines/reference.ts'
import { drawInitial } from '../program/initial.ts'
import type { Compiled, Statement } from '../program/program.ts'
import { Generator } from '../program/random.ts'
import { Tracer } from '../program/trace.ts'
import type { Rule } from '../rules/index.ts'

/** In float32, against float64, after a few batches of values of order one. */
export const TOLERANCE = 1e-4
/**
 * What the reference's own float32 may be off by where engines are judged: each adds in an order of its own, and where
 * roundings grow, one order has been off by thirteen times another's.
 */
export const STEADY = TOLERANCE / 20

/** Random bytes in two channels where the width allows, and labels of every class. */
export function randomSamples(features: number, classes: number, count: number, random: Generator): Samples {
  const pixels = Uint8Array.from({ length: count * features }, () => random.integer(256))
  const labels = Uint16Array.from({ length: count }, () => random.integer(classes))
  const scaling =
    features % 2 === 0 ? { scale: [1 / 255, 1 / 128], offset: [0, -0.5] } : { scale: [1 / 255], offset: [0.1] }
  return { count, features, pixels, labels, classes, image: null, scaling }
}

export interface Trial {
  readonly compiled: Compiled
  readonly seed: number
  readonly replicas: number
  readonly batchSize: number
  readonly batches: number
  /** Training samples, test samples. */
  readonly counts: readonly [number, number]
  readonly evaluationBatch: number
}

export interface Outcome {
  /** By "replica/name". */
  readonly parameters: ReadonlyMap<string, Numbers>
  readonly measured: ReadonlyMap<string, Numbers>
  /** Test scores of every replica. */
  readonly scores: readonly Numbers[]
  readonly counts: readonly Counts[]
  readonly broken: readonly number[]
  readonly test: Samples
}

export async function outcomeOf(trial: Trial, engine: Engine, precision: Precision): Promise<Outcome> {
  const { compiled, seed, replicas, batchSize, batches, counts, evaluationBatch } = trial
  const { program } = compiled
  const random = Generator.seeded(seed)
  const session = await engine.open(compiled, { replicas, precision })
  const features = program.widths[0] as number
  const classes = program.widths.at(-1) as number
  const train = randomSamples(features, classes, counts[0], random.split('train'))
  const test = randomSamples(features, classes, counts[1], random.split('test'))
  session.bind({ train, test })
  writeInitial(session, compiled, replicas, random)
  const order = random.split('order')
  const sign = random.split('sign')
  const samples = Uint32Array.from({ length: replicas * batches * batchSize }, () => order.integer(counts[0]))
  const scalars = new Float64Array(replicas * batches * program.scalarCount)
  for (let row = 0; row < replicas * batches; row++)
    scalars.set(compiled.scalarsAt({ epoch: 0, batch: row % batches, sign: sign.coin() }), row * program.scalarCount)
  const { measurements, broken } = await session.train({
    batchSize,
    batches,
    samples,
    scalars,
    measureBatch: batches - 1,
  })

  const parameters = new Map<string, Numbers>()
  const measured = new Map<string, Numbers>()
  const scores: Numbers[] = []
  const all = Uint32Array.from({ length: counts[1] }, (_, index) => index)
  const one = compiled.scalarsAt({ epoch: 0, batch: batches, sign: 1 })
  for (let replica = 0; replica < replicas; replica++) {
    for (const { name } of program.parameters) parameters.set(`${replica}/${name}`, await session.read(name, replica))
    for (const [name, values] of measurements[replica] ?? []) measured.set(`${replica}/${name}`, values)
    scores.push(await session.predict({ split: 'test', samples: all, scalars: one, replica }))
  }
  const everyReplica = new Float64Array(replicas * one.length)
  for (let replica = 0; replica < replicas; replica++) everyReplica.set(one, replica * one.length)
  const counted = await session.evaluate({
    split: 'test',
    samples: null,
    batchSize: evaluationBatch,
    scalars: everyReplica,
    topK: [1, 2],
    confusion: true,
  })
  session.close()
  return { parameters, measured, scores, counts: counted, broken, test }
}

export function writeInitial(session: Session, { program }: Compiled, replicas: number, random: Generator): void {
  for (let replica = 0; replica < replicas; replica++)
    for (const { name, initial, shape } of program.parameters)
      session.write(name, replica, drawInitial(initial, shape, random.split('initial').split(replica).split(name)))
}

/** What an engine leaves otherwise than it should. */
export interface Difference {
  /** "replica/name" of a parameter or a report, or "replica/scores". */
  readonly name: string
  /** How far off, as `differences` measures; null where there is another number of entries. */
  readonly off: number | null
  readonly found: number | null
  readonly wanted: number
}

/** Reports of the truth meter (`rules/truth.ts`) are sums of products of two gradients, which the roundings of both are in. */
function factorsOf(name: string): number {
  return /^\d+\/truth\./.test(name) ? 2 : 1
}

/** All that differs by more than `tolerance` of the larger of 1 and the wanted tensor's largest entry. */
export function differing(got: Outcome, want: Outcome, tolerance: number): readonly Difference[] {
  const pairs: (readonly [string, ArrayLike<number> | undefined, ArrayLike<number>])[] = [
    ...[...want.parameters].map(([name, values]) => [name, got.parameters.get(name), values] as const),
    ...[...want.measured].map(([name, values]) => [name, got.measured.get(name), values] as const),
    ...want.scores.map((values, replica) => [`${replica}/scores`, got.scores[replica], values] as const),
  ]
  return pairs.flatMap(([name, found, wanted]): Difference[] => {
    const counts = { found: found?.length ?? null, wanted: wanted.length }
    if (found?.length !== wanted.length) return [{ name, off: null, ...counts }]
    let scale = 1
    let worst = 0
    for (let i = 0; i < wanted.length; i++) {
      scale = Math.max(scale, Math.abs(wanted[i] as number))
      worst = Math.max(worst, Math.abs((found[i] as number) - (wanted[i] as number)))
    }
    const off = worst / (scale * factorsOf(name))
    return off <= tolerance ? [] : [{ name, off, ...counts }]
  })
}

/** The same in words. */
export function differences(got: Outcome, want: Outcome, tolerance: number): string[] {
  return differing(got, want, tolerance).map(({ name, off, found, wanted }) =>
    off === null ? `${name}: ${found ?? 'no'} entries, not ${wanted}` : `${name}: off by ${off.toExponential(1)}`,
  )
}

/**
 * What the reference leaves in float64; null where its own float32 strays from that, for then no engine can be judged: Adam
 * makes a whole step of a tiny gradient's rounding, updates divided by a weak nudge divide its rounding too, and rates of
 * order one may diverge. Golden cases judge those.
 */
export async function steadyOutcome(trial: Trial): Promise<Outcome | null> {
  const exact = await outcomeOf(trial, reference, 'float64')
  const rounded = await outcomeOf(trial, reference, 'float32')
  return exact.broken.length === 0 && differing(rounded, exact, STEADY).length === 0 ? exact : null
}

/** Every name that the rule can report or keep with these settings: what it measures, and the parameters of its logs. */
export function everyName(rule: Rule, settings: unknown, shape: readonly number[]): string[] {
  const tracer = new Tracer(rule.name, shape)
  const behaviour = rule.build(tracer, settings, shape)
  const { statements } = tracer.traceBlock(() => {
    behaviour.train()
  })
  const logs = tracer.parameters.filter(({ role }) => role === 'log').map(({ name }) => name)
  return [...reportsIn(statements), ...logs]
}

function reportsIn(list: readonly Statement[]): string[] {
  return list.flatMap((statement) =>
    statement.kind === 'measure' ? [statement.name] : statement.kind === 'repeat' ? reportsIn(statement.body) : [],
  )
}
