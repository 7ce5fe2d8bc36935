/** What a network of a run is looked at with: its weights, an engine, and the samples that it is tested on. */
import type { TrainedNetwork } from '../../analysis/trained-network.ts'
import { limitSamples } from '../../data/batches.ts'
import type { DataSet } from '../../data/data-set.ts'
import { EngineProblem, type Engine } from '../../engines/engine.ts'
import { chooseEngine } from '../../engines/index.ts'
import type { Experiment } from '../../experiment/experiment.ts'
import type { NetworkChoice } from '../../experiment/look.ts'
import { loadDataSet } from '../datasets.ts'
import { readExperiment, readNetwork } from '../results.ts'

/** The engine that it was trained on; where this machine has not, the best that it has. */
export async function engineFor(
  experiment: Experiment,
): Promise<{ readonly experiment: Experiment; readonly engine: Engine }> {
  try {
    return { experiment, engine: (await chooseEngine(experiment.engine.name)).engine }
  } catch (error) {
    if (!(error instanceof EngineProblem)) throw error
    const anywhere = { ...experiment.engine, name: 'auto', threads: null, device: null } as const
    return { experiment: { ...experiment, engine: anywhere }, engine: (await chooseEngine('auto')).engine }
  }
}

/** @throws LabProblem for weights that are not there */
export async function trainedNetwork(folder: string, choice: NetworkChoice): Promise<TrainedNetwork> {
  return { ...(await engineFor(readExperiment(folder))), network: readNetwork(folder, choice) }
}

/** The test samples that the experiment asks for: of a generated set no more of the others is made than one. @throws DataProblem */
export async function testData({ data: asked }: Pick<Experiment, 'data'>, folder: string | null): Promise<DataSet> {
  const { name, seed, limitTest } = asked
  const { data } = await loadDataSet(name, { seed, folder, limits: { limitTrain: 1, limitTest } })
  return { ...data, test: limitSamples(data.test, limitTest) }
}
