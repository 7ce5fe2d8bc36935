/** What was found in a run's networks, as its card shows it: measures over seeds, and which classes were confused. */
import type { ExperimentRecord, Inspection, RuleCard } from '../../../src-main/contract.ts'
import type { Spread } from '../../../src-main/experiment/event.ts'
import { spreadOf } from '../../../src-main/experiment/spread.ts'
import { significant } from '../../text/format.ts'

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

/** Every value of every measure that the rule knows. */
export function measuredLines({ seeds }: Inspection, rule: RuleCard | undefined): readonly MeasuredLine[] {
  return (rule?.measures ?? []).flatMap(({ name, label, help, unit }) => {
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

/** '12.4 ± 0.3', '−2.99 → −2.38'; in per cent where the unit is. */
export function measuredText({ values, unit }: MeasuredLine): string {
  const scale = unit === '%' ? 100 : 1
  const shown = (value: number, digits: number): string => significant(value * scale, digits).replace('-', '−')
  const [only] = values
  if (values.length !== 1 || only === undefined) return values.map(({ mean }) => shown(mean, 3)).join(' → ')
  return only.n > 1 ? `${shown(only.mean, 4)} ± ${shown(only.sd, 2)}` : shown(only.mean, 4)
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

/** The weights that were looked at are not those of now: the run has trained on, or has more seeds. */
export function isOutdated({ inspection, outcomes }: Pick<ExperimentRecord, 'inspection' | 'outcomes'>): boolean {
  if (inspection === null) return false
  return outcomes.some(({ seed, epochs, status }) => {
    const found = inspection.seeds.find((one) => one.seed === seed)
    return status !== 'collapsed' && epochs > 0 && found?.epoch !== epochs
  })
}
