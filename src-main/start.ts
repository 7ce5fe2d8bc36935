/**
 * `npm start`: the desktop window where Electron's program is there and a display exists, else the same lab in a
 * browser. Flags: `--port P`, `--no-open`, `--browser` (the browser, even where Electron is there).
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openInBrowser } from './serve/open-browser.ts'
import { serveUntilSignal } from './serve/serve-until-signal.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What this machine has, as far as the choice of a host depends on it. */
export interface HostEnvironment {
  readonly platform: NodeJS.Platform
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Electron's program; null where only its package is installed. */
  readonly electron: string | null
  /** The sandbox of Chromium refuses to run as root, and without it there is no window here. */
  readonly isRoot: boolean
}

/** Why there is no desktop window here; null where there is one. */
export function whyNoWindow({ platform, environment, electron, isRoot }: HostEnvironment): string | null {
  if (electron === null) return "Electron's program is not installed"
  if (platform === 'linux' && !environment['DISPLAY'] && !environment['WAYLAND_DISPLAY']) return 'There is no display'
  if (platform === 'linux' && isRoot) return 'Electron does not run as root with its sandbox on'
  return null
}

/** Electron's program in this clone, or null: its package can be installed without it (no network, no such platform). */
export function electronProgram(clone: string): string | null {
  const packageFolder = join(clone, 'node_modules/electron')
  const named = join(packageFolder, 'path.txt')
  if (!existsSync(named)) return null
  const program = join(packageFolder, 'dist', readFileSync(named, 'utf8').trim())
  return existsSync(program) ? program : null
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))

async function main(words: string[]): Promise<number> {
  let flags
  try {
    flags = readFlags(words)
  } catch (error) {
    return complain(error)
  }
  const electron = electronProgram(root)
  const isRoot = process.getuid?.() === 0
  const why = whyNoWindow({ platform: process.platform, environment: process.env, electron, isRoot })
  if (electron !== null && why === null && !flags.browser) return startElectron(electron)
  if (why !== null) process.stderr.write(`${why}, so the lab opens in a browser.\n`)
  try {
    return await serveInBrowser(flags.port, flags.open)
  } catch (error) {
    return complain(error)
  }
}

function readFlags(words: string[]): { port: number | undefined; open: boolean; browser: boolean } {
  const { values } = parseArgs({
    args: words,
    options: { port: { type: 'string' }, 'no-open': { type: 'boolean' }, browser: { type: 'boolean' } },
  })
  const port = values.port === undefined ? undefined : Number(values.port)
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65535))
    throw new Error(`--port takes a whole number from 0 to 65535, found "${values.port ?? ''}".`)
  return { port, open: values['no-open'] !== true, browser: values.browser === true }
}

async function serveInBrowser(port: number | undefined, open: boolean): Promise<number> {
  await serveUntilSignal(
    {},
    { faceFolder: join(root, 'build/face'), port },
    {
      print: (text) => process.stdout.write(`${text}\n`),
      warn: (text) => process.stderr.write(`${text}\n`),
      ...(open ? { onAddress: openInBrowser } : {}),
    },
  )
  return 0
}

/** Bundles the host's own code, which takes a moment, and hands over to Electron until its window is closed. */
async function startElectron(electron: string): Promise<number> {
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  const bundle = [vite, 'build', '--config', 'src-main/vite.config.ts', '--logLevel', 'warn']
  const built = await run(process.execPath, bundle)
  return built === 0 ? run(electron, ['.']) : built
}

async function run(program: string, words: readonly string[]): Promise<number> {
  const child = spawn(program, words, { cwd: root, stdio: 'inherit' })
  // Meant for what runs, which asks its workers for a checkpoint first.
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}

function complain(error: unknown): number {
  const next = error instanceof Error && 'next' in error ? ` ${String(error.next)}` : ''
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}${next}\n`)
  return 2
}
