/** The grids that presets were chosen from. */
import type { Lab } from '../../contract.ts'
import { presetGrid, type PresetGrid } from '../../experiment/preset-grid.ts'
import { LabProblem } from '../problem.ts'

export const presetCalls: Pick<Lab, 'presetGrid'> = {
  presetGrid: async ({ name }) => requireGrid(name),
}

/** @throws LabProblem where there is no preset of that name */
export function requireGrid(name: string): PresetGrid {
  const grid = presetGrid(name)
  if (grid !== null) return grid
  throw new LabProblem(`There is no preset named "${name}".`, 'Choose one from the gallery.')
}
