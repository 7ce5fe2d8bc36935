/** All that the sandboxed page gets of Electron: one call, one listener, on the two channels of the contract, and where dropped files lie. */
import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { Answer, ElectronBridge, IPC_CALL, IPC_EVENT, LabEvent } from './contract.ts'

// Types only: importing the values would bundle the contract's schemas into the sandbox.
const CALL: typeof IPC_CALL = 'lab:call'
const EVENT: typeof IPC_EVENT = 'lab:event'

const bridge: ElectronBridge = {
  call: (name, argument) => ipcRenderer.invoke(CALL, name, argument) as Promise<Answer>,
  listen: (listener) => {
    const heard = (_: unknown, event: LabEvent): void => {
      listener(event)
    }
    ipcRenderer.on(EVENT, heard)
    return () => void ipcRenderer.off(EVENT, heard)
  },
  // Answers for files that the person gave to the page, and for no path that the page makes up.
  pathOf: (file) => webUtils.getPathForFile(file),
}

contextBridge.exposeInMainWorld('apicalTransport', bridge)
