/** A look at the trained networks of a run's folder: its weights, its test set, and the engine that it was trained on. */
import { inspect } from '../../analysis/inspect.ts'
import type { Inspection } from '../../experiment/inspection.ts'
import { loadDataSet } from '../datasets.ts'
import { LabProblem } from '../problem.ts'
import { readExperiment, readNetworks } from '../results.ts'
import { engineFor } from './run-network.ts'

/**
 * Yields how far it is, 0 to 1; writes nothing.
 *
 * @throws LabProblem, DataProblem where weights or data are missing
 */
export async function* inspectRun(
  folder: string,
  dataFolder: string | null,
): AsyncGenerator<number, Inspection, undefined> {
  const experiment = readExperiment(folder)
  const networks = readNetworks(folder)
  if (networks.length === 0)
    throw new LabProblem('This run has no weights yet.', 'Train it until its first checkpoint.')
  const { seed } = experiment.data
  const { data } = await loadDataSet(experiment.data.name, { seed, folder: dataFolder, limits: experiment.data })
  return yield* inspect({ ...(await engineFor(experiment)), networks, data, now: () => new Date() })
}
