/** The networks of a run, from its files: as they are now, or as they were drawn. */
import { compileRule, ruleNamed } from '../../rules/index.ts'
import type { Experiment } from '../../experiment/experiment.ts'
import type { NetworkChoice } from '../../experiment/look.ts'
import { CheckpointProblem, type SavedParameter, type SeedCheckpoint } from '../../training/checkpoint.ts'
import { drawParameter } from '../../training/draw.ts'
import { LabProblem } from '../problem.ts'
import { decodeSafetensors, lookAt, readBytes } from '../storage.ts'
import { paths } from './folder.ts'
import { readCheckpoint } from './ledger.ts'
import { readExperiment } from './read.ts'

const LARGEST_WEIGHTS = 2 ** 31 - 1

/** Of each seed its checkpoint, or the weights alone where only these have travelled. Seeds without either are left out. @throws LabProblem for a file that cannot be read */
export function readNetworks(folder: string): readonly SeedCheckpoint[] {
  return readExperiment(folder).seeds.flatMap((seed) => latestNetwork(folder, seed) ?? [])
}

/** One of them. @throws LabProblem for a seed that the run has not, and where nothing is left of that epoch */
export function readNetwork(folder: string, { seed, epoch }: NetworkChoice): SeedCheckpoint {
  const experiment = readExperiment(folder)
  requireSeed(experiment, seed)
  if (epoch === 0) return asDrawn(experiment, seed)
  const kept = epoch === null ? null : readWeights(paths(folder).keptWeights(seed, epoch), seed)
  if (kept !== null) return kept
  const found = latestNetwork(folder, seed)
  if (found === null) throw new LabProblem(`Seed ${seed} has no weights yet.`, 'Train it until its first checkpoint.')
  if (epoch !== null && epoch !== found.position.epoch)
    throw new LabProblem(
      `Seed ${seed} has weights of epoch ${found.position.epoch}, not of epoch ${epoch}.`,
      'Choose the network as it is now, as it was drawn, or of an epoch whose weights were kept.',
    )
  return found
}

/** Changes whenever the files do that `readNetwork` reads; the same for networks as they were drawn. */
export function networkStamp(folder: string, { seed, epoch }: NetworkChoice): string {
  if (epoch === 0) return 'drawn'
  const files = paths(folder)
  return [files.checkpoint(seed), files.weights(seed), ...(epoch === null ? [] : [files.keptWeights(seed, epoch)])]
    .map((path) => lookAt(path))
    .map((file) => (file === undefined ? '-' : `${file.size} ${file.mtimeMs}`))
    .join(', ')
}

function requireSeed({ seeds }: Experiment, seed: number): void {
  if (!seeds.includes(seed))
    throw new LabProblem(`The run has no seed ${seed}; it has ${seeds.join(', ')}.`, 'Choose one of these.')
}

/** That of a seed as it is now; null where it has none yet. @throws LabProblem for a file that cannot be read */
export function latestNetwork(folder: string, seed: number): SeedCheckpoint | null {
  return readCheckpoint(folder, seed) ?? readWeights(paths(folder).weights(seed), seed)
}

/** What training begins with: a pure function of the seed, so that no file is needed. */
function asDrawn({ rule: { name, settings }, widths }: Experiment, seed: number): SeedCheckpoint {
  const rule = ruleNamed(name)
  if (rule === undefined)
    throw new LabProblem(`There is no rule named "${name}".`, 'Open the run with the Apical that wrote it.')
  const { program } = compileRule(rule, rule.settings.parse(settings), widths)
  return {
    seed,
    position: { epoch: 0, batchInEpoch: 0, batch: 0 },
    parameters: program.parameters.map((declared) => ({
      ...{ name: declared.name, shape: declared.shape, role: declared.role },
      values: Float32Array.from(drawParameter(declared, seed)),
    })),
    ...{ generators: {}, collapsed: null, chosen: null, learned: null, seconds: 0 },
  }
}

function readWeights(path: string, seed: number): SeedCheckpoint | null {
  const bytes = readBytes(path, LARGEST_WEIGHTS)
  if (bytes === null) return null
  try {
    const { tensors, metadata } = decodeSafetensors(bytes, path)
    if (metadata['format'] !== 'apical-weights-1')
      throw new CheckpointProblem(
        `${path}: expected weights in format apical-weights-1, found ${metadata['format'] ?? 'no format'}`,
      )
    return {
      seed,
      position: { epoch: Number(metadata['epoch'] ?? 0), batchInEpoch: 0, batch: 0 },
      parameters: tensors.map(({ name, shape, data }): SavedParameter => {
        const [rows = 0, columns = 0] = shape
        if (shape.length !== 2 || !(data instanceof Float32Array || data instanceof Float64Array))
          throw new CheckpointProblem(`${path}: expected ${name} to be a matrix of F32 or F64`)
        return { name, shape: [rows, columns], role: 'weight', values: data }
      }),
      ...{ generators: {}, collapsed: null, chosen: null, learned: null, seconds: 0 },
    }
  } catch (error) {
    if (error instanceof LabProblem) throw error
    const message = error instanceof Error ? error.message : String(error)
    throw new LabProblem(message, 'Restore the file from a copy.', [], error)
  }
}
