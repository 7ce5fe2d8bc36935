/** The engine that a run's networks are looked at with. */
import { EngineProblem, type Engine } from '../../engines/engine.ts'
import { chooseEngine } from '../../engines/index.ts'
import type { Experiment } from '../../experiment/experiment.ts'

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
