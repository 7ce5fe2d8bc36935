/**
 * The second pass: samples written into arrays of exactly their size, scaled by what the training samples alone say.
 *
 * Whole numbers from 0 to 255 of images, and of tables that are not scaled, stay bytes. Everything else becomes
 * float32, of which a column's mean over all samples is taken away first where it is scaled anyway: a date in seconds
 * has more digits than float32.
 */
import { sum } from 'd3-array'
import { basename } from 'node:path'
import { ColumnStatistics } from '../../data/column-statistics.ts'
import { DataProblem, formatCount } from '../../data/problem.ts'
import type { RowSource } from '../../data/rows.ts'
import type { Scaling } from '../../data/data-set.ts'
import { divide, LEFT_OUT, TRAIN, type Division } from './division.ts'
import { notesOn } from './notes.ts'
import type { RowsRead, Survey, SurveyedRows } from './survey.ts'

/** Numbers and labels of a set are in memory while it trains. */
const MOST_BYTES = 8_000_000_000

interface MadeSamples {
  readonly pixels: Uint8Array | Float32Array
  readonly labels: Int32Array
}

interface MadeSet {
  readonly train: MadeSamples
  readonly test: MadeSamples
  readonly classNames: readonly string[]
  readonly trainCounts: readonly number[]
  readonly testCounts: readonly number[]
  readonly image: Survey['image']
  readonly features: number
  /** Names of the features, in order; null for images and arrays. */
  readonly columnNames: readonly string[] | null
  /** What brings kept numbers to what the network sees. */
  readonly scaling: Scaling
  /** Of a table's column: kept = (value − offset) / divisor. Null where values are kept as they came. */
  readonly columns: readonly { readonly offset: number; readonly divisor: number }[] | null
  readonly notes: readonly string[]
}

export function keepsBytes({ features, statistics, image, mapping }: Survey): boolean {
  return (image !== null || mapping.scaling === 'none') && features.every((column) => statistics.bytes[column] === 1)
}

export function keptBytes(samples: number, features: number, bytes: boolean): number {
  return samples * (features * (bytes ? 1 : 4) + 4)
}

/** @throws DataProblem for the first thing that is wrong */
export async function makeSet(found: Survey, read: RowsRead): Promise<MadeSet> {
  const [problem] = found.problems
  if (problem !== undefined) throw problem
  const division = divide(found)
  const counts = [sum(division.train), sum(division.test)] as const
  const bytes = keepsBytes(found)
  const size = keptBytes(counts[0] + counts[1], found.features.length, bytes)
  if (size > MOST_BYTES)
    throw new DataProblem(
      found.train.source.file,
      `at most ${formatCount(MOST_BYTES)} bytes of samples`,
      formatCount(size),
      'Leave columns or samples out.',
    )
  const filling = new Filling(found, division, bytes, counts)
  let rows = 0
  for (const [part, places] of [
    [found.train, division.places[0]],
    [found.test, division.places[1]],
  ] as const)
    if (part !== null) rows = await filling.take(part, places, rows, read)
  const { train, test } = filling
  const scaled = scale(found, filling.statistics, [train.pixels, test.pixels])
  const { source } = found.train
  return {
    train,
    test,
    classNames: division.classNames,
    trainCounts: division.train,
    testCounts: division.test,
    image: found.image,
    features: found.features.length,
    columnNames: source.named ? found.features.map((column) => source.columns[column] ?? '') : null,
    ...scaled,
    notes: [...found.parts.notes, ...notesOn(found, division)],
  }
}

class Filling {
  readonly train: MadeSamples
  readonly test: MadeSamples
  /** Of the training samples alone. */
  readonly statistics: ColumnStatistics
  readonly #found: Survey
  readonly #division: Division
  readonly #at = [0, 0]

  constructor(found: Survey, division: Division, bytes: boolean, counts: readonly [number, number]) {
    this.#found = found
    this.#division = division
    this.statistics = new ColumnStatistics(found.train.source.columns.length)
    const part = (count: number): MadeSamples => ({
      pixels: bytes ? new Uint8Array(count * found.features.length) : new Float32Array(count * found.features.length),
      labels: new Int32Array(count),
    })
    this.train = part(counts[0])
    this.test = part(counts[1])
  }

  async take({ source, codes }: SurveyedRows, places: Uint8Array, before: number, read: RowsRead): Promise<number> {
    const { features } = this.#found
    const shifts = shiftsOf(this.#found)
    const columns = source.columns.length
    let first = 0
    for await (const batch of source.rows()) {
      requireSameFile(source, first + batch.count <= codes.length)
      for (let row = 0; row < batch.count; row++) {
        const place = places[first + row]
        if (place === LEFT_OUT) continue
        const part = place === TRAIN ? 0 : 1
        const { pixels, labels } = part === 0 ? this.train : this.test
        const sample = this.#at[part] as number
        if (part === 0) this.statistics.add(batch, row)
        let to = sample * features.length
        const from = row * columns
        for (let i = 0; i < features.length; i++)
          pixels[to++] = (batch.numbers[from + (features[i] as number)] as number) - (shifts[i] as number)
        labels[sample] = this.#division.labelOf[codes[first + row] as number] as number
        this.#at[part] = sample + 1
      }
      first += batch.count
      read(before + first)
    }
    requireSameFile(source, first === codes.length)
    return before + first
  }
}

/** Between the two passes a file may have been written to. */
function requireSameFile({ file }: RowSource, same: boolean): void {
  if (same) return
  throw new DataProblem(
    basename(file),
    'the file as it was a moment ago',
    'other rows in it',
    'Something writes to it; wait until it is whole.',
  )
}

/** What is taken away from a column before float32, where it is scaled by its own numbers anyway. */
function shiftsOf({ features, statistics, image, mapping }: Survey): Float64Array {
  return Float64Array.from(features, (column) =>
    image === null && mapping.scaling !== 'none' ? (statistics.means[column] as number) : 0,
  )
}

interface Affine {
  readonly offset: number
  readonly divisor: number
}

function scale(
  found: Survey,
  training: ColumnStatistics,
  parts: readonly (Uint8Array | Float32Array)[],
): Pick<MadeSet, 'scaling' | 'columns'> {
  const { features, image, mapping } = found
  const none = { scaling: { scale: [1], offset: [0] }, columns: null }
  if (mapping.scaling === 'none') return none
  if (image !== null) {
    const by = imageScaling(found, training, image.channels)
    return {
      scaling: {
        scale: by.map(({ divisor }) => 1 / divisor),
        offset: by.map(({ offset, divisor }) => (offset === 0 ? 0 : -offset / divisor)),
      },
      columns: null,
    }
  }
  const shifts = shiftsOf(found)
  const columns = features.map((column): Affine => {
    const [least, most] = [training.minima[column] as number, training.maxima[column] as number]
    // A column that never changes says nothing: it becomes 0 rather than nothing at all.
    return mapping.scaling === 'unit'
      ? { offset: least, divisor: most - least || 1 }
      : { offset: training.means[column] as number, divisor: training.deviation(column) || 1 }
  })
  for (const pixels of parts)
    for (let at = 0; at < pixels.length;)
      for (let i = 0; i < columns.length; i++, at++) {
        const { offset, divisor } = columns[i] as Affine
        pixels[at] = ((pixels[at] as number) + ((shifts[i] as number) - offset)) / divisor
      }
  return { ...none, columns }
}

/**
 * Images to 0–1 by the range of all their pixels together (of images in files, whose range is known: 0 to 255); or
 * standardised channel by channel over all pixels, as is usual.
 */
function imageScaling(found: Survey, training: ColumnStatistics, channels: number): Affine[] {
  const { features, mapping } = found
  if (mapping.scaling === 'unit') {
    if (found.train.source.fullRange) return [{ offset: 0, divisor: 255 }]
    let [least, most] = [Infinity, -Infinity]
    for (const column of features) {
      least = Math.min(least, training.minima[column] as number)
      most = Math.max(most, training.maxima[column] as number)
    }
    return [{ offset: least, divisor: most - least || 1 }]
  }
  const plane = features.length / channels
  return Array.from({ length: channels }, (_, channel) => {
    const own = features.slice(channel * plane, (channel + 1) * plane)
    // Every pixel has as many samples as every other.
    const mean = own.reduce((sum, column) => sum + (training.means[column] as number), 0) / plane
    const variance =
      own.reduce(
        (sum, column) => sum + training.deviation(column) ** 2 + ((training.means[column] as number) - mean) ** 2,
        0,
      ) / plane
    return { offset: mean, divisor: Math.sqrt(variance) || 1 }
  })
}
