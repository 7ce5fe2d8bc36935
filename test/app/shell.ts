// The app as a person starts it, in whichever Electron this machine has: one home folder, one window.
import { _electron, expect, test, type ElectronApplication, type Page } from '@playwright/test'
import { execFile } from 'node:child_process'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openDisplay } from '../electron/display.ts'
import type { TestElectron } from '../electron/test-electron.ts'

const clone = fileURLToPath(new URL('../..', import.meta.url))
const told = process.env['APICAL_TEST_ELECTRON']
export const electron = told === undefined ? null : (JSON.parse(told) as TestElectron)
/** A screen of its own for each worker: another app that starts would take the focus. */
const display = electron?.old === true ? await openDisplay() : null
process.on('exit', () => display?.close())

/** Why there is none; a spec names itself with it, so that what was not tested is read. */
const why = electron === null ? (process.env['APICAL_NO_ELECTRON'] ?? 'run by npm run test:electron') : null

/** Skips a spec's tests where there is no Electron. */
export function needsElectron(): void {
  test.skip(why !== null, why ?? '')
}

/** Says in a test's name why it is skipped. */
export function named(name: string): string {
  return why === null ? name : `${name} (${why})`
}

/** What `--json` wrote: one value a line. */
export const jsonLines = <T>(text: string): T[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T)

export class Shell {
  readonly home: string
  readonly app: ElectronApplication
  readonly page: Page

  private constructor(home: string, app: ElectronApplication, page: Page) {
    this.home = home
    this.app = app
    this.page = page
  }

  /** `home` of an earlier one starts the same lab again; `words` are files given to the app. */
  static async start({ home, words = [] }: { home?: string; words?: readonly string[] } = {}): Promise<Shell> {
    if (electron === null) throw new Error('There is no Electron here.')
    const folder = home ?? (await Shell.newHome())
    const launch = (timeout: number): Promise<ElectronApplication> =>
      _electron.launch({
        executablePath: electron.program,
        args: [...electron.words, ...words],
        chromiumSandbox: true,
        cwd: clone,
        env: Shell.environment(folder),
        timeout,
      })
    // The old one now and then says nothing to its debugger at a start (once in some two hundred): asked once more, aloud.
    const app = electron.old
      ? await launch(60_000).catch((error: unknown) => {
          console.warn(`Electron 22 did not start (${String(error).split('\n')[0] ?? ''}): once more.`)
          return launch(120_000)
        })
      : await launch(180_000)
    const page = await app.firstWindow()
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    return new Shell(folder, app, page)
  }

  static async newHome(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'apical-window-'))
    if (electron !== null && electron.user !== null) await chown(folder, electron.user, electron.user)
    return folder
  }

  /** Everything it keeps lies in its home; it sees no data sets but the built-in ones. */
  static environment(home: string): Record<string, string> {
    const own = {
      HOME: home,
      XDG_CONFIG_HOME: join(home, 'config'),
      APICAL_HOME: home,
      APICAL_DATA: join(home, 'data'),
    }
    const screen = display === null ? {} : { DISPLAY: display.name }
    return { ...(process.env as Record<string, string>), ...screen, ...own }
  }

  /** Calls the lab as the page does. */
  call(name: string, argument: unknown = {}): Promise<unknown> {
    return this.page.evaluate(([call, words]) => (window as unknown as Bridged).apicalTransport.call(call, words), [
      name,
      argument,
    ] as const)
  }

  async rowOf(name: string): Promise<Row> {
    const { answer } = (await this.call('list')) as { answer: Row[] }
    const row = answer.find((one) => one.name === name)
    if (row === undefined) throw new Error(`There is no ${name}.`)
    return row
  }

  /** What the person will answer in the system's dialogs: a button, or what is chosen. */
  answerDialogs({ button = 0, chosen = [] as string[] }): Promise<void> {
    return this.app.evaluate(
      ({ dialog }, answers) => {
        Object.assign(globalThis, { asked: [] })
        const { asked } = globalThis as unknown as { asked: string[] }
        Object.assign(dialog, {
          showMessageBox: async (_: unknown, { message }: { message: string }) => {
            asked.push(message)
            await Promise.resolve()
            return { response: answers.button }
          },
          showOpenDialog: async (_: unknown, { title }: { title: string }) => {
            asked.push(title)
            await Promise.resolve()
            return { filePaths: answers.chosen }
          },
        })
      },
      { button, chosen },
    )
  }

  /** What the dialogs asked since. */
  asked(): Promise<string[]> {
    return this.app.evaluate(() => (globalThis as unknown as { asked: string[] }).asked)
  }

  /** A second start beside this one, which hands its files over and ends. */
  startAgain(words: readonly string[] = []): Promise<void> {
    return new Promise((resolve, reject) => {
      const program = electron?.program ?? ''
      const env = Shell.environment(this.home)
      execFile(program, [...(electron?.words ?? []), ...words], { env, timeout: 60_000 }, (error) => {
        if (error === null) resolve()
        else reject(new Error(`The second start failed: ${error.message}`))
      })
    })
  }

  async close(): Promise<void> {
    await this.app.close()
  }

  async remove(): Promise<void> {
    await this.close()
    await rm(this.home, { recursive: true, force: true })
  }
}

interface Row {
  readonly id: string
  readonly name: string
  readonly state: string
}

export interface Bridged {
  apicalTransport: { call(name: string, argument: unknown): Promise<unknown> }
}
