/** What a worker does with an experiment's folder: loads data, opens the engine, trains every seed from its checkpoint. */
import { chooseEngine } from '../../engines/index.ts'
import type { RunEvent } from '../../experiment/event.ts'
import type { Experiment } from '../../experiment/experiment.ts'
import type { SeedCheckpoint } from '../../training/checkpoint.ts'
import type { TrainingControls } from '../../training/controls.ts'
import { train } from '../../training/train.ts'
import { type Ledger, outcomeIn, readCheckpoint, readEnvironment, readExperiment } from '../results.ts'
import { describeEnvironment, requireSameData } from './run-environment.ts'
import { type GroupedSeeds, groupSeeds, type SeedGroup } from './seed-groups.ts'
import type { RunResources } from './shared-session.ts'
import { yieldingEngine } from './yielding-engine.ts'

interface TrainingAssignment {
  readonly experiment: Experiment
  readonly ledger: Ledger
  readonly dataFolder: string | null
  readonly version: string
  readonly resources: RunResources
}

/**
 * Yields the run's events, all seeds as one run, whatever groups they are trained in. Which seeds are left is asked
 * anew after each group: some may have been added to the experiment meanwhile, or told to stop by themselves.
 */
export async function* trainExperiment(
  assignment: TrainingAssignment,
  controls: TrainingControls,
): AsyncGenerator<RunEvent> {
  const { ledger, dataFolder, version, resources } = assignment
  let { experiment } = assignment
  const { epochs } = experiment.training
  /** Seeds whose training ended here, well or not. */
  const ended = new Set<number>()
  const left = (): GroupedSeeds =>
    groupSeeds(
      experiment.seeds.filter((seed) => !ended.has(seed) && !controls.stoppedSeeds.has(seed)),
      epochs,
      (seed) => readCheckpoint(ledger.folder, seed),
    )
  const { groups, finished } = left()
  // A crash between the last checkpoint and the weights leaves a seed trained, and its weights to be written.
  for (const checkpoint of finished) {
    ledger.writeWeights(checkpoint)
    ended.add(checkpoint.seed)
  }

  const { engine, why } = await chooseEngine(experiment.engine.name)
  ledger.log(why)
  const loaded =
    groups.length === 0
      ? null
      : await resources.load(experiment.data.name, {
          seed: experiment.data.seed,
          folder: dataFolder,
          limits: experiment.data,
        })
  // With nothing trained yet, whatever is here is what it is about.
  if (loaded !== null && (finished.length > 0 || groups.some(({ from }) => from !== null)))
    requireSameData(readEnvironment(ledger.folder)?.data, loaded.fingerprint, experiment)
  let seconds = Math.max(0, ...finished.map((checkpoint) => checkpoint.seconds), ...groups.map(secondsOf))
  let first = true
  let seedsStopped = false
  let position = { epoch: 0, batch: 0 }
  for (let waiting = groups; waiting.length > 0 && loaded !== null;) {
    const [group, ...others] = waiting as [SeedGroup, ...SeedGroup[]]
    const task = {
      experiment: { ...experiment, seeds: [...group.seeds] },
      engine: yieldingEngine(resources.engine(engine)),
      draw: resources.draw,
      data: loaded.data,
      from: group.from,
      folder: ledger.folder,
      now: () => performance.now(),
    }
    for await (const said of train(task, controls)) {
      switch (said.kind) {
        case 'state':
          ledger.writeCheckpoints(said.checkpoints, said.final)
          for (const checkpoint of said.checkpoints) if (isKept(experiment, checkpoint)) ledger.keepWeights(checkpoint)
          break
        case 'started':
          if (first) {
            const precision = experiment.engine.precision
            ledger.writeEnvironment(
              describeEnvironment({
                version,
                engine: said.engine,
                device: said.device,
                precision,
                data: loaded.fingerprint,
                beside: resources.beside,
              }),
            )
            yield { ...said, seeds: experiment.seeds, fromEpoch: lowestEpoch(groups) }
            for (const message of loaded.warnings) yield { kind: 'note', level: 'warning', message }
            for (const message of loaded.notes) yield { kind: 'note', level: 'info', message }
            if (resources.beside > 0) yield { kind: 'note', level: 'info', message: besideOthers(resources.beside) }
          }
          if (others.length > 0 || !(first || seedsStopped))
            yield { kind: 'note', level: 'info', message: inTurn(group, others) }
          first = false
          seedsStopped = false
          // What a crash before the first checkpoint left in the history is about to be said again.
          if (group.from === null)
            for (const seed of group.seeds)
              if (ledger.hasHistory(seed)) yield { kind: 'resumed', seed, epoch: 0, batch: 0 }
          break
        case 'progress':
          // The seeds that wait for these to end are not in the session's own estimate.
          yield others.length === 0 ? said : { ...said, secondsLeft: null, secondsLeftRange: null }
          break
        case 'checkpoint':
          position = said
          yield said
          break
        case 'stopped':
          yield said
          return
        case 'seeds-stopped':
          seconds += said.seconds - secondsOf(group)
          seedsStopped = true
          yield { kind: 'note', level: 'info', message: `${named(said.seeds)} stopped; the others continue.` }
          break
        case 'done':
          seconds += said.seconds - secondsOf(group)
          for (const seed of group.seeds) ended.add(seed)
          break
        default:
          yield said
      }
    }
    experiment = readExperiment(ledger.folder)
    const now = left()
    for (const { seed } of now.finished) ended.add(seed)
    waiting = now.groups
    const goesOn = group.seeds.some((seed) => !ended.has(seed) && !controls.stoppedSeeds.has(seed))
    if (waiting.length > 0 && !goesOn && controls.stopAfter !== null) {
      const seeds = waiting.flatMap((one) => one.seeds)
      const reason = `${named(group.seeds)} ended, after which the run was asked to stop; still to train: ${named(seeds).toLowerCase()}.`
      yield { kind: 'stopped', folder: ledger.folder, epoch: position.epoch, batch: position.batch, reason }
      return
    }
  }
  const stopped = experiment.seeds.filter((seed) => controls.stoppedSeeds.has(seed) && !ended.has(seed))
  if (stopped.length > 0) {
    const reason = `${named(stopped)} ${stopped.length === 1 ? 'was' : 'were'} stopped; the others are done.`
    yield { kind: 'stopped', folder: ledger.folder, epoch: position.epoch, batch: position.batch, reason }
  } else yield outcomeIn(ledger.folder, seconds, engine.name)
}

/** 'Seed 3', 'Seeds 3, 4'. */
function named(seeds: readonly number[]): string {
  return `Seed${seeds.length === 1 ? '' : 's'} ${seeds.join(', ')}`
}

function besideOthers(others: number): string {
  return `Trained side by side with ${others} other experiment${others === 1 ? '' : 's'} of its sweep.`
}

function inTurn({ seeds }: SeedGroup, others: readonly SeedGroup[]): string {
  const waiting = others.flatMap((group) => group.seeds)
  return waiting.length === 0
    ? `Now training ${named(seeds).toLowerCase()}, which resumed from another position.`
    : `Now training ${named(seeds).toLowerCase()}; ${named(waiting).toLowerCase()} resume from other positions and follow.`
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

/** Whether the weights of this moment are to be kept beside the latest: an epoch is over, and it is one of those asked for. */
function isKept(
  { evaluation: { keepWeightsEveryEpochs: every } }: Experiment,
  { position, collapsed }: SeedCheckpoint,
): boolean {
  return (
    every !== null &&
    position.batchInEpoch === 0 &&
    position.epoch > 0 &&
    position.epoch % every === 0 &&
    collapsed === null
  )
}
