/**
 * Connections of which nobody knows yet whether they belong to somebody who may come in. There is room for so many; one
 * more, and the one that has waited longest is let go. So whoever opens hundreds and says nothing fills no door: a page
 * says who it is within milliseconds.
 */
import type { Server, Socket } from 'node:net'

const MOST = 128

export class Strangers {
  /** In the order in which they came. */
  readonly #waiting = new Set<Socket>()

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.#waiting.add(socket)
      socket.once('close', () => this.#waiting.delete(socket))
      const [longest] = this.#waiting
      if (this.#waiting.size > MOST) longest?.destroy()
    })
  }

  /** It has shown that it may come in. */
  admit(socket: Socket): void {
    this.#waiting.delete(socket)
  }
}
