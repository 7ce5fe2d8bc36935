// A visitor of a served lab who is no browser: it can lie about everything that a browser would tell truly.
import { request, type IncomingHttpHeaders } from 'node:http'
import { WebSocket } from 'ws'
import type { HostMessage } from '../../src-main/contract.ts'

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** One HTTP request to a served lab, with exactly these headers and this path, however odd. */
export function visit(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const all = { host: `127.0.0.1:${port}`, ...headers }
    const sent = request({ host: '127.0.0.1', port, path, method, headers: all, setHost: false }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (body += chunk))
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
      })
    })
    sent.on('error', reject)
    sent.end()
  })
}

/** Exchanges the token of a printed address for the session's cookie, as a browser does. */
export async function enter(address: string): Promise<string> {
  const url = new URL(address)
  const reply = await visit(Number(url.port), `${url.pathname}${url.search}`)
  const cookie = reply.headers['set-cookie']?.[0]?.split(';')[0]
  if (cookie === undefined) throw new Error(`No cookie came with ${reply.status}: ${reply.body}`)
  return cookie
}

export interface Knock {
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** A socket with these headers, not yet open. */
export function knock(port: number, { path = '/lab', headers = {} }: Knock): WebSocket {
  const all = { host: `127.0.0.1:${port}`, origin: `http://127.0.0.1:${port}`, ...headers }
  return new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers: all })
}

/** What came of knocking: 'open', or the status of the refusal. The socket is closed again. */
export function knocked(port: number, how: Knock): Promise<'open' | number> {
  return new Promise((resolve, reject) => {
    const socket = knock(port, how)
    socket.on('open', () => {
      socket.close()
      resolve('open')
    })
    socket.on('unexpected-response', (_, response) => {
      resolve(response.statusCode ?? 0)
      socket.terminate()
    })
    socket.on('error', reject)
  })
}

/** A socket that sends what it likes and collects all that comes back. */
export class RawSocket {
  readonly socket: WebSocket
  readonly #heard: HostMessage[] = []
  #waiting: (() => void)[] = []

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data) => {
      this.#heard.push(JSON.parse((data as Buffer).toString('utf8')) as HostMessage)
      for (const wake of this.#waiting.splice(0)) wake()
    })
    socket.on('close', () => {
      for (const wake of this.#waiting.splice(0)) wake()
    })
  }

  static open(port: number, cookie: string): Promise<RawSocket> {
    const socket = knock(port, { headers: { cookie } })
    const raw = new RawSocket(socket)
    return new Promise((resolve, reject) => {
      socket.on('open', () => {
        resolve(raw)
      })
      socket.on('error', reject)
    })
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' || message instanceof Uint8Array ? message : JSON.stringify(message))
  }

  /** The next message that fits, taken out of what was heard; fails when the socket closes first. */
  async next(fits: (message: HostMessage) => boolean): Promise<HostMessage> {
    for (;;) {
      const index = this.#heard.findIndex(fits)
      const found = this.#heard[index]
      if (found !== undefined) {
        this.#heard.splice(index, 1)
        return found
      }
      if (this.socket.readyState >= WebSocket.CLOSING) throw new Error('The socket closed before the message came.')
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  /** The answer or refusal to the message with this id. */
  answerTo(id: number): Promise<HostMessage> {
    return this.next((message) => 'id' in message && message.id === id)
  }
}
