/** Which of the runs that wait are trained in one session of their engine. */
import type { EngineCard } from '../../experiment/engine-card.ts'
import type { Experiment } from '../../experiment/experiment.ts'
import { forecastExperiment } from '../../experiment/forecast.ts'
import { sessionNeed, type SessionNeed } from '../../training/together.ts'

/**
 * Which of its sweep may train beside a run: all, on a card that trains many networks in little more time than one; only what
 * is brief, on a processor, where starting a worker for each would take longer than training; or none.
 */
export type Joining = 'all' | 'brief' | 'none'

/** What is to be trained, as far as it decides with what. */
export interface Joinable {
  readonly experiment: Experiment
  readonly dataFolder: string | null
  readonly joins: Joining
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

/** Floating-point operations of a run that `native` trains about as quickly as a worker starts. */
const BRIEF_FLOP = 1e11

/** When members of a sweep share a session: where it is quicker, always, or never. Changes no weight. */
export const SIDE_BY_SIDE = ['auto', 'always', 'never'] as const
export type SideBySide = (typeof SIDE_BY_SIDE)[number]

/** Which others may train beside a run on this engine. */
export function joiningOn(asked: SideBySide, { name, gpu }: Pick<EngineCard, 'name' | 'gpu'>): Joining {
  if (asked !== 'auto') return asked === 'always' ? 'all' : 'none'
  // TensorFlow adds up in an order that depends on how many networks it trains; the reference takes its time anyway.
  if (name === 'webgpu' && gpu) return 'all'
  return name === 'native' ? 'brief' : 'none'
}

const needs = new WeakMap<Experiment, SessionNeed | null>()

/** The first that waits, with those of its sweep that can train beside it; empty when none waits. */
export function nextGroup<R extends Joinable>(waiting: readonly R[]): readonly R[] {
  const [first, ...others] = waiting
  if (first === undefined) return []
  const sweep = first.experiment.sweep?.id
  const kin = others.filter(
    ({ experiment, joins, dataFolder }) =>
      joins === first.joins && sweep !== undefined && experiment.sweep?.id === sweep && dataFolder === first.dataFolder,
  )
  if (first.joins === 'none' || kin.length === 0) return [first]
  if (first.joins === 'brief' && !isBrief(first.experiment)) return [first]
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

function isBrief(experiment: Experiment): boolean {
  return (forecastExperiment(experiment, null).flop ?? Infinity) < BRIEF_FLOP
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
