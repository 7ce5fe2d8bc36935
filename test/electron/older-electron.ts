// What Electron 22 (Node 16) lacks of what the main process uses. Only for the old Electron of the tests.
import { app, protocol, type WebContents } from 'electron'
import { availableParallelism } from 'node:os'
import { createRequire } from 'node:module'
import { deserialize, serialize } from 'node:v8'
import type * as zlib from 'node:zlib'
import { crc32 } from '../../src-renderer/figure/figure-file.ts'
import './newer-javascript.ts'

/** As much of a response as the face's protocol makes: a body in one piece. */
class OneBody {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Buffer
  constructor(body: string | Uint8Array | null, init: { status: number; headers: Record<string, string> }) {
    this.status = init.status
    this.headers = init.headers
    this.bytes = Buffer.from(body ?? '')
  }
}

const here = globalThis as unknown as Record<string, unknown>
here['Response'] ??= OneBody
here['structuredClone'] ??= (value: unknown): unknown => deserialize(serialize(value)) as unknown

// The bindings that the bundle reads are these very objects.
const require = createRequire(import.meta.url)
const system = require('node:os') as { availableParallelism?: typeof availableParallelism; cpus(): unknown[] }
system.availableParallelism ??= () => system.cpus().length
const compression = require('node:zlib') as { crc32?: typeof zlib.crc32 }
compression.crc32 ??= (data, before) => crc32(Buffer.from(data as Uint8Array), before)

type Handler = (request: { url: string; method: string }) => Response
const schemes = protocol as unknown as {
  handle?: (scheme: string, handler: Handler) => void
  registerBufferProtocol(
    scheme: string,
    handler: (
      request: { url: string; method: string },
      answer: (response: { statusCode: number; headers: Readonly<Record<string, string>>; data: Buffer }) => void,
    ) => void,
  ): boolean
}
// Before Electron 25 an answer was given to a callback.
schemes.handle ??= (scheme, handler) => {
  schemes.registerBufferProtocol(scheme, (request, answer) => {
    const { status, headers, bytes } = handler(request) as unknown as OneBody
    answer({ statusCode: status, headers, data: bytes })
  })
}

// Before Electron 25 only the page's own frame told where it goes, and an event did not carry the address.
type Going = (event: Electron.Event & { url?: string }, url: string) => void
app.on('web-contents-created', (_, contents) => {
  const older = contents as unknown as { on(name: string, listener: Going): void; emit: WebContents['emit'] }
  older.on('will-navigate', (event, url) => {
    event.url = url
    older.emit('will-frame-navigate', event)
  })
  older.on('will-redirect', (event, url) => {
    event.url = url
  })
})
