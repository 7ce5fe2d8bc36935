/** A report of one experiment. */
import type { ReportedRecord } from '../../src-main/contract.ts'
import { network } from '../text/format.ts'
import { experimentSections } from './experiment-sections.ts'
import type { ReportContext } from './report-context.ts'
import { ReportFigures } from './report-figure.ts'
import { reportPage, utc } from './report-page.ts'

export function experimentReport(record: ReportedRecord, context: ReportContext): string {
  const { row } = record
  return reportPage({
    kind: 'Experiment',
    title: row.name,
    about: [
      [row.ruleLabel, row.datasetLabel, network(row.widths), `begun on ${utc(row.created)}`].join(' · '),
      row.tags.length === 0 ? '' : `Tags: ${row.tags.join(', ')}`,
    ],
    sections: experimentSections(record, context, new ReportFigures(context.measure)),
    made: context.made,
    version: context.version,
  })
}
