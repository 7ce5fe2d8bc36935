// `npm run screenshots`: every screen, light and dark, at two sizes, into build/screenshots, to be looked at by eye.
// The desktop window shows the same face; where Electron's program is there its window is photographed too.
import { _electron as electron, chromium, type Page } from '@playwright/test'
import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { electronProgram, whyNoWindow } from '../../src-main/start.ts'
import { chromiumLaunch } from './chromium.ts'
import { makeGroups, makeSweep } from './compared-groups.ts'
import { faultsOf } from './faultless-page.ts'
import { chooseTheme, screens, startRun } from './screens.ts'
import { ServedLab } from './served-lab.ts'

const clone = fileURLToPath(new URL('../..', import.meta.url))
const folder = join(clone, 'build/screenshots')
const pictures = join(clone, 'resources/pictures')
const sizes = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
]
const themes = ['Light', 'Dark'] as const

await rm(folder, { recursive: true, force: true })
await mkdir(folder, { recursive: true })
let taken = 0

const home = await mkdtemp(join(tmpdir(), 'apical-app-'))
await makeGroups(home)
const sweep = await makeSweep(home)
const lab = await ServedLab.start(home)
const browser = await chromium.launch(chromiumLaunch())
try {
  const page = await browser.newPage({ reducedMotion: 'reduce' })
  const faults = faultsOf(page)
  await page.goto(lab.address)
  // While it runs, once for all: the screens after it then have a run to show.
  await startRun(page, 'Screenshots', 60)
  for (const theme of themes) await inAllSizes(page, 'live', theme)
  await page.getByRole('button', { name: 'Stop' }).click()
  await page.getByText('Stopped', { exact: true }).waitFor()
  for (const theme of themes) await inAllSizes(page, 'live-stopped', theme)
  await page.getByRole('link', { name: 'Details' }).click()
  await page.getByText('experiment.json').waitFor()
  for (const theme of themes) await inAllSizes(page, 'run', theme, true)
  for (const theme of themes)
    for (const { name, reach } of screens) {
      await reach(page)
      await inAllSizes(page, name, theme)
    }
  const groups = (await readdir(join(lab.home, 'results')))
    .filter((name) => !name.startsWith('.'))
    .sort()
    .slice(0, 3)
  for (const [name, hash] of [
    ['compare', `/compare/${groups.join('/')}`],
    ['sweep', `/compare/sweep/${sweep}`],
  ] as const) {
    await page.goto(new URL(`/#${hash}`, page.url()).href)
    await page.getByRole('table').first().waitFor()
    for (const theme of themes) await inAllSizes(page, name, theme, name === 'compare')
  }
  for (const fault of faults) process.stderr.write(`${fault}\n`)
  process.exitCode = faults.length === 0 ? 0 : 1
} finally {
  await browser.close()
  await lab.remove()
}
await photographWindow()
// What the README shows.
await mkdir(pictures, { recursive: true })
await copyFile(join(folder, 'compare-dark-1280.png'), join(pictures, 'compare-dark.png'))
process.stdout.write(`${taken} screenshots in ${folder}\n`)

async function inAllSizes(page: Page, name: string, theme: 'Light' | 'Dark', whole = false): Promise<void> {
  await chooseTheme(page, theme)
  for (const size of sizes) {
    await page.setViewportSize(whole ? { ...size, height: size.height * 2 } : size)
    // Charts follow the size in their next frames.
    await page.waitForTimeout(250)
    await page.screenshot({ path: join(folder, `${name}-${theme.toLowerCase()}-${size.width}.png`) })
    taken++
  }
}

async function photographWindow(): Promise<void> {
  const program = electronProgram(clone)
  const isRoot = process.getuid?.() === 0
  const why = whyNoWindow({ platform: process.platform, environment: process.env, electron: program, isRoot })
  if (program === null || why !== null) {
    process.stderr.write(`Skipped the desktop window: ${why ?? 'no program'}.\n`)
    return
  }
  const home = await mkdtemp(join(tmpdir(), 'apical-window-'))
  const environment = { ...process.env, APICAL_HOME: home } as Record<string, string>
  const app = await electron.launch({ executablePath: program, args: ['.'], cwd: clone, env: environment })
  const window = await app.firstWindow()
  await window.getByRole('heading', { level: 1, name: 'Lab' }).waitFor()
  await window.screenshot({ path: join(folder, 'window.png') })
  taken++
  await app.close()
  await rm(home, { recursive: true, force: true })
}
