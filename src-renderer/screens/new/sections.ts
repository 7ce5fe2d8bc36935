/** The parts of the form, and which of them a problem is shown in. */
import type { ExperimentField } from '../../../src-main/contract.ts'

export type Section = ExperimentField['section']

/** In the order in which they are asked for. */
export const SECTIONS = ['data', 'network', 'rule', 'training', 'seeds'] as const satisfies readonly Section[]

/** Which section a problem's path belongs to: that of the settings with the same beginning; an axis is its setting's. */
export function sectionOf(at: string, fields: readonly ExperimentField[]): Section {
  const [top = ''] = at.replace(/^sweep\./, '').split('.')
  return fields.find((field) => field.path.split('.')[0] === top)?.section ?? 'seeds'
}
