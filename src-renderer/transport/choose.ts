import { electronWire } from './electron.ts'
import { websocketWire } from './websocket.ts'
import type { Wire } from './wire.ts'

/** The host that is there: Electron's bridge, else the server that sent this page. `?fake` while developing: a lab of straw. */
export async function chooseTransport(): Promise<Wire> {
  if (window.apicalTransport !== undefined) return electronWire(window.apicalTransport)
  if (import.meta.env.DEV && new URLSearchParams(window.location.search).has('fake'))
    return (await import('./fake.ts')).fakeWire()
  return websocketWire(window.location)
}
