/** The native menu: what the face's own navigation offers, with the platform's shortcuts beside it. */

interface MenuActions {
  readonly mac: boolean
  readonly devTools: boolean
  /** Shows a screen of the face, by its address behind the '#'. */
  readonly show: (screen: string) => void
  readonly openResultsFolder: () => void
  readonly showResultsFolder: () => void
  readonly openPaper: () => void
}

/** Template for `Menu.buildFromTemplate`. Roles bring their own labels, shortcuts and behaviour. */
export function menuTemplate({ mac, devTools, show, openResultsFolder, showResultsFolder, openPaper }: MenuActions) {
  const screen = (label: string, accelerator: string, path: string) => ({
    label,
    accelerator,
    click: () => {
      show(path)
    },
  })
  const separator = { type: 'separator' as const }
  return [
    ...(mac ? [{ role: 'appMenu' as const }] : []),
    {
      label: '&File',
      submenu: [
        screen('New Experiment', 'CmdOrCtrl+N', '/new'),
        separator,
        { label: 'Open Results Folder…', accelerator: 'CmdOrCtrl+O', click: openResultsFolder },
        { label: 'Show Results Folder', accelerator: 'CmdOrCtrl+Shift+O', click: showResultsFolder },
        separator,
        mac ? { role: 'close' as const } : { role: 'quit' as const },
      ],
    },
    { role: 'editMenu' as const },
    {
      label: '&Go',
      submenu: [
        screen('Commands…', 'CmdOrCtrl+K', '/do/palette'),
        screen('Find Experiments', 'CmdOrCtrl+F', '/do/search'),
        screen('Undo the Last Change', 'CmdOrCtrl+Shift+U', '/do/undo'),
      ],
    },
    {
      label: '&View',
      submenu: [
        screen('Lab', 'CmdOrCtrl+1', '/lab'),
        screen('Live', 'CmdOrCtrl+2', '/live'),
        screen('Compare', 'CmdOrCtrl+3', '/compare'),
        screen('Paper', 'CmdOrCtrl+4', '/paper'),
        screen('Draw', 'CmdOrCtrl+5', '/draw'),
        screen('Data', 'CmdOrCtrl+6', '/data'),
        screen('Engines', 'CmdOrCtrl+7', '/engines'),
        screen('Guide', 'CmdOrCtrl+8', '/guide'),
        separator,
        {
          label: 'Theme',
          submenu: [
            {
              label: 'System',
              click: () => {
                show('/do/theme-system')
              },
            },
            {
              label: 'Light',
              click: () => {
                show('/do/theme-light')
              },
            },
            {
              label: 'Dark',
              click: () => {
                show('/do/theme-dark')
              },
            },
          ],
        },
        separator,
        { role: 'resetZoom' as const },
        { role: 'zoomIn' as const },
        { role: 'zoomOut' as const },
        { role: 'togglefullscreen' as const },
        ...(devTools ? [separator, { role: 'toggleDevTools' as const }] : []),
      ],
    },
    { role: 'windowMenu' as const },
    {
      role: 'help' as const,
      submenu: [
        {
          label: 'Take the Tour',
          click: () => {
            show('/do/tour')
          },
        },
        screen('Keyboard Shortcuts', 'CmdOrCtrl+/', '/do/shortcuts'),
        { label: 'The CorInfoMax Paper', click: openPaper },
      ],
    },
  ]
}
