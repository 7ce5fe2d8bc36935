import { electronWire } from './electron.ts'
import { websocketWire } from './websocket.ts'
import type { Wire } from './wire.ts'

/** The host that is there: Electron's bridge, else the server that sent this page. */
export function chooseTransport(): Wire {
  return window.apicalTransport === undefined ? websocketWire(window.location) : electronWire(window.apicalTransport)
}
