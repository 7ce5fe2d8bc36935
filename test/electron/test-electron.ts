// Which Electron the tests of the window run in, found once before Playwright starts and told to its workers.
import { chmodSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { electronProgram, whyNoWindow } from '../../src-main/start.ts'
import { NoElectron, oldElectronWithApp } from './old-electron.ts'

const clone = join(import.meta.dirname, '../..')

export interface TestElectron {
  readonly program: string
  /** Before the app's own words. */
  readonly words: readonly string[]
  /** Electron 22 with stand-ins, which cannot show everything. */
  readonly old: boolean
  /** Who the app runs as, where that is not who tests. */
  readonly user: number | null
}

/**
 * Drawn by the processor from the first frame on: without a graphics card the old Electron starts a process for one, several
 * times, and a busy machine then draws no frame for minutes.
 */
const DRAWN = ['--disable-gpu', '--disable-backgrounding-occluded-windows']

/** The environment of the tests: APICAL_TEST_ELECTRON, or APICAL_NO_ELECTRON with the reason. */
export function findTestElectron(): Record<string, string> {
  const own = electronProgram(clone)
  const isRoot = process.getuid?.() === 0
  const why = whyNoWindow({ platform: process.platform, environment: process.env, electron: own, isRoot })
  if (own !== null && why === null) {
    const vite = join(clone, 'node_modules/vite/bin/vite.js')
    spawnSync(process.execPath, [vite, 'build', '--config', 'src-main/vite.config.ts'], { cwd: clone })
    return said({ program: own, words: ['.'], old: false, user: null })
  }
  try {
    const program = oldElectronWithApp()
    const user = isRoot ? nobody(program) : null
    return said({ program: user === null ? program : asNobody(program), words: DRAWN, old: true, user })
  } catch (error) {
    if (!(error instanceof NoElectron)) throw error
    return { APICAL_NO_ELECTRON: error.message }
  }
}

function said(found: TestElectron): Record<string, string> {
  return { APICAL_TEST_ELECTRON: JSON.stringify(found) }
}

const NOBODY = 65_534

/** Chromium's sandbox refuses root, and a test without the sandbox would be one of another program. @throws NoElectron */
function nobody(program: string): number {
  const reads = spawnSync('setpriv', [...NO_RIGHTS, 'test', '-x', program]).status === 0
  if (reads) return NOBODY
  throw new NoElectron('Electron does not run as root with its sandbox on, and others cannot read this clone')
}

const NO_RIGHTS = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--inh-caps=-all']

function asNobody(program: string): string {
  const script = join(dirname(program), '../as-nobody')
  writeFileSync(script, `#!/bin/sh\nexec setpriv ${NO_RIGHTS.join(' ')} "\${APICAL_TEST_PROGRAM:-${program}}" "$@"\n`)
  chmodSync(script, 0o755)
  return script
}
