/** What was found in a run's networks, kept beside them: inspection.json. */
import { Inspection } from '../../experiment/inspection.ts'
import { readJson, writeJson } from '../storage.ts'
import { paths } from './folder.ts'

/** Ten seeds of a hundred classes and all measures have less. */
const LARGEST = 20_000_000

/** Null where there is none; one that cannot be read is told of, since it can be had again with a click. */
export function readInspection(folder: string, warnings: string[]): Inspection | null {
  const path = paths(folder).inspection
  try {
    const found = readJson(path, LARGEST)
    if (found === null) return null
    const parsed = Inspection.safeParse(found)
    if (parsed.success) return parsed.data
    warnings.push(`${path}: expected what was measured in the networks, found something else. Measure again.`)
  } catch (error) {
    warnings.push(error instanceof Error ? error.message : String(error))
  }
  return null
}

export function keepInspection(folder: string, inspection: Inspection): void {
  writeJson(paths(folder).inspection, inspection)
}
