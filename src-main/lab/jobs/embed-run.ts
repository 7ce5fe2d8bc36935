/** An embedding of a layer of a run's network: its weights, its test set, and the engine that it was trained on. */
import { embed } from '../../analysis/embedding.ts'
import { limitSamples } from '../../data/batches.ts'
import type { NetworkChoice } from '../../experiment/look.ts'
import type { Embedding, EmbeddingSettings } from '../../experiment/representations.ts'
import { loadDataSet } from '../datasets.ts'
import { readExperiment, readNetwork } from '../results.ts'
import { engineFor } from './run-engine.ts'

/**
 * Yields how far it is, 0 to 1; writes nothing.
 *
 * @throws LabProblem, DataProblem, RangeError: what is asked for is not there
 */
export async function* embedRun(
  folder: string,
  dataFolder: string | null,
  network: NetworkChoice,
  settings: EmbeddingSettings,
): AsyncGenerator<number, Embedding, undefined> {
  const experiment = readExperiment(folder)
  const trained = readNetwork(folder, network)
  const { name, seed, limitTest } = experiment.data
  // Of a generated set no more training samples are made than one.
  const { data } = await loadDataSet(name, { seed, folder: dataFolder, limits: { limitTrain: 1, limitTest } })
  const test = limitSamples(data.test, limitTest)
  return yield* embed({ ...(await engineFor(experiment)), network: trained, data: { ...data, test }, settings })
}
