// The desktop window itself, in a real Electron: what it shows at first, what its page may reach, and what it refuses.
import { expect, test } from '@playwright/test'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { faultsOf } from './faultless-page.ts'
import { chooseTheme } from './screens.ts'
import { electron, jsonLines, named, needsElectron, Shell, type Bridged } from './shell.ts'

test.describe.configure({ mode: 'serial' })
needsElectron()

let shell: Shell
let faults: string[]
const PAPER = 'https://arxiv.org/abs/2306.04810'

test.beforeAll(async () => {
  if (electron === null) return
  shell = await Shell.start()
  faults = faultsOf(shell.page)
  // What would leave the app is noted instead.
  await shell.app.evaluate(({ shell: system }) => {
    const opened: string[] = []
    Object.assign(globalThis, { opened })
    system.openExternal = async (url) => void opened.push(url)
    system.openPath = async (path) => {
      opened.push(path)
      return ''
    }
  })
})
test.afterAll(async () => {
  if (electron !== null) await shell.remove()
})

const opened = (): Promise<string[]> =>
  shell.app.evaluate(() => (globalThis as unknown as { opened: string[] }).opened.slice())

test(named('the first start shows the lab with its sample, and nothing goes wrong'), async () => {
  const { page } = shell
  await expect(page.getByRole('heading', { level: 1, name: 'Lab' })).toBeVisible()
  await expect(page.getByRole('treegrid', { name: 'Experiments' }).getByText('bundled sample')).toBeVisible()
  expect(page.url()).toMatch(/^app:\/\/apical\//)
  expect(faults).toEqual([])
})

test(named('the lab finds the engines that its workers have, though its own process is not Node'), async () => {
  const { answer } = (await shell.call('describe')) as { answer: { host: string; engines: Engine[] } }
  expect(answer.host).toBe('electron')
  const cli = execFileSync(process.execPath, ['src-main/cli.ts', 'engines', '--json'], {
    env: Shell.environment(shell.home),
    encoding: 'utf8',
  })
  const found = jsonLines<Engine>(cli)
  const spoken = (engines: readonly Engine[]) => engines.map(({ name, available }) => [name, available])
  expect(spoken(answer.engines)).toEqual(spoken(found))
})

interface Engine {
  name: string
  available: boolean
}

test(
  named('the page has two functions of the host and the paths of what is dropped, and nothing of Node'),
  async () => {
    const reach = await shell.page.evaluate(() => ({
      offered: Object.keys((window as unknown as { apicalTransport: object }).apicalTransport),
      node: ['require', 'process', 'module', 'Buffer'].filter((name) => name in window),
    }))
    expect(reach).toEqual({ offered: ['call', 'listen', 'pathOf'], node: [] })
  },
)

test(named('the page runs in the sandbox of the system'), async () => {
  test.skip(process.platform !== 'linux', 'told by Linux alone')
  const pid = await shell.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId(),
  )
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8')
  // 2: system calls pass a filter.
  expect(/^Seccomp:\s+(\d)/m.exec(status)?.[1]).toBe('2')
  expect(/^NoNewPrivs:\s+(\d)/m.exec(status)?.[1]).toBe('1')
})

test(named('the protocol serves the build and refuses everything else'), async () => {
  const status = (url: string, method = 'GET') =>
    shell.page.evaluate(
      async ([address, how]) => {
        try {
          const response = await fetch(address, { method: how })
          return response.status
        } catch (error) {
          return error instanceof Error ? error.name : String(error)
        }
      },
      [url, method] as const,
    )
  expect(await status('app://apical/')).toBe(200)
  expect(await status('app://apical/icon.svg')).toBe(200)
  expect(await status('app://apical/', 'POST')).toBe(405)
  for (const path of ['nothing.js', '../package.json', '%2e%2e/package.json', 'assets/..%2f..%2fmain/main.js'])
    expect(await status(`app://apical/${path}`), path).toBe(404)
  for (const url of ['app://elsewhere/', 'file:///etc/hostname', 'http://127.0.0.1:9/', 'https://example.org/'])
    expect(await status(url), url).toBe('TypeError')
})

test(named('the policy runs no script but the build’s'), async () => {
  const ran = await shell.page.evaluate(async () => {
    const seen: string[] = []
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => seen.push(effectiveDirective))
    const script = document.createElement('script')
    script.textContent = 'window.inlineRan = true'
    document.body.append(script)
    const image = new Image()
    image.src = 'https://example.org/x.png'
    const frame = document.createElement('iframe')
    frame.src = 'https://example.org/'
    document.body.append(frame)
    await new Promise((resolve) => setTimeout(resolve, 300))
    // Now, since what a test evaluates at once may do so whatever the policy says.
    let evaluated = true
    try {
      // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- to see it refused
      new Function('return 1')()
    } catch {
      evaluated = false
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
    script.remove()
    frame.remove()
    return { inline: 'inlineRan' in window, evaluated, seen: [...new Set(seen)].sort() }
  })
  expect(ran.inline).toBe(false)
  expect(ran.evaluated).toBe(false)
  expect(ran.seen).toEqual(['frame-src', 'img-src', 'script-src', 'script-src-elem'])
  faults.length = 0
})

test(named('a call that the contract does not know, or with a wrong argument, is refused in words'), async () => {
  for (const [name, argument] of [
    ['no such call', {}],
    ['__proto__', {}],
    ['read', {}],
    ['read', { id: '../../etc' }],
    ['start', 'experiment'],
  ] as const) {
    const { refusal } = (await shell.call(name, argument)) as { refusal: { message: string; next: string } }
    expect(refusal.message, name).toMatch(/\S/)
    expect(refusal.next, name).toMatch(/\S/)
  }
})

test(named('a page that is not the lab’s is not answered, whatever it got hold of'), async () => {
  const stranger = shell.app.waitForEvent('window')
  await shell.app.evaluate(async ({ app, BrowserWindow }) => {
    const preload = `${app.getAppPath()}/build/main/preload.cjs`
    const window = new BrowserWindow({
      show: false,
      webPreferences: { preload, sandbox: true, contextIsolation: true },
    })
    await window.loadURL('data:text/html,<title>Stranger</title>')
  })
  const page = await stranger
  await page.waitForFunction(() => 'apicalTransport' in window)
  const answer = await page.evaluate(() => (window as unknown as Bridged).apicalTransport.call('list', {}))
  expect(answer).toMatchObject({ refusal: { message: 'This lab answers its own window only.' } })
  await page.close()
})

test(named('permissions are denied, but for text that the person copies'), async () => {
  const { page } = shell
  // A page without the focus is refused the clipboard for another reason.
  await page.getByRole('heading', { level: 1 }).click()
  await expect.poll(() => page.evaluate(() => document.hasFocus())).toBe(true)
  const asked = await page.evaluate(async () => {
    const state = async (name: string) => (await navigator.permissions.query({ name: name as PermissionName })).state
    const failed = async (work: Promise<unknown>) =>
      work.then(
        () => 'granted',
        () => 'denied',
      )
    return {
      geolocation: await state('geolocation'),
      notifications: Notification.permission,
      camera: await failed(navigator.mediaDevices.getUserMedia({ video: true })),
      screen: await failed(navigator.mediaDevices.getDisplayMedia()),
      clipboardRead: await failed(navigator.clipboard.readText()),
    }
  })
  expect(asked).toEqual({
    geolocation: 'denied',
    notifications: 'denied',
    camera: 'denied',
    screen: 'denied',
    clipboardRead: 'denied',
  })
  await page.evaluate(() => navigator.clipboard.writeText('W = 1'))
  expect(await shell.app.evaluate(({ clipboard }) => clipboard.readText())).toBe('W = 1')
})

test(named('the window goes nowhere, opens no other, and hands only listed links to the browser'), async () => {
  const { page, app } = shell
  for (const url of ['https://example.org/', 'file:///etc/hostname', 'data:text/html,x', 'app://elsewhere/'])
    await page.evaluate((address) => {
      location.href = address
    }, url)
  for (const url of [PAPER, 'https://example.org/', `${PAPER}#x`, 'file:///etc/hostname'])
    expect(await page.evaluate((address) => window.open(address) === null, url)).toBe(true)
  await page.waitForTimeout(500)
  // The driver waits for a navigation that was prevented, so Electron is asked, and the page loaded anew.
  const stands = await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map(({ webContents }) => [webContents.getURL(), webContents.getTitle()]),
  )
  expect(stands).toEqual([[expect.stringMatching(/^app:\/\/apical\//), 'Lab · Apical']])
  await page.reload()
  await expect(page.getByRole('heading', { level: 1, name: 'Lab' })).toBeVisible()
  expect(await opened()).toEqual([PAPER])
  await app.evaluate(() => {
    ;(globalThis as unknown as { opened: string[] }).opened.length = 0
  })
  faults.length = 0
})

test(named('the menu leads to every screen'), async () => {
  const click = (label: string) =>
    shell.app.evaluate(({ Menu, BrowserWindow }, wanted) => {
      const found = Menu.getApplicationMenu()
        ?.items.flatMap(({ submenu }) => submenu?.items ?? [])
        .flatMap((item) => [item, ...(item.submenu?.items ?? [])])
        .find((item) => item.label === wanted)
      if (found === undefined) throw new Error(`There is no ${wanted}.`)
      // eslint-disable-next-line @typescript-eslint/no-unsafe-call -- Electron types it as any function
      found.click(undefined, BrowserWindow.getAllWindows()[0], undefined)
    }, label)
  for (const [label, heading] of [
    ['New Experiment', 'New experiment'],
    ['Live', 'Live'],
    ['Compare', 'Compare'],
    ['Data', 'Data'],
    ['Engines', 'Engines'],
    ['Lab', 'Lab'],
  ] as const) {
    await click(label)
    await expect(shell.page.getByRole('heading', { level: 1, name: heading })).toBeVisible()
  }
  await click('Commands…')
  await expect(shell.page.getByRole('dialog')).toBeVisible()
  await shell.page.keyboard.press('Escape')
  await click('Dark')
  await expect(shell.page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await click('System')
  await click('The CorInfoMax Paper')
  await click('Show Results Folder')
  await expect.poll(opened).toEqual([PAPER, `${shell.home}/results`])
})

test(named('it is photographed as the screen shows it, light and dark'), async () => {
  const { page, app } = shell
  await page.goto('app://apical/#/lab')
  for (const theme of ['Light', 'Dark'] as const) {
    await chooseTheme(page, theme)
    const ground = theme === 'Light' ? 'rgb(246, 244, 239)' : 'rgb(21, 19, 28)'
    await expect(page.locator('body')).toHaveCSS('background-color', ground)
    await page.waitForTimeout(300)
    const [png, middle] = await app.evaluate(async ({ BrowserWindow, desktopCapturer, screen }) => {
      const { size } = screen.getPrimaryDisplay()
      const [shown] = await desktopCapturer.getSources({ types: ['screen'], thumbnailSize: size })
      const bounds = BrowserWindow.getAllWindows()[0]?.getBounds() ?? { x: 0, y: 0, width: 1, height: 1 }
      const picture = shown?.thumbnail.crop(bounds)
      // Blue, green, red of a point in the empty part of the sidebar.
      const pixels = picture?.toBitmap() ?? Buffer.alloc(0)
      const at = (Math.round(bounds.height * 0.7) * bounds.width + 100) * 4
      return [picture?.toPNG().toString('base64') ?? '', [...pixels.subarray(at, at + 3)]] as const
    })
    await writeFile(`build/test/window-${theme.toLowerCase()}.png`, Buffer.from(png, 'base64'))
    // The page is drawn in that theme, not only told to be.
    expect(middle.every((colour) => (theme === 'Light' ? colour > 200 : colour < 60))).toBe(true)
  }
})

test(named('a second start shows the first one’s window and ends'), async () => {
  // A screen without a window manager minimises nothing, so what the window is told is noted.
  await shell.app.evaluate(({ BrowserWindow }) => {
    const told: string[] = []
    Object.assign(globalThis, { told })
    Object.assign(BrowserWindow.getAllWindows()[0] ?? {}, {
      isMinimized: () => true,
      restore: () => told.push('restore'),
      focus: () => told.push('focus'),
    })
  })
  await shell.startAgain()
  const told = await shell.app.evaluate(() => (globalThis as unknown as { told: string[] }).told)
  expect(told).toEqual(['restore', 'focus'])
  expect(shell.app.windows()).toHaveLength(1)
})
