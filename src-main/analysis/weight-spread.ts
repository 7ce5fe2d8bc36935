/** How weights are spread, parameter by parameter, in bins that the chosen epochs share. */
import type { Weights, WeightSpread } from '../experiment/representations.ts'
import type { SeedCheckpoint } from '../training/checkpoint.ts'
import { Counting, inSameBins } from './histogram.ts'
import { isDrawn } from './trained-network.ts'

interface CountedMatrix {
  readonly name: string
  readonly rows: number
  readonly columns: number
  readonly epochs: { readonly epoch: number; readonly drawn: boolean; readonly counting: Counting }[]
}

/** One network after another, so that no two need to be in memory: of the same rule and widths. */
export function weightSpread(networks: Iterable<SeedCheckpoint>): Weights {
  const matrices = new Map<string, CountedMatrix>()
  for (const { parameters, position } of networks)
    for (const { name, role, shape, values } of parameters) {
      if (role !== 'weight') continue
      const counting = new Counting()
      counting.add(values)
      const [rows, columns] = shape
      const matrix = matrices.get(name) ?? { name, rows, columns, epochs: [] }
      matrix.epochs.push({ epoch: position.epoch, drawn: isDrawn({ position }), counting })
      matrices.set(name, matrix)
    }
  return {
    matrices: [...matrices.values()].map(({ epochs, ...matrix }) => {
      const histograms = inSameBins(epochs.map(({ counting }) => counting))
      return {
        ...matrix,
        epochs: epochs.map(({ epoch, drawn, counting }, i): WeightSpread => {
          const { mean, sd, zeros, broken } = counting
          return { ...{ epoch, drawn, mean, sd, zeros, broken }, histogram: histograms[i] ?? counting.histogram() }
        }),
      }
    }),
  }
}
