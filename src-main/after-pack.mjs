// electron-builder's hook, before anything is signed: what plain Node needs beside the archive, which only Electron reads
// (as extraResources it would be left out of the archive itself), and the licences of all that ships.
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** @param {import('electron-builder').AfterPackContext} context */
export default function afterPack({ appOutDir, packager }) {
  const { projectDir } = packager
  const unpacked = join(packager.getResourcesDir(appOutDir), 'app.asar.unpacked')
  // The version, and that the sources are modules.
  cpSync(join(projectDir, 'package.json'), join(unpacked, 'package.json'))
  // `apical serve` reads this face; the window reads the one in the archive, whose integrity is checked.
  cpSync(join(projectDir, 'build/face'), join(unpacked, 'build/face'), {
    recursive: true,
    filter: (path) => !path.endsWith('.map'),
  })
  // electron-builder leaves out whatever ends like this; `apical rule new` hands it on.
  const types = 'resources/apical-rule.d.ts'
  cpSync(join(projectDir, types), join(unpacked, types))
  cpSync(join(projectDir, 'LICENSE'), join(unpacked, 'LICENSE'))
  writeFileSync(join(unpacked, 'LICENCES.txt'), licences(projectDir))
}

/** Compiled into the face, though only a developer installs them. */
const COMPILED_IN = new Set(['node_modules/svelte'])

/**
 * The licence of every package that is not for developers alone, whole, as its files say it. Electron and Chromium have
 * files of their own. @param {string} root
 */
function licences(root) {
  /** @type {{ packages: Record<string, { dev?: boolean }> }} */
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const shipped = Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && (dev !== true || COMPILED_IN.has(path)))
    .map(([path]) => join(root, path))
    .filter((folder) => existsSync(join(folder, 'package.json')))
  return shipped.map(licenceOf).join(`\n\n${'='.repeat(80)}\n\n`)
}

/** @param {string} folder */
function licenceOf(folder) {
  /** @type {{ name: string, version: string, license?: string, homepage?: string }} */
  const {
    name,
    version,
    license = 'see below',
    homepage,
  } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|notice|copying)/i.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8').trim())
  return [`${name} ${version} (${license})`, ...(homepage === undefined ? [] : [homepage]), ...texts].join('\n\n')
}
