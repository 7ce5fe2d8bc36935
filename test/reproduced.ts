/**
 * `npm run reproduced -- RESULTS…`: what ships of the rows of `resources/paper.json` that somebody trained with Apical. Of
 * every run in the results folders named that asks a row's question, seed-level accuracies and the measures that the paper
 * draws go to `resources/reproduced`, one file a row; weights, logs and where anything lay do not. The same folders give the
 * same bytes. A file is replaced only by one with more complete seeds, or as many and at least as many epochs.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import type { ExperimentRecord, SeedRecord } from '../src-main/contract.ts'
import type { Experiment } from '../src-main/experiment/experiment.ts'
import { decisive } from '../src-main/experiment/same.ts'
import { paths, readRecord, runIds } from '../src-main/lab/results.ts'
import { writeWhole } from '../src-main/lab/storage.ts'
import { Evidence } from '../src-main/paper/evidence.ts'
import type { Paper } from '../src-main/paper/paper.ts'
import { experimentOf } from '../src-main/paper/rows.ts'
import { shippedPaper } from '../src-main/paper/shipped.ts'

const HELP = `npm run reproduced -- RESULTS…

Fills resources/reproduced with the runs of these results folders that are rows of resources/paper.json.
`
const resources = join(import.meta.dirname, '../resources')
const ACCURACY_DIGITS = 6
const MEASURE_DECIMALS = 3

type EvidenceSeed = Evidence['seeds'][number]
type Row = Paper['rows'][number] & { readonly question: Experiment }

/** Writes a file a row into `to`, and says of every run what became of it; returns how many files were written. */
export function reproduce(results: readonly string[], to: string, say: (line: string) => void): number {
  const paper = shippedPaper()
  const rows = paper.rows.flatMap((row): Row[] => {
    const question = experimentOf(row)
    return question === null ? [] : [{ ...row, question }]
  })
  mkdirSync(to, { recursive: true })
  let written = 0
  for (const folder of results.flatMap(foldersIn)) if (take(folder, paper, rows, to, say)) written++
  return written
}

/** A run's own folder, or the folders of all runs of a results folder. */
function foldersIn(results: string): string[] {
  if (existsSync(paths(results).experiment)) return [results]
  return runIds(results)
    .toSorted()
    .map((id) => join(results, id))
}

function take(folder: string, paper: Paper, rows: readonly Row[], to: string, say: (line: string) => void): boolean {
  const name = basename(folder)
  const record = readRecord(folder)
  const { experiment, environment } = record
  const question = decisive(experiment)
  const asked = rows.filter((row) => decisive(row.question) === question)
  const row = asked.find(({ preset }) => preset === experiment.preset) ?? asked[0]
  if (row === undefined) return refused(`${name}: left out, it is no row of the paper.`)
  const { epochs } = row.question.training
  if (experiment.training.epochs > epochs)
    return refused(
      `${name}: left out, it was to train ${experiment.training.epochs} epochs where ${row.id} has ${epochs}.`,
    )
  if (environment === null) return refused(`${name}: left out, its environment.json is missing or damaged.`)

  const drawn = drawnOf(paper, new Set(asked.map(({ id }) => id)))
  const { apical, engine, device, cpu, cores, started } = environment
  const evidence = Evidence.parse({
    ...{ format: 'apical-reproduced', version: 1, paper: paper.id, row: row.id, experiment },
    machine: { apical, engine, device, cpu, cores },
    ...{ started, seconds: decimals(record.row.seconds) },
    seeds: seedsOf(record, drawn),
  })
  const file = `${row.id.replace('#', '-')}.json`
  const path = join(to, file)
  const ours = worthOf(evidence, epochs)
  const before = existsSync(path) ? worthOf(Evidence.parse(JSON.parse(readFileSync(path, 'utf8'))), epochs) : null
  if (before !== null && (ours.complete - before.complete || ours.epochs - before.epochs) < 0)
    return refused(`${name}: left out, it has ${inWords(ours)} where ${file} has ${inWords(before)}.`)
  writeWhole(path, [textOf(evidence)])
  say(`${name}: ${file}, ${inWords(ours)}.`)
  return true

  function refused(sentence: string): false {
    say(sentence)
    return false
  }
}

interface Worth {
  /** Seeds that trained as long as the row asks, or were lost before. */
  readonly complete: number
  /** Over all seeds. */
  readonly epochs: number
}

function worthOf({ seeds }: Evidence, epochs: number): Worth {
  return {
    complete: seeds.filter(({ test, collapsed }) => test.length >= epochs || collapsed !== null).length,
    epochs: seeds.reduce((sum, { test }) => sum + test.length, 0),
  }
}

const inWords = ({ complete, epochs }: Worth): string =>
  `${complete} complete ${complete === 1 ? 'seed' : 'seeds'}, ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'} in all`

/** By measure and series, at which batches an exhibit draws any of these rows; null for wherever it was taken. */
type Drawn = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<number> | null>>

function drawnOf({ exhibits }: Paper, rows: ReadonlySet<string>): Drawn {
  const drawn = new Map<string, Map<string, ReadonlySet<number> | null>>()
  for (const { quantity, x, curves } of exhibits)
    for (const { row, series, quantity: own } of curves) {
      const measure = own ?? quantity
      if (!rows.has(row) || series === null || measure === 'test' || measure === 'train') continue
      const ofMeasure = drawn.get(measure) ?? new Map<string, ReadonlySet<number> | null>()
      // What is drawn over epochs was taken at their ends, which lie at other batches for every data set.
      ofMeasure.set(series, x?.unit === 'batch' ? new Set(x.at) : null)
      drawn.set(measure, ofMeasure)
    }
  return drawn
}

/** Those that finished an epoch or were lost before. */
function seedsOf({ seeds }: ExperimentRecord, drawn: Drawn): EvidenceSeed[] {
  return seeds
    .filter(({ epochs, collapsed }) => epochs.length > 0 || collapsed !== null)
    .map((seed) => ({
      seed: seed.seed,
      test: accuraciesOf(seed, seed.testAccuracy),
      train: accuraciesOf(seed, seed.trainAccuracy),
      collapsed: seed.collapsed === null ? null : { epoch: seed.collapsed.epoch, reason: seed.collapsed.reason },
      measures: measuresOf(seed, drawn),
    }))
    .sort((a, b) => a.seed - b.seed)
}

/** After epochs 1, 2, …; null for one whose line was lost. */
function accuraciesOf({ epochs }: SeedRecord, values: readonly (number | null)[]): (number | null)[] {
  const found = new Map(epochs.map((epoch, i) => [epoch, values[i] ?? null]))
  return Array.from({ length: epochs.at(-1) ?? 0 }, (_, i) => {
    const value = found.get(i + 1) ?? null
    return value === null ? null : Number(value.toFixed(ACCURACY_DIGITS))
  })
}

function measuresOf({ measures }: SeedRecord, drawn: Drawn): EvidenceSeed['measures'] {
  const kept: EvidenceSeed['measures'] = {}
  for (const [measure, bySeries] of [...drawn].toSorted(byName))
    for (const [series, at] of [...bySeries].toSorted(byName)) {
      const taken = measures[measure]?.[series]
      const points = (taken?.batch ?? []).flatMap((batch, i) => {
        const value = taken?.value[i]
        return value !== undefined && (at === null || at.has(batch)) ? [{ batch, value: decimals(value) }] : []
      })
      if (points.length === 0) continue
      kept[measure] ??= {}
      kept[measure][series] = { batch: points.map(({ batch }) => batch), value: points.map(({ value }) => value) }
    }
  return kept
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1)
const decimals = (value: number): number => Number(value.toFixed(MEASURE_DECIMALS))

/** A line for every list, so that a difference names the seed and what of it differs. */
function textOf({ seeds, ...head }: Evidence): string {
  const fields = Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`)
  return `{\n${fields.join(',\n')},\n  "seeds": [\n${seeds.map(seedText).join(',\n')}\n  ]\n}\n`
}

function seedText({ measures, ...seed }: EvidenceSeed): string {
  const lines = Object.entries(seed).map(([key, value]) => `      ${JSON.stringify(key)}: ${JSON.stringify(value)}`)
  const taken = Object.entries(measures).map(([measure, bySeries]) => {
    const series = Object.entries(bySeries).map(
      ([name, { batch, value }]) =>
        `          ${JSON.stringify(name)}: {\n            "batch": ${JSON.stringify(batch)},\n            "value": ${JSON.stringify(value)}\n          }`,
    )
    return `        ${JSON.stringify(measure)}: {\n${series.join(',\n')}\n        }`
  })
  const all = taken.length === 0 ? '{}' : `{\n${taken.join(',\n')}\n      }`
  return `    {\n${lines.join(',\n')},\n      "measures": ${all}\n    }`
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', default: false } },
  })
  const gone = positionals.find((folder) => !existsSync(folder))
  if (values.help) process.stdout.write(HELP)
  else if (positionals.length === 0 || gone !== undefined) {
    process.stderr.write(gone === undefined ? HELP : `There is no folder ${gone}.\n`)
    process.exitCode = 2
  } else {
    const written = reproduce(positionals, join(resources, 'reproduced'), (line) => process.stdout.write(`${line}\n`))
    if (written === 0) process.exitCode = 1
  }
}
