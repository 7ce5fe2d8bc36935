/**
 * Times one compiled rule on one engine: training and evaluation batches of a real size on random data.
 *
 * Times are wall time per replica-batch, the median over chunks after a warm-up. Floating-point operations are counted
 * from the program itself (`programFlop`: matrix products only, loop-invariant ones once), so the figure in GFLOP/s is
 * of necessary work: an engine that computes something twice looks slower, not faster.
 */
import { availableParallelism } from 'node:os'
import { UNIT_SCALING, type Samples } from '../data/data-set.ts'
import type { BatchPlan, BatchProfile, Engine, Session } from '../engines/engine.ts'
import { programFlop, trainingBytes, trainingFloor, type Floor } from '../program/cost.ts'
import { drawInitial } from '../program/initial.ts'
import type { Compiled } from '../program/program.ts'
import { Generator } from '../program/random.ts'

interface BenchRequest {
  readonly batch: number
  readonly replicas: number
  readonly threads: number | null
  readonly device: string | null
  /** Timed training batches of each replica in all; null lets the measured speed decide. */
  readonly batches: number | null
  /** In milliseconds; of wall time where none is given. */
  readonly clock?: () => number
  /** Told after every timed step, how far the measuring is, from 0 to 1. */
  readonly onStep?: (fraction: number) => void
}

export interface BenchFigures {
  readonly device: string
  /** That the session says it computes with. */
  readonly threads: number
  /** Milliseconds of wall time / (batches × replicas). */
  readonly trainMsPerBatch: number
  readonly evalMsPerBatch: number
  /** Replica-batches trained in a second. */
  readonly batchesPerSecond: number
  /** Training, 10⁹ necessary operations per second. */
  readonly gflops: number
  /** What as many threads could do at most, taken between the chunks; null where the engine cannot tell. */
  readonly peakGflops: number | null
  /** The same for memory, over as many bytes as the parameters that a batch touches; null where the engine cannot tell. */
  readonly peakGigabytes: number | null
  /** The least time that a training batch needs at those two rates; null where the engine cannot tell them. */
  readonly floor: Floor | null
  /** Of a training batch, on an engine that sends batches to a GPU; null on others. */
  readonly dispatchesPerBatch: number | null
  /** Where a batch's time goes on a GPU that tells; null elsewhere. */
  readonly profile: BatchProfile | null
  /** False when a state or parameter stopped being finite: the times are then not those of real training. */
  readonly finite: boolean
}

/** As many chunks as the median is taken over. */
const CHUNKS = 7
/** Three to find the pace and warm up, then the chunks of training and of evaluation. */
const STEPS = 3 + 2 * CHUNKS
/** Aimed at for a chunk, so that the clock's grain and the crossing into the engine do not count. */
const CHUNK_MS = 300
const MAX_BATCHES_PER_CHUNK = 200
/** Of batches that are profiled in one submission: far from any driver's limit. */
const PROFILE_MS = 40

/**
 * Measures; opens and closes a session of its own. The machine's rates are measured before each chunk of training, so that
 * whoever else uses the machine takes from both alike.
 */
export async function measureBench(engine: Engine, compiled: Compiled, request: BenchRequest): Promise<BenchFigures> {
  const { session, bench } = await begin(engine, compiled, request)
  try {
    let steps = 0
    const stepped = async (work: Promise<number>): Promise<number> => {
      const elapsed = await work
      request.onStep?.(Math.min(1, ++steps / STEPS))
      return elapsed
    }
    const once = await stepped(bench.train(1))
    const perBatch = Math.min(once, (await stepped(bench.train(2))) / 2)
    const count = request.batches === null ? fitting(perBatch) : Math.max(1, Math.round(request.batches / CHUNKS))
    await stepped(bench.train(count))
    const threads = threadsOf(session.device)
    const peaks: number[] = []
    const bandwidths: number[] = []
    // Of each thread: what a network reads is, but for little, what it writes.
    const touched = (trainingBytes(compiled.program, 4) / 2) * Math.min(1, request.replicas / threads)
    const training = await median(async () => {
      if (engine.peak !== undefined) peaks.push(await engine.peak(threads))
      if (engine.bandwidth !== undefined) bandwidths.push(await engine.bandwidth(threads, touched))
      return stepped(bench.train(count))
    }, count * request.replicas)

    await bench.evaluate(1)
    const evaluated = Math.min(50, request.batches === null ? fitting((await bench.evaluate(2)) / 2) : count)
    const evaluation = await median(() => stepped(bench.evaluate(evaluated)), evaluated * request.replicas)

    const gflops = middle(peaks)
    const gigabytes = middle(bandwidths)
    return {
      device: session.device,
      threads,
      trainMsPerBatch: training,
      evalMsPerBatch: evaluation,
      batchesPerSecond: 1000 / training,
      gflops: programFlop(compiled.program, request.batch).training / (training * 1e6),
      peakGflops: gflops,
      peakGigabytes: gigabytes,
      floor:
        gflops === null || gigabytes === null
          ? null
          : trainingFloor(compiled.program, request.batch, { gflops, gigabytes }),
      dispatchesPerBatch: session.dispatchesPerBatch ?? null,
      profile: await bench.profile(count, training * request.replicas),
      finite: bench.finite,
    }
  } finally {
    session.close()
  }
}

/** Chunks of a pace: enough that one disturbance does not count. */
const PACE_CHUNKS = 3

/**
 * Seconds of wall time for each necessary operation of training: what `forecastExperiment` multiplies. A benchmark in
 * short, of the network that is asked for and of as many replicas as its seeds.
 */
export async function measurePace(
  engine: Engine,
  compiled: Compiled,
  request: Omit<BenchRequest, 'batches' | 'onStep'>,
): Promise<number> {
  const { session, bench } = await begin(engine, compiled, { ...request, batches: null })
  try {
    const once = await bench.train(1)
    const count = fitting(Math.min(once, (await bench.train(2)) / 2))
    const msPerBatch = await median(() => bench.train(count), count * request.replicas, PACE_CHUNKS)
    return msPerBatch / 1000 / programFlop(compiled.program, request.batch).training
  } finally {
    session.close()
  }
}

/** A session with random samples and initial parameters, and what times it. Whoever begins closes the session. */
export async function begin(
  engine: Engine,
  compiled: Compiled,
  request: BenchRequest,
): Promise<{ readonly session: Session; readonly bench: Stopwatch }> {
  const session = await engine.open(compiled, {
    replicas: request.replicas,
    precision: 'float32',
    ...(request.threads === null ? {} : { threads: request.threads }),
    ...(request.device === null ? {} : { device: request.device }),
  })
  const random = Generator.seeded(0)
  const data = randomSamples(compiled, request.batch * 50, random.split('samples'))
  session.bind({ train: data, test: data })
  writeInitial(session, compiled, request.replicas, random.split('initial'))
  return { session, bench: new Stopwatch(session, compiled, request, random.split('order')) }
}

function fitting(msPerBatch: number): number {
  return Math.max(1, Math.min(MAX_BATCHES_PER_CHUNK, Math.round(CHUNK_MS / Math.max(msPerBatch, 1e-3))))
}

async function median(chunk: () => Promise<number>, share: number, chunks = CHUNKS): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < chunks; i++) times.push((await chunk()) / share)
  return middle(times) ?? NaN
}

/** Null of nothing. */
function middle(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? null
}

/** Threads that a session says it computes with; libtensorflow takes every core, and what says nothing is one thread. */
function threadsOf(device: string): number {
  const said = /(\d+) threads?/.exec(device)?.[1]
  if (said !== undefined) return Number(said)
  return device.includes('libtensorflow') ? availableParallelism() : 1
}

/** Runs chunks of a session and says how many milliseconds each took; drawing samples and scalars is not counted. */
class Stopwatch {
  readonly #session: Session
  readonly #compiled: Compiled
  readonly #request: BenchRequest
  readonly #order: Generator
  readonly #clock: () => number
  #trained = 0
  finite = true

  constructor(session: Session, compiled: Compiled, request: BenchRequest, order: Generator) {
    this.#session = session
    this.#compiled = compiled
    this.#request = request
    this.#order = order
    this.#clock = request.clock ?? (() => performance.now())
  }

  async train(batches: number): Promise<number> {
    const plan = this.#plan(batches)
    const begin = this.#clock()
    const { broken } = await this.#session.train(plan)
    const elapsed = this.#clock() - begin
    this.#trained += batches
    if (broken.length > 0) this.finite = false
    return elapsed
  }

  /** @param most batches, of which each takes about `msPerBatch` */
  async profile(most: number, msPerBatch: number): Promise<BatchProfile | null> {
    const batches = Math.max(1, Math.min(most, Math.round(PROFILE_MS / msPerBatch)))
    return (await this.#session.profile?.(this.#plan(batches))) ?? null
  }

  #plan(batches: number): BatchPlan {
    const { batch, replicas } = this.#request
    const slots = this.#compiled.program.scalarCount
    const samples = Uint32Array.from({ length: replicas * batches * batch }, () =>
      Math.floor(this.#order.uniform() * batch * 50),
    )
    const scalars = new Float64Array(replicas * batches * slots)
    for (let row = 0; row < replicas * batches; row++)
      scalars.set(this.#scalars(this.#trained + (row % batches)), row * slots)
    return { batchSize: batch, batches, samples, scalars, measureBatch: null }
  }

  async evaluate(batches: number): Promise<number> {
    const { batch, replicas } = this.#request
    const slots = this.#compiled.program.scalarCount
    const scalars = new Float64Array(replicas * slots)
    for (let replica = 0; replica < replicas; replica++) scalars.set(this.#scalars(this.#trained), replica * slots)
    const samples = Uint32Array.from({ length: batches * batch }, (_, index) => index)
    const begin = this.#clock()
    await this.#session.evaluate({ split: 'test', samples, batchSize: batch, scalars, topK: [1], confusion: false })
    return this.#clock() - begin
  }

  #scalars(batch: number): Float64Array {
    return this.#compiled.scalarsAt({ epoch: 0, batch, sign: this.#order.uniform() < 0.5 ? 1 : -1 })
  }
}

/** Uniform bytes, scaled to [0, 1], with uniform labels: as the released code was timed. */
function randomSamples(compiled: Compiled, count: number, random: Generator): Samples {
  const { widths } = compiled.program
  const features = widths[0] ?? 1
  const classes = widths[widths.length - 1] ?? 1
  const pixels = new Uint8Array(count * features)
  // Four bytes per draw: a CIFAR-sized set is three million of them.
  const words = new DataView(pixels.buffer, 0, pixels.length - (pixels.length % 4))
  for (let at = 0; at < words.byteLength; at += 4) words.setUint32(at, random.bits())
  const labels = Uint16Array.from({ length: count }, () => Math.floor(random.uniform() * classes))
  return { count, features, pixels, labels, classes, image: null, scaling: UNIT_SCALING }
}

/** The same for every network: values do not change the time, and drawing forty large networks would take minutes. */
function writeInitial(session: Session, compiled: Compiled, replicas: number, random: Generator): void {
  for (const { name, initial, shape } of compiled.program.parameters) {
    const values = Float32Array.from(drawInitial(initial, shape, random.split(name)))
    for (let replica = 0; replica < replicas; replica++) session.write(name, replica, values)
  }
}
