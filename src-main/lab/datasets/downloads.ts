/** The downloads of a lab: at most one per data set at a time, reported as they go, stopped with the lab. */
import { basename, join } from 'node:path'
import { DataProblem } from '../../data/problem.ts'
import type { Download, DownloadOffer } from '../../experiment/data-card.ts'
import type { DataSetName } from '../../experiment/experiment.ts'
import { LabProblem } from '../problem.ts'
import { factsOf } from './cards.ts'
import { downloadInto, freeBytes, type Phase, sizesOf } from './download.ts'
import { type FetchPolicy, DEFAULT_FETCH_POLICY } from './fetch.ts'
import { findDataSet, findFile, rememberFolder } from './find.ts'
import { hostsOf, publishers, type Publishers } from './publishers.ts'
import { Rate } from './rate.ts'
import { apicalHome } from '../storage.ts'

/** Where sets come from, and how they are asked for: the publishers themselves unless a test brings its own. */
export interface Source {
  readonly publishers: Publishers
  readonly policy: FetchPolicy
}

export const PUBLISHED: Source = { publishers, policy: DEFAULT_FETCH_POLICY }

const TELL_MS = 250
const TICK_MS = 1000

/** The folder that a download of a set fills: in the one that the person named for data, else in the lab's own. */
function downloadFolder(name: DataSetName, dataFolder: string | null): string {
  return join(dataFolder ?? join(apicalHome(), 'data'), factsOf(name).folders[0] ?? name)
}

/** What downloading a set means, said beforehand; null for one that nobody publishes. */
export function offerOf(
  name: DataSetName,
  dataFolder: string | null,
  source: Source = PUBLISHED,
): DownloadOffer | null {
  const fetchables = source.publishers(name)
  if (fetchables.length === 0) return null
  const folder = downloadFolder(name, dataFolder)
  return { ...sizesOf(fetchables, folder), free: freeBytes(folder), hosts: hostsOf(fetchables), folder }
}

/** Downloads a set, telling how it goes; the set is found in the usual places afterwards. */
export async function downloadSet(
  name: DataSetName,
  {
    dataFolder,
    source = PUBLISHED,
    signal,
    tell,
  }: {
    readonly dataFolder: string | null
    readonly source?: Source
    readonly signal: AbortSignal
    readonly tell: (phase: Phase, bytes: number) => void
  },
): Promise<string> {
  const facts = factsOf(name)
  const fetchables = source.publishers(name)
  if (fetchables.length === 0) throw new LabProblem(`${facts.label} is built in.`, 'It needs no download.')
  const target = downloadFolder(name, dataFolder)
  const names = new Set(fetchables.flatMap(({ gives }) => gives.map((file) => file.name)))
  for (const published of facts.files) {
    const other = findFile(target, published)
    // It would be read before what is downloaded beside it.
    if (other?.named === null && !names.has(basename(other.path)))
      throw new DataProblem(
        other.path,
        'no other copy beside the files to be downloaded',
        'one, which is left as it is',
        'Choose its folder if it is what you want, or move it away and download again.',
      )
  }
  const { policy } = source
  await downloadInto(target, fetchables, { label: facts.label, signal, policy, tell })
  if (dataFolder === null && !isFoundIn(name, target)) rememberFolder(name, target)
  return target
}

function isFoundIn(name: DataSetName, folder: string): boolean {
  try {
    return findDataSet(factsOf(name), null).folder === folder
  } catch (error) {
    if (error instanceof DataProblem || error instanceof LabProblem) return false
    throw error
  }
}

interface ActiveDownload {
  readonly stop: AbortController
  readonly ended: Promise<void>
}

export class Downloads {
  readonly dataFolder: string | null
  readonly source: Source
  readonly #listeners = new Set<(download: Download) => void>()
  readonly #active = new Map<DataSetName, ActiveDownload>()
  /** The latest of each set since the lab was opened. */
  readonly #latest = new Map<DataSetName, Download>()

  constructor(dataFolder: string | null, source: Source) {
    this.dataFolder = dataFolder
    this.source = source
  }

  watch(listener: (download: Download) => void): void {
    this.#listeners.add(listener)
  }

  list(): readonly Download[] {
    return [...this.#latest.values()]
  }

  /** Begins, or goes on where an earlier one was broken off. @throws LabProblem when it is under way already */
  start(name: DataSetName): void {
    const { label } = factsOf(name)
    if (this.#active.has(name))
      throw new LabProblem(`${label} is being downloaded already.`, 'Wait for it, or stop it.')
    const offer = offerOf(name, this.dataFolder, this.source)
    if (offer === null) throw new LabProblem(`${label} is built in.`, 'It needs no download.')
    const stop = new AbortController()
    this.#active.set(name, { stop, ended: this.#run(name, offer, stop.signal) })
  }

  /** Stops one; what came so far is kept. @throws LabProblem when none is under way */
  async stop(name: DataSetName): Promise<void> {
    const active = this.#active.get(name)
    if (active === undefined)
      throw new LabProblem(`${factsOf(name).label} is not being downloaded.`, 'It may have ended meanwhile.')
    active.stop.abort()
    await active.ended
  }

  async close(): Promise<void> {
    const all = [...this.#active.values()]
    for (const { stop } of all) stop.abort()
    await Promise.all(all.map(({ ended }) => ended))
  }

  async #run(name: DataSetName, { bytes: total, have }: DownloadOffer, signal: AbortSignal): Promise<void> {
    const rate = new Rate(have)
    let now: Download = {
      ...{ name, state: 'fetching', bytes: have, total, bytesPerSecond: null, secondsLeft: null },
      problem: null,
    }
    let told = 0
    const say = (change: Partial<Download>): void => {
      now = { ...now, ...change }
      this.#latest.set(name, now)
      told = performance.now()
      for (const listener of this.#listeners) listener(now)
    }
    let phase: Phase = 'fetching'
    let bytes = have
    const update = (): void => {
      const bytesPerSecond = rate.note(bytes)
      const secondsLeft = bytesPerSecond === null || bytesPerSecond === 0 ? null : (total - bytes) / bytesPerSecond
      say({ state: phase, bytes, bytesPerSecond, secondsLeft })
    }
    say({})
    // When nothing comes that is news too.
    const ticking = setInterval(update, TICK_MS)
    try {
      await downloadSet(name, {
        dataFolder: this.dataFolder,
        source: this.source,
        signal,
        tell: (nowPhase, nowBytes) => {
          const isNews = nowPhase !== phase || performance.now() - told >= TELL_MS
          phase = nowPhase
          bytes = nowBytes
          if (isNews) update()
        },
      })
      clearInterval(ticking)
      say({ state: 'done', bytes: total })
    } catch (error) {
      clearInterval(ticking)
      if (signal.aborted) say({ state: 'stopped', bytes })
      else say({ state: 'failed', problem: problemOf(error) })
    } finally {
      this.#active.delete(name)
    }
  }
}

function problemOf(error: unknown): { readonly message: string; readonly next: string } {
  if (error instanceof LabProblem || error instanceof DataProblem) return { message: error.message, next: error.next }
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(`${error instanceof Error ? (error.stack ?? message) : message}\n`)
  return {
    message: `The download failed: ${message}`,
    next: 'This is a defect of Apical. What was fetched is kept; try again.',
  }
}
