/**
 * A repeat as one dispatch of teams. The workgroups of a team take the same samples of a replica through all iterations, and
 * each computes a share of the columns of every wide state; after each instruction they exchange what they computed through
 * the device's memory (`kernels/exchange.ts`). So a workgroup reads 1/T of the weights in an iteration, and few networks
 * keep a large card busy. Narrow states are computed by each, which takes less time than an exchange.
 *
 * What an entry's sum is added up from does not depend on the size of the teams, so neither do the weights.
 */
import { readsOf, writesOf, type Buffer } from '../lowering/plan.ts'
import { targetOf } from './kernels/affine.ts'
import {
  BYTES_OF_FOUR,
  groupsOf,
  roundedQuads,
  wholeReads,
  type Area,
  type Limits,
  type Repeat,
  type Size,
  type WorkgroupPlan,
} from './workgroup.ts'

/** What a device lets teams have. */
export interface TeamLimits extends Limits {
  /** Workgroups that are taken to run at the same time: a larger team could wait for a member that never begins. */
  readonly together: number
  /** How often a thread looks for what others send before it gives up. */
  readonly patience: number
  /** How often a plan is tried before teams become smaller. */
  readonly tries: number
  /** Workgroups of a team; null for as many as should be quickest. */
  readonly members: number | null
}

/** Columns up to which each member computes a state itself. */
const NARROW = 32
/** How many threads share the inner dimension of a product with a wide result. */
export const TEAM_SLICES = 16
const MOST_MEMBERS = 16
const MOST_QUADS = 5

/**
 * What a step of a card's multiprocessor costs, in its clock's ticks: multiply-adds a tick (of which shaders like these reach
 * two thirds), bytes a tick from the second-level cache, and an exchange until it has arrived, beside its bytes.
 */
const FMAS = 85
const CACHE_BYTES = 64
const EXCHANGE = 2_000
/** Workgroups that a large card runs beside each other at full speed. */
const MULTIPROCESSORS = 128

/** Whether the members of a team divide the columns of a buffer of samples among them. */
export function isWide(buffer: Buffer | undefined): boolean {
  return buffer?.batch === true && buffer.columns > NARROW
}

/** Columns of a wide buffer that a member computes at most: a multiple of four, so that four weights are read at a time. */
export function spanOf(columns: number, members: number): number {
  return Math.ceil(columns / members / 4) * 4
}

/**
 * Null where samples are not independent, where nothing wide is exchanged, where the states do not fit, or where a team would
 * not be quicker even for a single network: which of the two paths is taken depends on neither networks nor samples.
 */
export function planTeam(
  buffers: readonly Buffer[],
  repeat: Repeat,
  readOutside: ReadonlySet<number>,
  limits: TeamLimits,
  size: Size,
): WorkgroupPlan | null {
  const forOne = quickest(buffers, repeat, readOutside, limits, { replicas: 1, batch: 4 })
  if (limits.members === null && (forOne?.team?.members ?? 1) === 1) return null
  return quickest(buffers, repeat, readOutside, limits, size)
}

function quickest(
  buffers: readonly Buffer[],
  repeat: Repeat,
  readOutside: ReadonlySet<number>,
  limits: TeamLimits,
  { replicas, batch }: Size,
): WorkgroupPlan | null {
  const whole = wholeReads(buffers, repeat)
  if (whole === null) return null
  const threads = Math.min(512, limits.threads)
  const pairs = repeat.swaps.filter(({ a }) => isWide(buffers[a]))
  for (const { a, b } of repeat.swaps) whole.add(a).add(b)
  const written = new Set(repeat.body.flatMap(writesOf))
  const exchanged = new Set([...whole].filter((id) => isWide(buffers[id]) && written.has(id)))
  const joint = (id: number): boolean => buffers[id]?.batch === true
  if (exchanged.size === 0 || ![...whole].every(joint)) return null
  if (repeat.body.some((one) => one.kind === 'softmax' && isWide(buffers[one.to]))) return null
  const inPlace = pairs.filter((pair) => replaces(repeat, pair, readOutside))
  const kept = new Set([...repeat.body.flatMap(readsOf), ...written, ...whole].filter(joint))

  const fitting: { readonly plan: WorkgroupPlan; readonly cost: number }[] = []
  for (const members of limits.members === null ? upTo(Math.min(MOST_MEMBERS, limits.together)) : [limits.members])
    for (const quads of upTo(Math.min(MOST_QUADS, Math.ceil(batch / 4)))) {
      const shared = new Map(members === 1 ? [] : inPlace.map(({ a, b }) => [b, a]))
      const { areas, columns } = areasOf(buffers, kept, whole, shared, members)
      const partials = [4, 2, 1].find(
        (count) => (roundedQuads(columns * quads) + threads * count) * BYTES_OF_FOUR <= limits.workgroupBytes,
      )
      if (partials === undefined) continue
      const workgroups = groupsOf({ batch }, { quads }) * replicas * members
      fitting.push({
        plan: {
          ...{ areas, columns, quads, threads, partials, subgroup: 0 },
          team: {
            members,
            patience: limits.patience,
            exchanged: members === 1 ? new Set() : exchanged,
            inPlace: new Set(shared.keys()),
          },
        },
        cost: Math.ceil(workgroups / MULTIPROCESSORS) * ticksOf(buffers, repeat, members, quads),
      })
    }
  return fitting.toSorted((one, other) => one.cost - other.cost)[0]?.plan ?? null
}

function upTo(most: number): readonly number[] {
  return Array.from({ length: most }, (_, index) => index + 1)
}

function areasOf(
  buffers: readonly Buffer[],
  kept: ReadonlySet<number>,
  whole: ReadonlySet<number>,
  shared: ReadonlyMap<number, number>,
  members: number,
): { readonly areas: ReadonlyMap<number, Area>; readonly columns: number } {
  const areas = new Map<number, Area>()
  let at = 0
  for (const id of kept) {
    if (shared.has(id)) continue
    const { columns } = buffers[id] as Buffer
    const own = isWide(buffers[id]) && !whole.has(id)
    areas.set(id, { at, own })
    at += own ? spanOf(columns, members) : columns
  }
  for (const [id, other] of shared) areas.set(id, areas.get(other) as Area)
  return { areas, columns: at }
}

/** Ticks of one iteration in one workgroup. */
function ticksOf(buffers: readonly Buffer[], { body }: Repeat, members: number, quads: number): number {
  let fmas = 0
  let bytes = 0
  let exchanges = 0
  for (const instruction of body) {
    if (instruction.kind !== 'affine') continue
    const target = buffers[targetOf(instruction)] as Buffer
    const own = isWide(target) ? spanOf(target.columns, members) : target.columns
    for (const { left } of instruction.products) {
      const weights = own * (buffers[left]?.columns ?? 0)
      fmas += weights * 4 * quads
      bytes += weights * 4
    }
    // Two words for each number: see kernels/exchange.ts.
    if (isWide(target) && members > 1) exchanges += EXCHANGE + (target.columns * 4 * quads * 8) / CACHE_BYTES
  }
  return Math.max(fmas / FMAS, bytes / CACHE_BYTES) + exchanges
}

/** Whether nothing needs the first of a pair once the second was written, nor the second before. */
function replaces({ body }: Repeat, { a, b }: { a: number; b: number }, readOutside: ReadonlySet<number>): boolean {
  const writing = body.filter((one) => writesOf(one).includes(b))
  const [writer] = writing
  if (writer === undefined || writing.length > 1 || readOutside.has(b)) return false
  const at = body.indexOf(writer)
  return body.every(
    (one, index) => !writesOf(one).includes(a) && !(index > at ? readsOf(one).includes(a) : readsOf(one).includes(b)),
  )
}
