/**
 * Runs as tables: a row for every epoch of every seed, one for every seed, one for every value of a measure. Names are
 * those of metrics.jsonl and of `--set`; an accuracy is a share from 0 to 1.
 */
import type { ExperimentRecord } from '../../contract.ts'
import { countedSeeds } from '../../experiment/result.ts'
import { readHistory } from '../results.ts'
import type { Cell, Column, Table } from './table.ts'

export const TABLE_NAMES = ['epochs', 'results', 'measures'] as const
export type TableName = (typeof TABLE_NAMES)[number]

/** A run to be exported: its folder, and what was read from it but the histories, which are read again one by one. */
export interface ExportedRun {
  readonly folder: string
  readonly record: Omit<ExperimentRecord, 'seeds'>
  /** Of training and evaluation, on the clock. */
  readonly seconds: number
}

const text = (name: string): Column => ({ name, type: 'text' })
const whole = (name: string): Column => ({ name, type: 'whole' })
const number = (name: string): Column => ({ name, type: 'number' })

const RUN: readonly Column[] = ['run', 'name', 'rule', 'dataset', 'preset', 'widths'].map(text)
const EPOCH: readonly Column[] = [
  ...[whole('seed'), whole('epoch')],
  ...['trainAccuracy', 'testAccuracy', 'validationAccuracy', 'seconds'].map(number),
]
const RESULT: readonly Column[] = [
  ...[whole('seed'), text('status'), { name: 'counted', type: 'flag' as const }, whole('epoch'), whole('epochs')],
  ...['testAccuracy', 'trainAccuracy', 'validationAccuracy', 'topKAccuracy'].map(number),
  ...['engine', 'device', 'precision', 'apical', 'reason'].map(text),
]
const MEASURE: readonly Column[] = [
  text('run'),
  whole('seed'),
  whole('batch'),
  text('measure'),
  text('series'),
  number('value'),
]

export function tableOf(name: TableName, runs: readonly ExportedRun[]): Table {
  if (name === 'measures') return { columns: MEASURE, rows: () => measureRows(runs) }
  const own = name === 'epochs' ? EPOCH : RESULT
  const settings = settingsOf(runs, new Set([...RUN, ...own].map((column) => column.name)))
  const rowsOf = name === 'epochs' ? epochRows : resultRows
  return {
    columns: [...RUN, ...own, ...settings.map(({ column }) => column)],
    *rows() {
      for (const run of runs) {
        const { row } = run.record
        const first = [row.id, row.name, row.rule, row.dataset, row.preset, row.widths.join('-')]
        const last = settings.map(({ key }) => row.settings[key] ?? null)
        for (const cells of rowsOf(run)) yield [...first, ...cells, ...last]
      }
    },
  }
}

/** Every setting that one of the runs has; one whose values are not of one type is text. */
function settingsOf(runs: readonly ExportedRun[], taken: ReadonlySet<string>): { key: string; column: Column }[] {
  const types = new Map<string, Set<string>>()
  for (const { record } of runs)
    for (const [key, value] of Object.entries(record.row.settings))
      types.set(key, (types.get(key) ?? new Set()).add(typeof value))
  return [...types].map(([key, found]) => {
    const [only] = found.size === 1 ? found : []
    const type = only === 'number' ? 'number' : only === 'boolean' ? 'flag' : 'text'
    // A rule may call a setting as a column is called.
    return { key, column: { name: taken.has(key) ? `rule.settings.${key}` : key, type } }
  })
}

function* epochRows({ folder, record }: ExportedRun): Generator<readonly Cell[]> {
  for (const seed of record.experiment.seeds) {
    const { epochs, trainAccuracy, testAccuracy, validationAccuracy, seconds } = readHistory(
      folder,
      seed,
      'accuracies',
    ).record
    for (const [at, epoch] of epochs.entries())
      yield [
        ...[seed, epoch, trainAccuracy[at] ?? null, testAccuracy[at] ?? null],
        ...[validationAccuracy[at] ?? null, seconds[at] ?? null],
      ]
  }
}

function* resultRows({ record }: ExportedRun): Generator<readonly Cell[]> {
  const { outcomes, environment } = record
  const counted = countedSeeds(outcomes.map((one) => ({ ...one, collapsed: one.status === 'collapsed' })))
  const seeds = new Set(counted.seeds.map(({ seed }) => seed))
  for (const one of outcomes)
    yield [
      ...[one.seed, one.status, seeds.has(one.seed), one.epoch, one.epochs],
      ...[one.testAccuracy, one.trainAccuracy, one.validationAccuracy, one.topK ?? null],
      ...[record.row.engine, environment?.device ?? null, environment?.precision ?? null, environment?.apical ?? null],
      one.reason,
    ]
}

function* measureRows(runs: readonly ExportedRun[]): Generator<readonly Cell[]> {
  for (const { folder, record } of runs)
    for (const seed of record.experiment.seeds) {
      const { measures } = readHistory(folder, seed, 'everything', Infinity).record
      for (const [measure, all] of Object.entries(measures))
        for (const [series, { batch, value }] of Object.entries(all))
          for (const [at, of] of batch.entries()) yield [record.row.id, seed, of, measure, series, value[at] ?? null]
    }
}
