/** A paper beside a results folder, for the command line. */
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { describeDataSets } from '../lab/datasets.ts'
import { rootFolder } from '../lab/machine.ts'
import { LARGEST_PAPER, Papers, readPaper, readyData, shippedRuns, trainedRuns } from '../lab/papers.ts'
import { listRows, resultsFolder } from '../lab/results.ts'
import type { Exhibit, Paper } from '../paper/paper.ts'
import type { ReadyData } from '../paper/plan.ts'
import { shippedPaper } from '../paper/shipped.ts'
import { paperState, type ExhibitState } from '../paper/state.ts'
import type { TrainedRun } from '../paper/trained.ts'
import { UsageProblem, type Words } from './command.ts'
import { looksLikeFile } from './experiment-file.ts'

export interface OpenedPaper {
  readonly paper: Paper
  readonly state: readonly ExhibitState[]
  readonly lab: readonly TrainedRun[]
  readonly ready: ReadyData
  readonly results: string
  readonly dataFolder: string | null
}

export async function openPaper(words: Words): Promise<OpenedPaper> {
  const results = resultsFolder(words.text('out'))
  const dataFolder = words.text('data') ?? null
  const paper = paperNamed(words.text('paper'), results)
  const lab = await trainedRuns(results, listRows(results), paper)
  const ready = readyData(
    await describeDataSets(dataFolder),
    (name) => `Get it with "apical data get ${name}", or name its folder with --data; "apical data list" says more.`,
  )
  const shipped = shippedRuns(rootFolder(), paper.id)
  const state = paperState(paper, lab, shipped, { ready, secondsOf: () => null })
  return { paper, state, lab, ready, results, dataFolder }
}

export function exhibitOf(
  { paper, state }: OpenedPaper,
  id: string,
): { readonly exhibit: Exhibit; readonly state: ExhibitState } {
  const exhibit = paper.exhibits.find((one) => one.id === id)
  const found = state.find((one) => one.id === id)
  if (exhibit === undefined || found === undefined) throw new RangeError(`no exhibit ${id}`)
  return { exhibit, state: found }
}

function paperNamed(name: string | undefined, results: string): Paper {
  if (name === undefined) return shippedPaper()
  if (!looksLikeFile(name)) return new Papers(results).find(name)
  const path = resolve(name)
  let text
  try {
    if (statSync(path).size > LARGEST_PAPER) throw new Error(`larger than ${LARGEST_PAPER / 1e6} MB`)
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageProblem(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`)
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new UsageProblem(`${path} is not JSON: ${error instanceof Error ? error.message : String(error)}.`)
  }
  return readPaper(value, path)
}
