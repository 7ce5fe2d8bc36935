/** What a person would want to know of their files, and might not see. */
import type { Division } from './division.ts'
import type { Survey } from './survey.ts'

/** In sentences. */
export function notesOn(found: Survey, division: Division | null): string[] {
  const { features, statistics, train, dropped, mapping } = found
  const notes: string[] = []
  if (dropped > 0 && mapping.missing === 'drop')
    notes.push(
      `${dropped.toLocaleString('en-US')} ${dropped === 1 ? 'sample was' : 'samples were'} left out for a missing value.`,
    )
  const { columns, named } = train.source
  const name = (column: number): string => (named ? `“${columns[column] ?? ''}”` : `column ${column + 1}`)
  const numbering = found.image !== null ? undefined : features.find((column) => numbersRows(found, column))
  if (numbering !== undefined)
    notes.push(`${upper(name(numbering))} seems to number the rows; leave it out, or the network learns their order.`)
  const constant = features.filter((column) => statistics.minima[column] === statistics.maxima[column])
  if (constant.length > 0 && found.image === null)
    notes.push(
      constant.length === 1
        ? `${upper(name(constant[0] ?? 0))} has the same value in every sample.`
        : `${constant.length} columns have the same value in every sample.`,
    )
  const untrained = division?.classNames.filter((_, i) => division.train[i] === 0) ?? []
  if (untrained.length > 0) notes.push(`No training sample is of class ${untrained.join(', ')}.`)
  return notes
}

/** Whole numbers from its least on, each once by all that can be told: as many as rows, with their mean in the middle. */
function numbersRows({ statistics }: Survey, column: number): boolean {
  const count = statistics.counts[column] as number
  const [least, most] = [statistics.minima[column] as number, statistics.maxima[column] as number]
  const uniform = Math.sqrt((count * count - 1) / 12)
  return (
    count > 10 &&
    Number.isInteger(least) &&
    most - least === count - 1 &&
    Math.abs((statistics.means[column] as number) - (least + most) / 2) < 1e-6 * count &&
    Math.abs(statistics.deviation(column) - uniform) < 1e-6 * count
  )
}

function upper(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
