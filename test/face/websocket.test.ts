// The face's WebSocket against a real one: answers find their callers, a broken line is said and comes back.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
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

const wireTo = (port: number): Wire => websocketWire({ protocol: 'http:', host: `127.0.0.1:${port}` })

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
