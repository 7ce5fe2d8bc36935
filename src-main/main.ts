/**
 * The desktop host, as a table of contents: one lab, one window, one origin. What each line means is in `electron/`;
 * only this file and the preload know Electron.
 */
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  nativeTheme,
  powerSaveBlocker,
  protocol,
  session,
  shell,
} from 'electron'
import { join } from 'node:path'
import { IPC_CALL, IPC_EVENT, type LabEvent } from './contract.ts'
import { answerIpc } from './electron/calls.ts'
import { answerFaceRequest } from './electron/face-protocol.ts'
import { closeHandler } from './electron/close-handler.ts'
import { HandedFiles, pathsIn } from './electron/handed-files.ts'
import { keepAwake } from './electron/keep-awake.ts'
import { isListedLink, PAPER } from './electron/links.ts'
import { menuTemplate } from './electron/menu.ts'
import { FACE_SCHEME, FACE_URL, isFaceUrl } from './electron/origin.ts'
import { isGranted } from './electron/permissions.ts'
import { windowOptions } from './electron/window-options.ts'
import { windowTrouble } from './electron/window-trouble.ts'
import { readFace } from './face-files.ts'
import { openLab, readAhead, type OpenLab } from './lab/lab.ts'
import { LabProblem } from './lab/problem.ts'

/** What plain Node and the file system read lies beside the archive of an installed app. */
const root = app.getAppPath().replace(/\.asar$/, '.asar.unpacked')

// Both have to be said before Electron is ready.
protocol.registerSchemesAsPrivileged([
  { scheme: FACE_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
])
app.enableSandbox()

const handed = new HandedFiles()
// macOS tells of the file that the app is opened with before it is ready.
app.on('open-file', (event, path) => {
  event.preventDefault()
  void handed.take([path])
})

if (app.requestSingleInstanceLock()) {
  app.on('web-contents-created', (_, contents) => {
    confine(contents)
  })
  void app.whenReady().then(start).catch(refuseToStart)
} else {
  // The one that runs already is told by 'second-instance' and shows its window.
  app.quit()
}

async function start(): Promise<void> {
  nativeTheme.themeSource = 'system'
  denyPermissions()
  const lab = openLab({ root, host: 'electron' })
  lab.then(readAhead, refuseToStart)
  // Inside the archive of an installed app, where Electron checks what it reads.
  const face = await readFace(join(app.getAppPath(), 'build/face')).catch(refuseToStart)
  if (face === null) return
  protocol.handle(FACE_SCHEME, (request) => answerFaceRequest(face, request))
  ipcMain.handle(IPC_CALL, (event, call: unknown, argument: unknown) => answerIpc(lab, event, call, argument))
  const window = openWindow()
  const tell = (event: LabEvent): void => {
    if (!window.isDestroyed()) window.webContents.send(IPC_EVENT, event)
  }
  takeFiles(window)
  offerMenu(window, lab)
  closeLabFirst(window, lab)
  bringBack(window)
  void lab.then((open) => {
    open.watch(tell)
    open.watch(keepAwake(powerSaveBlocker))
  }, alreadyReported)
  await window.loadURL(FACE_URL).catch((error: unknown) => {
    // One that was closed meanwhile has nothing to show, and nothing to complain of.
    if (!window.isDestroyed()) throw error
  })
  // A page that is loaded listens.
  await handed.handTo((file) => {
    tell({ kind: 'handed', file })
  })
}

/** Files named when the app was started, and by a second start, which brings the window to the front. */
function takeFiles(window: BrowserWindow): void {
  // Of a clone the first word is the folder that Electron was started with.
  const own = process.defaultApp ? 2 : 1
  void handed.take(pathsIn(process.argv.slice(own), process.cwd()))
  app.on('second-instance', (_, words, from) => {
    if (window.isMinimized()) window.restore()
    window.focus()
    void handed.take(pathsIn(words.slice(own), from))
  })
}

/** A page that hangs or crashed is shown again; the lab behind it goes on. */
function bringBack(window: BrowserWindow): void {
  const trouble = windowTrouble({
    reload: () => {
      if (!window.isDestroyed()) window.webContents.reload()
    },
    endPage: () => {
      window.webContents.forcefullyCrashRenderer()
    },
    ask: async (message, detail, answers) => {
      const choice: Electron.MessageBoxOptions = {
        type: 'warning',
        message,
        detail,
        buttons: [...answers],
        defaultId: 0,
        cancelId: 1,
      }
      return (await dialog.showMessageBox(window, choice)).response === 0
    },
    quit: () => {
      app.quit()
    },
    now: () => performance.now(),
  })
  window.on('unresponsive', () => void trouble.hung())
  window.on('responsive', () => {
    trouble.answered()
  })
  window.webContents.on('render-process-gone', (_, { reason }) => void trouble.crashed(reason))
}

function openWindow(): BrowserWindow {
  const window = new BrowserWindow(
    windowOptions({
      preload: join(app.getAppPath(), 'build/main/preload.cjs'),
      icon: join(root, 'resources/icons/512x512.png'),
      dark: nativeTheme.shouldUseDarkColors,
      devTools: !app.isPackaged,
    }),
  )
  window.once('ready-to-show', () => {
    window.show()
  })
  return window
}

/** The window stays where it is: no navigation, no second window, no web view; a listed link opens in the browser. */
function confine(contents: Electron.WebContents): void {
  const stay = (event: Electron.Event<{ url: string }>): void => {
    if (!isFaceUrl(event.url)) event.preventDefault()
  }
  contents.on('will-frame-navigate', stay)
  contents.on('will-redirect', stay)
  contents.on('will-attach-webview', (event) => {
    event.preventDefault()
  })
  contents.setWindowOpenHandler(({ url }) => {
    if (isListedLink(url)) void shell.openExternal(url)
    return { action: 'deny' }
  })
}

/** Camera, location, notifications, devices, screens: the lab needs none of them. */
function denyPermissions(): void {
  session.defaultSession.setPermissionRequestHandler((_contents, permission, callback) => {
    callback(isGranted(permission))
  })
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => isGranted(permission))
  session.defaultSession.setDevicePermissionHandler(() => false)
  session.defaultSession.setDisplayMediaRequestHandler((_request, callback) => {
    callback({})
  })
}

function offerMenu(window: BrowserWindow, lab: Promise<OpenLab>): void {
  const show = (screen: string): void => void window.loadURL(`${FACE_URL}#${screen}`).catch(alreadyReported)
  const template = menuTemplate({
    mac: process.platform === 'darwin',
    devTools: !app.isPackaged,
    show,
    openResultsFolder: () => void openResultsFolder(window, lab, show),
    showResultsFolder: () =>
      void lab.then((open) => open.describe({})).then(({ resultsFolder }) => shell.openPath(resultsFolder)),
    openPaper: () => void shell.openExternal(PAPER),
  })
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}

/** Lets the person choose a folder in the system's own dialog, and shows the experiments in it. */
async function openResultsFolder(window: BrowserWindow, lab: Promise<OpenLab>, show: (screen: string) => void) {
  const title = 'Open Results Folder'
  const { filePaths } = await dialog.showOpenDialog(window, { title, properties: ['openDirectory'] })
  const [folder] = filePaths
  if (folder === undefined) return
  try {
    const { id } = await (await lab).openResults({ folder })
    show(id === null ? '/lab' : `/run/${encodeURIComponent(id)}`)
  } catch (error) {
    if (!(error instanceof LabProblem)) throw error
    await dialog.showMessageBox(window, { type: 'info', message: error.message, detail: error.next })
  }
}

function closeLabFirst(window: BrowserWindow, lab: Promise<OpenLab>): void {
  const leave = closeHandler(
    lab.then((open) => ({ list: () => open.allRows(), close: () => open.close() })),
    {
      ask: async (message, detail) => {
        const buttons = ['Stop and close', 'Go on training']
        const choice = { type: 'question', message, detail, buttons, defaultId: 1, cancelId: 1 } as const
        return (await dialog.showMessageBox(window, choice)).response === 0
      },
      quit: () => {
        app.quit()
      },
    },
  )
  window.on('close', leave)
  app.on('before-quit', leave)
  app.on('window-all-closed', () => {
    app.quit()
  })
}

/** For what hangs on a lab that did not open: `refuseToStart` has told the person. */
function alreadyReported(): void {
  // Nothing more to do.
}

/** Says in a sentence why the lab cannot be opened, and ends. */
function refuseToStart(error: unknown): null {
  const next = error instanceof Error && 'next' in error ? String(error.next) : ''
  dialog.showErrorBox(
    'Apical cannot open the lab',
    `${error instanceof Error ? error.message : String(error)}\n\n${next}`,
  )
  app.exit(1)
  return null
}
