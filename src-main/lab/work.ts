/** What a worker does with an experiment's folder: data, engine, training from wherever its seeds stand, and the outcome. */
import { chooseEngine } from '../engines/index.ts'
import type { RunEvent } from '../experiment/event.ts'
import type { Experiment } from '../experiment/experiment.ts'
import type { SeedCheckpoint } from '../training/checkpoint.ts'
import type { TrainingControls } from '../training/controls.ts'
import { train } from '../training/train.ts'
import { attentive } from './attentive.ts'
import { loadDataSet } from './datasets.ts'
import { describeMachine } from './environment.ts'
import { groupSeeds, type SeedGroup } from './groups.ts'
import { outcomeIn, readCheckpoint, type Ledger } from './results.ts'

export interface Assignment {
  readonly experiment: Experiment
  readonly ledger: Ledger
  readonly dataFolder: string | null
  readonly version: string
}

/** Yields the run's events, all seeds as one run, whatever groups they are trained in. */
export async function* work(assignment: Assignment, controls: TrainingControls): AsyncGenerator<RunEvent> {
  const { experiment, ledger, dataFolder, version } = assignment
  const { groups, finished } = groupSeeds(experiment.seeds, experiment.training.epochs, (seed) =>
    readCheckpoint(ledger.folder, seed),
  )
  // A crash between the last checkpoint and the weights leaves a seed trained, and its weights to be written.
  for (const checkpoint of finished) ledger.writeWeights(checkpoint)

  const { engine, why } = await chooseEngine(experiment.engine.name)
  ledger.log(why)
  const loaded =
    groups.length === 0
      ? null
      : await loadDataSet(experiment.data.name, { seed: experiment.data.seed, folder: dataFolder })
  let seconds = Math.max(0, ...finished.map((checkpoint) => checkpoint.seconds), ...groups.map(secondsOf))
  let first = true
  for (const group of groups) {
    if (loaded === null) break
    const task = {
      experiment: { ...experiment, seeds: [...group.seeds] },
      engine: attentive(engine),
      data: loaded.data,
      from: group.from,
      folder: ledger.folder,
      now: () => performance.now(),
    }
    for await (const said of train(task, controls)) {
      switch (said.kind) {
        case 'state':
          ledger.writeCheckpoints(said.checkpoints, said.final)
          break
        case 'started':
          if (first) {
            const precision = experiment.engine.precision
            ledger.writeEnvironment(
              describeMachine({
                version,
                engine: said.engine,
                device: said.device,
                precision,
                data: loaded.fingerprint,
                dataFolder: loaded.folder,
              }),
            )
            yield { ...said, seeds: experiment.seeds, fromEpoch: lowestEpoch(groups) }
            for (const message of loaded.warnings) yield { kind: 'note', level: 'warning', message }
          } else
            yield {
              kind: 'note',
              level: 'info',
              message: `Now seeds ${group.seeds.join(', ')}, which stood at another place.`,
            }
          first = false
          // What a crash before the first checkpoint left in the history is about to be said again.
          if (group.from === null)
            for (const seed of group.seeds)
              if (ledger.hasHistory(seed)) yield { kind: 'resumed', seed, epoch: 0, batch: 0 }
          break
        case 'stopped':
          yield said
          return
        case 'done':
          seconds += said.seconds - secondsOf(group)
          break
        default:
          yield said
      }
    }
  }
  yield outcomeIn(ledger.folder, seconds, engine.name)
}

function secondsOf({ from }: SeedGroup): number {
  return from?.[0]?.seconds ?? 0
}

function lowestEpoch(groups: readonly SeedGroup[]): number {
  return Math.min(...groups.map(({ from }) => positionOf(from)))
}

function positionOf(from: readonly SeedCheckpoint[] | null): number {
  return from?.[0]?.position.epoch ?? 0
}
