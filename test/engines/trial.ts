/** One program on one engine with random data: what every engine must leave alike. */
import type { Samples } from '../../src-main/data/data-set.ts'
import { checkedOpen } from '../../src-main/engines/checked-session.ts'
import { engines } from '../../src-main/engines/index.ts'
import type { Counts, Engine, Numbers, Precision, Session } from '../../src-main/engines/engine.ts'
import { tensorflow } from '../../src-main/engines/tensorflow.ts'
import { findBinding } from '../../src-main/engines/tensorflow/binding.ts'
import { TensorFlowSession } from '../../src-main/engines/tensorflow/session.ts'
import { drawInitial } from '../../src-main/program/initial.ts'
import type { Compiled } from '../../src-main/program/program.ts'
import { Generator } from '../../src-main/program/random.ts'

/** Engines that this machine can run: those named by APICAL_ENGINES, which must be there, or all that are. */
export const presentEngines: readonly Engine[] = await enginesHere()

/** Those, and beside `tensorflow` the same with replicas computed the way that its binding here does not choose. */
export const judgedEngines: readonly { readonly title: string; readonly engine: Engine }[] = [
  ...presentEngines.map((engine) => ({ title: engine.name, engine })),
  ...(presentEngines.includes(tensorflow) ? [await otherWay()] : []),
]

async function otherWay(): Promise<{ title: string; engine: Engine }> {
  const binding = await findBinding()
  const batchReplicas = !binding.batchReplicas
  const open = checkedOpen('tensorflow', async (program, { replicas }) => {
    return new TensorFlowSession(await binding.start(), { device: binding.device, batchReplicas }, program, replicas)
  })
  return {
    title: `tensorflow, replicas ${batchReplicas ? 'in one pass' : 'one after another'}`,
    engine: { ...tensorflow, open },
  }
}

async function enginesHere(): Promise<readonly Engine[]> {
  const asked = process.env['APICAL_ENGINES']?.split(',').map((name) => name.trim())
  const found = await Promise.all(engines.map(async (engine) => ({ engine, ...(await engine.available()) })))
  const here = found.filter(({ engine, available }) => available && asked?.includes(engine.name) !== false)
  const missing = asked?.filter((name) => !here.some(({ engine }) => engine.name === name)) ?? []
  if (missing.length > 0) throw new Error(`APICAL_ENGINES names ${missing.join(', ')}, which this machine has not`)
  return here.map(({ engine }) => engine)
}

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

/** Names of all that differs by more than `tolerance` of the larger of 1 and the wanted tensor's largest entry. */
export function differences(got: Outcome, want: Outcome, tolerance: number): string[] {
  const pairs: [string, ArrayLike<number> | undefined, ArrayLike<number>][] = [
    ...[...want.parameters].map(([name, values]): [string, ArrayLike<number> | undefined, ArrayLike<number>] => [
      name,
      got.parameters.get(name),
      values,
    ]),
    ...[...want.measured].map(([name, values]): [string, ArrayLike<number> | undefined, ArrayLike<number>] => [
      name,
      got.measured.get(name),
      values,
    ]),
    ...want.scores.map((values, replica): [string, ArrayLike<number> | undefined, ArrayLike<number>] => [
      `${replica}/scores`,
      got.scores[replica],
      values,
    ]),
  ]
  return pairs.flatMap(([name, found, wanted]) => {
    if (found?.length !== wanted.length) return [`${name}: ${found?.length ?? 'no'} entries, not ${wanted.length}`]
    const scale = Array.from(wanted).reduce((most, v) => Math.max(most, Math.abs(v)), 1)
    const worst = Array.from(wanted).reduce((most, v, i) => Math.max(most, Math.abs((found[i] as number) - v)), 0)
    return worst / scale <= tolerance ? [] : [`${name}: off by ${(worst / scale).toExponential(1)}`]
  })
}
