/** A run that was over and trains on takes back what it said only because it was over. */
import type { EndWord } from '../experiment/event.ts'
import type { Experiment } from '../experiment/experiment.ts'
import type { Position } from './checkpoint.ts'
import { extraCounts } from './evaluation.ts'

/**
 * What a history may hold at this position that a run with all its epochs from the start would not have said there.
 *
 * @param collapsed the network was lost while it trained, which stays true
 */
export function undoneFrom(experiment: Experiment, position: Position, collapsed: boolean): readonly EndWord[] {
  const { epoch, batchInEpoch } = position
  if (epoch === 0 || batchInEpoch > 0) return []
  const { topK, confusion } = extraCounts(experiment, epoch)
  return [
    ...(collapsed ? [] : (['collapsed', 'at-chance'] as const)),
    ...(experiment.evaluation.topK !== null && topK === null ? (['top-k'] as const) : []),
    ...(experiment.evaluation.confusionEveryEpochs !== null && confusion === null ? (['confusion'] as const) : []),
  ]
}
