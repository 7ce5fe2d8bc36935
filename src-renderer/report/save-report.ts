/** Reports out of the window, into the downloads folder. */
import type { Paper, ReportedRecord } from '../../src-main/contract.ts'
import { copyText, fileName, saveText } from '../export/files.ts'
import { loadFonts, measureIn } from '../figure/canvas.ts'
import type { LabStore } from '../lab.svelte.ts'
import { toasts } from '../toasts.svelte.ts'
import { checklist } from './checklist.ts'
import { comparisonReport, type ComparisonChoice } from './comparison-report.ts'
import { experimentReport } from './experiment-report.ts'
import { paperReport, runsOf, type ReportedExhibit } from './paper-report.ts'
import type { ReportContext } from './report-context.ts'

/** A report of one experiment, or of several beside each other. */
export async function saveReport(
  lab: LabStore,
  rows: readonly { readonly id: string }[],
  choice: ComparisonChoice,
): Promise<void> {
  await toasts.attempt(async () => {
    const records = await readAll(
      lab,
      rows.map(({ id }) => id),
    )
    const context = await contextOf(lab)
    const [only] = records
    if (records.length === 1 && only !== undefined) save(only.row.name, experimentReport(only, context))
    else save('comparison', comparisonReport(records, context, choice))
  })
}

/** The paragraph of a reproducibility checklist, one for each experiment. */
export async function copyChecklist(lab: LabStore, rows: readonly { readonly id: string }[]): Promise<void> {
  await toasts.attempt(async () => {
    const records = await readAll(
      lab,
      rows.map(({ id }) => id),
    )
    const words = { words: lab.words, presetOf: (name: string | null) => lab.preset(name) }
    await copyText(checklist(records, words).join('\n\n'), 'The checklist paragraph is on the clipboard.')
  })
}

export async function savePaperReport(lab: LabStore, paper: Paper, shown: readonly ReportedExhibit[]): Promise<void> {
  await toasts.attempt(async () => {
    const runs = await readAll(lab, runsOf(shown))
    const [only] = shown
    save(
      shown.length === 1 && only !== undefined ? only.exhibit.title : paper.title,
      paperReport(paper, shown, runs, await contextOf(lab)),
    )
  })
}

/** One after the other: a paper may have hundreds, with long histories. */
async function readAll(lab: LabStore, ids: readonly string[]): Promise<readonly ReportedRecord[]> {
  const records: ReportedRecord[] = []
  for (const id of ids) records.push(await lab.call('readForReport', { id }))
  return records
}

async function contextOf(lab: LabStore): Promise<ReportContext> {
  // Letters that are not there yet would be measured in others.
  await loadFonts()
  return {
    words: lab.words,
    presetOf: (name) => lab.preset(name),
    measure: measureIn('sans'),
    made: new Date().toISOString(),
    version: lab.description?.version ?? '',
  }
}

function save(title: string, html: string): void {
  const name = `${fileName(title)}-report.html`
  saveText(name, html, 'text/html')
  toasts.say(`${name} is in the downloads folder.`)
}
