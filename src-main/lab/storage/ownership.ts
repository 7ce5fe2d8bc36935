/**
 * Which process works in a folder. A worker names itself in worker.json while it lives; whether it still does is asked
 * of the system, and a recycled process number is told from the worker by when the process began.
 */
import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { fileProblem, LabProblem } from '../problem.ts'
import { TEMPORARY, writeJson } from './files.ts'
import { lookAt, readJson } from './regular-file.ts'

/** How often a worker shows that it lives, for those who cannot ask this system. */
export const HEARTBEAT_MS = 5000
/** Without a sign for this long it counts as gone, where nothing better can be known. */
export const SILENCE_MS = 120_000

/** Bytes of a worker.json; it has three fields. */
const LARGEST_OWNER = 10_000

/** A process, told from a later one with the same number by when it began. */
export const ProcessIdentity = z.object({ pid: z.int().min(1), began: z.string(), host: z.string() })
export type ProcessIdentity = z.infer<typeof ProcessIdentity>

/** Names the process that works in a folder. */
export function ownerFile(folder: string): string {
  return join(folder, 'worker.json')
}

let own: ProcessIdentity | undefined

/** This process, as files name it. */
export function identity(): ProcessIdentity {
  return (own ??= { pid: process.pid, began: began(process.pid), host: hostname() })
}

/** Whether a file names this process; thousands of queued runs ask. */
export function isThisProcess(owner: ProcessIdentity): boolean {
  const { pid, began: since, host } = identity()
  return owner.pid === pid && owner.began === since && owner.host === host
}

/** The living worker of a folder; null when there is none (any more). */
export function liveOwner(folder: string): number | null {
  const owner = ownerIn(ownerFile(folder))
  return owner !== null && isProcessAlive(owner, () => recentSign(ownerFile(folder))) ? owner.pid : null
}

/** Whether a process that a file names still lives; `sign` is asked where the system cannot tell. */
export function isProcessAlive(owner: ProcessIdentity, sign: () => boolean): boolean {
  if (isThisProcess(owner)) return true
  if (owner.host !== hostname()) return sign()
  if (!isAlive(owner.pid)) return false
  return owner.began === '' ? sign() : began(owner.pid) === owner.began
}

/** Takes a folder for this process, or refuses while another uses it. */
export function takeOwnership(folder: string): void {
  const path = ownerFile(folder)
  const mine = temporaryFor(folder)
  writeJson(mine, identity())
  try {
    // A link is made whole or not at all, and never over another: of two who try, one gets the folder.
    while (!linkNew(mine, path)) {
      const living = liveOwner(folder)
      if (living !== null) throw occupied(folder, living)
      removeStale(folder, path)
    }
  } finally {
    rmSync(mine, { force: true })
  }
}

/** Refuses to write on where another process, or nobody, owns the folder by now. */
export function requireOwnership(folder: string): void {
  const owner = ownerIn(ownerFile(folder))
  if (owner?.pid === process.pid && owner.host === hostname()) return
  if (lookAt(folder) === undefined)
    throw new LabProblem(
      `${folder} was moved or deleted while the run was writing to it.`,
      'What was trained since is lost; start the experiment again.',
    )
  if (owner !== null) throw occupied(folder, owner.pid)
  throw new LabProblem(
    `${ownerFile(folder)} was deleted while the run was writing to ${folder}.`,
    'Resume the run; its last checkpoint is kept.',
  )
}

export function releaseOwnership(folder: string): void {
  const owner = ownerIn(ownerFile(folder))
  if (owner?.pid === process.pid) rmSync(ownerFile(folder), { force: true })
}

/** Shows other machines on the same share that the worker lives. */
export function touchHeartbeat(folder: string): void {
  try {
    const now = new Date()
    utimesSync(ownerFile(folder), now, now)
  } catch {
    // The next checkpoint says in words what is wrong with the folder.
  }
}

function ownerIn(path: string): ProcessIdentity | null {
  try {
    const parsed = ProcessIdentity.safeParse(readJson(path, LARGEST_OWNER))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

function occupied(folder: string, pid: number): LabProblem {
  return new LabProblem(`${folder} is in use by process ${pid}.`, 'Stop it there first, or wait until it is done.')
}

function temporaryFor(folder: string): string {
  return join(folder, `${TEMPORARY}worker-${process.pid}-${randomBytes(4).toString('hex')}`)
}

/** False when the target exists already. */
function linkNew(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'EEXIST') return false
    // Some shares and memory sticks have no links; there two workers at the same instant are told apart at the first checkpoint.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EXDEV'].includes(code))
      throw fileProblem(error, 'Cannot write', to) ?? error
    if (statSync(to, { throwIfNoEntry: false }) !== undefined) return false
    renameSync(from, to)
    return true
  }
}

/** Takes a dead worker's name away. Looked at again once it is out of the way: another may have come in between. */
function removeStale(folder: string, path: string): void {
  const aside = temporaryFor(folder)
  try {
    renameSync(path, aside)
  } catch {
    // Somebody else took it away.
    return
  }
  const owner = ownerIn(aside)
  if (owner !== null && isProcessAlive(owner, () => recentSign(aside))) linkNew(aside, path)
  // Somebody may have put a folder there.
  rmSync(aside, { force: true, recursive: true })
}

function recentSign(path: string): boolean {
  const seen = lookAt(path)?.mtimeMs
  return seen !== undefined && Math.abs(Date.now() - seen) < SILENCE_MS
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
  // A killed process whose parent has not looked yet is a zombie: gone, though its number is taken.
  return statFields(pid)?.[0] !== 'Z'
}

/** When a process began, in the system's own unit since its start; '' where the system does not tell. */
function began(pid: number): string {
  const ticks = statFields(pid)?.[19]
  return ticks === undefined ? '' : `${bootId()}:${ticks}`
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return ''
  }
}

/** Fields of /proc/PID/stat after the name, which may itself hold spaces and parentheses. */
function statFields(pid: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}
