/** Which samples are trained on and which are for testing, once all labels are known. */
import { Generator } from '../../program/random.ts'
import { DataProblem, formatCount } from '../../data/problem.ts'
import { splitSamples, SplitProblem } from '../../data/split.ts'
import { DROPPED, type Survey, type SurveyedRows } from './survey.ts'

export const LEFT_OUT = 0
export const TRAIN = 1
export const TEST = 2

export interface Division {
  readonly classNames: readonly string[]
  /** Labels of a source's rows, in the sorted order of class names. */
  readonly labelOf: Uint16Array
  /** LEFT_OUT, TRAIN or TEST for each row of the training source, and of the test source. */
  readonly places: readonly [Uint8Array, Uint8Array]
  /** Samples of each class. */
  readonly train: readonly number[]
  readonly test: readonly number[]
}

/** @throws DataProblem when a part would be empty, or a class cannot be in both */
export function divide(survey: Survey): Division {
  const { names, labelOf } = survey.classes.sorted()
  const own = placesOf(survey, names, labelOf)
  const others =
    survey.test === null ? new Uint8Array(0) : survey.test.codes.map((code) => Number(code !== DROPPED) * TEST)
  const places = [own, Uint8Array.from(others)] as const
  const train = names.map(() => 0)
  const test = names.map(() => 0)
  const count = ({ codes }: SurveyedRows, part: Uint8Array): void => {
    part.forEach((place, row) => {
      if (place === LEFT_OUT) return
      const label = labelOf[codes[row] as number] as number
      const counts = place === TRAIN ? train : test
      counts[label] = (counts[label] ?? 0) + 1
    })
  }
  count(survey.train, places[0])
  if (survey.test !== null) count(survey.test, places[1])
  const { file } = survey.train.source
  for (const [counts, what] of [
    [train, 'training'],
    [test, 'test'],
  ] as const)
    if (counts.every((one) => one === 0))
      throw new DataProblem(
        file,
        `at least one ${what} sample`,
        'none',
        survey.split === null
          ? 'Give more samples, or another test fraction.'
          : `Correct the split column, or the value that stands for testing (now ${JSON.stringify(survey.mapping.testValue)}).`,
      )
  return { classNames: names, labelOf, places, train, test }
}

function placesOf(survey: Survey, names: readonly string[], labelOf: Uint16Array): Uint8Array {
  const { codes, isTest } = survey.train
  const { split, testFraction, stratified, splitSeed } = survey.mapping
  if (split !== 'fraction')
    return Uint8Array.from(codes, (code, row) => (code === DROPPED ? LEFT_OUT : isTest[row] === 1 ? TEST : TRAIN))
  const kept: number[] = []
  codes.forEach((code, row) => {
    if (code !== DROPPED) kept.push(row)
  })
  const labels = Uint16Array.from(kept, (row) => labelOf[codes[row] as number] as number)
  const places = new Uint8Array(codes.length)
  try {
    const drawn = splitSamples(
      { labels, count: kept.length, classes: names.length },
      { fraction: testFraction, stratified },
      Generator.seeded(splitSeed).split('own test samples'),
    )
    for (const sample of drawn.train) places[kept[sample] as number] = TRAIN
    for (const sample of drawn.validation) places[kept[sample] as number] = TEST
    return places
  } catch (error) {
    if (!(error instanceof SplitProblem)) throw error
    throw new DataProblem(
      survey.train.source.file,
      `samples of every class among both the training and the test samples (${formatCount(kept.length)} samples, ${testFraction} of them for testing)`,
      scarce(labels, names),
      'Choose a larger test fraction, stratify the split, or leave out classes of which there is one sample.',
    )
  }
}

/** The rarest class and how many samples it has. */
function scarce(labels: Uint16Array, names: readonly string[]): string {
  const counts = names.map(() => 0)
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1
  const least = counts.reduce((best, count, label) => (count < (counts[best] ?? 0) ? label : best), 0)
  return `too few: class ${JSON.stringify(names[least])} has ${counts[least]}`
}
