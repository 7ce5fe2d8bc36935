/** Evidence that ships with Apical: results of rows of its paper, in resources/reproduced. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Evidence } from '../../paper/evidence.ts'
import { trainedOf, type TrainedRun } from '../../paper/trained.ts'
import { readJson } from '../storage.ts'

const read = new Map<string, readonly Evidence[]>()

/** Read once; a file that is no evidence of this version is left out. */
export function shippedRuns(root: string, paper: string): readonly TrainedRun[] {
  let all = read.get(root)
  if (all === undefined) {
    all = filesIn(join(root, 'resources', 'reproduced')).flatMap((path) => {
      const parsed = Evidence.safeParse(readJson(path))
      return parsed.success ? [parsed.data] : []
    })
    read.set(root, all)
  }
  return all.filter((evidence) => evidence.paper === paper).map(trainedOf)
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(folder, name))
  } catch {
    return []
  }
}
