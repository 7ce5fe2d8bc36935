/** Weights as NPZ, what numpy.load reads: a zip of one NPY array a matrix, unpacked, named as in weights.safetensors. */
import { npyPieces } from '../../data/npy.ts'
import { LabProblem } from '../problem.ts'
import { latestNetwork } from '../results.ts'
import type { ZipWriter } from '../storage.ts'
import type { ExportedRun } from './run-tables.ts'

/**
 * The weights of every seed as they are now, one network in memory at a time. Names are those of the matrices where there
 * is one seed, `seed-N/NAME` where there are several, `RUN/seed-N/NAME` of several runs.
 *
 * @throws LabProblem where a run has no weights yet
 */
export async function addWeights(zip: ZipWriter, runs: readonly ExportedRun[]): Promise<void> {
  const several = runs.length > 1
  for (const { folder, record } of runs) {
    const { seeds } = record.experiment
    let found = 0
    for (const seed of seeds) {
      const network = latestNetwork(folder, seed)
      if (network === null) continue
      found++
      const before = `${several ? `${record.row.id}/` : ''}${several || seeds.length > 1 ? `seed-${seed}/` : ''}`
      for (const { name, shape, role, values } of network.parameters)
        if (role === 'weight') await zip.add(`${before}${name}.npy`, npyPieces(shape, values), false)
    }
    if (found === 0)
      throw new LabProblem(`${record.row.name} has no weights yet.`, 'Train it until its first checkpoint.')
  }
}
