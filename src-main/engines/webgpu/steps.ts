/** A lowered list as dispatches: which shader, on which words, at which iteration; built once per batch size. */
import { weightCount } from '../../program/cost.ts'
import type { MeasurementDeclaration, Program } from '../../program/program.ts'
import type { Instruction, Lowered } from '../lowering/plan.ts'
import { readsOf } from '../lowering/plan.ts'
import { levelsOf } from './levels.ts'
import { placeValues, type Placement } from './placement.ts'
import { limitsOf, planWorkgroup, type Limits, type Size } from './workgroup.ts'
import { EXCHANGE_HEAD } from './kernels/exchange.ts'
import { planTeam, type TeamLimits } from './team.ts'
import type { Gpu } from './gpu.ts'
import { settle } from './settle.ts'
import { shaderOf, type Shader } from './shader.ts'

export interface Step {
  readonly shader: Shader
  /** Where its words begin in `Steps.words`, in bytes. */
  readonly at: number
  readonly iteration: number
  /** Workgroups for one replica. */
  readonly groups: number
}

export interface Steps {
  readonly place: Placement
  readonly list: readonly Step[]
  readonly shaders: ReadonlySet<Shader>
  /** The uniform blocks one after another, each beginning on a boundary of 256 bytes. */
  readonly words: Uint32Array
  /** The largest uniform block, in bytes. */
  readonly blockBytes: number
  /** What teams of workgroups exchange through, in words of a buffer; 0 where there are none. */
  readonly exchangeWords: number
  /** How many repeats are one dispatch each, and how many take one or more per iteration. */
  readonly fused: number
  readonly unfused: number
}

/** Alignment of uniform blocks in bytes: the largest that a device may require. */
export const BLOCK_BYTES = 256

/** How instructions become dispatches. */
export interface DispatchStrategy {
  /** Repeats become one dispatch where a workgroup of such a device holds their states; null where none shall. */
  readonly fuse: Limits | null
  /** Before that: repeats become one dispatch of teams; null where none shall. See team.ts. */
  readonly teams: TeamLimits | null
  /** Independent instructions share a dispatch. */
  readonly join: boolean
  /** Products with a long inner dimension are divided among the threads of a workgroup. */
  readonly tile: boolean
  /** Entries that a thread computes of a matrix to which outer products over the batch are added. */
  readonly block: number
}

/** Weights from which a network is worth the time that a driver on the processor takes to compile its shaders. */
const WORTH_COMPILING = 100_000

/**
 * What suits a device and a network: as few dispatches as can be, each on as many threads as can be. A driver on the
 * processor takes long to compile, so there the instructions of a small network are plain dispatches of their own, whose
 * shaders most programs share.
 */
export function strategyFor(
  { limits, software }: Pick<Gpu, 'limits' | 'software'>,
  program: Program,
): DispatchStrategy {
  return software && weightCount(program) < WORTH_COMPILING
    ? { fuse: null, teams: null, join: false, tile: false, block: 1 }
    : { fuse: limitsOf({ limits }), teams: null, join: true, tile: true, block: 1 }
}

export function stepsOf(
  lowered: Lowered,
  measurements: readonly MeasurementDeclaration[],
  parameters: readonly number[],
  size: Size,
  { fuse, teams, join, tile, block }: DispatchStrategy,
): Steps {
  const { batch } = size
  const division = { rows: tile ? batch : null, block }
  const levels = (list: readonly Instruction[]): readonly (readonly Instruction[])[] =>
    join ? levelsOf(list) : list.map((one) => [one])
  const place = placeValues(lowered.buffers, measurements, parameters, batch)
  const blocks = new Blocks(place)
  let fused = 0
  let unfused = 0
  let exchanged = 0
  for (const level of levels(lowered.instructions)) {
    const [only] = level
    if (only?.kind !== 'repeat') {
      blocks.add(shaderOf(lowered, level, division), 0)
      continue
    }
    const outside = readOutside(lowered, only)
    const plan =
      (teams === null ? null : planTeam(lowered.buffers, only, outside, teams, size)) ??
      (fuse === null ? null : planWorkgroup(lowered.buffers, only, fuse, size))
    if (plan !== null) {
      const { shader, exchangeWords } = settle(lowered, only, outside, plan, EXCHANGE_HEAD + exchanged)
      fused++
      exchanged += exchangeWords(place) * size.replicas
      blocks.add(shader, 0)
      continue
    }
    unfused++
    const body = levels(only.body).map((inside) => shaderOf(lowered, inside, division))
    for (let iteration = 0; iteration < only.count; iteration++) {
      for (const shader of body) blocks.add(shader, iteration)
      for (const { a, b } of only.swaps) place.swap(a, b)
    }
  }
  return {
    // With the buffers where the last swap left them: scores and measurements are read from there.
    place,
    list: blocks.list,
    shaders: new Set(blocks.list.map(({ shader }) => shader)),
    words: blocks.words(),
    blockBytes: blocks.largest,
    exchangeWords: exchanged === 0 ? 0 : EXCHANGE_HEAD + exchanged,
    fused,
    unfused,
  }
}

/** Buffers that anything but this repeat reads. */
function readOutside({ instructions, scores }: Lowered, repeat: Instruction): ReadonlySet<number> {
  return new Set([scores, ...instructions.filter((one) => one !== repeat).flatMap(readsOf)])
}

/** Collects steps; steps of one shader whose words are the same share a block. */
class Blocks {
  readonly list: Step[] = []
  largest = BLOCK_BYTES
  readonly #place: Placement
  readonly #known = new Map<string, number>()
  readonly #blocks: number[][] = []
  #length = 0

  constructor(place: Placement) {
    this.#place = place
  }

  add(shader: Shader, iteration: number): void {
    const words = shader.words.map((word) => word(this.#place) >>> 0)
    const key = words.join()
    let at = this.#known.get(key)
    if (at === undefined) {
      at = this.#length
      const bytes = Math.ceil(Math.max(words.length * 4, 1) / BLOCK_BYTES) * BLOCK_BYTES
      this.largest = Math.max(this.largest, bytes)
      this.#known.set(key, at)
      this.#blocks.push([...words, ...new Array<number>(bytes / 4 - words.length).fill(0)])
      this.#length += bytes / 4
    }
    this.list.push({ shader, at: at * 4, iteration, groups: shader.groups(this.#place) })
  }

  /** With as much behind the last block as a binding of the largest reaches. */
  words(): Uint32Array {
    const all = new Uint32Array(this.#length + this.largest / 4)
    let at = 0
    for (const block of this.#blocks) {
      all.set(block, at)
      at += block.length
    }
    return all
  }
}
