/** A publisher of small files on this machine, over real HTTPS, that misbehaves as told. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createPlainServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FetchPolicy } from '../../src-main/lab/datasets/fetch.ts'
import type { Fetchable, WantedFile } from '../../src-main/lab/datasets/publishers.ts'

/** What the server does with a file. */
export interface Behaviour {
  bytes: Uint8Array
  /** Null for a server that tells no version. */
  etag: string | null
  ranges: boolean
  /** Each answer breaks off after so many bytes, as long as there are entries. */
  breaks: number[]
  /** How it behaves after an answer that broke off. */
  then?: Partial<Behaviour>
  /** Answers so instead. */
  status?: number
  location?: string
  /** Says nothing about the length. */
  silent?: true
  /** Once, after so many bytes: nothing more comes, as long as anybody waits for it. */
  holdsAt?: number
  /** Holds each piece back for so long. */
  slowMs?: number
}

export interface Asked {
  readonly path: string
  readonly range: string | undefined
  readonly condition: string | undefined
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** The system's openssl makes the certificate; null where there is none, and tests say that they were skipped. */
function selfSigned(): { key: Buffer; cert: Buffer } | null {
  const folder = mkdtempSync(join(tmpdir(), 'apical-certificate-'))
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
    const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
    execFileSync('openssl', ['req', '-x509', ...made, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' })
    return { key: readFileSync(key), cert: readFileSync(cert) }
  } catch {
    return null
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const certificate = selfSigned()
export const noCertificate = certificate === null

export class LocalPublisher {
  readonly asked: Asked[] = []
  /** What the fetching side has stored by now: a line breaks when what went over it has arrived. */
  stored = 0
  readonly #files = new Map<string, Behaviour>()
  readonly #server
  readonly #plain
  #port = 0
  #plainPort = 0

  private constructor() {
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      void this.#answer(request, response)
    }
    this.#server = createServer({ key: certificate?.key, cert: certificate?.cert }, answer)
    this.#plain = createPlainServer(answer)
  }

  static async open(): Promise<LocalPublisher> {
    const publisher = new LocalPublisher()
    for (const server of [publisher.#server, publisher.#plain])
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    publisher.#port = (publisher.#server.address() as AddressInfo).port
    publisher.#plainPort = (publisher.#plain.address() as AddressInfo).port
    return publisher
  }

  get policy(): FetchPolicy {
    return { certificates: certificate?.cert.toString() ?? '', retryDelaysMs: [1, 1, 1], idleTimeoutMs: 10_000 }
  }

  url(path: string): string {
    return `https://localhost:${this.#port}/${path}`
  }

  plainUrl(path: string): string {
    return `http://localhost:${this.#plainPort}/${path}`
  }

  /** Publishes bytes; what is returned can be changed to misbehave. */
  publish(path: string, bytes: Uint8Array, more: Partial<Behaviour> = {}): Behaviour {
    const behaviour: Behaviour = { bytes, etag: `"${sha256(bytes).slice(0, 8)}"`, ranges: true, breaks: [], ...more }
    this.#files.set(path, behaviour)
    return behaviour
  }

  /** One of a set's files, to be fetched from here; of the bytes that it should have. */
  wanted(name: string, bytes: Uint8Array, urls = [this.url(name)]): Fetchable {
    const itself = { name, bytes: bytes.length, sha256: sha256(bytes) }
    return { ...itself, urls, archiveFolder: null, gives: [itself] }
  }

  archive(name: string, bytes: Uint8Array, archiveFolder: string, gives: readonly WantedFile[]): Fetchable {
    return { ...this.wanted(name, bytes), archiveFolder, gives }
  }

  async close(): Promise<void> {
    for (const server of [this.#server, this.#plain]) {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').slice(1)
    const { range, 'if-range': condition } = request.headers
    this.asked.push({ path, range, condition: condition?.toString() })
    const file = this.#files.get(path)
    if (file === undefined) {
      response.writeHead(404).end()
      return
    }
    if (file.status !== undefined) {
      response.writeHead(file.status, file.location === undefined ? {} : { Location: file.location }).end('no')
      return
    }
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? NaN)
    const partial = file.ranges && from < file.bytes.length && (condition === undefined || condition === file.etag)
    const body = partial ? file.bytes.subarray(from) : file.bytes
    response.writeHead(partial ? 206 : 200, {
      ...(file.silent === true ? {} : { 'Content-Length': body.length }),
      ...(file.etag === null ? {} : { ETag: file.etag }),
      ...(partial ? { 'Content-Range': `bytes ${from}-${file.bytes.length - 1}/${file.bytes.length}` } : {}),
    })
    const holdsAt = file.holdsAt
    delete file.holdsAt
    if (holdsAt !== undefined) {
      response.write(body.subarray(0, holdsAt))
      return
    }
    const until = file.breaks.shift()
    const sent = body.subarray(0, until)
    for (let at = 0; at < sent.length; at += 8192) {
      response.write(sent.subarray(at, at + 8192))
      if (file.slowMs !== undefined) await new Promise((resolve) => setTimeout(resolve, file.slowMs))
      if (response.destroyed) return
    }
    if (until === undefined || until >= body.length) response.end()
    else {
      const wanted = (partial ? from : 0) + until
      for (let wait = 0; wait < 1000 && this.stored < wanted; wait++)
        await new Promise((resolve) => setTimeout(resolve, 5))
      Object.assign(file, file.then)
      response.socket?.destroy()
    }
  }
}

/** A `.tar` with these members, in the ustar format, whatever their names. */
export function tarOf(
  members: readonly { name: string; bytes: Uint8Array; type?: string; size?: number }[],
): Uint8Array {
  const blocks: Buffer[] = []
  for (const { name, bytes, type = '0', size = bytes.length } of members) {
    const header = Buffer.alloc(512)
    header.write(name, 0, 100)
    header.write('0000644\u0000', 100)
    header.write('0000000\u00000000000\u0000', 108)
    header.write(`${size.toString(8).padStart(11, '0')}\u0000`, 124)
    header.write('00000000000\u0000', 136)
    header.write('        ', 148)
    header.write(type, 156)
    if (type === '2') header.write('/etc/passwd', 157)
    header.write('ustar\u000000', 257)
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\u0000 `,
      148,
    )
    blocks.push(header, Buffer.from(bytes), Buffer.alloc((512 - (bytes.length % 512)) % 512))
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}
