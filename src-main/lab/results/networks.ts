/** The networks of a run as they are now: of each seed its checkpoint, or the weights alone where only these have travelled. */
import { LabProblem } from '../problem.ts'
import { decodeSafetensors, readBytes } from '../storage.ts'
import { CheckpointProblem, type SavedParameter, type SeedCheckpoint } from '../../training/checkpoint.ts'
import { paths } from './folder.ts'
import { readCheckpoint } from './ledger.ts'
import { readExperiment } from './read.ts'

const LARGEST_WEIGHTS = 2 ** 31 - 1

/** Seeds without either are left out. @throws LabProblem for a file that cannot be read */
export function readNetworks(folder: string): readonly SeedCheckpoint[] {
  return readExperiment(folder).seeds.flatMap((seed) => readCheckpoint(folder, seed) ?? readWeights(folder, seed) ?? [])
}

function readWeights(folder: string, seed: number): SeedCheckpoint | null {
  const path = paths(folder).weights(seed)
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
