/** One seed's history, read from its metrics.jsonl: superseded lines dropped, a torn last line tolerated. */
import type { SeedRecord } from '../../contract.ts'
import { paths } from './folder.ts'
import { HistoryColumns } from './history-columns.ts'
import { parseLine } from './history-line.ts'
import { atOnce } from './steps.ts'
import { readLines } from '../storage.ts'

/** What a hundred thousand epochs with every measure taken after every batch come to; larger was not written by Apical. */
const LARGEST_HISTORY = 16_000_000_000
/** A confusion matrix of a thousand classes is the longest line there is. */
const LONGEST_LINE = 16_000_000
/** Of a file that is damaged from end to end so many lines are named. */
const MOST_WARNINGS = 20

/** How lines that a row does not show begin, since the writer names the kind first. */
const MEASURES = /^\{"kind":"(?:batches|measure|confusion)"/
/** But for one number an epoch that a row shows. */
const TOP_K = /^\{"kind":"measure",[^{]*"measure":"top-k"/

/** Lines between two steps: a few milliseconds. */
const LINES_PER_STEP = 2000

/**
 * `want` 'accuracies' passes over measures, of which there may be a hundred times as many lines: a row shows none. Of a
 * measure with more than `mostPoints` points every second, fourth, … is kept.
 */
export function readHistory(
  folder: string,
  seed: number,
  want: 'everything' | 'accuracies' = 'everything',
  mostPoints = 1_000_000,
): { record: SeedRecord; warnings: string[] } {
  return atOnce(historySteps(folder, seed, want, mostPoints))
}

/** The same in steps, between which a process with others to serve may turn to them. */
export function* historySteps(
  folder: string,
  seed: number,
  want: 'everything' | 'accuracies',
  mostPoints: number,
): Generator<undefined, { record: SeedRecord; warnings: string[] }> {
  const path = paths(folder).metrics(seed)
  const warnings: string[] = []
  const columns = new HistoryColumns(mostPoints)
  let number = 0
  let unreadable = 0
  for (const text of readLines(path, LARGEST_HISTORY, LONGEST_LINE)) {
    number++
    if (number % LINES_PER_STEP === 0) yield
    if (text === '\n' || (want === 'accuracies' && MEASURES.test(text) && !TOP_K.test(text))) continue
    const line = parseLine(text)
    if (line !== null) columns.take(line)
    else if (++unreadable <= MOST_WARNINGS) {
      const torn = !text.endsWith('\n') && text.length < LONGEST_LINE
      warnings.push(`${path}: ${torn ? 'the last line is torn' : `line ${number} cannot be read`}; it is left out.`)
    }
  }
  if (unreadable > MOST_WARNINGS)
    warnings.push(`${path}: ${unreadable - MOST_WARNINGS} more lines cannot be read; they are left out.`)
  if (columns.thinned) warnings.push(`${path}: some measures have more than ${mostPoints} points; not all are shown.`)
  return { record: columns.record(seed), warnings }
}
