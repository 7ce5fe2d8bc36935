// Stands in for Electron, whose program cannot be had on every machine: it records what the shell asks of it, in order,
// and lets a test play the part of Chromium. Nothing of Apical is replaced.
import { EventEmitter } from 'node:events'

/** Everything the shell did with Electron, in order: what was called, and with what. */
export const record: [call: string, ...words: unknown[]][] = []
const note = (call: string, ...words: unknown[]): void => void record.push([call, ...words])

export const stage = {
  appPath: '',
  isFirst: true,
  /** The button that the person will press. */
  button: 0,
  /** The folder that the person will choose; none is "Cancel". */
  chosen: [] as string[],
  windows: [] as BrowserWindow[],
  ipc: new Map<string, (event: unknown, ...words: unknown[]) => unknown>(),
  schemes: new Map<string, (request: Request) => Response>(),
  permission: {} as Record<string, (...words: never[]) => unknown>,
  exposed: new Map<string, unknown>(),
  menu: null as unknown,
  ready: Promise.withResolvers<undefined>(),
}

class App extends EventEmitter {
  readonly isPackaged = false
  getAppPath(): string {
    return stage.appPath
  }
  enableSandbox(): void {
    note('enableSandbox')
  }
  requestSingleInstanceLock(): boolean {
    note('requestSingleInstanceLock')
    return stage.isFirst
  }
  async whenReady(): Promise<void> {
    await stage.ready.promise
    note('ready')
  }
  /** As Electron does it: 'before-quit' may prevent it, then each window's 'close' may. */
  quit(): void {
    note('quit')
    if (prevented((event) => this.emit('before-quit', event))) return
    for (const window of [...stage.windows]) if (!window.close()) return
    note('gone')
  }
  exit(code: number): void {
    note('exit', code)
  }
}
export const app = new App()

/** True when a listener prevented the event. */
function prevented(emit: (event: { preventDefault(): void }) => void): boolean {
  let stopped = false
  emit({ preventDefault: () => (stopped = true) })
  return stopped
}

class WebContents extends EventEmitter {
  open: ((details: { url: string }) => unknown) | null = null
  setWindowOpenHandler(handler: (details: { url: string }) => unknown): void {
    this.open = handler
  }
  send(channel: string, ...words: unknown[]): void {
    ipcRenderer.emit(channel, { sender: 'the raw sender' }, ...words.map((word) => structuredClone(word)))
  }
}

export class BrowserWindow extends EventEmitter {
  readonly webContents = new WebContents()
  constructor(options: unknown) {
    super()
    note('BrowserWindow', options)
    stage.windows.push(this)
    app.emit('web-contents-created', {}, this.webContents)
  }
  async loadURL(url: string): Promise<void> {
    note('loadURL', url)
    await Promise.resolve()
    this.emit('ready-to-show')
  }
  show(): void {
    note('show')
  }
  focus(): void {
    note('focus')
  }
  restore(): void {
    note('restore')
  }
  isMinimized(): boolean {
    return true
  }
  isDestroyed(): boolean {
    return !stage.windows.includes(this)
  }
  close(): boolean {
    if (prevented((event) => this.emit('close', event))) return false
    stage.windows.splice(stage.windows.indexOf(this), 1)
    if (stage.windows.length === 0) app.emit('window-all-closed')
    return true
  }
}

export const dialog = {
  showErrorBox: (title: string, text: string) => {
    note('showErrorBox', title, text)
  },
  showOpenDialog: async (_window: unknown, options: unknown) => {
    note('showOpenDialog', options)
    await Promise.resolve()
    return { filePaths: stage.chosen }
  },
  showMessageBox: async (_window: unknown, options: { message: string }) => {
    note('showMessageBox', options.message)
    await Promise.resolve()
    return { response: stage.button }
  },
}

/** Of a file that was dropped, Chromium knows the path. */
export const webUtils = {
  getPathForFile: ({ name }: { name: string }) => `/dropped/${name}`,
}

export const ipcMain = {
  handle: (channel: string, handler: (event: unknown, ...words: unknown[]) => unknown) => {
    note('ipcMain.handle', channel)
    stage.ipc.set(channel, handler)
  },
}

/** The window's side: values cross as structured clones, and the frame they come from is the face's. */
class Renderer extends EventEmitter {
  async invoke(channel: string, ...words: unknown[]): Promise<unknown> {
    return sendFrom({ url: 'app://apical/', parent: null }, channel, ...words)
  }
}
export const ipcRenderer = new Renderer()

/** What a message on `channel` from that frame is answered. */
export async function sendFrom(senderFrame: unknown, channel: string, ...words: unknown[]): Promise<unknown> {
  const handler = stage.ipc.get(channel)
  if (handler === undefined) throw new Error(`Nobody handles ${channel}.`)
  return structuredClone(await handler({ senderFrame }, ...words.map((word) => structuredClone(word))))
}

export const contextBridge = {
  exposeInMainWorld: (name: string, value: unknown) => {
    note('exposeInMainWorld', name)
    stage.exposed.set(name, value)
  },
}

export const protocol = {
  registerSchemesAsPrivileged: (schemes: unknown) => {
    note('registerSchemesAsPrivileged', schemes)
  },
  handle: (scheme: string, handler: (request: Request) => Response) => {
    note('protocol.handle', scheme)
    stage.schemes.set(scheme, handler)
  },
}

const permissions = ['PermissionRequest', 'PermissionCheck', 'DevicePermission', 'DisplayMediaRequest']
export const session = {
  defaultSession: Object.fromEntries(
    permissions.map((name) => [
      `set${name}Handler`,
      (handler: (...words: never[]) => unknown) => {
        note(`set${name}Handler`)
        stage.permission[name] = handler
      },
    ]),
  ),
}

export const shell = {
  openExternal: async (url: string) => {
    note('openExternal', url)
    await Promise.resolve()
  },
  openPath: async (path: string) => {
    note('openPath', path)
    await Promise.resolve()
    return ''
  },
}

export const Menu = {
  buildFromTemplate: (template: unknown) => template,
  setApplicationMenu: (menu: unknown) => {
    note('setApplicationMenu')
    stage.menu = menu
  },
}

export const powerSaveBlocker = {
  start: (kind: string) => {
    note('powerSaveBlocker.start', kind)
    return 7
  },
  stop: (id: number) => {
    note('powerSaveBlocker.stop', id)
    return true
  },
}

export const nativeTheme = { themeSource: 'unset', shouldUseDarkColors: true }
