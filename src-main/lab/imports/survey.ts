/**
 * The first pass over a person's files: which column is what, which classes there are, which samples are for testing,
 * what is missing. It keeps a few numbers a column and two bytes a sample; the second pass knows from it what to write.
 */
import { Classes } from '../../data/classes.ts'
import { ColumnStatistics } from '../../data/column-statistics.ts'
import { isMissing } from '../../data/number-text.ts'
import { DataProblem, formatCount } from '../../data/problem.ts'
import type { RowBatch, RowSource } from '../../data/rows.ts'
import { type DataMapping, MOST_CLASSES } from '../../experiment/data-mapping.ts'
import { suggestion } from '../../experiment/nearest.ts'
import type { Parts } from './parts.ts'
import { guessLabel } from './label-guess.ts'

/** A sample that is left out. */
export const DROPPED = 0xffff

/** A row of a source: its class by order of appearance, or DROPPED; and whether a column says it is for testing. */
export interface SurveyedRows {
  readonly source: RowSource
  readonly codes: Uint16Array
  /** Empty unless a column splits. */
  readonly isTest: Uint8Array
}

export interface Survey {
  readonly parts: Parts
  /** With label column, split and scaling filled in. */
  readonly mapping: DataMapping
  readonly label: number
  readonly split: number | null
  /** Columns that are features, in the order of the file. */
  readonly features: readonly number[]
  readonly image: DataMapping['image']
  readonly classes: Classes
  readonly train: SurveyedRows
  readonly test: SurveyedRows | null
  readonly statistics: ColumnStatistics
  readonly dropped: number
  /** The first samples, as they stand. */
  readonly first: readonly { readonly label: string; readonly values: readonly (number | null)[] }[]
  /** What is wrong, in the order in which it should be put right. */
  readonly problems: readonly DataProblem[]
}

/** Samples that are shown before anything is made. */
const SHOWN = 24

/** Told how many rows were read; throws to stop. */
export type RowsRead = (rows: number) => void

/** @throws DataProblem when the files cannot be read, or a column is named that is none */
export async function survey(parts: Parts, asked: DataMapping, read: RowsRead): Promise<Survey> {
  const source = parts.train
  const first = await firstBatch(source)
  const split = asked.split === 'column' ? splitColumn(source, asked) : null
  const leftOut = new Set(asked.leaveOut.map((name) => columnOf(source, name, 'left out')))
  if (split !== null) leftOut.add(split)
  const label = labelColumn(source, first, asked, leftOut)
  leftOut.add(label)
  const features = source.columns.map((_, i) => i).filter((i) => !leftOut.has(i))
  if (features.length === 0)
    throw new DataProblem(source.file, 'at least one feature beside the label', 'none', 'Leave fewer columns out.')
  const image = imageOf(source, features, asked)
  const mapping: DataMapping = {
    ...asked,
    ...source.recognised,
    labelColumn: source.labelColumn === null ? (source.columns[label] ?? null) : asked.labelColumn,
    split: asked.split ?? (parts.test === null ? 'fraction' : 'files'),
    scaling: asked.scaling ?? (image === null ? 'standard' : 'unit'),
    image,
  }
  if (mapping.split === 'files' && parts.test === null)
    throw new DataProblem(
      source.file,
      'test files beside the training files',
      'none',
      'Name them, or choose another split.',
    )
  if (mapping.split !== 'files' && parts.test !== null)
    throw new DataProblem(
      source.file,
      'the files’ own test samples to be used',
      `another split (${mapping.split})`,
      'Give the training files alone, or use the split that the files have.',
    )
  if (parts.test !== null) requireSameColumns(source, parts.test)
  const pass = new Pass({ mapping, label, split, features }, source.columns, read)
  const train = await pass.over(source)
  const test = parts.test === null ? null : await pass.over(parts.test)
  return { parts, mapping, label, split, features, image, train, test, ...pass.found(source) }
}

class Pass {
  readonly #classes = new Classes(MOST_CLASSES)
  readonly #statistics: ColumnStatistics
  readonly #first: Survey['first'][number][] = []
  #problem: DataProblem | null = null
  #dropped = 0
  #rows = 0

  readonly #of: Pick<Survey, 'mapping' | 'label' | 'split' | 'features'>
  readonly #columns: readonly string[]
  readonly #read: RowsRead

  constructor(
    of: Pick<Survey, 'mapping' | 'label' | 'split' | 'features'>,
    columns: readonly string[],
    read: RowsRead,
  ) {
    this.#of = of
    this.#columns = columns
    this.#read = read
    this.#statistics = new ColumnStatistics(columns.length)
  }

  async over(source: RowSource): Promise<SurveyedRows> {
    const { split, mapping } = this.#of
    const codes: Uint16Array[] = []
    const tests: Uint8Array[] = []
    for await (const batch of source.rows()) {
      const own = new Uint16Array(batch.count)
      const isTest = new Uint8Array(split === null ? 0 : batch.count)
      for (let row = 0; row < batch.count; row++) {
        own[row] = this.#row(source, batch, row)
        if (split !== null && batch.text(row, split).trim() === mapping.testValue) isTest[row] = 1
      }
      codes.push(own)
      tests.push(isTest)
      this.#rows += batch.count
      this.#read(this.#rows)
      // Quantities in a million rows would be found out only in the end; that it cannot be classes is known here.
      if (this.#classes.count > MOST_CLASSES) break
    }
    return { source, codes: joined(codes, Uint16Array), isTest: joined(tests, Uint8Array) }
  }

  #row(source: RowSource, batch: RowBatch, row: number): number {
    this.#statistics.add(batch, row)
    const columns = this.#columns
    const { label, features } = this.#of
    const from = row * columns.length
    const code = this.#classes.add(batch.text(row, label), batch.numbers[from + label] as number)
    const lacking = features.find((column) => Number.isNaN(batch.numbers[from + column]))
    if (this.#first.length < SHOWN && code >= 0)
      this.#first.push({
        label: batch.text(row, label).trim(),
        values: features.map((column) => {
          const value = batch.numbers[from + column] as number
          return Number.isNaN(value) ? null : value
        }),
      })
    if (code >= 0 && lacking === undefined) return code
    this.#odd(source, batch, row, lacking ?? label)
    this.#dropped++
    return DROPPED
  }

  /** A cell without the number or the label that it should have; the first one is said. */
  #odd(source: RowSource, batch: RowBatch, row: number, column: number): void {
    const text = batch.text(row, column).trim()
    const missing = isMissing(text)
    if (this.#problem !== null || (missing && this.#of.mapping.missing === 'drop')) return
    const name = source.named ? JSON.stringify(this.#columns[column]) : String(column + 1)
    const where = `${source.file}, ${batch.where(row)}, ${column === this.#of.label ? 'the label' : `column ${name}`}`
    this.#problem = missing
      ? new DataProblem(
          where,
          column === this.#of.label ? 'a label' : 'a number',
          text === '' ? 'nothing' : JSON.stringify(text),
          'Choose to leave samples with missing values out (--missing drop), or fill them in.',
        )
      : new DataProblem(
          where,
          'a number',
          JSON.stringify(text.slice(0, 80)),
          'Leave that column out (--leave-out), write its words as numbers, or choose another label column (--label).',
        )
  }

  #labelProblem(source: RowSource): DataProblem | null {
    const problem = this.#classes.problem()
    if (problem === null) return null
    const name =
      source.labelColumn === null ? `, column ${JSON.stringify(this.#columns[this.#of.label])}` : ', its labels'
    return new DataProblem(`${source.file}${name}`, 'classes', problem.found, problem.next)
  }

  found(source: RowSource): Pick<Survey, 'classes' | 'statistics' | 'dropped' | 'first' | 'problems'> {
    const problems = [this.#labelProblem(source), this.#problem]
    return {
      classes: this.#classes,
      statistics: this.#statistics,
      dropped: this.#dropped,
      first: this.#first,
      problems: problems.filter((problem) => problem !== null),
    }
  }
}

async function firstBatch(source: RowSource): Promise<RowBatch> {
  for await (const batch of source.rows()) return batch
  throw new DataProblem(source.file, 'at least one sample', 'none', 'Choose another file.')
}

/** By its name, or by its number where names say nothing. @throws DataProblem */
function columnOf(source: RowSource, name: string, role: string): number {
  const { columns, file } = source
  const exact = columns.indexOf(name)
  if (exact >= 0) return exact
  const alike = columns.findIndex((column) => column.toLowerCase() === name.trim().toLowerCase())
  if (alike >= 0) return alike
  const number = /^\d+$/.test(name) ? Number(name) : 0
  if (number >= 1 && number <= columns.length) return number - 1
  const shown =
    columns.length <= 20 ? columns.map((column) => JSON.stringify(column)).join(', ') : `1 to ${columns.length}`
  throw new DataProblem(
    file,
    `a column ${JSON.stringify(name)} (${role})`,
    `the columns ${shown}`,
    suggestion(name, columns).trim() || 'Name one of these columns, or give its number, counted from 1.',
  )
}

function splitColumn(source: RowSource, { splitColumn: name }: DataMapping): number {
  if (name !== null) return columnOf(source, name, 'which says what is for testing')
  throw new DataProblem(source.file, 'the name of the column that splits', 'none', 'Name it (--split-column).')
}

function labelColumn(source: RowSource, first: RowBatch, asked: DataMapping, taken: ReadonlySet<number>): number {
  if (source.labelColumn !== null) return source.columns.indexOf(source.labelColumn)
  if (asked.labelColumn !== null) return columnOf(source, asked.labelColumn, 'the label')
  const guess = guessLabel(source, first, taken)
  if (guess !== null) return guess
  throw new DataProblem(
    source.file,
    'a column that can be told for the class',
    `${source.columns.length} columns, none of which looks like one`,
    'Name it (--label). A quantity cannot be learned: Apical trains classifiers and has no regression.',
  )
}

function imageOf(source: RowSource, features: readonly number[], { image }: DataMapping): DataMapping['image'] {
  const shape = image ?? (features.length === source.columns.length - 1 ? source.image : null)
  if (shape === null) return null
  const wanted = shape.height * shape.width * shape.channels
  if (wanted === features.length) return shape
  throw new DataProblem(
    source.file,
    `${formatCount(wanted)} features for images of ${shape.height}×${shape.width}×${shape.channels}`,
    formatCount(features.length),
    'Correct the image shape, or leave columns out that are no pixels.',
  )
}

function requireSameColumns(train: RowSource, test: RowSource): void {
  const differs =
    train.columns.length !== test.columns.length ||
    (train.named && test.named && train.columns.some((name, i) => name !== test.columns[i]))
  if (!differs) return
  const only = train.columns.find((name, i) => name !== test.columns[i]) ?? ''
  throw new DataProblem(
    test.file,
    `the columns of ${train.file}, in the same order`,
    train.columns.length === test.columns.length
      ? `another one where ${JSON.stringify(only)} should be`
      : `${test.columns.length} instead of ${train.columns.length}`,
    'Give files with the same columns.',
  )
}

function joined<A extends Uint8Array | Uint16Array>(pieces: readonly A[], type: new (length: number) => A): A {
  const all = new type(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}
