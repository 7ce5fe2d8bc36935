/**
 * The lab in a browser: HTTP for the built face, a WebSocket for the contract, on the loopback address unless another
 * one is asked for by name. Who may come in is `serve/gate.ts`, what a connection may do is `serve/socket.ts`.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { SOCKET_PATH, type Lab } from './contract.ts'
import { faceHeaders, readFace, type FaceFiles } from './face-files.ts'
import { Gate, isLoopback, type Refused } from './serve/gate.ts'
import { isOpenedByPerson, SHUT_OUT_PAGE, SHUT_OUT_POLICY } from './serve/shut-out-page.ts'
import { Strangers } from './serve/strangers.ts'
import { labSockets, SOCKET_LIMITS, type LabSockets, type SocketLimits } from './serve/socket.ts'

/** First port tried when none is asked for, and how many above it. */
const FIRST_PORT = 4172
const PORTS_TRIED = 100

export interface ServeOptions {
  /** Folder of the built face, `build/face` in a clone. */
  readonly faceFolder: string
  /** Exactly this port (0: any free one); without it, the first free one from 4172 up. */
  readonly port?: number | undefined
  /** Another address than loopback lets other machines in; it has to be asked for. */
  readonly host?: string | undefined
  readonly limits?: Partial<SocketLimits> | undefined
}

export interface ServedLab {
  /** What to open, token included: whoever has it has the lab. */
  readonly address: string
  readonly port: number
  /** A sentence to show where the lab can be reached from other machines; null on loopback. */
  readonly warning: string | null
  close(): Promise<void>
}

/** The lab cannot be served: the port is taken, or the address is not this machine's. */
export class ServeProblem extends Error {
  override readonly name = 'ServeProblem'
  readonly next: string

  constructor(message: string, next: string) {
    super(message)
    this.next = next
  }
}

/** Serves `lab` until closed. Refuses with `FaceMissing` or `ServeProblem`, both with a `next` sentence. */
export async function serveLab(lab: Lab, options: ServeOptions): Promise<ServedLab> {
  const host = options.host ?? '127.0.0.1'
  const face = await readFace(options.faceFolder)
  const gate = new Gate(host)
  const sockets = labSockets(lab, { ...SOCKET_LIMITS, ...options.limits })
  const server = createServer((request, response) => {
    serveRequest(request, response, gate, face)
  })
  server.headersTimeout = 10_000
  const strangers = new Strangers(server)
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    // Refused, it is a stranger still.
    response.once('finish', () => {
      if (response.statusCode < 400) strangers.admit(socket)
    })
  })
  server.on('upgrade', (request, socket, head) => {
    if (upgrade(request, socket, head, gate, sockets)) strangers.admit(request.socket)
  })
  try {
    await listen(server, host, options.port)
  } catch (error) {
    sockets.close()
    throw error
  }
  const { port } = server.address() as AddressInfo
  gate.servesPort(port)
  return {
    address: `http://${urlHost(host)}:${port}/?token=${gate.token}`,
    port,
    warning: isLoopback(host)
      ? null
      : `Other machines can reach this lab at ${host}, and what they exchange is not encrypted: "ssh -L ${port}:127.0.0.1:${port}" to a lab on 127.0.0.1 is safer.`,
    close: async () => {
      sockets.close()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      // Pages keep their connections open for the next request; there is none.
      setTimeout(() => server.closeAllConnections(), 200).unref()
      server.closeIdleConnections()
      await closed
    },
  }
}

function serveRequest(request: IncomingMessage, response: ServerResponse, gate: Gate, face: FaceFiles): void {
  const foreign = gate.refuseForeign(request)
  if (foreign !== null) {
    refuse(response, foreign)
    return
  }
  for (const [name, value] of Object.entries(faceHeaders([`ws://${request.headers.host ?? ''}`])))
    response.setHeader(name, value)
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD')
    say(response, 405, 'This server takes GET and HEAD only; the lab is driven over its WebSocket.')
    return
  }
  const url = addressOf(request)
  if (url === null) {
    say(response, 400, 'This address cannot be read.')
    return
  }
  const token = url.searchParams.get('token')
  if (url.pathname === '/' && token !== null && gate.isToken(token)) {
    response.setHeader('Set-Cookie', gate.setCookie)
    response.setHeader('Location', '/')
    say(response, 303, 'The lab is at /.')
    return
  }
  const stranger = gate.refuseStranger(request)
  if (stranger !== null) {
    if (isOpenedByPerson(request)) showHowToGetIn(response, stranger)
    else refuse(response, stranger)
    return
  }
  const file = face.at(url.pathname)
  if (file === undefined) {
    say(response, 404, 'There is no such file.')
    return
  }
  response.writeHead(200, { 'Content-Type': file.type, 'Content-Length': file.bytes.byteLength })
  response.end(request.method === 'HEAD' ? undefined : file.bytes)
}

/** Whether it was let in. */
function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, gate: Gate, sockets: LabSockets): boolean {
  // Nobody else listens to this connection now; an error without a listener would end the process.
  socket.on('error', () => socket.destroy())
  const refused = gate.refuseSocket(request)
  if (refused !== null) {
    hangUp(socket, refused.status, refused.sentence)
    return false
  }
  if (addressOf(request)?.pathname !== SOCKET_PATH) {
    hangUp(socket, 404, `The WebSocket is at ${SOCKET_PATH}.`)
    return false
  }
  if (!sockets.hasRoom()) {
    hangUp(socket, 503, 'Too many windows are open on this lab; close one.')
    return false
  }
  sockets.accept(request, socket, head)
  return true
}

/** The address asked for; null when it is none, or names another server. */
function addressOf(request: IncomingMessage): URL | null {
  const { url = '/' } = request
  return url.startsWith('/') && !url.startsWith('//') ? URL.parse(url, 'http://lab') : null
}

function refuse(response: ServerResponse, { status, sentence }: Refused): void {
  say(response, status, sentence)
}

function showHowToGetIn(response: ServerResponse, { status }: Refused): void {
  response.setHeader('Content-Security-Policy', SHUT_OUT_POLICY)
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8', Connection: 'close' }).end(SHUT_OUT_PAGE)
}

function say(response: ServerResponse, status: number, sentence: string): void {
  const headers = {
    'Content-Type': 'text/plain; charset=utf-8',
    'X-Content-Type-Options': 'nosniff',
    Connection: 'close',
  }
  response.writeHead(status, headers).end(`${sentence}\n`)
}

function hangUp(socket: Duplex, status: number, sentence: string): void {
  const head = `HTTP/1.1 ${status} Refused\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n`
  socket.end(`${head}Content-Length: ${Buffer.byteLength(sentence)}\r\n\r\n${sentence}`)
}

async function listen(server: Server, host: string, asked: number | undefined): Promise<void> {
  const last = asked ?? FIRST_PORT + PORTS_TRIED - 1
  for (let port = asked ?? FIRST_PORT; ; port++) {
    const code = await tryPort(server, host, port)
    if (code === null) return
    if (code === 'EADDRINUSE' || code === 'EACCES') {
      if (port < last) continue
      const why = code === 'EACCES' ? 'may not be used by you' : 'is taken by another program'
      if (asked !== undefined)
        throw new ServeProblem(`Port ${asked} ${why}.`, 'Take another with --port, or leave --port out.')
      throw new ServeProblem(`Ports ${FIRST_PORT} to ${last} are all taken.`, 'Name a free one with --port.')
    }
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
      throw new ServeProblem(`${host} is not an address of this machine.`, 'Leave --host out to serve on 127.0.0.1.')
    throw new ServeProblem(`The lab cannot listen on ${host}, port ${port}: ${code}.`, 'Try another --host or --port.')
  }
}

/** Null when the server listens now; else the system's code for why it does not. */
function tryPort(server: Server, host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      server.off('listening', listening)
      resolve(error.code ?? error.message)
    }
    const listening = (): void => {
      server.off('error', failed)
      resolve(null)
    }
    server
      .once('error', failed)
      .once('listening', listening)
      .listen({ host: host.replace(/^\[|\]$/g, ''), port })
  })
}

function urlHost(host: string): string {
  // 0.0.0.0 is where one listens, not where one goes.
  const name = host.replace(/^\[|\]$/g, '')
  if (name === '0.0.0.0' || name === '::') return '127.0.0.1'
  return name.includes(':') ? `[${name}]` : name
}
