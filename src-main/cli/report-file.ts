/** Reports as files: one HTML page of an experiment, of several beside each other, or of a paper's exhibits. */
import { extname, resolve } from 'node:path'
import { checklist } from '../../src-renderer/report/checklist.ts'
import { comparisonReport } from '../../src-renderer/report/comparison-report.ts'
import { experimentReport } from '../../src-renderer/report/experiment-report.ts'
import { paperReport, runsOf } from '../../src-renderer/report/paper-report.ts'
import type { ReportContext } from '../../src-renderer/report/report-context.ts'
import type { ReportedRecord } from '../contract.ts'
import { experimentFields } from '../experiment/fields.ts'
import { presetCards, presetNamed } from '../experiment/presets.ts'
import { describeDataSets } from '../lab/datasets.ts'
import { ruleCards } from '../lab/lab.ts'
import { findRun, readForReport } from '../lab/results.ts'
import { writeWhole } from '../lab/storage.ts'
import { UsageProblem } from './command.ts'
import { measureOf } from './figure-file.ts'
import { version } from './help.ts'
import { refuseOverwriting } from './new-file.ts'
import { exhibitOf, type OpenedPaper } from './paper-open.ts'

/** Where a report goes: an .html file that is not there yet. @throws UsageProblem */
export function reportFile(to: string | undefined): string {
  if (to === undefined) throw new UsageProblem('Expected --to FILE, found nothing.', 'For instance --to report.html.')
  const file = resolve(to)
  if (extname(file).toLowerCase() !== '.html')
    throw new UsageProblem(`--to takes a file that ends in .html, found "${to}".`)
  refuseOverwriting(file)
  return file
}

/** Of one run, or of several beside each other, the first being the baseline; answers their ids. */
export async function writeReport(
  file: string,
  folders: readonly string[],
  withCollapsed: boolean,
): Promise<readonly string[]> {
  const records = await readAll(folders)
  writeWhole(file, [await pageOf(records, withCollapsed)])
  return records.map(({ row }) => row.id)
}

/** The same page, not yet written. @param folders of the runs */
export async function reportOf(folders: readonly string[], withCollapsed: boolean): Promise<string> {
  return pageOf(await readAll(folders), withCollapsed)
}

/** For a reproducibility checklist, a paragraph each. */
export async function checklistOf(folders: readonly string[]): Promise<readonly string[]> {
  return checklist(await readAll(folders), await contextOf(null))
}

/** The folders of runs by name, each once. @throws UsageProblem, LabProblem */
export function runFolders(results: string, names: readonly string[]): readonly string[] {
  if (names.length === 0)
    throw new UsageProblem('Expected RUN, the name of an experiment, found nothing.', '"apical runs" lists them.')
  const folders = names.map((name) => findRun(results, name))
  const twice = names.find((_, i) => folders.indexOf(folders[i] ?? '') < i)
  if (twice !== undefined) throw new UsageProblem(`Expected every run once, found "${twice}" again.`)
  return folders
}

async function readAll(folders: readonly string[]): Promise<readonly ReportedRecord[]> {
  const records: ReportedRecord[] = []
  for (const folder of folders) records.push(await readForReport(folder))
  return records
}

async function pageOf(records: readonly ReportedRecord[], withCollapsed: boolean): Promise<string> {
  const context = await contextOf(null)
  const [first] = records
  if (first === undefined) throw new RangeError('a report of nothing')
  return records.length === 1
    ? experimentReport(first, context)
    : comparisonReport(records, context, { withCollapsed, baseline: first.row.id })
}

/** Of these exhibits of a paper. */
export async function writePaperReport(file: string, opened: OpenedPaper, ids: readonly string[]): Promise<void> {
  const shown = ids.map((id) => exhibitOf(opened, id))
  const runs: ReportedRecord[] = []
  for (const id of runsOf(shown)) runs.push(await readForReport(findRun(opened.results, id)))
  writeWhole(file, [paperReport(opened.paper, shown, runs, await contextOf(opened.dataFolder))])
}

async function contextOf(dataFolder: string | null): Promise<ReportContext> {
  return {
    words: {
      ...{ rules: ruleCards(), fields: experimentFields(), presets: presetCards() },
      dataSets: await describeDataSets(dataFolder),
    },
    presetOf: (name) => (name === null ? undefined : presetNamed(name)),
    measure: await measureOf('sans'),
    made: new Date().toISOString(),
    version: version(),
  }
}
