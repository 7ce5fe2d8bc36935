/** What was found in a run's networks, summed up over its seeds: the same lines in window and terminal. */
import type { Spread } from './event.ts'
import type { Inspection, SeedInspection } from './inspection.ts'
import { countedSeeds } from './result.ts'
import { spreadOf } from './spread.ts'

export interface MeasuredLine {
  readonly measure: string
  /** Of the measure; empty but at its first line. */
  readonly label: string
  readonly help: string
  readonly unit: string
  readonly series: string
  /** Mean and spread over the seeds; of what has a value at each iteration, those of the first and of the last. */
  readonly values: readonly Spread[]
}

/** Those that a mean is over: as far as the furthest, as for every result (`result.ts`); all of them within their first epoch. */
export function countedNetworks({ seeds }: Pick<Inspection, 'seeds'>): readonly SeedInspection[] {
  const { seeds: counted } = countedSeeds(
    seeds.map((network) => ({ epochs: network.epoch, collapsed: false, network })),
  )
  return counted.length === 0 ? seeds : counted.map(({ network }) => network)
}

/** A measure as its rule describes it. */
interface Described {
  readonly name: string
  readonly label: string
  readonly help: string
  readonly unit: string
}

/** Every value of every measure that the rule knows. */
export function measuredLines(
  inspection: Pick<Inspection, 'seeds'>,
  known: readonly Described[],
): readonly MeasuredLine[] {
  const seeds = countedNetworks(inspection)
  return known.flatMap(({ name, label, help, unit }) => {
    const all = new Set(seeds.flatMap(({ measures }) => Object.keys(measures[name] ?? {})))
    const over = (key: string): readonly Spread[] => {
      const spread = spreadOf(seeds.map(({ measures }) => measures[name]?.[key] ?? null))
      return spread === null ? [] : [spread]
    }
    const series = new Set([...all].map((key) => key.replace(/, (first|last)$/, '')))
    return [...series].map((one, i): MeasuredLine => ({
      ...{ measure: name, label: i === 0 ? label : '', help, unit: unit === 'percent' ? '%' : unit, series: one },
      values: all.has(one) ? over(one) : [...over(`${one}, first`), ...over(`${one}, last`)],
    }))
  })
}

export interface Confused {
  readonly label: number
  readonly predicted: number
  /** Samples that at least one seed took so. */
  readonly samples: number
}

/** Which class was taken for which, the most frequent first. */
export function confusedPairs({ mistakes }: Pick<Inspection, 'mistakes'>): readonly Confused[] {
  const pairs = new Map<string, Confused>()
  for (const { label, predicted } of mistakes) {
    const key = `${label} ${predicted}`
    pairs.set(key, { label, predicted, samples: (pairs.get(key)?.samples ?? 0) + 1 })
  }
  return [...pairs.values()].sort((a, b) => b.samples - a.samples)
}
