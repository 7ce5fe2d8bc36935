/** Runs as files for other programs: tables, weights, or all of it in one zip. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { ExportKind } from '../../contract.ts'
import { wallClockSeconds } from '../../experiment/wall-clock.ts'
import { LabProblem } from '../problem.ts'
import { filesOf, isMoving, paths, readRecordInTurns, readStatus } from '../results.ts'
import {
  lookAt,
  streamRegular,
  writeJson,
  writeStreamed,
  writeZip,
  zipPieces,
  type Pieces,
  type Written,
  type ZipWriter,
} from '../storage.ts'
import { CRATE_FILE, crateOf, type CratedRun } from './crate.ts'
import { csvPieces } from './csv.ts'
import { addWeights } from './npz.ts'
import { parquetPieces } from './parquet.ts'
import { TABLE_NAMES, tableOf, type ExportedRun, type TableName } from './run-tables.ts'

export interface Named {
  /** Whom the crate names as author; null for nobody. */
  readonly author: string | null
  /** Under which licence; an address or words, null for none stated. */
  readonly licence: string | null
}

export interface ExportRequest extends Named {
  readonly kind: ExportKind
  /** Never one that is there. */
  readonly file: string
  /** Of a CSV or Parquet file. */
  readonly table: TableName
  /** Files that a zip holds besides. */
  readonly besides: readonly { readonly path: string; readonly pieces: Pieces }[]
  /** Told of each run before its files are packed. */
  readonly tell?: (name: string) => void
}

/** Not handed on: what is of this machine, and checkpoints, whose weights are in files of their own. */
const KEPT_BACK =
  /^(local\.json|run\.log|worker\.json|ro-crate-metadata\.json|(.*[\\/])?\..*|seed-\d+[\\/]checkpoint\.safetensors)$/

/** Reads the runs for an export. @param folders sample experiments among them */
export async function readForExport(
  folders: readonly { readonly folder: string; readonly kind: 'run' | 'sample' }[],
): Promise<readonly ExportedRun[]> {
  const runs: ExportedRun[] = []
  for (const { folder, kind } of folders) {
    const { seeds, ...record } = await readRecordInTurns(folder, kind)
    runs.push({ folder, record, seconds: wallClockSeconds(seeds) })
  }
  return runs
}

/** Writes one file of these runs, whole or not at all; answers its bytes. @throws LabProblem */
export async function exportRuns(runs: readonly ExportedRun[], request: ExportRequest): Promise<number> {
  const { kind, file, table } = request
  const made = new Date()
  if (kind === 'csv') return writeStreamed(file, encoded(csvPieces(tableOf(table, runs))))
  if (kind === 'parquet') return writeStreamed(file, parquetPieces(tableOf(table, runs)))
  if (kind === 'npz') return writeZip(file, made, (zip) => addWeights(zip, runs))
  return writeZip(file, made, (zip) => fillBundle(zip, runs, request, made))
}

async function* encoded(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const text of texts) yield Buffer.from(text)
}

/** Tables, weights, each run's own folder, the crate that tells of them, and the checksums of all. */
async function fillBundle(
  zip: ZipWriter,
  runs: readonly ExportedRun[],
  request: ExportRequest,
  made: Date,
): Promise<void> {
  const others: Written[] = []
  for (const name of TABLE_NAMES) {
    const table = tableOf(name, runs)
    if (name === 'measures' && !hasRows(table.rows())) continue
    others.push(await zip.add(`${name}.csv`, csvPieces(table)))
    others.push(await zip.add(`${name}.parquet`, parquetPieces(table), false))
  }
  const trained = runs.filter(({ record }) => record.files.some(({ path }) => WEIGHTS.test(path)))
  if (trained.length > 0)
    others.push(
      await zip.add(
        'weights.npz',
        zipPieces(made, (inner) => addWeights(inner, trained)),
        false,
      ),
    )
  for (const { path, pieces } of request.besides) others.push(await zip.add(path, pieces))
  const crated: CratedRun[] = []
  for (const run of runs) {
    request.tell?.(run.record.row.name)
    const folder = `${run.record.row.id}/`
    const files: Written[] = []
    for (const path of handedOn(run.folder)) {
      const packed = !path.endsWith('.safetensors')
      files.push(await zip.add(`${folder}${path.replaceAll('\\', '/')}`, streamRegular(join(run.folder, path)), packed))
    }
    crated.push({ ...run, folder, files, ended: endOf(run) })
  }
  const { author, licence } = request
  const crate = crateOf(crated, { made: made.toISOString(), others, author, licence })
  const all = [...others, ...crated.flatMap(({ files }) => files)]
  all.push(await zip.add(CRATE_FILE, [`${JSON.stringify(crate, null, 2)}\n`]))
  await zip.add(
    MANIFEST,
    all.map(({ path, sha256 }) => `${sha256}  ${path}\n`),
  )
}

/** As BagIt writes its lines, and sha256sum -c reads them (RFC 8493). */
const MANIFEST = 'manifest-sha256.txt'
const WEIGHTS = /^seed-\d+[\\/](weights|checkpoint)\.safetensors$/

function hasRows(rows: ReturnType<ReturnType<typeof tableOf>['rows']>): boolean {
  return Symbol.iterator in rows && rows[Symbol.iterator]().next().done !== true
}

function handedOn(folder: string): readonly string[] {
  return filesOf(folder, [])
    .map(({ path }) => path)
    .filter((path) => !KEPT_BACK.test(path))
}

/** When it was said to be over; nothing changes its status after that but more training. */
function endOf({ folder, record }: ExportedRun): string | null {
  const status = readStatus(paths(folder).status)
  const over = ['done', 'collapsed', 'failed', 'stopped', 'sample'].includes(record.row.state)
  return over && status !== null ? status.updated : null
}

/**
 * Makes the folder of a run that is over an RO-Crate: one file more, and nothing else of it is touched. Answers that file.
 *
 * @throws LabProblem where there is one already, or the run still moves
 */
export async function makeCrate(exported: ExportedRun, { author, licence }: Named): Promise<string> {
  const { folder, record } = exported
  const path = join(folder, CRATE_FILE)
  if (isMoving(record.row.state))
    throw new LabProblem(`${record.row.name} is not over: its files still change.`, 'Wait for it, or stop it first.')
  if (lookAt(path) !== undefined)
    throw new LabProblem(`${path} is there already.`, 'Move it away to have it made anew; nothing was overwritten.')
  const files: Written[] = []
  for (const name of handedOn(folder)) {
    const hash = createHash('sha256')
    let bytes = 0
    for await (const piece of streamRegular(join(folder, name)) as AsyncIterable<Buffer>) {
      hash.update(piece)
      bytes += piece.length
    }
    files.push({ path: name.replaceAll('\\', '/'), bytes, sha256: hash.digest('hex') })
  }
  const run: CratedRun = { ...exported, folder: '', files, ended: endOf(exported) }
  writeJson(path, crateOf([run], { made: new Date().toISOString(), others: [], author, licence }))
  return path
}
