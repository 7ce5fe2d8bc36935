/** Which repeats can be one dispatch on a device, and how their samples are partitioned among workgroups. */
import { readsOf, writesOf, type Buffer, type Instruction, type Lowered } from '../lowering/plan.ts'
import type { Gpu } from './gpu.ts'

/** What a device lets a workgroup have. */
export interface Limits {
  readonly workgroupBytes: number
  readonly threads: number
  /** Threads that a subgroup has at least; where given, sums are reduced within subgroups. */
  readonly subgroup?: number
}

export type Repeat = Extract<Instruction, { kind: 'repeat' }>

/** Where a workgroup keeps a buffer in its memory: from which column of it on, and whether only the columns it computes. */
export interface Area {
  readonly at: number
  readonly own: boolean
}

/** How a repeat is partitioned: what a workgroup keeps in its own memory, for how many samples, with how many threads. */
export interface WorkgroupPlan {
  readonly areas: ReadonlyMap<number, Area>
  /** Of all areas. */
  readonly columns: number
  /** Groups of four samples. */
  readonly quads: number
  readonly threads: number
  /** Partial sums of four samples that each thread may share at a time. */
  readonly partials: number
  /** Threads that may reduce a sum without the workgroup's memory; 0 for none. */
  readonly subgroup: number
  /** Who else computes columns for the same samples; null where a workgroup computes all. */
  readonly team: Team | null
}

/** See team.ts. */
export interface Team {
  readonly members: number
  /** How often a thread looks for what others send before it gives up. */
  readonly patience: number
  /** Wide buffers that each member needs whole: exchanged wherever they are written. */
  readonly exchanged: ReadonlySet<number>
  /** Buffers whose area is that of the one they are swapped with: what is received replaces what it was computed from. */
  readonly inPlace: ReadonlySet<number>
}

/**
 * More samples per workgroup save reading weights; fewer leave more workgroups to run in parallel, which counts until
 * `BUSY_QUADS` quads of all networks keep a large card busy.
 */
const MOST_QUADS = 2
const BUSY_QUADS = 64
export const BYTES_OF_FOUR = 16

export function limitsOf({ limits }: Pick<Gpu, 'limits'>): Limits {
  return { workgroupBytes: limits.maxComputeWorkgroupStorageSize, threads: limits.maxComputeInvocationsPerWorkgroup }
}

/** For people: how the repeats of a program are dispatched on such a device; null where it has none. */
export function dispatchLabel({ buffers, instructions }: Lowered, limits: Limits | null): string | null {
  const repeats = instructions.filter((one) => one.kind === 'repeat')
  if (repeats.length === 0) return null
  const fused = repeats.filter(
    (one) => limits !== null && planWorkgroup(buffers, one, limits, { replicas: 1, batch: 1 }) !== null,
  ).length
  if (fused === repeats.length) return 'settling in one dispatch'
  return fused === 0 ? 'settling step by step' : `${fused} of ${repeats.length} phases settling in one dispatch`
}

/** Networks trained side by side, and samples per batch of each. */
export interface Size {
  readonly replicas: number
  readonly batch: number
}

/** Null where the repeat cannot be partitioned by samples or the states of a few do not fit. */
export function planWorkgroup(
  buffers: readonly Buffer[],
  repeat: Repeat,
  limits: Limits,
  { replicas, batch }: Size,
): WorkgroupPlan | null {
  const whole = wholeReads(buffers, repeat)
  if (whole === null) return null
  for (const { a, b } of repeat.swaps) whole.add(a).add(b)
  if ([...whole].some((id) => buffers[id]?.batch !== true)) return null
  const all = new Set([...whole, ...repeat.body.flatMap(writesOf)])
  const widest = Math.max(...[...all].map((id) => buffers[id]?.columns ?? 0))
  const most = [512, 256].filter((threads) => threads <= limits.threads && (threads === 256 || widest > threads / 2))
  const fits = (quads: number, choices: readonly number[]): WorkgroupPlan | null => {
    // States of which only the own entry is read may stay in the device's memory: they are spilled first.
    for (const kept of [all, whole])
      for (const threads of choices)
        for (const partials of [4, 2, 1]) {
          const areas = new Map<number, Area>()
          let columns = 0
          for (const id of kept) {
            areas.set(id, { at: columns, own: false })
            columns += buffers[id]?.columns ?? 0
          }
          if ((roundedQuads(columns * quads) + threads * partials) * BYTES_OF_FOUR <= limits.workgroupBytes)
            return { areas, columns, quads, threads, partials, team: null, subgroup: limits.subgroup ?? 0 }
        }
    return null
  }
  const one = fits(1, most)
  const ofBatch = Math.ceil(batch / 4)
  const quads = ofBatch * replicas > BUSY_QUADS ? Math.min(MOST_QUADS, ofBatch) : 1
  // The threads decide in which order sums are added up: a network's bits must not depend on who trains beside it.
  return one === null || quads === 1 ? one : (fits(quads, [one.threads]) ?? one)
}

/** Workgroups, or teams of them, that share out the samples of a batch. */
export function groupsOf({ batch }: Pick<Size, 'batch'>, { quads }: Pick<WorkgroupPlan, 'quads'>): number {
  return Math.ceil(batch / (4 * quads))
}

/** Vectors of four numbers to allocate for `fours`: rounded up to few sizes, so that networks share pipelines. */
export function roundedQuads(fours: number): number {
  return Math.max(128, Math.ceil(fours / 128) * 128)
}

/** Buffers of which more than the own entry is read; null where an instruction joins samples or writes what all share. */
export function wholeReads(buffers: readonly Buffer[], { body }: Repeat): Set<number> | null {
  const whole = new Set<number>()
  const written = new Set(body.flatMap(writesOf))
  const ofSamples = (id: number): boolean => buffers[id]?.batch === true
  if (![...written].every(ofSamples)) return null
  for (const instruction of body)
    switch (instruction.kind) {
      case 'affine':
        if (instruction.products.some(({ left, right }) => !ofSamples(left) || ofSamples(right))) return null
        instruction.products.forEach(({ left }) => whole.add(left))
        break
      case 'chain':
        if (instruction.operations.some(({ kind }) => kind === 'outer')) return null
        break
      case 'softmax':
        whole.add(instruction.from)
        break
      case 'reduce':
        if (instruction.over !== 'columns') return null
        whole.add(instruction.from)
        break
      case 'copy':
      case 'measure':
        if (!readsOf(instruction).every(ofSamples)) return null
        break
      case 'fill':
        break
      default:
        return null
    }
  return whole
}
