/** Which runs one can draw for, and which was drawn for last. */
import type { ExperimentRow } from '../../../src-main/contract.ts'
import { learnsPoints } from '../../experiments/rows.ts'
import type { LabStore } from '../../lab.svelte.ts'

class DrawnFor {
  id = $state<string | null>(null)
}

export const lastDrawnFor = new DrawnFor()

/** It has weights, as far as its row tells, and its data set is here to be like, of images as far as its width tells. */
export function drawable(row: ExperimentRow, { description }: Pick<LabStore, 'description'>): boolean {
  const set = description?.dataSets.find(({ name }) => name === row.dataset)
  const here = set?.state === 'present' || set?.state === 'built in'
  return here && !learnsPoints(row) && row.epochsDone > 0 && row.state !== 'unreadable' && row.state !== 'queued'
}
