/** A network that was kept, as a program that looks at it needs it. */
import type { Program } from '../program/program.ts'
import type { SavedParameter, SeedCheckpoint } from '../training/checkpoint.ts'

/**
 * What the program has and the file has not are an optimiser's averages, which nothing that only looks reads. A collapsed
 * network is looked at like any other.
 */
export function wholeNetwork(network: SeedCheckpoint, program: Program): SeedCheckpoint {
  const found = new Map(network.parameters.map((parameter) => [parameter.name, parameter]))
  const parameters = program.parameters.flatMap((declared): readonly SavedParameter[] => {
    const { name, shape, role } = declared
    const there = found.get(name)
    if (there !== undefined) return [there]
    return role === 'optimiser' ? [{ name, shape, role, values: new Float32Array(shape[0] * shape[1]) }] : []
  })
  return { ...network, parameters, collapsed: null }
}
