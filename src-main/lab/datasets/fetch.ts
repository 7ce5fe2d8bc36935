/**
 * Fetches one file over HTTPS into a `.part` beside its place, from the first of several addresses that has it. What is
 * there already is not fetched again: a range is asked for under the condition that the file did not change
 * (If-Range, RFC 9110 §13.1.5). It is trusted only when its length and SHA-256 are those that are known beforehand.
 *
 * Why node:https and not fetch: fetch unpacks a `.gz` that a server labels as encoded, and then neither length, range
 * nor checksum is that of the published file.
 */
import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { formatCount } from '../../data/problem.ts'
import type { Fetchable } from './publishers.ts'
import { storageProblem } from './storage-problem.ts'
import { lookAt, readJson, streamRegular, writeJson } from '../storage.ts'

/** Retries, timeout and trusted certificates of a fetch. */
export interface FetchPolicy {
  /** Certificates trusted instead of the system's; for servers of one's own. */
  readonly certificates?: string
  /** Waits between attempts at one address that bring nothing new; one attempt more than waits. */
  readonly retryDelaysMs: readonly number[]
  /** A server that says nothing for so long is given up. */
  readonly idleTimeoutMs: number
}

export const DEFAULT_FETCH_POLICY: FetchPolicy = { retryDelaysMs: [500, 2000, 5000], idleTimeoutMs: 30_000 }

interface FetchOptions {
  readonly signal: AbortSignal
  /** Called as bytes come, with how many are there now. */
  readonly onBytes: (have: number) => void
  readonly onChecking: () => void
  readonly policy: FetchPolicy
}

/** No address had the file; `reasons` are parts of a sentence, one per address. */
export class NotFetched extends Error {
  override readonly name = 'NotFetched'
  readonly reasons: readonly string[]
  /** Nobody could be asked at all: this machine has no network, or nobody answers. */
  readonly isOffline: boolean

  constructor(file: string, reasons: readonly string[], isOffline: boolean) {
    super(`${file} could not be fetched: ${reasons.join('; ')}.`)
    this.reasons = reasons
    this.isOffline = isOffline
  }
}

/** One address will not give it; another may. */
class SourceFailed extends Error {
  readonly isOffline: boolean

  constructor(reason: string, isOffline = false) {
    super(reason)
    this.isOffline = isOffline
  }
}

const MOST_REDIRECTS = 5

export function partOf(path: string): string {
  return `${path}.part`
}

/**
 * Leaves the whole file, checked, in `partOf(path)`.
 *
 * @throws NotFetched, a LabProblem of the disk, or the signal's reason
 */
export async function fetchPart(file: Fetchable, path: string, options: FetchOptions): Promise<void> {
  const part = partOf(path)
  const reasons: string[] = []
  let offline = true
  for (const url of file.urls) {
    try {
      await fromAddress(url, file, part, options)
      return
    } catch (error) {
      if (!(error instanceof SourceFailed)) throw error
      reasons.push(`${new URL(url).host} ${error.message}`)
      offline &&= error.isOffline
    }
  }
  throw new NotFetched(file.name, reasons, offline)
}

/** Removes a part and what is known of it. */
export function dropPart(part: string): void {
  for (const path of [part, noteOf(part)]) rmSync(path, { force: true })
}

async function fromAddress(url: string, file: Fetchable, part: string, options: FetchOptions): Promise<void> {
  for (let wrong = 0; ; wrong++) {
    const resumed = await untilWhole(url, file, part, options)
    options.onChecking()
    const sha256 = await digestOf(part)
    options.signal.throwIfAborted()
    if (sha256 === file.sha256) return
    dropPart(part)
    // What was continued may have been begun elsewhere or long ago; once it is fetched anew before it is believed wrong.
    if (!resumed || wrong > 0)
      throw new SourceFailed(
        `sent other bytes than were published (SHA-256 ${sha256.slice(0, 12)}… instead of ${file.sha256.slice(0, 12)}…)`,
      )
  }
}

/** Asks again, with pauses, as long as anything new comes. Returns whether any of it was there before. */
async function untilWhole(url: string, file: Fetchable, part: string, options: FetchOptions): Promise<boolean> {
  const { retryDelaysMs } = options.policy
  const before = sizeOf(part)
  let furthest = before
  let fruitless = 0
  let continued = before > 0
  while (sizeOf(part) !== file.bytes) {
    options.signal.throwIfAborted()
    let reason: string
    try {
      continued = (await attempt(url, file, part, options)) || continued
      if (sizeOf(part) === file.bytes) break
      reason = 'broke off in the middle'
    } catch (error) {
      options.signal.throwIfAborted()
      if (!isNetworkError(error)) throw error
      reason = networkReason(error)
      if (!TRANSIENT.has(error.code)) throw new SourceFailed(reason, UNREACHABLE.has(error.code))
    }
    const have = sizeOf(part)
    fruitless = have > furthest ? 0 : fruitless + 1
    furthest = Math.max(furthest, have)
    const wait = retryDelaysMs[Math.max(0, fruitless - 1)]
    if (wait === undefined) throw new SourceFailed(reason)
    await pause(wait, undefined, { signal: options.signal })
  }
  return continued
}

/** One request. Returns whether it went on where an earlier one ended. */
async function attempt(url: string, file: Fetchable, part: string, options: FetchOptions): Promise<boolean> {
  const have = sizeOf(part)
  if (have > file.bytes) dropPart(part)
  const known = readNote(part)
  const from = have > 0 && have < file.bytes && known?.url === url ? have : 0
  const condition: Record<string, string> =
    from === 0 ? {} : { Range: `bytes=${from}-`, ...(known?.validator ? { 'If-Range': known.validator } : {}) }
  const response = await ask(new URL(url), condition, options)
  try {
    const { statusCode = 0, headers } = response
    if (statusCode === 206) {
      const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers['content-range'] ?? '')
      const total = range?.[2] === '*' ? file.bytes : Number(range?.[2])
      // With If-Range a server need not say it again.
      const now = validatorOf(response)
      const unchanged = now === null || known?.validator === null || known?.validator === now
      if (from === 0 || Number(range?.[1]) !== from || total !== file.bytes || !unchanged) {
        // Another file by now, or a server that answers something else than was asked: from the beginning.
        dropPart(part)
        return false
      }
      await take(response, file, part, from, options)
      return true
    }
    if (statusCode === 416) {
      dropPart(part)
      return false
    }
    if (statusCode !== 200) {
      const reason = `answers with status ${statusCode}`
      if (statusCode >= 500 || statusCode === 408 || statusCode === 429) throw new NetworkStatus(reason)
      throw new SourceFailed(reason)
    }
    const length = headers['content-length']
    if (length !== undefined && Number(length) !== file.bytes)
      throw new SourceFailed(`has a file of ${formatCount(Number(length))} bytes instead of ${formatCount(file.bytes)}`)
    const note: Note = { url, validator: validatorOf(response) }
    await stored(part, () => writeJson(noteOf(part), note))
    await take(response, file, part, 0, options)
    return false
  } finally {
    response.destroy()
  }
}

/** Follows redirects, as long as they stay encrypted. */
async function ask(
  url: URL,
  condition: Record<string, string>,
  options: FetchOptions,
  left = MOST_REDIRECTS,
): Promise<IncomingMessage> {
  const response = await respond(url, condition, options)
  const { statusCode = 0, headers } = response
  if (![301, 302, 303, 307, 308].includes(statusCode) || headers.location === undefined) return response
  response.destroy()
  const to = URL.parse(headers.location, url)
  if (to === null) throw new SourceFailed('redirects to an address that cannot be read')
  if (to.protocol !== 'https:')
    throw new SourceFailed(`redirects to ${to.protocol}//${to.host}, which is not encrypted`)
  if (left === 0) throw new SourceFailed('redirects in circles')
  return ask(to, condition, options, left - 1)
}

function respond(
  url: URL,
  condition: Record<string, string>,
  { signal, policy }: FetchOptions,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const agent = new Agent({
      // A machine behind a proxy says so in HTTPS_PROXY and NO_PROXY.
      proxyEnv: process.env,
      ...(policy.certificates === undefined ? {} : { ca: policy.certificates }),
    })
    const headers = { Accept: '*/*', 'Accept-Encoding': 'identity', 'User-Agent': 'Apical', ...condition }
    const sent = request(url, { agent, headers, signal }, resolve)
    sent.setTimeout(policy.idleTimeoutMs, () => {
      sent.destroy(Object.assign(new Error('nothing came for a while'), { code: 'ETIMEDOUT' }))
    })
    sent.on('error', reject)
    sent.end()
  })
}

async function take(
  response: IncomingMessage,
  file: Fetchable,
  part: string,
  from: number,
  options: FetchOptions,
): Promise<void> {
  let have = from
  let tooLong = false
  const handle = await stored(part, () => open(part, from === 0 ? 'w' : 'a'))
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      tooLong = have + chunk.length > file.bytes
      if (tooLong) break
      await stored(part, () => writeAll(handle, chunk))
      have += chunk.length
      options.onBytes(have)
    }
    await stored(part, () => handle.sync())
  } finally {
    await handle.close()
  }
  if (!tooLong) return
  dropPart(part)
  throw new SourceFailed(`sends more than the ${formatCount(file.bytes)} bytes that were published`)
}

async function writeAll(handle: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await handle.write(bytes, at)).bytesWritten
}

/** What the disk says is told apart from what the network says. */
async function stored<T>(path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw storageProblem(error, path)
  }
}

/** SHA-256 of a file, in hexadecimal. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of streamRegular(path)) hash.update(chunk as Buffer)
  } catch (error) {
    throw storageProblem(error, path)
  }
  return hash.digest('hex')
}

/** Bytes of a file; 0 where there is none, or none that may be looked at. */
export function sizeOf(path: string): number {
  return lookAt(path)?.size ?? 0
}

/** Of which version of the file the part is: the address, and a strong ETag, else the time of its last change. */
const Note = z.object({ url: z.string(), validator: z.string().nullable() })
type Note = z.infer<typeof Note>

function noteOf(part: string): string {
  return `${part}.json`
}

function readNote(part: string): Note | null {
  try {
    const parsed = Note.safeParse(readJson(noteOf(part), 10_000))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

function validatorOf({ headers }: IncomingMessage): string | null {
  const { etag } = headers
  if (etag !== undefined && !etag.startsWith('W/')) return etag
  return headers['last-modified'] ?? null
}

/** A server that is busy now and may not be at the next attempt. */
class NetworkStatus extends Error {
  readonly code = 'STATUS'
}

function isNetworkError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && !(error instanceof SourceFailed) && error.name !== 'LabProblem' && 'code' in error
}

/** What a retry may mend. Without a host name, a route or a valid certificate there is nothing to wait for. */
const TRANSIENT: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'STATUS'])
const UNREACHABLE: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ECONNREFUSED',
])

function networkReason(error: Error & { readonly code: string }): string {
  if (UNREACHABLE.has(error.code)) return `cannot be reached (${error.code})`
  switch (error.code) {
    case 'ETIMEDOUT':
      return 'does not answer'
    case 'ECONNRESET':
    case 'EPIPE':
      return 'broke off in the middle'
    case 'STATUS':
      return error.message
    default:
      return `cannot be talked to safely (${error.code})`
  }
}
