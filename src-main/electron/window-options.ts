/** How the one window is made: Electron's safe defaults, each written out, so that no default can change them. */

interface WindowOptions {
  readonly preload: string
  readonly icon: string
  readonly dark: boolean
  /** A clone may look inside its own window; an installed app offers no console to be talked into. */
  readonly devTools: boolean
}

/** Options of `new BrowserWindow`. Position and size are remembered by Electron under the window's name. */
export function windowOptions({ preload, icon, dark, devTools }: WindowOptions) {
  return {
    name: 'lab',
    windowStatePersistence: true,
    title: 'Apical',
    icon,
    width: 1280,
    height: 800,
    minWidth: 720,
    minHeight: 480,
    // Shown when there is something to see; the colour is the face's own background, so nothing flashes.
    show: false,
    backgroundColor: dark ? '#15131c' : '#f6f4ef',
    webPreferences: {
      preload,
      devTools,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      // Its dictionaries would be fetched from the network.
      spellcheck: false,
    },
  } as const
}
