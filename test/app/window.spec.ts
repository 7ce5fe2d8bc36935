// The desktop window itself, where Electron's program is there: the same face over IPC instead of a WebSocket.
import { _electron as electron, expect, test } from '@playwright/test'
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { electronProgram, whyNoWindow } from '../../src-main/start.ts'
import { faultsOf } from './faultless-page.ts'
import { startRun } from './screens.ts'

const clone = fileURLToPath(new URL('../..', import.meta.url))
const program = electronProgram(clone)
const isRoot = process.getuid?.() === 0
const why = whyNoWindow({ platform: process.platform, environment: process.env, electron: program, isRoot })

test(`the desktop window runs an experiment${why === null ? '' : ` (${why})`}`, async () => {
  test.skip(program === null || why !== null, why ?? '')
  execFileSync(process.execPath, ['node_modules/vite/bin/vite.js', 'build', '--config', 'src-main/vite.config.ts'], {
    cwd: clone,
  })
  const home = await mkdtemp(join(tmpdir(), 'apical-window-'))
  const environment = { ...process.env, APICAL_HOME: home } as Record<string, string>
  const app = await electron.launch({ executablePath: program ?? '', args: ['.'], cwd: clone, env: environment })
  const page = await app.firstWindow()
  const faults = faultsOf(page)
  await expect(page.getByRole('heading', { level: 1, name: 'Lab' })).toBeVisible()
  expect(page.url()).toMatch(/^app:\/\/apical\//)
  // The sandboxed page has two functions of the host, the paths of what is dropped on it, and nothing of Node.
  const reach = await page.evaluate(() => ({
    offered: Object.keys((window as unknown as { apicalTransport: object }).apicalTransport),
    node: ['require', 'process', 'module', 'Buffer'].filter((name) => name in window),
  }))
  expect(reach).toEqual({ offered: ['call', 'listen', 'pathOf'], node: [] })
  await startRun(page, 'In the window', 5)
  await expect(page.getByText('Done', { exact: true })).toBeVisible()
  expect(faults).toEqual([])
  await app.close()
  await rm(home, { recursive: true, force: true })
})
