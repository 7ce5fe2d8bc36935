// Which host `npm start` takes, from what the machine has; and that it never opens what nobody would see.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { closeHandler } from '../../src-main/electron/close-handler.ts'
import { browserCommand } from '../../src-main/serve/open-browser.ts'
import { electronProgram, whyNoWindow, type HostEnvironment } from '../../src-main/start.ts'

describe('the window', () => {
  const desk: HostEnvironment = {
    platform: 'linux',
    environment: { DISPLAY: ':0' },
    electron: '/electron',
    isRoot: false,
  }
  test.each<[string, Partial<HostEnvironment>, RegExp | null]>([
    ['everything there', {}, null],
    ['Wayland', { environment: { WAYLAND_DISPLAY: 'wayland-0' } }, null],
    ['no program', { electron: null }, /not installed/],
    ['no display', { environment: {} }, /no display/],
    ['an empty display', { environment: { DISPLAY: '' } }, /no display/],
    ['root', { isRoot: true }, /root/],
    ['a Mac, which names no display', { platform: 'darwin', environment: {} }, null],
    ['Windows', { platform: 'win32', environment: {} }, null],
  ])('with %s', (_, change, why) => {
    const said = whyNoWindow({ ...desk, ...change })
    if (why === null) expect(said).toBeNull()
    else expect(said).toMatch(why)
  })

  test('needs Electron’s program, not only its package', async () => {
    const clone = await mkdtemp(join(tmpdir(), 'apical-clone-'))
    const folder = join(clone, 'node_modules/electron')
    await mkdir(join(folder, 'dist'), { recursive: true })
    expect(electronProgram(clone)).toBeNull()
    await writeFile(join(folder, 'path.txt'), 'electron\n')
    expect(electronProgram(clone)).toBeNull()
    await writeFile(join(folder, 'dist/electron'), '')
    expect(electronProgram(clone)).toBe(join(folder, 'dist/electron'))
    await rm(clone, { recursive: true })
  })
})

describe('the browser', () => {
  const address = 'http://127.0.0.1:4172/?token=a&b'
  test.each<[NodeJS.Platform, Record<string, string>, string | null]>([
    ['linux', { DISPLAY: ':0' }, 'xdg-open'],
    ['linux', {}, null],
    ['linux', { DISPLAY: ':0', CI: 'true' }, null],
    ['darwin', {}, 'open'],
    ['win32', {}, 'rundll32'],
  ])('on %s with %j is opened by %s, the address in one piece', (platform, environment, program) => {
    const command = browserCommand(address, platform, environment)
    expect(command?.[0] ?? null).toBe(program)
    if (command !== null) expect(command.at(-1)).toBe(address)
  })
})

describe('leaving', () => {
  /** Lets everything that is ready happen. */
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

  function setting(states: readonly ('running' | 'paused' | 'done' | 'queued')[], answer = true) {
    const said: string[] = []
    const lab = {
      list: () => Promise.resolve(states.map((state) => ({ state }))),
      close: async () => {
        await settle()
        said.push('closed')
      },
    }
    const leave = closeHandler(Promise.resolve(lab), {
      ask: (sentence) => {
        said.push(sentence)
        return Promise.resolve(answer)
      },
      quit: () => said.push('quit'),
    })
    const attempt = (): boolean => {
      let prevented = false
      leave({ preventDefault: () => (prevented = true) })
      return !prevented
    }
    return { said, attempt }
  }
  const settleAll = async (): Promise<void> => {
    for (let i = 0; i < 10; i++) await settle()
  }

  test('waits for the lab to close, and asks nobody when nothing runs', async () => {
    const { said, attempt } = setting(['done', 'queued'])
    expect(attempt()).toBe(false)
    await settleAll()
    expect(said).toEqual(['closed', 'quit'])
    expect(attempt()).toBe(true)
  })

  test('asks once while something runs, and stays when the person wants to', async () => {
    const { said, attempt } = setting(['running', 'done'], false)
    expect(attempt()).toBe(false)
    expect(attempt()).toBe(false)
    await settleAll()
    expect(said).toEqual(['One experiment is running.'])
    expect(attempt()).toBe(false)
    await settleAll()
    expect(said).toHaveLength(2)
  })

  test('counts what would be stopped', async () => {
    const { said, attempt } = setting(['running', 'paused'])
    attempt()
    await settleAll()
    expect(said).toEqual(['2 experiments are running.', 'closed', 'quit'])
  })

  test('leaves a lab that never opened', async () => {
    const said: string[] = []
    const never = Promise.reject(new Error('no folder'))
    const leave = closeHandler(never, { ask: () => Promise.resolve(true), quit: () => said.push('quit') })
    leave({ preventDefault: () => undefined })
    await settleAll()
    expect(said).toEqual(['quit'])
  })
})
