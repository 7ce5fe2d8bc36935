/** What was found in a run's networks, as its card shows it. */
import type { ExperimentRecord } from '../../src-main/contract.ts'
import type { MeasuredLine } from '../../src-main/experiment/inspected.ts'
import { significant } from './format.ts'

/** '12.4 ± 0.3', '−2.99 → −2.38'; in per cent where the unit is. */
export function measuredText({ values, unit }: MeasuredLine): string {
  const scale = unit === '%' ? 100 : 1
  const shown = (value: number, digits: number): string => significant(value * scale, digits).replace('-', '−')
  const [only] = values
  if (values.length !== 1 || only === undefined) return values.map(({ mean }) => shown(mean, 3)).join(' → ')
  return only.n > 1 ? `${shown(only.mean, 4)} ± ${shown(only.sd, 2)}` : shown(only.mean, 4)
}

/** The weights that were looked at are not those of now: the run has trained on, or has more seeds. */
export function isOutdated({ inspection, outcomes }: Pick<ExperimentRecord, 'inspection' | 'outcomes'>): boolean {
  if (inspection === null) return false
  return outcomes.some(({ seed, epochs, status }) => {
    const found = inspection.seeds.find((one) => one.seed === seed)
    return status !== 'collapsed' && epochs > 0 && found?.epoch !== epochs
  })
}
