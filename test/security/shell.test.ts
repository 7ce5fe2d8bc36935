// The desktop shell's contract with Electron, which the stand-in lets a machine without Electron's program check: the
// real main.ts and preload.ts run one life of the app in a process of their own, over a real lab with real workers.
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const clone = fileURLToPath(new URL('../..', import.meta.url))

type Note = [call: string, ...words: unknown[]]
interface Seen {
  readonly 'before ready': string[]
  readonly start: Note[]
  readonly record: Note[]
  readonly [what: string]: unknown
}

let home = ''
let app = ''

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'apical-shell-'))
  // An app folder with a face of its own, so that the test does not depend on what was built last.
  app = join(home, 'app')
  await mkdir(join(app, 'build/face'), { recursive: true })
  await writeFile(join(app, 'build/face/index.html'), '<!doctype html><title>Apical</title>')
  for (const part of ['src-main', 'resources', 'node_modules', 'package.json'])
    await symlink(join(clone, part), join(app, part))
})
afterAll(() => rm(home, { recursive: true, force: true }))

function life(words: string[], environment: Record<string, string> = {}): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const program = [join(clone, 'test/security/run-shell.ts'), app, ...words]
    const env = { ...process.env, APICAL_HOME: join(home, 'home'), ...environment }
    const child = spawn(process.execPath, program, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(out) as Seen)
      else reject(new Error(`The shell ended with ${code ?? 'a signal'}: ${err}${out}`))
    })
  })
}

const callsOf = (notes: readonly Note[]): string[] => notes.map(([call]) => call)

describe('one life of the app', () => {
  let seen: Seen
  beforeAll(async () => {
    seen = await life(['first'])
  })

  test('says before Electron is ready what must be said then', () => {
    expect(seen['before ready']).toEqual(['registerSchemesAsPrivileged', 'enableSandbox', 'requestSingleInstanceLock'])
    expect(seen.start[0]).toEqual([
      'registerSchemesAsPrivileged',
      [{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } }],
    ])
  })

  test('denies permissions and serves the face before there is a window, and listens before it loads', () => {
    const calls = callsOf(seen.start)
    const permissions = ['PermissionRequest', 'PermissionCheck', 'DevicePermission', 'DisplayMediaRequest']
    const order = ['ready', ...permissions.map((name) => `set${name}Handler`), 'protocol.handle', 'ipcMain.handle']
    order.push('BrowserWindow', 'loadURL', 'show')
    const places = order.map((call) => calls.indexOf(call))
    expect(places).not.toContain(-1)
    for (const call of order.slice(1, -3))
      expect(calls.indexOf(call), call).toBeLessThan(calls.indexOf('BrowserWindow'))
    expect(calls.indexOf('BrowserWindow')).toBeLessThan(calls.indexOf('loadURL'))
    expect(calls.indexOf('loadURL')).toBeLessThan(calls.indexOf('show'))
    expect(seen.start.filter(([call]) => call === 'loadURL')).toEqual([['loadURL', 'app://apical/']])
    expect(seen['theme']).toBe('system')
  })

  test('makes one window, sandboxed and isolated', () => {
    const windows = seen.record.filter(([call]) => call === 'BrowserWindow')
    expect(windows).toHaveLength(1)
    expect(windows[0]?.[1]).toMatchObject({
      show: false,
      name: 'lab',
      windowStatePersistence: true,
      webPreferences: {
        preload: join(app, 'build/main/preload.cjs'),
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
        spellcheck: false,
      },
    })
  })

  test('grants nothing but putting text on the clipboard', () => {
    expect(seen['granted']).toEqual([...Array.from({ length: 12 }, () => false), true, true, false, {}])
  })

  test('goes nowhere but to the face, opens no window, and opens a listed link alone outside', () => {
    expect(seen['went']).toEqual(['will-frame-navigate app://apical/#/new', 'will-redirect app://apical/#/new'])
    expect(seen['opened']).toEqual(Array.from({ length: 4 }, () => ({ action: 'deny' })))
    expect(seen['outside']).toEqual([['openExternal', 'https://arxiv.org/abs/2306.04810']])
  })

  test('serves the build under app://apical with the policy', () => {
    expect(seen['page']).toEqual([200, expect.stringContaining("script-src 'self';"), '<!doctype html>'])
    expect((seen['elsewhere'] as unknown[][]).map(([status]) => status)).toEqual([404, 404, 403])
  })

  test('answers its own page, and no other frame', () => {
    expect(seen['list']).toEqual({ answer: expect.any(Array) as unknown })
    expect(seen['host']).toBe('electron')
    const strangers = seen['strangers'] as { refusal?: { message: string } }[]
    expect(strangers).toHaveLength(5)
    for (const { refusal } of strangers) expect(refusal?.message).toBe('This lab answers its own window only.')
  })

  test('refuses hostile messages in words', () => {
    const hostile = seen['hostile'] as { refusal?: { message: string; next: string } }[]
    expect(hostile).toHaveLength(8)
    for (const { refusal } of hostile) {
      expect(refusal?.message).toMatch(/\S/)
      expect(refusal?.message).not.toMatch(/lab failed/)
      expect(refusal?.next).toMatch(/\S/)
    }
  })

  test('has one channel, and gives the page two functions, and paths of files that it was given', () => {
    expect(seen['channels']).toEqual(['lab:call'])
    expect(seen['exposed']).toEqual([['apicalTransport', ['call', 'listen', 'pathOf']]])
    expect(seen['words heard at once']).toEqual([1])
    expect(seen['heard after stopping to listen']).toBe(0)
    expect(seen['listeners']).toBe(0)
  })

  test('offers its screens in the menu', () => {
    const shortcuts = (seen['shortcuts'] as [string, string][]).map(([, shortcut]) => shortcut)
    expect(new Set(shortcuts).size).toBe(shortcuts.length)
    expect(shortcuts).toEqual(expect.arrayContaining(['CmdOrCtrl+N', 'CmdOrCtrl+1', 'CmdOrCtrl+2']))
    const doings = seen['menu'] as Note[]
    expect(doings.filter(([call]) => call === 'loadURL').map(([, url]) => url)).toEqual(
      [
        'new',
        'do/palette',
        'do/search',
        'do/undo',
        'lab',
        'live',
        'compare',
        'paper',
        'draw',
        'data',
        'engines',
        'guide',
        'do/tour',
        'do/shortcuts',
      ].map((address) => `app://apical/#/${address}`),
    )
    expect(doings).toContainEqual(['showOpenDialog', { title: 'Open Results Folder', properties: ['openDirectory'] }])
    expect((seen['chosen'] as Note[]).at(-1)).toEqual([
      'showMessageBox',
      expect.stringMatching(/build holds no experiments\.$/),
    ])
    expect(seen['dropped']).toBe('/dropped/results')
    expect(doings).toContainEqual(['openPath', join(home, 'home/results')])
    // A second start brings the window to the front instead.
    expect(callsOf(doings).slice(-2)).toEqual(['restore', 'focus'])
  })

  test('asks before it stops a run, stays when told to, and leaves a checkpoint when it goes', async () => {
    expect(seen['stayed']).toEqual([[['showMessageBox', 'One experiment is running.']], 1])
    expect(seen['running still']).toBe('running')
    const [notes, windows] = seen['left'] as [Note[], number]
    expect(callsOf(notes)).toEqual(expect.arrayContaining(['showMessageBox', 'quit', 'gone']))
    expect(windows).toBe(0)
    const files = await readdir(join(home, 'home/results', seen['run'] as string), { recursive: true })
    expect(files.some((file) => file.endsWith('checkpoint.safetensors'))).toBe(true)
  })
})

test('a second Apical leaves at once and makes no window', async () => {
  const seen = await life(['second'])
  // Not even waiting for Electron to be ready: the lab of the first one is never touched.
  expect(callsOf(seen.record)).toEqual(seen['before ready'])
  expect(callsOf(seen.record).slice(-3)).toEqual(['requestSingleInstanceLock', 'quit', 'gone'])
  expect(callsOf(seen.record)).not.toContain('BrowserWindow')
})

test('a lab that cannot open is a sentence with the next step, not a blank window', async () => {
  const file = join(home, 'a-file')
  await writeFile(file, '')
  const seen = await life(['first', 'start'], { APICAL_HOME: join(file, 'below') })
  expect(seen.record).toContainEqual([
    'showErrorBox',
    'Apical cannot open the lab',
    expect.stringMatching(/\S+[\s\S]*\n\n\S+/),
  ])
  expect(seen.record).toContainEqual(['exit', 1])
})

test('the preload is small enough to read at a glance', async () => {
  const source = await readFile(join(clone, 'src-main/preload.ts'), 'utf8')
  expect(source.split('\n').length).toBeLessThan(30)
})
