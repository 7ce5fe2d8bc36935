/** What a person is shown of their files before they become a data set. */
import { sum } from 'd3-array'
import { DataProblem } from '../../data/problem.ts'
import type { DataLook, LookedColumn } from '../../experiment/data-look.ts'
import type { DataMapping } from '../../experiment/data-mapping.ts'
import { divide, type Division } from './division.ts'
import { keptBytes, keepsBytes } from './keep.ts'
import { openParts } from './parts.ts'
import { notesOn } from './notes.ts'
import { type RowsRead, survey, type Survey } from './survey.ts'

/** Columns that are described one by one; more are pixels or spectra. */
const MOST_DESCRIBED = 500
/** A square of this many features is taken for an image until somebody says otherwise; nine numbers often are none. */
const LEAST_SQUARE = 49

/** @throws DataProblem when the files cannot be read at all; what mapping can put right is in `problem` */
export async function lookAtFiles(
  paths: readonly string[],
  tests: readonly string[],
  mapping: DataMapping,
  read: RowsRead,
): Promise<DataLook> {
  return lookOf(await survey(await openParts(paths, tests, mapping), mapping, read))
}

export function lookOf(found: Survey): DataLook {
  const { statistics, features, image, mapping } = found
  const [division, problem] = divided(found)
  const side = Math.sqrt(features.length)
  const guess =
    image === null && features.length >= LEAST_SQUARE && Number.isInteger(side)
      ? { height: side, width: side, channels: 1 as const }
      : null
  const counted = division ?? { classNames: [], train: [], test: [] }
  const [trainCount, testCount] = [sum(counted.train), sum(counted.test)]
  return {
    mapping,
    columns: found.train.source.labelColumn === null ? columnsOf(found).slice(0, MOST_DESCRIBED) : [],
    features: features.length,
    trainCount,
    testCount,
    dropped: found.dropped,
    classes: counted.classNames.map((name, i) => ({ name, train: counted.train[i] ?? 0, test: counted.test[i] ?? 0 })),
    range: rangeOf(found),
    constant: features.filter((column) => statistics.minima[column] === statistics.maxima[column]).length,
    image: image ?? guess,
    imageIsGuess: guess !== null,
    samples: found.first,
    bytes: keptBytes(trainCount + testCount, features.length, keepsBytes(found)),
    notes: [...found.parts.notes, ...notesOn(found, division)],
    problem: problem === null ? null : { message: problem.message, next: problem.next },
  }
}

/** How it divides; or what stands in the way. */
function divided(found: Survey): readonly [Division | null, DataProblem | null] {
  const [problem = null] = found.problems
  try {
    return [divide(found), problem]
  } catch (error) {
    if (!(error instanceof DataProblem)) throw error
    return [null, problem ?? error]
  }
}

function columnsOf({ train, label, split, features, statistics }: Survey): LookedColumn[] {
  const own = new Set(features)
  return train.source.columns.map((name, column) => {
    const none = statistics.counts[column] === 0
    return {
      name,
      role: column === label ? 'label' : column === split ? 'split' : own.has(column) ? 'feature' : 'left out',
      range: none ? null : [statistics.minima[column] as number, statistics.maxima[column] as number],
      mean: none ? null : (statistics.means[column] as number),
      missing: statistics.missing[column] as number,
      words: statistics.words[column] as number,
    }
  })
}

function rangeOf({ features, statistics }: Survey): DataLook['range'] {
  let [least, most] = [Infinity, -Infinity]
  for (const column of features) {
    least = Math.min(least, statistics.minima[column] as number)
    most = Math.max(most, statistics.maxima[column] as number)
  }
  return least <= most ? [least, most] : null
}
