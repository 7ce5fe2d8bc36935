/** Which of the runs that wait are trained in one session of their engine. */
import type { EngineCard } from '../../experiment/engine-card.ts'
import type { Experiment } from '../../experiment/experiment.ts'
import { sessionNeed, type SessionNeed } from '../../training/together.ts'

/** What is to be trained, as far as it decides with what. */
export interface Joinable {
  readonly experiment: Experiment
  readonly dataFolder: string | null
  /** Its engine trains many networks in little more time than one: others of its sweep may train beside it. */
  readonly joins: boolean
}

export interface WaitingRun extends Joinable {
  readonly id: string
  readonly folder: string
}

/** Forty networks of MNIST take a large card little more time than one; with more, each takes its share of the time. */
const MOST_NETWORKS = 64
/** Bytes of parameters: small enough for a card of a few gigabytes, which needs as much again for states. */
const MOST_BYTES = 2 ** 29
/** So many runs that wait are looked at, since each is compiled for it. */
const MOST_LOOKED_AT = 256

/** When members of a sweep share a session: on a graphics card, always, or never. Changes no weight. */
export const SIDE_BY_SIDE = ['auto', 'always', 'never'] as const
export type SideBySide = (typeof SIDE_BY_SIDE)[number]

/** Whether others may train beside a run on this engine. */
export function trainsSideBySide(asked: SideBySide, { name, gpu }: Pick<EngineCard, 'name' | 'gpu'>): boolean {
  // Only `webgpu` adds up in an order that does not depend on how many networks the card trains.
  return asked === 'always' || (asked === 'auto' && gpu && name === 'webgpu')
}

const needs = new WeakMap<Experiment, SessionNeed | null>()

/** The first that waits, with those of its sweep that can train beside it; empty when none waits. */
export function nextGroup<R extends Joinable>(waiting: readonly R[]): readonly R[] {
  const [first, ...others] = waiting
  if (first === undefined) return []
  const sweep = first.experiment.sweep?.id
  const kin = others.filter(
    ({ experiment, joins, dataFolder }) =>
      joins && sweep !== undefined && experiment.sweep?.id === sweep && dataFolder === first.dataFolder,
  )
  if (!first.joins || kin.length === 0) return [first]
  const own = needOf(first.experiment)
  if (own === null) return [first]
  const group = [first]
  let { networks, bytes } = own
  for (const run of kin.slice(0, MOST_LOOKED_AT)) {
    const need = needOf(run.experiment)
    if (need?.key !== own.key || networks + need.networks > MOST_NETWORKS || bytes + need.bytes > MOST_BYTES) continue
    group.push(run)
    networks += need.networks
    bytes += need.bytes
  }
  return group
}

/** Null for one whose rule is gone or does not take its settings any more: its worker says so. */
function needOf(experiment: Experiment): SessionNeed | null {
  let need = needs.get(experiment)
  if (need === undefined) {
    try {
      need = sessionNeed(experiment)
    } catch {
      need = null
    }
    needs.set(experiment, need)
  }
  return need
}
