/** Where the time of a training batch goes on a GPU, as a table. */
import type { BatchProfile } from '../engines/engine.ts'
import { table } from './layout.ts'

export function profileTable({ wholeMs, parts, betweenMs, finiteMs, evaluationMs }: BatchProfile): string[] {
  const row = (what: string, dispatches: string, ms: number): string[] => [
    what,
    dispatches,
    ms.toFixed(4),
    `${Math.round((100 * ms) / wholeMs)} %`,
  ]
  return table(
    ['what', '>dispatches', '>ms', '>of a batch'],
    [
      ...parts.map(({ work, dispatches, ms }) => row(work, String(dispatches), ms)),
      row('between dispatches', '', betweenMs),
      row('a batch as it is trained', '', wholeMs),
      row('finite check, once in a plan', '1', finiteMs),
      row('evaluation of as many samples', '', evaluationMs),
    ],
  )
}
