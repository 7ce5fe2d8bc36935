// The app as it is installed, archive and fuses and all: what is missing in it is missing here.
import { listPackage } from '@electron/asar'
import { getCurrentFuseWire, FuseV1Options, FuseState } from '@electron/fuses'
import { expect, test } from '@playwright/test'
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { NEWER_FUSES, pack, PACKED } from '../electron/pack.ts'
import type { Experiment } from '../../src-main/experiment/experiment.ts'
import { DebuggedPage } from '../electron/debugged-page.ts'
import { electron, jsonLines, named, Shell } from './shell.ts'

test.describe.configure({ mode: 'serial' })
// A current Electron is packed by electron-builder itself, which fetches it.
test.skip(electron?.old !== true, 'packs around the old Electron of npm run test:electron')

const unpacked = join(PACKED, 'resources/app.asar.unpacked')
let home = ''
let app: ChildProcess
let page: DebuggedPage | undefined

test.beforeAll(async () => {
  if (electron?.old !== true) return
  await pack()
  home = await Shell.newHome()
  // No inspector can be let into the packed app, so its page is reached as that of any Chromium.
  app = spawn(electron.program, [...electron.words, '--remote-debugging-port=0'], {
    env: inPacked('apical-window'),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  const address = await new Promise<string>((resolve, reject) => {
    app.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const found = /DevTools listening on (ws:\S+)/.exec(said)?.[1]
      if (found !== undefined) resolve(found)
    })
    app.once('exit', () => {
      reject(new Error(`The packed app ended: ${said}`))
    })
  })
  page = await DebuggedPage.open(address)
})
test.afterAll(async () => {
  if (page === undefined) return
  page.close()
  const ended = once(app, 'exit')
  app.kill()
  expect(await ended).toEqual([0, null])
  await rm(home, { recursive: true, force: true })
})

async function call(name: string, argument: object): Promise<unknown> {
  const said = await page?.evaluate(`apicalTransport.call('${name}', ${JSON.stringify(argument)})`)
  const { answer, refusal } = said as { answer?: unknown; refusal?: { message: string } }
  if (refusal !== undefined) throw new Error(refusal.message)
  return answer
}

const inPacked = (program: string): Record<string, string> => ({
  ...Shell.environment(home),
  APICAL_TEST_PROGRAM: join(PACKED, program),
})

/** The command line of the packed app: the script beside its program. */
function apical(...words: readonly string[]): string {
  // By the script that starts the app too, as the same person.
  return execFileSync(electron?.program ?? '', words, { env: inPacked('apical'), cwd: home, encoding: 'utf8' })
}

test(named('its fuses are those of electron-builder.yml'), async () => {
  const { electronFuses } = parse(
    readFileSync(fileURLToPath(new URL('../../electron-builder.yml', import.meta.url)), 'utf8'),
  ) as { electronFuses: Record<string, boolean> }
  const wire = await getCurrentFuseWire(join(PACKED, 'apical-window'))
  const wanted = Object.entries(electronFuses).filter(([name]) => !(NEWER_FUSES as readonly string[]).includes(name))
  expect(wanted.length).toBeGreaterThan(6)
  for (const [name, on] of wanted) {
    const option = FuseV1Options[(name[0]?.toUpperCase() + name.slice(1)) as keyof typeof FuseV1Options]
    expect(wire[option], name).toBe(on ? FuseState.ENABLE : FuseState.DISABLE)
  }
})

test(named('it holds what runs, the licences of it, and nothing else'), () => {
  const archived = new Set(
    listPackage(join(PACKED, 'resources/app.asar'), { isPack: false }).map((path) => path.split('/')[1]),
  )
  expect([...archived].sort()).toEqual([
    'build',
    'node_modules',
    'package.json',
    'resources',
    'src-main',
    'src-renderer',
  ])
  const beside = [
    'LICENCES.txt',
    'LICENSE',
    'build',
    'node_modules',
    'package.json',
    'resources',
    'src-main',
    'src-renderer',
  ]
  expect(readdirSync(unpacked).sort()).toEqual(beside)
  expect(readdirSync(join(unpacked, 'build')).sort()).toEqual(['face', 'native'])
  expect(readdirSync(join(unpacked, 'node_modules/webgpu/dist'))).toEqual([`linux-${process.arch}`])
  const licences = readFileSync(join(unpacked, 'LICENCES.txt'), 'utf8')
  for (const name of readdirSync(join(unpacked, 'node_modules')).filter((one) => !/^[.@]/.test(one)))
    expect(licences).toMatch(new RegExp(`^${RegExp.escape(name)} \\d`, 'm'))
  for (const compiledIn of ['svelte', 'chart.js', 'katex'])
    expect(licences).toMatch(new RegExp(`^${compiledIn} \\d`, 'm'))
})

test(named('it opens on the lab, with the engines and the version that its command line tells'), async () => {
  await expect.poll(() => page?.evaluate("document.querySelector('h1')?.textContent")).toBe('Lab')
  await expect.poll(() => page?.evaluate('document.body.innerText')).toContain('bundled sample')
  const answer = (await call('describe', {})) as {
    version: string
    engines: { name: string; available: boolean; reason: string }[]
  }
  expect(apical('--version').trim()).toBe(answer.version)
  const told = jsonLines<{ name: string; available: boolean }>(apical('engines', '--json'))
  expect(answer.engines.map(({ name, available }) => [name, available])).toEqual(
    told.map(({ name, available }) => [name, available]),
  )
  // Dawn's binary is there: whether it finds a card is the machine's affair.
  expect(answer.engines.find(({ name }) => name === 'webgpu')?.reason).not.toMatch(/not installed|does not load/)
})

test(named('it trains, and its command line draws, reports and serves what was trained'), async () => {
  const { presets } = (await call('describe', {})) as { presets: { name: string; experiment: Experiment }[] }
  const preset = presets.find(({ name }) => name === 'corinfomax-glyphs')?.experiment
  const training = { ...preset?.training, epochs: 2 }
  const data = { ...preset?.data, limitTrain: 400, limitTest: 100 }
  const experiment = { ...preset, name: 'Packed', seeds: [0], training, data }
  const { id } = (await call('start', { experiment })) as { id: string }
  const state = async (): Promise<string | undefined> =>
    ((await call('list', {})) as { id: string; state: string }[]).find((row) => row.id === id)?.state
  await expect.poll(state).toBe('done')
  apical('report', id, '--to', join(home, 'report.html'))
  expect(readFileSync(join(home, 'report.html'), 'utf8')).toContain('Packed')
  apical('weights', id, '--fields', 'layer=1', '--to', join(home, 'fields.png'))
  apical('show', id, '--embedding', 'layer=1', 'method=pca', '--to', join(home, 'layer.svg'))
  apical('paper', 'export', 'mnist-test-accuracy-comparison', '--to', join(home, 'curves.pdf'))
  apical('export', id, '--to', join(home, 'run.parquet'))
  apical('export', id, '--to', join(home, 'run.zip'))
  for (const file of ['fields.png', 'layer.svg', 'curves.pdf', 'run.parquet', 'run.zip'])
    expect(statSync(join(home, file)).size, file).toBeGreaterThan(1000)
  const serving = spawn(electron?.program ?? '', ['serve', '--port', '0'], {
    env: { ...inPacked('apical'), APICAL_HOME: join(home, 'other') },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  try {
    const [said] = (await once(serving.stdout, 'data')) as [Buffer]
    const address = /http:\/\/\S+/.exec(said.toString())?.[0] ?? ''
    // Its token becomes a cookie.
    const welcome = await fetch(address, { redirect: 'manual' })
    const cookie = welcome.headers.getSetCookie().map((one) => one.split(';')[0] ?? '')
    const response = await fetch(new URL('/', address), { headers: { cookie: cookie.join('; ') } })
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('<title>Apical</title>')
  } finally {
    serving.kill()
  }
})

test(named('a rule of one’s own runs in it, in a process without rights'), async () => {
  const described = async () => (await call('describe', {})) as Described
  interface Described {
    rules: { name: string }[]
    ownRules: { files: { path: string; sha256: string; state: string; rule: string | null }[] }
  }
  apical('rule', 'new', 'mine')
  const [file] = (await described()).ownRules.files
  expect(file?.state).toBe('new')
  const { rule } = (await call('allowRule', { path: file?.path, sha256: file?.sha256 })) as { rule: string }
  const { rules, ownRules } = await described()
  expect(ownRules.files).toMatchObject([{ state: 'allowed', rule }])
  expect(rules.map(({ name }) => name)).toContain(rule)
  apical('run', 'mine', '--epochs', '1', '--seeds', '0', '--limit-train', '200', '--limit-test', '100', '--json')
})
