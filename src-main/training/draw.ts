/** Networks as they begin. */
import { drawInitial } from '../program/initial.ts'
import type { ParameterDeclaration } from '../program/program.ts'
import { Generator } from '../program/random.ts'

/** A parameter of the network of a seed as it begins: a pure function of the seed and of what is declared. */
export function drawParameter({ name, shape, initial }: ParameterDeclaration, seed: number): Float64Array {
  return drawInitial(initial, shape, Generator.seeded(seed).split('initial').split(name))
}

/** Draws the parameters of networks, one for each seed, and hands over each, in any order. */
export type DrawNetworks = (
  declarations: readonly ParameterDeclaration[],
  seeds: readonly number[],
  put: (replica: number, name: string, values: Float64Array) => void,
) => Promise<void>

export const drawHere: DrawNetworks = async (declarations, seeds, put) => {
  for (const [replica, seed] of seeds.entries())
    for (const declaration of declarations) put(replica, declaration.name, drawParameter(declaration, seed))
}
