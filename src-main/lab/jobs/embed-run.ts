/** An embedding of a layer of a run's network: its weights, its test set, and the engine that it was trained on. */
import { embed } from '../../analysis/embedding.ts'
import type { NetworkChoice } from '../../experiment/look.ts'
import type { Embedding, EmbeddingSettings } from '../../experiment/representations.ts'
import { testData, trainedNetwork } from './run-network.ts'

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
  const trained = await trainedNetwork(folder, network)
  return yield* embed({ ...trained, data: await testData(trained.experiment, dataFolder), settings })
}
