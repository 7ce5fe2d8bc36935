// Electron's security checklist against the shell's sources. Each point is a function from sources to complaints; the
// same test shows it silent on the clone and loud on the clone with one planted defect, so none can pass by blindness.
import { describe, expect, test } from 'vitest'
import { callsOf, conditionsAround, shellSources, usesOf, valuesOf, yamlBlock, type Sources } from './shell-sources.ts'

interface Point {
  readonly name: string
  readonly complaints: (sources: Sources) => string[]
  /** [file, text of the clone, what a careless hand makes of it]. */
  readonly planted: readonly (readonly [file: string, from: string, to: string])[]
}

const main = 'src-main/main.ts'
const preload = 'src-main/preload.ts'
const options = 'src-main/electron/window-options.ts'
const calls = 'src-main/electron/calls.ts'
const builder = 'electron-builder.yml'

/** A property that must be written exactly once, with exactly this value. */
function exactly(property: string, value: string): Point {
  return {
    name: `${property} is ${value}, once`,
    complaints: (sources) => {
      const found = valuesOf(sources, property)
      return found.length === 1 && found[0] === value ? [] : [`${property}: ${found.join(', ') || 'left to a default'}`]
    },
    planted: [
      [options, `${property}: ${value}`, `${property}: ${value === 'true' ? 'false' : 'true'}`],
      [options, `      ${property}: ${value},\n`, ''],
      [options, `${property}: ${value},`, `${property}: ${value}, other: { ${property}: process.argv.length > 2 },`],
    ],
  }
}

function never(property: string): Point {
  return {
    name: `${property} is nowhere set`,
    complaints: (sources) => valuesOf(sources, property).map((value) => `${property}: ${value}`),
    planted: [[options, 'sandbox: true,', `sandbox: true, ${property}: true,`]],
  }
}

function fuse(name: string, value: 'true' | 'false'): Point {
  return {
    name: `fuse ${name} is ${value}`,
    complaints: (sources) => {
      const found = yamlBlock(sources.get(builder) ?? '', 'electronFuses')?.[name]
      return found === value ? [] : [`${name}: ${found ?? 'left to a default'}`]
    },
    planted: [
      [builder, `  ${name}: ${value}\n`, `  ${name}: ${value === 'true' ? 'false' : 'true'}\n`],
      [builder, `  ${name}: ${value}\n`, ''],
    ],
  }
}

const FORBIDDEN_CALLS = [
  '.executeJavaScript',
  '.insertCSS',
  '.loadFile',
  '.appendSwitch',
  '.setAsDefaultProtocolClient',
  '.registerFileProtocol',
  '.setCertificateVerifyProc',
  'eval',
  'Function',
  'ipcMain.on',
  'ipcMain.once',
]

const points: readonly Point[] = [
  exactly('contextIsolation', 'true'),
  exactly('sandbox', 'true'),
  exactly('nodeIntegration', 'false'),
  exactly('nodeIntegrationInWorker', 'false'),
  exactly('nodeIntegrationInSubFrames', 'false'),
  exactly('webSecurity', 'true'),
  exactly('allowRunningInsecureContent', 'false'),
  exactly('experimentalFeatures', 'false'),
  exactly('webviewTag', 'false'),
  exactly('navigateOnDragDrop', 'false'),
  exactly('spellcheck', 'false'),
  never('enableBlinkFeatures'),
  never('bypassCSP'),
  never('additionalArguments'),
  {
    name: 'one window, made with the options that are checked here',
    complaints: (sources) => {
      const made = callsOf(sources, 'BrowserWindow')
      return made.length === 1 && made[0]?.words[0]?.startsWith('windowOptions(') === true
        ? []
        : [`${made.length} windows: ${made.flatMap(({ words }) => words).join(' ')}`]
    },
    planted: [[main, 'new BrowserWindow(\n    windowOptions({', 'new BrowserWindow(\n    otherOptions({']],
  },
  {
    name: 'every renderer is sandboxed, and only one Apical runs',
    complaints: (sources) =>
      ['app.enableSandbox', 'app.requestSingleInstanceLock'].filter(
        (call) => callsOf(sources, call, main).length !== 1,
      ),
    planted: [
      [main, 'app.enableSandbox()', ''],
      [main, 'app.requestSingleInstanceLock()', 'true'],
    ],
  },
  {
    name: 'the scheme of the face is standard and secure and nothing more',
    complaints: (sources) => {
      const registered = callsOf(sources, 'protocol.registerSchemesAsPrivileged')
      const text = registered.flatMap(({ words }) => words).join('')
      const privileges = [...text.matchAll(/(\w+): true/g)].map((match) => match[1])
      return registered.length === 1 && privileges.join() === 'standard,secure,supportFetchAPI' ? [] : [text]
    },
    planted: [
      [main, 'secure: true', 'secure: false'],
      [main, 'supportFetchAPI: true', 'supportFetchAPI: true, corsEnabled: true'],
    ],
  },
  {
    name: 'the window loads the face and nothing else',
    complaints: (sources) =>
      callsOf(sources, '.loadURL')
        .flatMap(({ words }) => words)
        .filter((word) => word !== 'FACE_URL' && !word.startsWith('`${FACE_URL}#')),
    planted: [
      [main, 'window.loadURL(FACE_URL)', "window.loadURL('http://localhost:5173/')"],
      [main, '`${FACE_URL}#${screen}`', 'screen'],
    ],
  },
  {
    name: 'no call that runs text, weakens Chromium or listens without an answer',
    complaints: (sources) => FORBIDDEN_CALLS.filter((call) => callsOf(sources, call).length > 0),
    planted: FORBIDDEN_CALLS.map((call) => [
      main,
      'app.enableSandbox()',
      `app.enableSandbox(); ${call.startsWith('.') ? `contents${call}` : call}('x')`,
    ]),
  },
  {
    name: 'permissions, devices and screens are denied',
    complaints: (sources) => {
      const granted = (call: string, expected: RegExp): string[] => {
        const found = callsOf(sources, `session.defaultSession.${call}`, main)
        const word = found[0]?.words[0] ?? ''
        return found.length === 1 && expected.test(word.replace(/\s+/g, ' ')) ? [] : [`${call}: ${word}`]
      }
      return [
        ...granted(
          'setPermissionRequestHandler',
          /^\(\w+, permission, callback\) => \{ callback\(isGranted\(permission\)\) \}$/,
        ),
        ...granted('setPermissionCheckHandler', /^\(\w+, permission\) => isGranted\(permission\)$/),
        ...granted('setDevicePermissionHandler', /^\(\) => false$/),
        ...granted('setDisplayMediaRequestHandler', /^\(\w+, callback\) => \{ callback\(\{\}\) \}$/),
        ...(callsOf(sources, 'denyPermissions', main).length === 1 ? [] : ['denyPermissions is never called']),
      ]
    },
    planted: [
      [main, 'callback(isGranted(permission))', "callback(isGranted(permission) || permission === 'media')"],
      [main, '(_contents, permission) => isGranted(permission)', '() => true'],
      [main, 'setDevicePermissionHandler(() => false)', 'setDevicePermissionHandler(() => true)'],
      [main, 'callback({})', 'callback({ video: screens[0] })'],
      [main, '  denyPermissions()\n', ''],
    ],
  },
  {
    name: 'navigation stays in the face, web views and new windows are denied, for every web contents',
    complaints: (sources) => {
      const wrong: string[] = []
      const listeners = callsOf(sources, 'contents.on', main).map(({ words }) => words)
      for (const event of ['will-frame-navigate', 'will-redirect'])
        if (!listeners.some(([name, heard]) => name === `'${event}'` && heard === 'stay')) wrong.push(event)
      const webview = listeners.find(([name]) => name === "'will-attach-webview'")?.[1] ?? ''
      if (!webview.includes('event.preventDefault()')) wrong.push('will-attach-webview')
      if (sources.get(main)?.includes('if (!isFaceUrl(event.url)) event.preventDefault()') !== true) wrong.push('stay')
      const actions = valuesOf(sources, 'action')
      if (callsOf(sources, 'contents.setWindowOpenHandler', main).length !== 1) wrong.push('setWindowOpenHandler')
      if (actions.join() !== "'deny'") wrong.push(`action: ${actions.join()}`)
      const everywhere = callsOf(sources, 'app.on', main).find(({ words }) => words[0] === "'web-contents-created'")
      if (everywhere?.words[1]?.includes('confine(contents)') !== true) wrong.push('web-contents-created')
      return wrong
    },
    planted: [
      [main, "contents.on('will-frame-navigate', stay)", ''],
      [main, "contents.on('will-redirect', stay)", "contents.on('will-redirect', () => undefined)"],
      [main, '!isFaceUrl(event.url)', 'isFaceUrl(event.url)'],
      [main, "return { action: 'deny' }", "return { action: isFaceUrl(url) ? 'allow' : 'deny' }"],
      [main, 'confine(contents)', 'void contents'],
    ],
  },
  {
    name: 'shell.openExternal only for listed links',
    complaints: (sources) =>
      callsOf(sources, 'shell.openExternal')
        .filter(
          ({ node, words }) =>
            words.join() !== 'PAPER' && !conditionsAround(node).includes(`isListedLink(${words.join()})`),
        )
        .map(({ node }) => node.getText()),
    planted: [
      [main, 'if (isListedLink(url)) void shell', 'void shell'],
      [main, 'if (isListedLink(url))', 'if (!isListedLink(url))'],
      [main, 'shell.openExternal(PAPER)', 'shell.openExternal(address)'],
    ],
  },
  {
    name: 'one IPC channel, whose sender is judged before the lab hears of it',
    complaints: (sources) => {
      const handled = callsOf(sources, 'ipcMain.handle')
      const wrong = handled.length === 1 ? [] : [`${handled.length} channels`]
      const [channel, handler = ''] = handled[0]?.words ?? []
      if (channel !== 'IPC_CALL' || !handler.includes('answerIpc(lab, event, call, argument)')) wrong.push(handler)
      const source = sources.get(calls) ?? ''
      const judged = source.indexOf(
        'if (senderFrame === null || !isFaceUrl(senderFrame.url) || senderFrame.parent !== null)\n    return',
      )
      if (judged < 0 || judged > source.indexOf('await answer(')) wrong.push('the sender is not judged first')
      return wrong
    },
    planted: [
      [main, 'answerIpc(lab, event, call, argument)', 'answer(lab, call, argument)'],
      [main, 'function openWindow()', "ipcMain.handle('files', readAnything)\nfunction openWindow()"],
      [calls, '!isFaceUrl(senderFrame.url)', 'false'],
      [calls, ' || senderFrame.parent !== null', ''],
    ],
  },
  {
    name: 'the preload hands out one call, one listener and paths of files that the page was given, never Electron itself',
    complaints: (sources) => {
      const wrong = usesOf(sources, 'ipcRenderer', preload).filter(
        (use) => !['ipcRenderer.invoke', 'ipcRenderer.on', 'ipcRenderer.off'].includes(use),
      )
      for (const method of ['invoke', 'on', 'off'])
        for (const { words } of callsOf(sources, `ipcRenderer.${method}`, preload))
          if (words.join() !== (method === 'invoke' ? 'CALL,name,argument' : 'EVENT,heard'))
            wrong.push(`${method}(${words.join()})`)
      const paths = usesOf(sources, 'webUtils', preload)
      if (paths.join() !== 'webUtils.getPathForFile') wrong.push(...paths)
      const exposed = callsOf(sources, 'contextBridge.exposeInMainWorld', preload)
      if (exposed.length !== 1 || exposed[0]?.words.join() !== "'apicalTransport',bridge")
        wrong.push('exposeInMainWorld')
      // The event object of IPC carries a `sender`, which can send anything: it must stay on this side.
      if (
        !/const heard = \(_: unknown, event: LabEvent\): void => \{\s*listener\(event\)\s*\}/.test(
          sources.get(preload) ?? '',
        )
      )
        wrong.push('what listeners hear')
      return wrong
    },
    planted: [
      [
        preload,
        "exposeInMainWorld('apicalTransport', bridge)",
        "exposeInMainWorld('apicalTransport', { ...bridge, ipcRenderer })",
      ],
      [preload, "exposeInMainWorld('apicalTransport', bridge)", "exposeInMainWorld('electron', ipcRenderer)"],
      [preload, 'webUtils.getPathForFile(file)', 'Object.values(webUtils).map((use) => use(file))'],
      [preload, 'ipcRenderer.invoke(CALL, name, argument)', 'ipcRenderer.invoke(name, argument)'],
      [preload, 'ipcRenderer.on(EVENT, heard)', 'ipcRenderer.on(EVENT, listener)'],
      [preload, 'listener(event)', 'listener(_, event)'],
      [preload, 'ipcRenderer.on(EVENT, heard)', 'ipcRenderer.sendSync(EVENT, heard)'],
    ],
  },
  fuse('runAsNode', 'false'),
  fuse('enableNodeOptionsEnvironmentVariable', 'false'),
  fuse('enableNodeCliInspectArguments', 'false'),
  fuse('enableEmbeddedAsarIntegrityValidation', 'true'),
  fuse('onlyLoadAppFromAsar', 'true'),
  fuse('enableCookieEncryption', 'true'),
  fuse('grantFileProtocolExtraPrivileges', 'false'),
  {
    name: 'the app is packed in an archive, and nothing phones home',
    complaints: (sources) =>
      ['asar: true', 'publish: null'].filter((line) => !`\n${sources.get(builder) ?? ''}`.includes(`\n${line}\n`)),
    planted: [
      [builder, '\nasar: true\n', '\nasar: false\n'],
      [builder, '\npublish: null\n', '\n'],
    ],
  },
  {
    name: 'a current Electron, pinned to the patch',
    complaints: (sources) => {
      const { peerDependencies } = JSON.parse(sources.get('package.json') ?? '{}') as {
        peerDependencies: Record<string, string>
      }
      const version = peerDependencies['electron'] ?? 'none'
      const major = /^(\d+)\.\d+\.\d+$/.exec(version)?.[1]
      return major !== undefined && Number(major) >= 45 ? [] : [version]
    },
    planted: [
      ['package.json', '"electron": "45.', '"electron": "^45.'],
      ['package.json', '"electron": "45.', '"electron": "38.'],
    ],
  },
]

describe.each(points)('$name', ({ complaints, planted }) => {
  const sources = shellSources()

  test('holds in the clone', () => {
    expect(complaints(sources)).toEqual([])
  })

  test.each(planted)('is missed when broken (%s: %j → %j)', (file, from, to) => {
    const clean = sources.get(file) ?? ''
    const spoilt = clean.replace(from, to)
    expect(spoilt, 'the planted defect must change something').not.toBe(clean)
    expect(complaints(new Map([...sources, [file, spoilt]]))).not.toEqual([])
  })
})

test('the shell has the files that the checks look at', () => {
  const sources = shellSources()
  expect([...sources.keys()]).toEqual(expect.arrayContaining([main, preload, options, calls, builder]))
  expect(sources.size).toBeGreaterThan(8)
})
