// The page of an app that lets no inspector into its main process: by Chromium's own protocol, as much of it as is needed.
import { once } from 'node:events'
import { WebSocket } from 'ws'

interface Answered {
  readonly id: number
  readonly result?: { readonly result: { readonly value?: unknown }; readonly exceptionDetails?: { text: string } }
}

export class DebuggedPage {
  readonly #socket: WebSocket
  #last = 0

  private constructor(socket: WebSocket) {
    this.#socket = socket
  }

  /** @param browser the address that Chromium prints */
  static async open(browser: string): Promise<DebuggedPage> {
    const { port } = new URL(browser)
    for (let turn = 0; turn < 200; turn++) {
      const response = await fetch(`http://127.0.0.1:${port}/json`)
      const targets = (await response.json()) as { type: string; url: string; webSocketDebuggerUrl: string }[]
      const target = targets.find(({ type, url }) => type === 'page' && url.startsWith('app://'))
      if (target !== undefined) {
        const socket = new WebSocket(target.webSocketDebuggerUrl)
        await once(socket, 'open')
        return new DebuggedPage(socket)
      }
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error('The app showed no page.')
  }

  /** What a script comes to, promises included. */
  evaluate(expression: string): Promise<unknown> {
    const id = ++this.#last
    return new Promise((resolve, reject) => {
      const heard = (data: Buffer): void => {
        const message = JSON.parse(data.toString()) as Answered
        if (message.id !== id) return
        this.#socket.off('message', heard)
        const { result } = message
        if (result === undefined || result.exceptionDetails !== undefined)
          reject(new Error(result?.exceptionDetails?.text ?? data.toString()))
        else resolve(result.result.value)
      }
      this.#socket.on('message', heard)
      const params = { expression, awaitPromise: true, returnByValue: true }
      this.#socket.send(JSON.stringify({ id, method: 'Runtime.evaluate', params }))
    })
  }

  close(): void {
    this.#socket.close()
  }
}
