// The app as it is installed, archive and fuses and all: what is missing in it is missing here.
import { getCurrentFuseWire, FuseV1Options, FuseState } from '@electron/fuses'
import { expect, test } from '@playwright/test'
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { NEWER_FUSES, pack, PACKED } from '../electron/pack.ts'
import type { Experiment } from '../../src-main/experiment/experiment.ts'
import { DebuggedPage } from '../electron/debugged-page.ts'
import { electron, named, Shell } from './shell.ts'

test.describe.configure({ mode: 'serial' })
// A current Electron is packed by electron-builder itself, which fetches it.
test.skip(electron?.old !== true, 'packs around the old Electron of npm run test:electron')

const unpacked = join(PACKED, 'resources/app.asar.unpacked')
const node = join(unpacked, 'node_modules', `node-linux-${process.arch}`, 'bin/node')
let home = ''
let app: ChildProcess
let page: DebuggedPage

test.beforeAll(async () => {
  if (electron?.old !== true) return
  await pack()
  home = await Shell.newHome()
  // No inspector can be let into the packed app, so its page is reached as that of any Chromium.
  app = spawn(electron.program, ['--remote-debugging-port=0'], {
    env: { ...Shell.environment(home), APICAL_TEST_PROGRAM: join(PACKED, 'apical') },
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
  if (electron?.old !== true) return
  page.close()
  const ended = once(app, 'exit')
  app.kill()
  await ended
  await rm(home, { recursive: true, force: true })
})

async function call(name: string, argument: object): Promise<unknown> {
  const said = await page.evaluate(`apicalTransport.call('${name}', ${JSON.stringify(argument)})`)
  return (said as { answer: unknown }).answer
}

/** The command line of the packed app, under the Node that ships. */
function apical(...words: readonly string[]): string {
  return execFileSync(node, [join(unpacked, 'src-main/cli.ts'), ...words], {
    env: Shell.environment(home),
    cwd: home,
    encoding: 'utf8',
  })
}

const linesOf = <T>(text: string): T[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T)

test(named('its fuses are those of electron-builder.yml'), async () => {
  const { electronFuses } = parse(
    readFileSync(fileURLToPath(new URL('../../electron-builder.yml', import.meta.url)), 'utf8'),
  ) as { electronFuses: Record<string, boolean> }
  const wire = await getCurrentFuseWire(join(PACKED, 'apical'))
  const wanted = Object.entries(electronFuses).filter(([name]) => !(NEWER_FUSES as readonly string[]).includes(name))
  expect(wanted.length).toBeGreaterThan(6)
  for (const [name, on] of wanted) {
    const option = FuseV1Options[(name[0]?.toUpperCase() + name.slice(1)) as keyof typeof FuseV1Options]
    expect(wire[option], name).toBe(on ? FuseState.ENABLE : FuseState.DISABLE)
  }
})

test(named('it opens on the lab, with the engines and the version that its command line tells'), async () => {
  await expect.poll(() => page.evaluate("document.querySelector('h1')?.textContent")).toBe('Lab')
  await expect.poll(() => page.evaluate('document.body.innerText')).toContain('bundled sample')
  const answer = (await call('describe', {})) as {
    version: string
    engines: { name: string; available: boolean; reason: string }[]
  }
  expect(apical('--version').trim()).toBe(answer.version)
  const told = linesOf<{ name: string; available: boolean }>(apical('engines', '--json'))
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
  for (const format of ['png', 'svg', 'pdf']) {
    apical('weights', id, '--fields', 'layer=1', '--to', join(home, `fields.${format}`))
    expect(readFileSync(join(home, `fields.${format}`)).length).toBeGreaterThan(1000)
  }
  const serving = spawn(node, [join(unpacked, 'src-main/cli.ts'), 'serve', '--port', '0'], {
    env: { ...Shell.environment(home), APICAL_HOME: join(home, 'other') },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  try {
    const [said] = (await once(serving.stdout, 'data')) as [Buffer]
    const response = await fetch(/http:\/\/\S+/.exec(said.toString())?.[0] ?? '')
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('<title>Apical</title>')
  } finally {
    serving.kill()
  }
})

test(named('a rule of one’s own runs in it, in a process without rights'), async () => {
  apical('rule', 'new', 'mine')
  apical('rule', 'allow', 'mine.ts')
  const answer = (await call('describe', {})) as {
    rules: { name: string }[]
    ownRules: { files: { state: string; rule: string }[] }
  }
  expect(answer.ownRules.files).toMatchObject([{ state: 'allowed' }])
  expect(answer.rules.map(({ name }) => name)).toContain(answer.ownRules.files[0]?.rule)
})
