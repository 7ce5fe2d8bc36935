/**
 * The lab over WebSockets: calls one way, events the other, as `ClientMessage` and `HostMessage` of the contract.
 * Whatever a page sends, it gets a refusal at most; the connection and the lab go on. What is bounded: the size of a
 * message, the pace of messages, the calls under way, the connections, and what waits for a page that does not read.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type RawData, type WebSocket } from 'ws'
import { z } from 'zod'
import { answer, whyNotPlainJson, refusal } from '../answer.ts'
import { NO_ID, type HostMessage, type Lab } from '../contract.ts'

/** Limits of one served lab; tests tighten them. */
export interface SocketLimits {
  /** A note may have a million characters, each at most six bytes of JSON. */
  readonly messageBytes: number
  readonly connections: number
  /** Messages a second that one connection may keep up, and how many it may save up. */
  readonly messagesPerSecond: number
  readonly burst: number
  readonly callsUnderWay: number
  /** Bytes waiting for a page that has stopped reading, after which it is let go; it finds all on disk when it is back. */
  readonly unreadBytes: number
}

export const SOCKET_LIMITS: SocketLimits = {
  messageBytes: 8 * 2 ** 20,
  connections: 32,
  messagesPerSecond: 100,
  burst: 200,
  callsUnderWay: 32,
  unreadBytes: 32 * 2 ** 20,
}

const Id = z.object({ id: z.int().min(0).max(Number.MAX_SAFE_INTEGER) })
const ClientMessage = z.strictObject({
  ...Id.shape,
  call: z.string().max(100),
  argument: z.unknown(),
})

const HEARTBEAT_MS = 30_000
/** So long a window may take to say farewell when the lab closes. */
const FAREWELL_MS = 1000

export interface LabSockets {
  /** Takes over a connection whose upgrade the gate has let pass. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** False when there are as many connections as there may be. */
  hasRoom(): boolean
  close(): void
}

export function labSockets(lab: Lab, limits: SocketLimits): LabSockets {
  const server = new WebSocketServer({ noServer: true, maxPayload: limits.messageBytes, perMessageDeflate: false })
  // Serialised once for all, however many windows look on.
  const unwatch = lab.watch((event) => {
    if (server.clients.size === 0) return
    const text = JSON.stringify({ event } satisfies HostMessage)
    for (const client of server.clients) send(client, text, limits)
  })
  const heartbeat = setInterval(() => server.clients.forEach(checkPulse), HEARTBEAT_MS)
  heartbeat.unref()
  return {
    accept: (request, socket, head) => {
      server.handleUpgrade(request, socket, head, (client) => {
        serveClient(lab, client, limits)
      })
    },
    hasRoom: () => server.clients.size < limits.connections,
    close: () => {
      unwatch()
      clearInterval(heartbeat)
      for (const client of server.clients) client.close(1001, 'the lab closes')
      // A page that is busy, asleep or somebody's script may never answer; the end does not wait for it.
      setTimeout(() => {
        for (const client of server.clients) client.terminate()
      }, FAREWELL_MS)
      server.close()
    },
  }
}

function serveClient(lab: Lab, client: WebSocket, limits: SocketLimits): void {
  const pace = new Pace(limits)
  let underWay = 0
  let pausedForPace = false
  /** Not reading is the refusal of too much: the sender's own buffers fill up, and nothing is lost. */
  const settle = (): void => {
    if (pausedForPace || underWay >= limits.callsUnderWay) client.pause()
    else client.resume()
  }
  client.on('message', (data: RawData, isBinary: boolean) => {
    const waitMs = pace.spend()
    if (waitMs > 0 && !pausedForPace) {
      pausedForPace = true
      setTimeout(() => {
        pausedForPace = false
        settle()
      }, waitMs).unref()
    }
    underWay++
    settle()
    void reply(lab, data, isBinary).then((message) => {
      underWay--
      settle()
      send(client, JSON.stringify(message), limits)
    })
  })
  // ws closes the connection itself after a broken or oversized frame; without a listener it would end the process.
  client.on('error', () => {
    client.terminate()
  })
  client.on('pong', () => pulse.add(client))
  pulse.add(client)
}

async function reply(lab: Lab, data: RawData, isBinary: boolean): Promise<HostMessage> {
  const refused = (why: string, id = NO_ID): HostMessage => ({
    id,
    refusal: refusal(`A message ${why}.`, 'Send {"id": a whole number, "call": a name, "argument": {…}} as text.'),
  })
  if (isBinary) return refused('came as bytes, expected text')
  let value: unknown
  try {
    value = JSON.parse(textOf(data))
  } catch {
    return refused('is not JSON')
  }
  // Whoever waits for an answer to a readable id gets one, whatever else the message holds.
  const id = Id.safeParse(value).data?.id ?? NO_ID
  const odd = whyNotPlainJson(value)
  if (odd !== null) return refused(odd, id)
  const message = ClientMessage.safeParse(value)
  if (!message.success) return refused('has another shape than expected', id)
  return { id, ...(await answer(lab, message.data.call, message.data.argument)) }
}

function textOf(data: RawData): string {
  return (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)).toString('utf8')
}

function send(client: WebSocket, text: string, limits: SocketLimits): void {
  if (client.readyState !== client.OPEN) return
  if (client.bufferedAmount > limits.unreadBytes) client.terminate()
  else client.send(text)
}

/** Connections that answered since the last look; one that did not is gone without having said so. */
const pulse = new WeakSet<WebSocket>()

function checkPulse(client: WebSocket): void {
  if (!pulse.delete(client)) client.terminate()
  else if (client.readyState === client.OPEN) client.ping()
}

/** A bucket that fills at a steady pace; a message takes one out, and an empty one says how long to wait. */
class Pace {
  readonly #limits: SocketLimits
  #tokens: number
  #filledMs = performance.now()

  constructor(limits: SocketLimits) {
    this.#limits = limits
    this.#tokens = limits.burst
  }

  /** Milliseconds until the next message may be read; 0 for at once. */
  spend(): number {
    const nowMs = performance.now()
    const { messagesPerSecond, burst } = this.#limits
    this.#tokens = Math.min(burst, this.#tokens + ((nowMs - this.#filledMs) / 1000) * messagesPerSecond) - 1
    this.#filledMs = nowMs
    return this.#tokens >= 0 ? 0 : (-this.#tokens / messagesPerSecond) * 1000
  }
}
