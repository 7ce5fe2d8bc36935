/** More epochs for a run that exists, finished or stopped. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { checkExperiment } from '../../experiment/check.ts'
import { LabProblem } from '../problem.ts'
import { paths, readCheckpoint, readHistory } from '../results.ts'
import { requireIdle, type Resumable } from './preparation.ts'

/**
 * The run of that name, if it can go on to so many epochs in all; its experiment with that number. Schedules go by the epoch
 * counted from the start, so it ends with the weights, bit for bit, of one that had so many from the start; for that every
 * seed that was trained must have its checkpoint.
 *
 * @throws LabProblem
 */
export async function requireLonger(results: string, named: string, epochs: number): Promise<Resumable> {
  const run = requireIdle(results, named)
  const { folder, experiment } = run
  let trained = 0
  for (const seed of experiment.seeds) {
    const checkpoint = readCheckpoint(folder, seed)
    if (checkpoint !== null) trained = Math.max(trained, checkpoint.position.epoch)
    else if (readHistory(folder, seed, 'accuracies').record.epochs.length > 0)
      throw new LabProblem(
        `${paths(folder).checkpoint(seed)} is missing, and without it seed ${seed} cannot continue.`,
        `Restore it from a copy, or start a new experiment with ${epochs} epochs.`,
      )
    // A checkpoint is tens of megabytes, read to be compared with its checksum.
    await nextTurn()
  }
  if (epochs <= trained) {
    const message = `"${named}" has trained ${trained} epoch${trained === 1 ? '' : 's'}; expected more than that in all, found ${epochs}.`
    throw new LabProblem(message, `Ask for ${trained + 1} or more.`, [{ path: 'training.epochs', message }])
  }
  const longer = checkExperiment({ ...experiment, training: { ...experiment.training, epochs } })
  if (longer.experiment !== undefined) return { ...run, experiment: longer.experiment }
  throw new LabProblem(`"${named}" cannot have ${epochs} epochs:`, 'Ask for another number.', longer.problems)
}
