/** The lab over Electron's bridge: the preload puts two functions on the window, and the wire never breaks. */
import type { ElectronBridge } from '../../src-main/contract.ts'
import { Refusal, type Wire } from './wire.ts'

declare global {
  interface Window {
    readonly apicalTransport?: ElectronBridge
  }
}

export function electronWire(bridge: ElectronBridge): Wire {
  return {
    async call(name, argument) {
      const answer = await bridge.call(name, argument)
      if ('refusal' in answer) throw new Refusal(answer.refusal)
      return answer.answer
    },
    listen: (listener) => bridge.listen(listener),
    pathOf: (file) => bridge.pathOf(file) || null,
    watchConnection(listener) {
      listener('open')
      return () => undefined
    },
  }
}
