// A page that crashes or hangs: it is shown again, and what trains behind it never stops.
import { expect, test } from '@playwright/test'
import { electron, named, needsElectron, Shell } from './shell.ts'
import { startRun } from './screens.ts'

test.describe.configure({ mode: 'serial' })
needsElectron()

let shell: Shell
let run = ''

test.beforeAll(async () => {
  if (electron === null) return
  shell = await Shell.start()
  await startRun(shell.page, 'Goes on', 3000)
  run = (await shell.rowOf('Goes on')).id
})
test.afterAll(async () => {
  if (electron === null) return
  await shell.answerDialogs({ button: 0 })
  await shell.remove()
})

/** By way of Electron: for the test's own driver a page that crashed once is gone. */
const inPage = (script: string): Promise<unknown> =>
  shell.app.evaluate(
    ({ BrowserWindow }, code) =>
      Promise.race([
        BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(code),
        // A page that is gone never answers.
        new Promise((resolve) => setTimeout(resolve, 2000, 'no answer')),
      ]),
    script,
  )

/** The page shows the run again, and the lab behind it says that it trains. */
async function expectShownAgain(): Promise<void> {
  await expect.poll(() => inPage('document.title').catch(String)).toContain('Goes on')
  await expect
    .poll(() =>
      inPage("apicalTransport.call('list', {}).then(({ answer }) => answer.map((row) => [row.id, row.state]))"),
    )
    .toContainEqual([run, 'running'])
}

test(named('a page that crashes is shown again where it was, and its run goes on'), async () => {
  await shell.app.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer()
  })
  await expectShownAgain()
})

test(named('one that crashes again at once is asked about first'), async () => {
  await shell.answerDialogs({ button: 0 })
  await shell.app.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer()
  })
  await expect.poll(() => shell.asked()).toEqual([expect.stringMatching(/^The window crashed twice/)])
  await expectShownAgain()
})

test(named('a page that hangs is asked about, ended and shown again'), async () => {
  await shell.answerDialogs({ button: 0 })
  await inPage(
    'void setTimeout(() => { for (const end = performance.now() + 600_000; performance.now() < end; ); }, 50)',
  )
  await expect.poll(() => inPage('1')).toBe('no answer')
  // Chromium watches no page that is being debugged, as this one is by the test, so the test says it.
  await shell.app.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.emit('unresponsive')
  })
  await expect.poll(() => shell.asked()).toEqual(['The window does not answer.'])
  await expectShownAgain()
})
