/** One network of a session: how it begins or goes on, what is known of it, and what becomes of it. */
import type { Session } from '../engines/engine.ts'
import type { SeedOutcome } from '../experiment/event.ts'
import { selectedIndex } from '../experiment/selection.ts'
import type { Selection } from '../experiment/experiment.ts'
import type { Verdict } from './collapse.ts'
import type { Program } from '../program/program.ts'
import { Generator } from '../program/random.ts'
import {
  CheckpointProblem,
  requireFitting,
  type Collapse,
  type EpochAccuracies,
  type Position,
  type SavedParameter,
  type SeedCheckpoint,
} from './checkpoint.ts'

export interface Replica {
  readonly seed: number
  readonly sign: Generator
  /** Why it is no longer counted as training; kept in its checkpoint. */
  collapsed: Collapse | null
  /** Of the last evaluation; null before the first. */
  latest: EpochAccuracies | null
  /** As in its checkpoint. */
  chosen: EpochAccuracies | null
  /** Why the last evaluation counts as chance; null when it does not. A verdict at the end only: stuck seeds may recover. */
  chance: string | null
  /** As in its checkpoint. */
  learned: number | null
  /** How it ends, where it ends at chance. */
  verdict: Verdict | null
}

/** The session's replica `index`; where it goes on from a checkpoint, with the parameters of that. */
export function beginReplica(
  session: Session,
  program: Program,
  index: number,
  seed: number,
  checkpoint: SeedCheckpoint | undefined,
): Replica {
  if (checkpoint !== undefined) {
    requireFitting(checkpoint, program)
    for (const { name, values } of checkpoint.parameters) session.write(name, index, values)
  }
  const sign = checkpoint?.generators['sign']
  return {
    seed,
    sign: sign === undefined ? Generator.seeded(seed).split('sign') : Generator.restore(sign),
    collapsed: checkpoint?.collapsed ?? null,
    latest: null,
    chosen: checkpoint?.chosen ?? null,
    chance: null,
    learned: checkpoint?.learned ?? null,
    verdict: null,
  }
}

/** Takes note of whether the network was at chance after an epoch, and why that counts so. */
export function noteChance(replica: Replica, chance: string | null, epoch: number): void {
  replica.chance = chance
  if (chance === null) replica.learned = epoch
}

/** Copies of a replica's parameters. */
export async function readParameters(session: Session, program: Program, index: number): Promise<SavedParameter[]> {
  const saved: SavedParameter[] = []
  for (const { name, shape, role } of program.parameters)
    saved.push({ name, shape, role, values: await session.read(name, index) })
  return saved
}

/** Records an epoch's accuracies, and selects the epoch where it is better than every one before. */
export function noteAccuracies(replica: Replica, accuracies: EpochAccuracies, selection: Selection): void {
  replica.latest = accuracies
  if (selection === 'last-epoch') return
  const seen = replica.chosen === null ? [accuracies] : [replica.chosen, accuracies]
  const best = selectedIndex(
    selection,
    seen.map(({ validationAccuracy }) => validationAccuracy),
  )
  replica.chosen = seen[best] ?? null
}

export function outcomeOf({ seed, collapsed, verdict, latest, chosen }: Replica): SeedOutcome {
  const lost = collapsed !== null || verdict?.kind === 'collapsed'
  const reported = chosen ?? latest
  return {
    seed,
    status: lost ? 'collapsed' : 'done',
    testAccuracy: reported?.testAccuracy ?? null,
    trainAccuracy: reported?.trainAccuracy ?? null,
    validationAccuracy: reported?.validationAccuracy ?? null,
    epoch: reported?.epoch ?? null,
    epochs: latest?.epoch ?? 0,
    atChance: !lost && verdict !== null,
    reason: collapsed?.reason ?? verdict?.reason ?? null,
  }
}

/** The position of all seeds. Refuses seeds at different positions, or one without a checkpoint, since they share every chunk. */
export function commonPosition(seeds: readonly number[], from: readonly SeedCheckpoint[] | null): Position {
  if (from === null) return { epoch: 0, batchInEpoch: 0, batch: 0 }
  const [first, ...others] = seeds.map((seed) => {
    const checkpoint = from.find((candidate) => candidate.seed === seed)
    if (checkpoint === undefined) throw new CheckpointProblem(`there is no checkpoint of seed ${seed} to go on from`)
    return checkpoint
  })
  if (first === undefined) throw new RangeError('a session needs at least one seed')
  for (const { seed, position } of others)
    if (position.batch !== first.position.batch || position.epoch !== first.position.epoch)
      throw new CheckpointProblem(
        `seeds ${first.seed} and ${seed} are at different batches (${first.position.batch} and ${position.batch}); they cannot resume side by side`,
      )
  return first.position
}
