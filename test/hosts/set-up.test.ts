// What a command installs in a clone: the real bootstrap and the real npm, in a small clone whose packages are archives beside
// it, so that nothing is fetched.
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { create } from 'tar'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NODE, ROOT } from '../cli/process.ts'

const system = `${process.platform}-${process.arch}`
const other = system === 'darwin-arm64' ? 'linux-x64' : 'win32-x64'
const ownNode = `node-${system}`

/** By package what it holds; npm and the set-up know them by these names. */
const contents: Readonly<Record<string, readonly string[]>> = {
  [ownNode]: ['bin/node', 'include/node.h', 'LICENSE'],
  webgpu: ['index.js', `dist/${system}/dawn.node`, `dist/${other}/dawn.node`],
  jspdf: ['dist/jspdf.node.min.js', 'dist/jspdf.es.min.js', 'dist/jspdf.umd.js'],
  canvg: ['index.js'],
  zod: ['index.js', 'index.js.map'],
  typescript: ['tsc.js'],
  electron: ['install.js'],
}
/** What no program of this system reads. */
const unread = [`${ownNode}/include`, `webgpu/dist/${other}`, 'jspdf/dist/jspdf.umd.js', 'canvg', 'zod/index.js.map']
const read = [`${ownNode}/bin/node`, `webgpu/dist/${system}/dawn.node`, 'jspdf/dist/jspdf.es.min.js', 'zod/index.js']

const clone = mkdtempSync(join(tmpdir(), 'apical-set-up-'))
const inModules = (path: string): string => join(clone, 'node_modules', path)
const here = (paths: readonly string[]): string[] => paths.filter((path) => existsSync(inModules(path)))

function write(path: string, text: string): void {
  mkdirSync(dirname(join(clone, path)), { recursive: true })
  writeFileSync(join(clone, path), text)
}

function environment(more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^npm_|DISPLAY$|^NODE_/i.test(name))
  return { ...Object.fromEntries(kept), npm_config_cache: join(clone, 'cache'), npm_config_offline: 'true', ...more }
}

function npm(...words: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync('npm', words, { cwd: clone, env: environment({}), encoding: 'utf8' })
  if (status !== 0) throw new Error(`npm ${words.join(' ')}: ${stdout}${stderr}`)
}

/** What a command said of its set-up, after it ended well. */
function run(command: string, more: Readonly<Record<string, string>> = {}): string {
  const words = [join(clone, 'src-main/bootstrap.mjs'), command]
  const { status, stdout, stderr } = spawnSync(NODE, words, { cwd: clone, env: environment(more), encoding: 'utf8' })
  expect(status, stdout + stderr).toBe(0)
  expect(stdout).toBe(`${command} ran\n`)
  return stderr
}
const compiled = (): number => readFileSync(join(clone, 'build/compiled'), 'utf8').length

beforeAll(async () => {
  for (const name of ['bootstrap', 'clone', 'npm-watch', 'packages'])
    cpSync(join(ROOT, `src-main/${name}.mjs`), join(clone, `src-main/${name}.mjs`))
  for (const [path, command] of [
    ['src-main/cli', 'apical'],
    ['src-main/start', 'start'],
    ['test/suite', 'check'],
  ] as const)
    write(`${path}.ts`, `console.log('${command} ran')`)
  write(
    'src-main/engines/native/build.ts',
    "import { appendFileSync } from 'node:fs'\nappendFileSync('build/compiled', '.')",
  )
  for (const [name, files] of Object.entries(contents)) {
    for (const file of files) write(`packages/${name}/package/${file}`, '')
    write(`packages/${name}/package/package.json`, JSON.stringify({ name, version: '1.0.0' }))
  }
  write(`packages/${ownNode}/package/bin/node`, `#!/bin/sh\nexec '${NODE}' "$@"\n`)
  chmodSync(join(clone, `packages/${ownNode}/package/bin/node`), 0o755)
  const install = "import { writeFileSync } from 'node:fs'\nwriteFileSync('node_modules/electron/path.txt', 'electron')"
  write('packages/electron/package/install.js', install)
  write('packages/electron/package/package.json', '{ "name": "electron", "version": "1.0.0", "type": "module" }')
  const archives: Record<string, string> = {}
  for (const name of Object.keys(contents)) {
    await create({ file: join(clone, `packages/${name}.tgz`), cwd: join(clone, 'packages', name), gzip: true }, [
      'package',
    ])
    archives[name] = `file:packages/${name}.tgz`
  }
  const { typescript, electron, ...dependencies } = archives
  const manifest = {
    name: 'small',
    type: 'module',
    dependencies,
    devDependencies: { typescript },
    peerDependencies: { electron },
  }
  write('package.json', JSON.stringify(manifest))
  npm('install', '--package-lock-only')
})
afterAll(() => {
  rmSync(clone, { recursive: true, force: true })
})

const windows = process.platform === 'win32'
describe.skipIf(windows)(`a clone${windows ? ' (skipped: on Windows npm adds to what it finds)' : ''}`, () => {
  test('that only shows the lab has what the lab reads', () => {
    expect(run('apical')).toContain('installing packages (first start only)')
    expect(here(read)).toEqual(read)
    expect(here([...unread, 'typescript', 'electron'])).toEqual([])
    expect(run('apical')).toBe('')
  })

  test('whose install was cut short is repaired', () => {
    // npm notes what it installed when it has.
    for (const path of ['.package-lock.json', '.apical', 'zod/index.js']) rmSync(inModules(path), { recursive: true })
    expect(run('apical')).toContain('installing packages')
    expect(here(read)).toEqual(read)
  })

  test('with a display has Electron too, and gives it up for nothing', () => {
    const said = run('start', { DISPLAY: ':0' })
    expect(said).toContain('first start with a display')
    expect(said).toContain('fetching Electron')
    expect(here(['electron/path.txt', 'typescript', ...unread])).toEqual(['electron/path.txt'])
    expect(run('apical')).toBe('')
    expect(here(['electron/path.txt'])).toEqual(['electron/path.txt'])
  })

  test('that is tested gets the rest once, whole, and keeps what was compiled', () => {
    const before = compiled()
    const said = run('check')
    expect(said).toContain('those of developers too (once)')
    const all = [...read, ...unread, 'typescript', 'electron']
    expect(here(all)).toEqual(all)
    expect(run('check') + run('apical') + run('start', { DISPLAY: ':0' }).replace(/.*fetching Electron.*\n/, '')).toBe(
      '',
    )
    expect(compiled()).toBe(before)
  })

  test('that was tested stays so when a new lock file comes and the lab is started', () => {
    const lock = join(clone, 'package-lock.json')
    writeFileSync(lock, `${readFileSync(lock, 'utf8')}\n`)
    // As git would bring it: other bytes, and newer than what is installed.
    const later = Date.now() / 1000 + 60
    utimesSync(lock, later, later)
    expect(run('apical')).toContain('installing packages')
    const all = [...read, ...unread, 'typescript', 'electron']
    expect(here(all)).toEqual(all)
  })

  test('filled by hand with npm is left alone, unless something was taken away before', () => {
    rmSync(inModules(''), { recursive: true })
    const now = Date.now() / 1000
    utimesSync(join(clone, 'package-lock.json'), now, now)
    npm('ci')
    expect(run('check').replace(/.*compiling.*\n/, '')).toBe('')
    rmSync(inModules(''), { recursive: true })
    run('apical')
    npm('install', '--include=dev')
    // npm takes a package for whole by its version.
    expect(here([`webgpu/dist/${other}`])).toEqual([])
    expect(run('check')).toContain('installing packages')
    expect(here(unread)).toEqual(unread)
  })
})

test('the set-up imports nothing but Node and itself', () => {
  for (const path of globSync('src-main/*.mjs', { cwd: ROOT })) {
    const imported = [...readFileSync(join(ROOT, path), 'utf8').matchAll(/^(?:import|\}) .*from '(.*)'$/gm)]
    expect(imported.length, path).toBeGreaterThan(0)
    for (const [, from = ''] of imported) expect(from, path).toMatch(/^(node:|\.\/[\w-]+\.mjs$)/)
  }
})
