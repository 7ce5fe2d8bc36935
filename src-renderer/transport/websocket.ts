/**
 * The lab over a WebSocket at the page's own origin; comes back by itself after the connection was lost, unless the host
 * that is there now does not let this page in.
 */
import type { ClientMessage, HostMessage, LabEvent, SOCKET_PATH } from '../../src-main/contract.ts'
import { connectionLost, Listeners, Refusal, type Connection, type Wire } from './wire.ts'

/** Said again here because the contract's own constant would bring its schemas into the page; its type holds us to it. */
const path: typeof SOCKET_PATH = '/lab'

const FIRST_WAIT_MS = 300
const LONGEST_WAIT_MS = 5_000

interface Pending {
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: Error) => void
}

/** Anything that behaves as a WebSocket: the browser's own outside of tests. */
type OpenSocket = (address: string) => WebSocket
/** The status with which the host answers this page; rejects when nobody answers. */
type AskHost = () => Promise<number>

/** What a host says to those who have not shown its token. A socket that is refused does not tell why; a request does. */
const SHUT_OUT: ReadonlySet<number> = new Set([401, 403, 421])

export function websocketWire(
  location: { readonly protocol: string; readonly host: string },
  open: OpenSocket = (address) => new WebSocket(address),
  ask: AskHost = async () => (await fetch('/', { method: 'HEAD', cache: 'no-store' })).status,
): Wire {
  const address = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${path}`
  const events = new Listeners<LabEvent>()
  const connections = new Listeners<Connection>()
  const pending = new Map<number, Pending>()
  /** Calls made before the socket was open for the first time. */
  const waiting: string[] = []
  let connection: Connection = 'connecting'
  let lastId = 0
  let waitMs = FIRST_WAIT_MS
  let socket = connect()

  function become(next: Connection): void {
    connection = next
    connections.tell(next)
  }

  function connect(): WebSocket {
    const opened = open(address)
    opened.addEventListener('open', () => {
      waitMs = FIRST_WAIT_MS
      for (const message of waiting.splice(0)) opened.send(message)
      become('open')
    })
    opened.addEventListener('message', ({ data }) => {
      receive(JSON.parse(String(data)) as HostMessage)
    })
    // A refused connection reports 'error' and then 'close' as well.
    opened.addEventListener('close', () => {
      become('lost')
      waiting.splice(0)
      for (const { reject } of pending.values()) reject(connectionLost())
      pending.clear()
      later()
    })
    return opened
  }

  function later(): void {
    setTimeout(() => void connectAgain(), waitMs)
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)
  }

  async function connectAgain(): Promise<void> {
    let status: number
    try {
      status = await ask()
    } catch {
      later()
      return
    }
    if (SHUT_OUT.has(status)) become('shut out')
    else socket = connect()
  }

  function receive(message: HostMessage): void {
    if ('event' in message) {
      events.tell(message.event)
      return
    }
    const call = pending.get(message.id)
    pending.delete(message.id)
    if ('refusal' in message) call?.reject(new Refusal(message.refusal))
    else call?.resolve(message.answer)
  }

  return {
    call(name, argument) {
      if (connection === 'lost' || connection === 'shut out') return Promise.reject(connectionLost())
      const id = ++lastId
      const text = JSON.stringify({ id, call: name, argument } satisfies ClientMessage)
      return new Promise((resolve, reject) => {
        pending.set(id, { resolve, reject })
        if (connection === 'open') socket.send(text)
        else waiting.push(text)
      })
    },
    listen: (listener) => events.add(listener),
    watchConnection(listener) {
      listener(connection)
      return connections.add(listener)
    },
  }
}
