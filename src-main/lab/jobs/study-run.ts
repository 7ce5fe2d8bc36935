/** What takes longer to find out about a network of a run: its weights, its data, and the engine that it was trained on. */
import { spectrum } from '../../analysis/spectrum.ts'
import { updateNoise } from '../../analysis/update-noise.ts'
import type { NetworkChoice } from '../../experiment/look.ts'
import type { StudyAnswer, StudyAsk } from '../../experiment/study.ts'
import { loadDataSet } from '../datasets.ts'
import { testData, trainedNetwork } from './run-network.ts'

/**
 * Yields how far it is, 0 to 1; writes nothing.
 *
 * @throws LabProblem, DataProblem, RangeError: what is asked for is not there
 */
export async function* studyRun(
  folder: string,
  dataFolder: string | null,
  choice: NetworkChoice,
  ask: StudyAsk,
): AsyncGenerator<number, StudyAnswer, undefined> {
  const trained = await trainedNetwork(folder, choice)
  const { experiment } = trained
  switch (ask.kind) {
    case 'noise': {
      // Updates are of training samples.
      const { name, seed } = experiment.data
      const { data } = await loadDataSet(name, { seed, folder: dataFolder, limits: experiment.data })
      return yield* updateNoise({ ...trained, data, batches: ask.batches })
    }
    case 'spectrum':
      return yield* spectrum({ ...trained, data: await testData(experiment, dataFolder) })
  }
}
