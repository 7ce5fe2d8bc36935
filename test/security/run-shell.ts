// Runs the real main.ts and preload.ts under plain Node with the stand-in in Electron's place, plays one life of the app
// from start to quit, and prints what was seen as one line of JSON. Words: the app's folder, and 'first' or 'second'.
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import type * as StandIn from './stand-in-electron.ts'

const standIn = new URL('./stand-in-electron.ts', import.meta.url).href
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron'
      ? { url: standIn, format: 'module-typescript', shortCircuit: true }
      : next(specifier, context),
})

const [appPath = '', instance = 'first', life = 'whole'] = process.argv.slice(2)
// The app is started with no file.
process.argv.length = 1
// Computed, so that TypeScript's `electron` and the stand-in stay apart; the hook makes them one.
const { app, stage, record, sendFrom, ipcRenderer, nativeTheme } = (await import(standIn)) as typeof StandIn
stage.appPath = appPath
stage.isFirst = instance === 'first'
const seen: Record<string, unknown> = {}

await import('../../src-main/main.ts')
seen['before ready'] = record.map(([call]) => call)
stage.ready.resolve(undefined)
await settle()
if (instance === 'second') finish()
await until(() => record.some(([call]) => call === 'show' || call === 'exit'))
if (life === 'start') finish()
await import('../../src-main/preload.ts')
seen['start'] = [...record]
seen['theme'] = nativeTheme.themeSource
await playPermissions()
playNavigation()
await playFiles()
await playMessages()
await playMenu()
await playLeaving()
finish()

async function playPermissions(): Promise<void> {
  const { PermissionRequest, PermissionCheck, DevicePermission, DisplayMediaRequest } = stage.permission as Record<
    string,
    (...words: unknown[]) => unknown
  >
  const granted: unknown[] = []
  for (const permission of [
    'media',
    'geolocation',
    'notifications',
    'clipboard-read',
    'fullscreen',
    'openExternal',
    'clipboard-sanitized-write',
  ]) {
    PermissionRequest?.({}, permission, (grant: unknown) => granted.push(grant), { requestingUrl: 'app://apical/' })
    granted.push(PermissionCheck?.({}, permission, 'app://apical', {}))
  }
  granted.push(DevicePermission?.({ deviceType: 'usb', origin: 'app://apical' }))
  DisplayMediaRequest?.({}, (streams: unknown) => granted.push(streams))
  seen['granted'] = granted
  await settle()
}

function playNavigation(): void {
  const contents = stage.windows[0]?.webContents
  const went: string[] = []
  const go = (event: string, url: string): void => {
    went.push(`${event} ${url}`)
    contents?.emit(event, { url, preventDefault: () => went.pop() }, url)
  }
  for (const event of ['will-frame-navigate', 'will-redirect', 'will-attach-webview'])
    for (const url of [
      'app://apical/#/new',
      'https://example.org/',
      'file:///',
      'app://apical.evil/',
      'data:text/html,x',
    ])
      go(event, url)
  seen['went'] = went
  const before = record.length
  const urls = ['https://arxiv.org/abs/2306.04810', 'https://example.org/', 'file:///etc/passwd', 'app://apical/']
  seen['opened'] = urls.map((url) => contents?.open?.({ url }))
  seen['outside'] = record.slice(before)
}

async function playFiles(): Promise<void> {
  const answer = stage.schemes.get('app')
  const get = async (url: string): Promise<unknown> => {
    const response = answer?.(new Request(url))
    return [response?.status, response?.headers.get('content-security-policy'), (await response?.text())?.slice(0, 15)]
  }
  seen['page'] = await get('app://apical/')
  seen['elsewhere'] = [
    await get('app://apical/package.json'),
    await get('app://apical/..%2fpackage.json'),
    await get('app://other/'),
  ]
}

async function playMessages(): Promise<void> {
  const listed = (frame: unknown): Promise<unknown> => sendFrom(frame, 'lab:call', 'list', {})
  seen['list'] = await listed({ url: 'app://apical/#/live', parent: null })
  seen['strangers'] = await Promise.all(
    [
      null,
      { url: 'https://example.org/', parent: null },
      { url: 'app://apical.evil/', parent: null },
      { url: 'about:blank', parent: null },
      { url: 'app://apical/', parent: { url: 'app://apical/' } },
    ].map(listed),
  )
  const face = { url: 'app://apical/', parent: null }
  seen['hostile'] = await Promise.all([
    sendFrom(face, 'lab:call'),
    sendFrom(face, 'lab:call', 7, {}),
    sendFrom(face, 'lab:call', { toString: 'list' }, {}),
    sendFrom(face, 'lab:call', 'constructor', {}),
    sendFrom(face, 'lab:call', 'read', { id: '..' }),
    sendFrom(face, 'lab:call', 'start', new Map([['experiment', {}]])),
    sendFrom(face, 'lab:call', 'start', { experiment: new Uint8Array(8) }),
    sendFrom(face, 'lab:call', 'start', { experiment: cycle() }),
  ])
  seen['channels'] = [...stage.ipc.keys()]
  seen['exposed'] = [...stage.exposed].map(([name, value]) => [name, Object.keys(value as object)])
}

async function playMenu(): Promise<void> {
  interface Item {
    label?: string
    role?: string
    accelerator?: string
    submenu?: Item[]
    click?: () => void
  }
  const items = (stage.menu as Item[]).flatMap((menu) => menu.submenu ?? [menu])
  seen['shortcuts'] = items.flatMap(({ label, accelerator }) =>
    accelerator === undefined ? [] : [[label, accelerator]],
  )
  const before = record.length
  for (const { click } of items) {
    click?.()
    await settle()
  }
  app.emit('second-instance', {}, ['electron', '--flag'], '/')
  seen['menu'] = record.slice(before)
  // The person chooses a folder in which there are no results.
  stage.chosen = [join(appPath, 'build')]
  const after = record.length
  items.find(({ label }) => label === 'Open Results Folder…')?.click?.()
  await settle()
  seen['chosen'] = record.slice(after)
}

/** Starts an experiment through the preload's bridge, then leaves: first thinking better of it, then really. */
async function playLeaving(): Promise<void> {
  const bridge = stage.exposed.get('apicalTransport') as import('../../src-main/contract.ts').ElectronBridge
  const heard: unknown[][] = []
  const stopListening = bridge.listen((...words) => heard.push(words))
  const described = await bridge.call('describe', {})
  if (!('answer' in described)) throw new Error('The lab does not describe itself.')
  const { presets, host } = described.answer as import('../../src-main/contract.ts').LabDescription
  seen['host'] = host
  const preset = presets.find((card) => card.name === 'corinfomax-glyphs-small')
  if (preset === undefined) throw new Error('There is no small preset.')
  const experiment = {
    ...preset.experiment,
    widths: [784, 16, 10],
    data: { name: 'glyphs', seed: 0, limitTrain: 2000, limitTest: 200 },
    training: { ...preset.experiment.training, epochs: 5000, batchSize: 20 },
    seeds: [0],
    engine: { name: 'reference', precision: 'float64', device: null, threads: 1 },
  }
  const started = await bridge.call('start', { experiment })
  const id = 'answer' in started ? (started.answer as { id: string }).id : ''
  await until(() => JSON.stringify(heard).includes('"kind":"epoch"'))
  // One value each: the event object of IPC, with its sender, must not come along.
  seen['words heard at once'] = [...new Set(heard.map((words) => words.length))]
  const count = heard.length
  stopListening()
  stage.button = 1
  const before = record.length
  stage.windows[0]?.close()
  await until(() => record.slice(before).some(([call]) => call === 'showMessageBox'))
  await settle()
  seen['stayed'] = [record.slice(before), stage.windows.length]
  const row = ((await bridge.call('list', {})) as { answer: { id: string; state: string }[] }).answer.find(
    (one) => one.id === id,
  )
  seen['running still'] = row?.state
  seen['dropped'] = bridge.pathOf({ name: 'results' } as File)
  seen['heard after stopping to listen'] = heard.length - count
  stage.button = 0
  const again = record.length
  stage.windows[0]?.close()
  await until(() => record.slice(again).some(([call]) => call === 'gone'))
  seen['left'] = [record.slice(again), stage.windows.length]
  seen['run'] = id
  seen['listeners'] = ipcRenderer.listenerCount('lab:event')
}

function cycle(): unknown {
  const ring: Record<string, unknown> = {}
  ring['ring'] = ring
  return ring
}

/** Lets everything that is ready happen. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
}

async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await new Promise((resolve) => setTimeout(resolve, 20))
}

function finish(): never {
  seen['record'] = record
  process.stdout.write(`${JSON.stringify(seen)}\n`)
  process.exit(0)
}
