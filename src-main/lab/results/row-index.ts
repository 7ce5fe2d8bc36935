/**
 * The rows of finished experiments, remembered: in memory, and in `.index.jsonl` of the results folder for the next
 * start. A cache and nothing else: whoever deletes it loses a few seconds. What it says of a folder counts only while
 * everything that the row was read from has the time and size it had then, so a folder copied in, changed or taken away
 * is noticed, and two instances may write it as they like: the last one wins and neither can be wrong.
 */
import { createHash, randomBytes } from 'node:crypto'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import type { ExperimentRow } from '../../contract.ts'
import { presetsText } from '../../experiment/presets.ts'
import { rootFolder, versionIn } from '../machine.ts'
import { paths } from './folder.ts'
import { isMoving, isQueuedHere } from './status.ts'
import { StoredRow } from './stored-row.ts'
import { lookAt, readBytes, TEMPORARY } from '../storage.ts'

/** Raised whenever rows are read another way than before, so that rows of the old way are read again. */
const VERSION = 4
const LARGEST = 500_000_000
const AT_ONCE = 100
/** A folder that changed this lately may change again without its time telling: clocks of file systems are coarse. */
export const SETTLED_MS = 2000

interface Remembered {
  /** Null until somebody looks at it: of ten thousand a window shows forty at first. */
  row: ExperimentRow | null
  /** The row as the index has it; empty when it was read from the folder. */
  readonly stored: string
  readonly created: string
  /** The folder's own time: everything that changes a finished folder renames a file into it. */
  readonly changed: number
  /** Times and sizes of all the files, for what was edited in place. */
  readonly files: string
}

const remembered = new Map<string, Remembered>()
/** Results folders whose index was looked for, and those whose index is behind. */
const loaded = new Set<string>()
const behind = new Set<string>()

/** The row as it was last read; null when the folder is not as it was. With `look` 'files' every file is asked. */
export function recall(folder: string, changed: number, look: 'folder' | 'files' = 'folder'): ExperimentRow | null {
  const known = remembered.get(folder)
  if (known?.changed !== changed) return null
  const row = rowOf(folder, known)
  if (row === null || look === 'folder') return row
  return known.files === traceOf(folder, row.seeds).files ? row : null
}

/** When an experiment was made, which nothing changes: asked without a look at its folder. Null where nothing is remembered. */
export function recallCreated(folder: string): string | null {
  return remembered.get(folder)?.created ?? null
}

function rowOf(folder: string, known: Remembered): ExperimentRow | null {
  if (known.row !== null) return known.row
  known.row = StoredRow.safeParse(JSON.parse(known.stored)).data ?? null
  if (known.row?.id !== basename(folder)) {
    forget(folder)
    return null
  }
  return known.row
}

function traceOf(folder: string, seeds: readonly number[]): { readonly files: string; readonly newest: number } {
  const at = paths(folder)
  const single = [at.experiment, at.status, at.environment, at.notes, at.labels, at.worker]
  let files = ''
  let newest = 0
  for (const path of [...single, ...seeds.map((seed) => at.metrics(seed))]) {
    const found = lookAt(path)
    files += found === undefined ? '-,' : `${found.mtimeMs}:${found.size},`
    newest = Math.max(newest, found?.mtimeMs ?? 0)
  }
  return { files, newest }
}

/**
 * Keeps a row whose reading began at `beganMs`, when the folder had the time `changed`. One that moves is not kept, nor
 * one of which anything changed since or shortly before: the next look reads it again. One that waits in this process's own
 * queue is: whatever changes it here has it read anew, and of those there may be ten thousand.
 */
export function remember(folder: string, changed: number, beganMs: number, row: ExperimentRow): void {
  const { files, newest } = traceOf(folder, row.seeds)
  const settled = Math.max(changed, newest) < beganMs - SETTLED_MS && !isMoving(row.state)
  const waits = row.state === 'queued' && isQueuedHere(paths(folder).status)
  if ((!settled && !waits) || row.state === 'unreadable') forget(folder)
  else {
    remembered.set(folder, { row, stored: '', created: row.created, changed, files })
    behind.add(dirname(folder))
  }
}

export function forget(folder: string): void {
  if (remembered.delete(folder)) behind.add(dirname(folder))
}

/** Forgets the folders of `results` that are not there any more. */
export function keepOnly(results: string, ids: ReadonlySet<string>): void {
  if (remembered.size <= ids.size) return
  for (const folder of remembered.keys()) if (dirname(folder) === results && !ids.has(basename(folder))) forget(folder)
}

/**
 * Folders of `results` whose files, though not the folder itself, are not as they were when their rows were read. Ends
 * early when somebody is `awaited`: there is another look.
 */
export async function* edited(results: string, awaited: () => boolean): AsyncGenerator<string> {
  let looked = 0
  for (const [folder, known] of [...remembered]) {
    if (dirname(folder) !== results) continue
    if (++looked % AT_ONCE === 0) await nextTurn()
    if (awaited()) return
    const row = rowOf(folder, known)
    if (row !== null && traceOf(folder, row.seeds).files === known.files) continue
    forget(folder)
    yield basename(folder)
  }
}

const Head = z.object({ index: z.string(), rows: z.int().min(0), crc: z.int() })
/** Before the tab of a line; the row itself follows it. */
const Key = z.tuple([z.string().regex(/^[^/\\\0]+$/), z.number(), z.string(), z.string()])

/** Reads the index of a results folder, once. One that is torn, foreign or of another version is passed over. */
export async function loadIndex(results: string): Promise<void> {
  let place = 0
  for (const line of linesOf(results)) {
    take(results, line)
    if (++place % AT_ONCE === 0) await nextTurn()
  }
}

/** The same in one go, for a process that has nobody else to serve. */
export function loadIndexAtOnce(results: string): void {
  for (const line of linesOf(results)) take(results, line)
}

function take(results: string, line: string): void {
  const tab = line.indexOf('\t')
  const key = Key.safeParse(JSON.parse(line.slice(0, tab))).data
  if (key === undefined) return
  const [id, changed, created, files] = key
  const folder = join(results, id)
  // What was read meanwhile is younger.
  if (!remembered.has(folder))
    remembered.set(folder, { row: null, stored: line.slice(tab + 1), created, changed, files })
}

function* linesOf(results: string): Generator<string> {
  if (loaded.has(results)) return
  loaded.add(results)
  const body = soundBody(indexIn(results))
  for (let from = 0; from < body.length;) {
    const end = body.indexOf(0x0a, from)
    yield body.toString('utf8', from, end)
    from = end + 1
  }
}

/** All lines after the first, whole as they were written; nothing where they are not, or not ours. */
function soundBody(path: string): Buffer {
  const none = Buffer.alloc(0)
  try {
    const bytes = readBytes(path, LARGEST)
    if (bytes === null) return none
    const end = bytes.indexOf(0x0a)
    const head = Head.safeParse(JSON.parse(bytes.toString('utf8', 0, end))).data
    const body = bytes.subarray(end + 1)
    return head?.index === kind() && head.crc === crc32(body) && body.at(-1) === 0x0a ? body : none
  } catch {
    // Torn, unreadable: the folders themselves say it all.
    return none
  }
}

/** Writes the index where it is behind. A folder that takes no files has none, and is read anew at each start. */
export async function storeIndex(results: string): Promise<void> {
  if (!behind.delete(results)) return
  const pieces: Buffer[] = []
  let text = ''
  let rows = 0
  for (const [folder, { row, stored, changed, created, files }] of [...remembered]) {
    // What waits in a queue ends with it, and is read anew by the next process.
    if (dirname(folder) !== results || row?.state === 'queued') continue
    text += `${JSON.stringify([basename(folder), changed, created, files])}\t${stored === '' ? JSON.stringify(row) : stored}\n`
    if (++rows % AT_ONCE !== 0) continue
    pieces.push(Buffer.from(text))
    text = ''
    await nextTurn()
  }
  const body = Buffer.concat([...pieces, Buffer.from(text)])
  const head = `${JSON.stringify({ index: kind(), rows, crc: crc32(body) })}\n`
  const temporary = join(results, `${TEMPORARY}index-${process.pid}-${randomBytes(4).toString('hex')}`)
  try {
    // Not flushed to the disk: one that a power failure tears is passed over.
    writeFileSync(temporary, Buffer.concat([Buffer.from(head), body]), { flag: 'wx' })
    renameSync(temporary, indexIn(results))
  } catch {
    rmSync(temporary, { force: true })
  }
}

function indexIn(results: string): string {
  return join(results, '.index.jsonl')
}

let kindOnce: string | undefined
/** Rows hold what was read by this version of Apical, compared with these published numbers. */
function kind(): string {
  const published = (): string => createHash('sha256').update(presetsText()).digest('hex').slice(0, 16)
  return (kindOnce ??= `apical ${versionIn(rootFolder())} rows ${VERSION} presets ${published()}`)
}
