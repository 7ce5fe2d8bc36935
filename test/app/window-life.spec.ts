// What may happen to the desktop window and to what trains behind it: nothing of it loses a run.
import { expect, test, type Page } from '@playwright/test'
import { cp, writeFile } from 'node:fs/promises'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { liveOwner } from '../../src-main/lab/storage/ownership.ts'
import { electron, named, needsElectron, Shell } from './shell.ts'
import { startRun } from './screens.ts'

test.describe.configure({ mode: 'serial' })
needsElectron()

let shell: Shell
/** Long enough for all that is done to it. */
const EPOCHS = 3000

test.beforeAll(async () => {
  if (electron !== null) shell = await Shell.start()
})
test.afterAll(async () => {
  if (electron !== null) await shell.remove()
})

const choose = (label: string): Promise<void> =>
  shell.app.evaluate(({ Menu, BrowserWindow }, wanted) => {
    const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? [])
    items?.find((item) => item.label === wanted)?.click(undefined, BrowserWindow.getAllWindows()[0], undefined)
  }, label)

/** Files and folders dropped by the mouse, paths and all. */
async function drop(page: Page, files: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page)
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', {
      type,
      x: 640,
      y: 400,
      data: { items: [], files: [...files], dragOperationsMask: 1 },
    })
  await session.detach()
}

test(named('a run trains, and the machine stays awake exactly as long'), async () => {
  await shell.app.evaluate(({ powerSaveBlocker }) => {
    const start = powerSaveBlocker.start.bind(powerSaveBlocker)
    Object.assign(powerSaveBlocker, {
      start: (kind: 'prevent-app-suspension') => {
        const id = start(kind)
        Object.assign(globalThis, { block: id })
        return id
      },
    })
  })
  const awake = (): Promise<boolean> =>
    shell.app.evaluate(({ powerSaveBlocker }) => {
      const { block } = globalThis as unknown as { block?: number }
      return block !== undefined && powerSaveBlocker.isStarted(block)
    })
  expect(await awake()).toBe(false)
  await startRun(shell.page, 'Short', 12)
  await expect.poll(awake).toBe(true)
  await expect(shell.page.getByText('Done', { exact: true })).toBeVisible()
  await expect.poll(awake).toBe(false)
})

test(named('a results folder that is dropped on the window opens, and one that is chosen in the menu'), async () => {
  const sample = fileURLToPath(new URL('../../resources/sample', import.meta.url))
  const elsewhere = join(shell.home, 'elsewhere')
  await cp(sample, elsewhere, { recursive: true })
  const { page } = shell
  await choose('Lab')
  await drop(page, [elsewhere])
  await expect(page.getByText(elsewhere)).toBeVisible()
  await page.getByRole('button', { name: 'Back to your results' }).click()
  await expect(page.getByText(elsewhere)).toBeHidden()
  await shell.answerDialogs({ chosen: [elsewhere] })
  await choose('Open Results Folder…')
  await expect(page.getByText(elsewhere)).toBeVisible()
  expect(await shell.asked()).toEqual(['Open Results Folder'])
  await page.getByRole('button', { name: 'Back to your results' }).click()
})

test(
  named('an experiment file that is dropped fills the form, and so does one that a second start hands over'),
  async () => {
    const { page } = shell
    const folder = join(shell.home, 'results', (await shell.rowOf('Short')).id)
    const file = join(shell.home, 'handed.json')
    const experiment = JSON.parse(readFileSync(join(folder, 'experiment.json'), 'utf8')) as Record<string, unknown>
    await writeFile(file, JSON.stringify({ ...experiment, name: 'From a file' }))
    await drop(page, [file])
    await expect(page.getByRole('heading', { level: 1, name: 'New experiment' })).toBeVisible()
    await expect(page.getByRole('textbox', { name: /^Name/ })).toHaveValue(/From a file/)
    await choose('Lab')
    await writeFile(file, JSON.stringify({ ...experiment, name: 'Handed over' }))
    await shell.startAgain([file])
    await expect(page.getByRole('textbox', { name: /^Name/ })).toHaveValue(/Handed over/)
  },
)

test(named('a worker that is killed is told in words, and its run goes on'), async () => {
  const { page } = shell
  await startRun(page, 'Long', EPOCHS)
  const { id } = await shell.rowOf('Long')
  const worker = liveOwner(join(shell.home, 'results', id))
  expect(worker).not.toBeNull()
  process.kill(worker ?? 0, 'SIGKILL')
  await expect.poll(async () => (await shell.rowOf('Long')).state).toMatch(/interrupted|failed/)
  await page.goto(`app://apical/#/run/${encodeURIComponent(id)}`)
  await page.getByRole('button', { name: 'Resume' }).first().click()
  await expect.poll(async () => (await shell.rowOf('Long')).state).toBe('running')
})

test(named('closing while a run trains asks, stays when told to, and leaves a checkpoint when it goes'), async () => {
  const close = (): Promise<void> =>
    shell.app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.close()
    })
  await shell.answerDialogs({ button: 1 })
  await close()
  await expect.poll(() => shell.asked()).toEqual(['One experiment is running.'])
  expect((await shell.rowOf('Long')).state).toBe('running')
  const { id } = await shell.rowOf('Long')
  await shell.answerDialogs({ button: 0 })
  const ended = shell.app.waitForEvent('close')
  await close()
  await ended
  const files = readdirSync(join(shell.home, 'results', id), { recursive: true }) as string[]
  expect(files.some((file) => file.endsWith('checkpoint.safetensors'))).toBe(true)
})

test(named('the next start opens the file it was given, shows the run as interrupted, and resumes it'), async () => {
  const { home } = shell
  // Named at the start, as a double click does it.
  shell = await Shell.start({ home, words: [join(home, 'handed.json')] })
  await expect(shell.page.getByRole('textbox', { name: /^Name/ })).toHaveValue(/Handed over/)
  const { id, state } = await shell.rowOf('Long')
  expect(state).toBe('interrupted')
  await shell.page.goto(`app://apical/#/run/${encodeURIComponent(id)}`)
  await shell.page.getByRole('button', { name: 'Resume' }).first().click()
  await expect.poll(async () => (await shell.rowOf('Long')).state).toBe('running')
  await shell.call('stop', { id })
  await expect.poll(async () => (await shell.rowOf('Long')).state).toBe('stopped')
})

test(named('the window comes back where it was'), async () => {
  test.skip(electron?.old === true, 'Electron 22 does not remember windows by name')
  const bounds = (): Promise<object | undefined> =>
    shell.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds())
  await shell.app.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.setBounds({ x: 40, y: 60, width: 900, height: 700 })
  })
  const before = await bounds()
  const { home } = shell
  await shell.close()
  shell = await Shell.start({ home })
  expect(await bounds()).toEqual(before)
})
