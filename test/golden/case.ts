/** Golden cases as they lie on disk (format `golden-1`), and what comparing against them needs. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { engineNamed, engines } from '../../src-main/engines/index.ts'
import type { Engine, Numbers, Precision, Session } from '../../src-main/engines/engine.ts'
import type { Compiled } from '../../src-main/program/program.ts'
import type { Samples } from '../../src-main/data/data-set.ts'
import { SETTLING, webgpuWith } from '../engines/webgpu-strategies.ts'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
export const folder = process.env['APICAL_GOLDEN'] ?? join(root, '..', 'shared', 'golden')
export const present = existsSync(folder)

export interface Tensor {
  readonly shape: readonly number[]
  readonly data: readonly number[] | readonly (readonly number[])[]
}

export interface Batch {
  readonly x: Tensor
  readonly y: readonly number[]
  /** What may change from batch to batch; each algorithm has its own of these. */
  readonly per_step?: {
    readonly beta?: number
    readonly lambda_weight?: number
    readonly lr_ff?: readonly number[]
    readonly lr_fb?: readonly number[]
    readonly take_debug_logs?: boolean
  }
}

export interface Evaluation {
  readonly output: Tensor
  readonly accuracy: number
  readonly topk?: { readonly k: readonly number[]; readonly accuracy: readonly number[] }
}

export interface Step {
  readonly states: Readonly<Record<string, readonly Tensor[]>>
  readonly params: Readonly<Record<string, readonly Tensor[]>>
  readonly eval: Evaluation
  readonly output?: Tensor
  readonly loss?: number
  readonly st_lambda?: Readonly<Record<string, readonly Tensor[]>>
  readonly target?: Tensor
  readonly pc_loss?: number
  readonly grads?: Readonly<Record<string, readonly Tensor[]>>
  readonly optimizer?: { readonly state: Readonly<Record<string, readonly Readonly<Record<string, Tensor>>[]>> }
}

export interface GoldenCase {
  readonly case: string
  readonly algorithm: string
  readonly architecture: readonly number[]
  readonly hyper: Readonly<Record<string, unknown>>
  readonly init: Readonly<Record<string, readonly Tensor[]>>
  readonly batches: readonly Batch[]
  readonly eval_batch: Batch
  readonly runs: {
    readonly float64: {
      readonly eval_before: Evaluation
      readonly trace_of_first_batch_with_initial_parameters?: readonly {
        readonly phase: string
        readonly iterations: number
        readonly states: readonly Tensor[]
      }[]
      readonly steps: readonly Step[]
      readonly logs?: Readonly<Record<string, readonly (readonly number[])[]>>
    }
  }
}

export function readGolden(name: string): unknown {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))
}

/** All case files that are runs of an algorithm. */
export function runCases(): readonly GoldenCase[] {
  if (!present) return []
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => readGolden(file.slice(0, -'.json'.length)) as GoldenCase | { readonly algorithm?: undefined })
    .filter((found): found is GoldenCase => found.algorithm !== undefined)
}

/** Row by row. */
export function flat(tensor: Tensor): number[] {
  return (tensor.data as readonly (number | readonly number[])[]).flatMap((entry) => entry)
}

/** States lie [units, batch] in most files and [batch, units] here. */
export function transposed({ data }: Tensor): number[] {
  const rows = data as readonly (readonly number[])[]
  return (rows[0] ?? []).flatMap((_, column) => rows.map((row) => row[column] as number))
}

/** What a run left beside what it should have left. */
export interface Comparison {
  readonly what: string
  readonly got: ArrayLike<number>
  readonly want: ArrayLike<number>
  /** Allowed in float32, where the golden README grants more than it does elsewhere. */
  readonly float32?: number
}

/** What a comparison may be off by on a variant. */
export function allowed({ float32 }: Comparison, { precision, tolerance }: Variant): number {
  return precision === 'float32' ? (float32 ?? tolerance) : tolerance
}

/** What changes from batch to batch: its size and its sign at each. */
export function signed(
  golden: GoldenCase,
  what: 'beta' | 'lambda_weight',
): { size: (index: number) => number; sign: (index: number) => 1 | -1 } {
  const value = (index: number): number => golden.batches[index]?.per_step?.[what] ?? NaN
  return { size: (index) => Math.abs(value(index)), sign: (index) => (value(index) < 0 ? -1 : 1) }
}

/** max|got − want| / max(1, max|want|); infinite where the sizes differ or something is NaN. */
export function deviation({ got, want }: Comparison): number {
  if (got.length !== want.length) return Infinity
  let scale = 1
  let worst = 0
  for (const value of Array.from(want)) scale = Math.max(scale, Math.abs(value))
  for (let i = 0; i < want.length; i++) {
    const difference = Math.abs((got[i] as number) - (want[i] as number))
    if (!(difference <= worst)) worst = Number.isNaN(difference) ? Infinity : difference
  }
  return worst / scale
}

export interface Variant {
  readonly title: string
  readonly engine: Engine
  readonly precision: Precision
  readonly tolerance: number
  /** Whether a program takes seconds to open, as where a driver on the processor compiles its shaders. */
  readonly slowToOpen: boolean
}

/** WebGPU as on a graphics card, though networks as small as these are dispatched otherwise on a driver on the processor. */
const SETTLED = 'webgpu/settling'

/** The engines to judge: those named by APICAL_ENGINES, which must be there, or all that are. The reference in both precisions. */
export async function variants(): Promise<readonly Variant[]> {
  const asked = process.env['APICAL_ENGINES']?.split(',').map((name) => name.trim())
  const chosen: { engine: Engine; slowToOpen: boolean }[] = []
  for (const name of asked ?? engines.map((engine) => engine.name)) {
    if (name === SETTLED) continue
    const engine = engineNamed(name)
    const availability = await engine?.available()
    if (engine !== undefined && availability?.available === true)
      chosen.push({ engine, slowToOpen: availability.software === true })
    else if (asked !== undefined)
      throw new Error(`APICAL_ENGINES names ${name}, which is not here: ${availability?.reason ?? 'unknown'}`)
  }
  const settled: readonly Variant[] =
    asked?.includes(SETTLED) === true
      ? [
          {
            title: `${SETTLED} float32`,
            engine: webgpuWith(SETTLING),
            precision: 'float32',
            tolerance: 1e-4,
            slowToOpen: true,
          },
        ]
      : []
  const usual = chosen.flatMap(({ engine, slowToOpen }): Variant[] => [
    ...(engine.name === 'reference'
      ? [{ title: 'reference float64', engine, precision: 'float64', tolerance: 1e-10, slowToOpen } as const]
      : []),
    { title: `${engine.name} float32`, engine, precision: 'float32', tolerance: 1e-4, slowToOpen },
  ])
  return [...usual, ...settled]
}

/** Labelled rows that need no scaling. */
export function samplesOf(batches: readonly Batch[], classes: number): Samples {
  const pixels = Float32Array.from(batches.flatMap(({ x }) => flat(x)))
  const labels = Uint8Array.from(batches.flatMap(({ y }) => y))
  const features = pixels.length / labels.length
  return { count: labels.length, features, pixels, labels, classes, image: null, scaling: { scale: [1], offset: [0] } }
}

/** A session of one replica on the case's batches, one parameter after another written from `initial`. */
export async function openCase(
  golden: GoldenCase,
  { engine, precision }: Variant,
  compiled: Compiled,
  initial: (name: string) => ArrayLike<number>,
): Promise<Session> {
  const session = await engine.open(compiled, { replicas: 1, precision })
  const classes = golden.architecture.at(-1) as number
  session.bind({ train: samplesOf(golden.batches, classes), test: samplesOf([golden.eval_batch], classes) })
  for (const { name } of compiled.program.parameters) session.write(name, 0, Float64Array.from(initial(name)))
  return session
}

/** Trains one of the case's batches and gives what it measured. */
export async function trainBatch(
  golden: GoldenCase,
  session: Session,
  index: number,
  scalars: Float64Array,
): Promise<(name: string) => Numbers> {
  const batchSize = golden.batches[index]?.y.length as number
  const samples = Uint32Array.from({ length: batchSize }, (_, row) => index * batchSize + row)
  const { measurements } = await session.train({ batchSize, batches: 1, samples, scalars, measureBatch: 0 })
  return (name) => {
    const values = measurements[0]?.get(name)
    if (values === undefined) throw new Error(`nothing was measured as ${name}`)
    return values
  }
}

/** Outputs and accuracies on the evaluation batch. `upright`: outputs lie [batch, units] in the file. */
export async function compareEvaluation(
  what: string,
  golden: GoldenCase,
  session: Session,
  scalars: Float64Array,
  want: Evaluation,
  upright: boolean,
): Promise<Comparison[]> {
  const count = golden.eval_batch.y.length
  const samples = Uint32Array.from({ length: count }, (_, index) => index)
  const got = await session.predict({ split: 'test', samples, scalars, replica: 0 })
  const topK = want.topk?.k ?? [1]
  const [counts] = await session.evaluate({
    split: 'test',
    samples: null,
    batchSize: count,
    scalars,
    topK,
    confusion: false,
  })
  const wanted = upright ? flat(want.output) : transposed(want.output)
  return [
    { what: `${what} output`, got, want: wanted },
    {
      what: `${what} accuracy`,
      got: counts?.hits.map((hits) => hits / count) ?? [],
      want: topK.map((k, at) => {
        const theirs = want.topk?.accuracy[at] ?? want.accuracy
        const { least, most, byIndex } = possibleHits(wanted, golden.eval_batch.y, k)
        // Torch's top-k takes any of equal scores; ours the lowest index. Where that decides, its count must be possible.
        return k === 1 || least === most || theirs * count < least - 0.5 || theirs * count > most + 0.5
          ? theirs
          : byIndex / count
      }),
    },
  ]
}

/** How many labels are among the k largest, when ties go against them, for them, and to the lowest index. */
function possibleHits(
  scores: readonly number[],
  labels: readonly number[],
  k: number,
): { least: number; most: number; byIndex: number } {
  const classes = scores.length / labels.length
  const found = { least: 0, most: 0, byIndex: 0 }
  labels.forEach((label, row) => {
    const own = scores.slice(row * classes, (row + 1) * classes)
    const larger = own.filter((score) => score > (own[label] as number)).length
    const equal = own.filter((score) => score === own[label]).length - 1
    const equalBefore = own.slice(0, label).filter((score) => score === own[label]).length
    if (larger + equal < k) found.least++
    if (larger < k) found.most++
    if (larger + equalBefore < k) found.byIndex++
  })
  return found
}
