/** What takes longer to find out about a network of a run: its weights, its data, and the engine that it was trained on. */
import { spectrum } from '../../analysis/spectrum.ts'
import { updateNoise } from '../../analysis/update-noise.ts'
import { limitSamples } from '../../data/batches.ts'
import type { NetworkChoice } from '../../experiment/look.ts'
import type { StudyAnswer, StudyAsk } from '../../experiment/study.ts'
import { loadDataSet } from '../datasets.ts'
import { readExperiment, readNetwork } from '../results.ts'
import { engineFor } from './run-engine.ts'

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
  const experiment = readExperiment(folder)
  const network = readNetwork(folder, choice)
  const { seed, limitTrain, limitTest } = experiment.data
  // Updates are of training samples, all else of test samples.
  const limits = { limitTrain: ask.kind === 'noise' ? limitTrain : 1, limitTest }
  const { data } = await loadDataSet(experiment.data.name, { seed, folder: dataFolder, limits })
  const trained = { ...(await engineFor(experiment)), network }
  switch (ask.kind) {
    case 'noise':
      return yield* updateNoise({ ...trained, data, batches: ask.batches })
    case 'spectrum':
      return yield* spectrum({ ...trained, data: { ...data, test: limitSamples(data.test, limitTest) } })
  }
}
