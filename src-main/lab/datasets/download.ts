/**
 * Brings a data set into its folder. Everything is fetched and checked in a folder beside it and moved there when all of
 * it is whole, so that a break leaves either no set or a whole one; what was fetched waits there for the next time.
 */
import { existsSync, renameSync, rmdirSync, rmSync, statfsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DataProblem } from '../../data/problem.ts'
import { LabProblem } from '../problem.ts'
import { unpackArchive } from './archive.ts'
import { digestOf, dropPart, fetchPart, type FetchPolicy, NotFetched, partOf, sizeOf } from './fetch.ts'
import type { Fetchable, WantedFile } from './publishers.ts'
import { storageProblem } from './storage-problem.ts'
import { releaseOwnership, makeFolders, touchHeartbeat, HEARTBEAT_MS, takeOwnership } from '../storage.ts'

export type Phase = 'fetching' | 'checking' | 'unpacking'

interface DownloadOptions {
  readonly label: string
  readonly signal: AbortSignal
  readonly policy: FetchPolicy
  /** How far it is; `bytes` of all that has to come over the network. */
  readonly tell: (phase: Phase, bytes: number) => void
}

/** Where a set is fetched to until it is whole. */
export function stagingOf(target: string): string {
  return join(dirname(target), `.getting-${basename(target)}`)
}

/** How much has to come over the network in all, how much of that is here already, and what it takes on disk. */
export function sizesOf(fetchables: readonly Fetchable[], target: string) {
  const staging = stagingOf(target)
  let bytes = 0
  let have = 0
  let onDisk = 0
  for (const fetchable of fetchables) {
    bytes += fetchable.bytes
    const isHere = (file: WantedFile): boolean =>
      [target, staging].some((folder) => sizeOf(join(folder, file.name)) === file.bytes)
    const unpacked = fetchable.gives.reduce((sum, file) => sum + file.bytes, 0)
    if (fetchable.gives.every(isHere)) {
      have += fetchable.bytes
      continue
    }
    const part = Math.min(fetchable.bytes, sizeOf(partOf(join(staging, fetchable.name))))
    have += part
    onDisk += fetchable.bytes - part + (fetchable.archiveFolder === null ? 0 : unpacked)
  }
  return { bytes, have, onDisk }
}

/** Bytes that may still be written where `folder` will be; null where the system does not tell. */
export function freeBytes(folder: string): number | null {
  for (let at = folder; ; at = dirname(at)) {
    try {
      const { bavail, bsize } = statfsSync(at)
      return bavail * bsize
    } catch {
      if (dirname(at) === at) return null
    }
  }
}

/**
 * Fetches what is missing, and leaves the whole set in `target`.
 *
 * @throws LabProblem, DataProblem, or the signal's reason
 */
export async function downloadInto(
  target: string,
  fetchables: readonly Fetchable[],
  { label, signal, policy, tell }: DownloadOptions,
): Promise<void> {
  const staging = stagingOf(target)
  const { onDisk } = sizesOf(fetchables, target)
  const free = freeBytes(target)
  if (free !== null && free < onDisk)
    throw new LabProblem(
      `${label} needs ${inMegabytes(onDisk)} on the disk of ${dirname(target)}; ${inMegabytes(free)} are free.`,
      'Free some space, or set APICAL_HOME to a folder on a larger disk and start Apical again.',
    )
  await withStorageProblems(target, () => makeFolders(staging))
  takeOwnership(staging)
  const life = setInterval(() => {
    touchHeartbeat(staging)
  }, HEARTBEAT_MS)
  try {
    const missing: Fetchable[] = []
    let done = 0
    for (const fetchable of fetchables)
      if (await isWhole(fetchable, target, staging)) done += fetchable.bytes
      else missing.push(fetchable)
    for (const fetchable of missing) {
      signal.throwIfAborted()
      const path = join(staging, fetchable.name)
      await fetchPart(fetchable, path, {
        signal,
        policy,
        onBytes: (have) => {
          tell('fetching', done + have)
        },
        onChecking: () => {
          tell('checking', done + fetchable.bytes)
        },
      }).catch((error: unknown) => {
        throw error instanceof NotFetched ? notFetched(error, label, fetchables, sizeOf(partOf(path))) : error
      })
      if (fetchable.archiveFolder === null) await withStorageProblems(path, () => renameSync(partOf(path), path))
      else {
        tell('unpacking', done + fetchable.bytes)
        for (const { name } of fetchable.gives) rmSync(join(staging, name), { force: true })
        await unpackArchive(partOf(path), fetchable, staging, signal)
      }
      dropPart(partOf(path))
      done += fetchable.bytes
    }
    await withStorageProblems(target, () => {
      makeFolders(target)
      for (const { name } of fetchables.flatMap(({ gives }) => gives)) {
        // Looked at when this began: what lies there by now is the published file, or somebody's own.
        if (!existsSync(join(target, name))) renameSync(join(staging, name), join(target, name))
      }
    })
    rmSync(staging, { recursive: true, force: true })
  } finally {
    clearInterval(life)
    releaseOwnership(staging)
    removeIfEmpty(staging)
  }
}

/** Whether all it gives is here, and as published. @throws DataProblem for another file of that name in the target */
async function isWhole({ gives }: Fetchable, target: string, staging: string): Promise<boolean> {
  let whole = true
  for (const { name, bytes, sha256 } of gives) {
    const path = join(target, name)
    if (existsSync(path)) {
      if (sizeOf(path) === bytes && (await digestOf(path)) === sha256) continue
      throw new DataProblem(
        path,
        'the published file or none',
        'another one, which is left as it is',
        'Move it away and download again.',
      )
    }
    const staged = join(staging, name)
    if (!existsSync(staged) || (await digestOf(staged)) !== sha256) whole = false
  }
  return whole
}

function notFetched(error: NotFetched, label: string, fetchables: readonly Fetchable[], have: number): LabProblem {
  const files = fetchables.map(({ name }) => name)
  const from = fetchables[0]?.urls[0] ?? ''
  const named = files.length === 1 ? from : `${files.join(', ')} from ${from.slice(0, from.lastIndexOf('/') + 1)}`
  const unpack = fetchables.some(({ archiveFolder }) => archiveFolder !== null) ? ', unpack it' : ''
  const byHand = `fetch ${named} on another machine${unpack}, put the files into one folder here and choose it with “Use a folder you have” (on the command line: --data).`
  const again = have > 0 ? `Download again to go on after ${inMegabytes(have)}` : 'Try again when there is a network'
  return new LabProblem(
    error.isOffline ? `${label} cannot be downloaded: ${error.reasons.join('; ')}.` : error.message,
    `${again}, or ${byHand}`,
    [],
    error,
  )
}

/** Nothing came: no folder is left to wonder about. */
function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // Gone already, or something waits in it for the next time.
  }
}

async function withStorageProblems<T>(path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw storageProblem(error, path)
  }
}

function inMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`
}
