/**
 * Shares of one session. What they ask for is collected into rounds: a round trains the batches, or evaluates the
 * samples, that all who take part have in common. A share that does not come is not waited for long: its parameters are
 * kept while its place is trained on the data of another, and put back when it comes. So the numbers of a share are
 * those of a session of its own, whatever the others do.
 */
import type { Program } from '../program/program.ts'
import type { Samples } from '../program/samples.ts'
import { EngineProblem, type BoundData, type Session } from './engine.ts'
import { Evaluating, type Request, Training } from './joint-requests.ts'
import { type Behind, Share } from './share.ts'

/** Whoever gives no sign of life for so long while others wait is not waited for until it asks for something. */
const WAIT_MS = 250
/** A round lasts about this long, so that a stop answers well within 300 ms. */
const ROUND_MS = 120

export class Joint implements Behind {
  readonly shares: readonly Share[]
  readonly program: Program
  readonly inner: Session
  #atOnce = { batches: 1, samples: 16 }
  #requests: Request[] = []
  #data: BoundData | null = null
  #last: Promise<unknown> = Promise.resolve()
  #waiting: NodeJS.Timeout | undefined
  #inRound = false

  /** @param sizes replicas of each share */
  constructor(inner: Session, program: Program, sizes: readonly number[]) {
    this.inner = inner
    this.program = program
    let first = 0
    this.shares = sizes.map((replicas) => {
      const share = new Share(this, first, replicas)
      first += replicas
      return share
    })
  }

  /** Changes between rounds only, so that those at the same batch ask for the same. */
  get atOnce(): NonNullable<Session['atOnce']> {
    return this.#atOnce
  }

  /** @throws EngineProblem when the data is not that of the others */
  bind(data: BoundData): void {
    if (this.#data === null) this.inner.bind(data)
    else if (!sameSamples(this.#data.train, data.train) || !sameSamples(this.#data.test, data.test))
      throw new EngineProblem(
        'Sessions that are joined share their samples; these are others. Open this one by itself.',
      )
    this.#data ??= data
  }

  ask(request: Request): void {
    this.#requests.push(request)
    this.heard()
  }

  /** Whatever goes to the session behind goes one after another. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work)
    this.#last = mine.catch(() => undefined)
    return mine
  }

  /**
   * A share gave a sign of life, or closed: a round begins when nobody is waited for, or nothing is heard for a while.
   * Those that have not begun yet are waited for without limit, so that all who begin do so together.
   */
  heard(): void {
    clearTimeout(this.#waiting)
    for (const request of this.#requests) if (request.place.isClosed) request.fail(new Error('the session is closed'))
    this.#requests = this.#requests.filter(({ isOver }) => !isOver)
    if (this.shares.every(({ isClosed }) => isClosed)) this.inner.close()
    if (this.#inRound || this.#requests.length === 0) return
    const here = new Set(this.#requests.map(({ place }) => place))
    const late = this.shares.filter((share) => !share.isClosed && !share.isAway && !here.has(share))
    if (late.length === 0) void this.#round()
    else if (late.every(({ hasBegun }) => hasBegun)) this.#waiting = setTimeout(() => void this.#round(), WAIT_MS)
  }

  async #round(): Promise<void> {
    this.#inRound = true
    // Evaluations come first: those who train wait for them, and so all come to train together.
    const evaluating = this.#requests.filter((request) => request instanceof Evaluating)
    const training = this.#requests.filter((request) => request instanceof Training)
    const [first] = evaluating
    if (first !== undefined) await this.#evaluate(evaluating.filter((request) => request.goesWith(first)))
    else await this.#train(training.filter((request) => request.goesWith(training[0] as Training)))
    this.#inRound = false
    this.heard()
  }

  async #train(together: readonly Training[]): Promise<void> {
    const [first] = together as readonly [Training, ...Training[]]
    const batches = Math.min(...together.map(({ left }) => left))
    await this.#answer(together, async () => {
      for (const share of this.shares)
        if (!share.isClosed && requestOf(share, together) === undefined) await share.takeAway()
      const { batchSize } = first.plan
      const replicas = this.#replicas(together)
      const samples = new Uint32Array(replicas.length * batches * batchSize)
      const scalars = new Float64Array(replicas.length * batches * this.program.scalarCount)
      for (const [at, { request, replica }] of replicas.entries()) {
        const rows = request.rows(replica, batches)
        samples.set(rows.samples, at * rows.samples.length)
        scalars.set(rows.scalars, at * rows.scalars.length)
      }
      const began = performance.now()
      const measureBatch = first.measureBatch
      const measured = await this.inner.train({ batchSize, batches, samples, scalars, measureBatch })
      this.#atOnce = { ...this.#atOnce, batches: fitting(batches, performance.now() - began) }
      for (const request of together) request.note(batches, measured)
    })
  }

  async #evaluate(together: readonly Evaluating[]): Promise<void> {
    const [first] = together as readonly [Evaluating, ...Evaluating[]]
    await this.#answer(together, async () => {
      const scalars = this.#replicas(together).flatMap(({ request, replica }) => [...request.scalars(replica)])
      const began = performance.now()
      const counts = await this.inner.evaluate({ ...first.plan, scalars: Float64Array.from(scalars) })
      this.#atOnce = { ...this.#atOnce, samples: fitting(first.plan.samples.length, performance.now() - began) }
      for (const request of together) request.note(counts)
    })
  }

  /** For every replica of the session behind, whose request it serves; the places of those who do not take part are filled from the first. */
  #replicas<R extends Request>(together: readonly R[]): { readonly request: R; readonly replica: number }[] {
    return this.shares.flatMap((share) => {
      const own = requestOf(share, together)
      return Array.from({ length: share.replicas }, (_, replica) =>
        own === undefined ? { request: together[0] as R, replica: 0 } : { request: own, replica },
      )
    })
  }

  /** Does a round in turn; what goes wrong concerns all who take part. */
  async #answer(together: readonly Request[], work: () => Promise<void>): Promise<void> {
    try {
      await this.inTurn(async () => {
        for (const share of this.shares) if (requestOf(share, together) !== undefined) share.putBack()
        await work()
      })
    } catch (error) {
      for (const request of together) request.fail(error)
    }
  }
}

function requestOf<R extends Request>(share: Share, requests: readonly R[]): R | undefined {
  return requests.find(({ place }) => place === share)
}

/** How much to do at once, after so much took so long. */
function fitting(done: number, ms: number): number {
  return Math.max(1, Math.round((done * ROUND_MS) / Math.max(ms, 1)))
}

function sameSamples(one: Samples, other: Samples): boolean {
  return (
    one === other ||
    (one.count === other.count &&
      one.pixels.buffer === other.pixels.buffer &&
      one.pixels.byteOffset === other.pixels.byteOffset &&
      one.labels.buffer === other.labels.buffer &&
      one.labels.byteOffset === other.labels.byteOffset &&
      one.classes === other.classes &&
      JSON.stringify(one.scaling) === JSON.stringify(other.scaling))
  )
}
