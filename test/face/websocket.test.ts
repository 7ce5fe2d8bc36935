// The face's WebSocket against a real one: answers find their callers, a broken line is said and comes back.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { WebSocketServer, type WebSocket as Peer } from 'ws'
import type { ClientMessage, HostMessage, LabEvent } from '../../src-main/contract.ts'
import { websocketWire } from '../../src-renderer/transport/websocket.ts'
import type { Connection, Wire } from '../../src-renderer/transport/wire.ts'

let server: WebSocketServer | undefined

afterEach(() => {
  for (const client of server?.clients ?? []) client.terminate()
  server?.close()
})

async function serve(answer: (message: ClientMessage, peer: Peer) => HostMessage | null, port = 0): Promise<number> {
  server = new WebSocketServer({ host: '127.0.0.1', port, path: '/lab' })
  server.on('connection', (peer) =>
    peer.on('message', (data) => {
      const reply = answer(JSON.parse((data as Buffer).toString('utf8')) as ClientMessage, peer)
      if (reply !== null) peer.send(JSON.stringify(reply))
    }),
  )
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** The host answers a page of its own, unless a test says otherwise. */
const wireTo = (port: number, ask: () => Promise<number> = () => Promise.resolve(200)): Wire =>
  websocketWire({ protocol: 'http:', host: `127.0.0.1:${port}` }, undefined, ask)

async function until(wire: Wire, wanted: Connection): Promise<void> {
  await new Promise<void>((resolve) => {
    const stop = wire.watchConnection((connection) => {
      if (connection !== wanted) return
      resolve()
      queueMicrotask(() => stop())
    })
  })
}

test('each answer reaches its call, in whatever order they come, also for calls made before the line stands', async () => {
  const held: (() => void)[] = []
  const port = await serve(({ id, call }, peer) => {
    const reply: HostMessage = { id, answer: call }
    if (call !== 'slow') return reply
    held.push(() => peer.send(JSON.stringify(reply)))
    return null
  })
  const wire = wireTo(port)
  const slow = wire.call('slow', {})
  expect(await wire.call('quick', {})).toBe('quick')
  for (const release of held) release()
  expect(await slow).toBe('slow')
})

test('a refusal keeps its words and its next step', async () => {
  const refusal = { message: 'No.', next: 'Ask again.', problems: [{ path: 'name', message: 'Expected a name.' }] }
  const wire = wireTo(await serve(({ id }) => ({ id, refusal })))
  await expect(wire.call('start', {})).rejects.toMatchObject(refusal)
})

test('events reach every listener until it stops listening', async () => {
  const event: LabEvent = { kind: 'removed', id: 'a' }
  const wire = wireTo(
    await serve(({ id }, peer) => {
      peer.send(JSON.stringify({ event } satisfies HostMessage))
      return { id, answer: null }
    }),
  )
  const heard: LabEvent[] = []
  const stop = wire.listen((told) => heard.push(told))
  await wire.call('list', {})
  stop()
  await wire.call('list', {})
  expect(heard).toEqual([event])
})

test('a lost line fails what was under way in words, and comes back by itself', async () => {
  const port = await serve((_, peer) => {
    peer.terminate()
    return null
  })
  const wire = wireTo(port)
  await expect(wire.call('read', { id: 'a' })).rejects.toThrow('The connection to the lab was lost.')
  await expect(wire.call('read', { id: 'a' })).rejects.toThrow('lost')
  await until(wire, 'open')
  server?.removeAllListeners('connection')
  server?.on('connection', (peer) =>
    peer.on('message', (data) => {
      const { id } = JSON.parse((data as Buffer).toString('utf8')) as ClientMessage
      peer.send(JSON.stringify({ id, answer: 'back' } satisfies HostMessage))
    }),
  )
  for (const client of server?.clients ?? []) client.terminate()
  await until(wire, 'lost')
  await until(wire, 'open')
  expect(await wire.call('list', {})).toBe('back')
})

test('a host that was started anew lets the page in no more: that is told, and it is not tried again', async () => {
  vi.useFakeTimers()
  try {
    const sockets: EventTarget[] = []
    const open = (): WebSocket => {
      const socket = new EventTarget()
      sockets.push(socket)
      return socket as WebSocket
    }
    const answers = [() => Promise.reject(new Error('nobody is there')), () => Promise.resolve(401)]
    let asked = 0
    const ask = (): Promise<number> => answers[asked++]?.() ?? Promise.resolve(200)
    const wire = websocketWire({ protocol: 'http:', host: 'lab' }, open, ask)
    const heard: Connection[] = []
    wire.watchConnection((connection) => heard.push(connection))
    sockets[0]?.dispatchEvent(new Event('open'))
    sockets[0]?.dispatchEvent(new Event('close'))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(heard).toEqual(['connecting', 'open', 'lost', 'shut out'])
    expect(asked, 'once of nobody, once of the new host').toBe(2)
    expect(sockets).toHaveLength(1)
    await expect(wire.call('list', {})).rejects.toThrow('lost')
  } finally {
    vi.useRealTimers()
  }
})
