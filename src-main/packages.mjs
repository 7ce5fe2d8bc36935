// The packages of npm that a command needs, and the Node among them. Seeing the lab takes less than half of what testing and
// packaging it takes. Imports nothing but Node, as the bootstrap that uses it.
import { existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { hashOf, inClone, must, setStamp, stamp, stop } from './clone.mjs'

/**
 * Each holds those before it: `lab` trains, builds the face and serves it to a browser; `window` has Electron's package too, a
 * peer because electron-builder refuses it as a dependency and npm leaves an optional one out under an older Node than it
 * wants; `everything` tests, checks and packages the app.
 * @typedef {'lab' | 'window' | 'everything'} Amount
 */

/** @type {Record<Amount, { omitted: string[], included: string[] }>} */
const kinds = {
  lab: { omitted: ['dev', 'peer'], included: ['optional'] },
  window: { omitted: ['dev'], included: ['peer', 'optional'] },
  everything: { omitted: [], included: ['dev', 'peer', 'optional'] },
}
const amounts = Object.keys(kinds)

/** @param {Amount} amount @param {Amount} least */
const isAtLeast = (amount, least) => amounts.indexOf(amount) >= amounts.indexOf(least)

/** @typedef {{ version: string, optional?: boolean, dev?: boolean, devOptional?: boolean, peer?: boolean }} Package as a lock file has it */

/** Whether they are here, as this lock file has them. @param {Amount} amount */
export function hasPackages(amount) {
  const [, had, of] = /^(lab|window|everything) (.*)$/.exec(stamp('packages') ?? '') ?? []
  return (of === packagesHash() && isAtLeast(/** @type {Amount} */ (had), amount)) || npmAlreadyRan(amount)
}

/** Installs them; what is here of a larger amount stays as large. @param {Amount} amount */
export async function installPackages(amount) {
  const here = amountHere()
  const wanted = isAtLeast(here, amount) ? here : amount
  // npm empties the folder that holds them. What they say was made is outside of it, and they know of which lock file it is.
  const kept = ['native', 'face', 'desktop'].map((step) => /** @type {const} */ ([step, stamp(step)]))
  await runNpm(wanted)
  for (const [step, hash] of kept) if (hash !== undefined) setStamp(step, hash)
  if (wanted !== 'everything') takeAwayUnread()
  setStamp('packages', `${wanted} ${packagesHash()}`)
}

function packagesHash() {
  // One clone on a shared folder may be used from two kinds of machine.
  return `${hashOf(['package-lock.json'])} ${process.platform} ${process.arch}`
}

/** True where somebody ran npm by hand on this very lock file: wiping that to install the same again helps nobody. @param {Amount} amount */
function npmAlreadyRan(amount) {
  const lockFile = inClone('package-lock.json')
  const installedFile = inClone('node_modules/.package-lock.json')
  if (!existsSync(installedFile) || recentNodeOrNone() === undefined) return false
  // npm takes a package for whole by its version.
  if (amount === 'everything' && stamp('taken-away') !== undefined) return false
  // npm writes both within moments; a lock file that is newer came by git, and may bring new optional packages.
  if (statSync(installedFile).mtimeMs + 10_000 < statSync(lockFile).mtimeMs) return false
  const installed = packagesIn(installedFile)
  return Object.entries(packagesIn(lockFile)).every(
    ([path, one]) =>
      path === '' ||
      one.optional === true ||
      !isAtLeast(amount, amountOf(one)) ||
      installed[path]?.version === one.version,
  )
}

/** The least amount that has this package. @param {Package} one @returns {Amount} */
function amountOf({ dev, devOptional, peer }) {
  return dev === true || devOptional === true ? 'everything' : peer === true ? 'window' : 'lab'
}

/** What is installed here, by this lock file or an older one. @returns {Amount} */
function amountHere() {
  const installedFile = inClone('node_modules/.package-lock.json')
  if (!existsSync(installedFile)) return 'lab'
  const found = Object.values(packagesIn(installedFile))
  return found.some(({ dev }) => dev === true)
    ? 'everything'
    : found.some(({ peer }) => peer === true)
      ? 'window'
      : 'lab'
}

/** @param {string} lockFile @returns {Record<string, Package>} */
function packagesIn(lockFile) {
  /** @type {{ packages: Record<string, Package> }} */
  const { packages } = JSON.parse(readFileSync(lockFile, 'utf8'))
  return packages
}

/** @param {Amount} amount */
async function runNpm(amount) {
  // Windows cannot delete a running program, and under npm this very process is node_modules' Node after the first time.
  const way = process.platform === 'win32' && existsSync(inClone('node_modules')) ? 'install' : 'ci'
  const { omitted, included } = kinds[amount]
  const chosen = [...omitted.map((kind) => `--omit=${kind}`), ...included.map((kind) => `--include=${kind}`)]
  // The level beats .npmrc's silence; `include` beats NODE_ENV=production, under which the tools would be missing.
  const flags = [way, '--no-audit', '--no-fund', '--loglevel=error', ...chosen]
  const cure = 'Is this machine online, and is its disk not full? Then start again.'
  const npmScript = process.env['npm_execpath']
  if (npmScript !== undefined && basename(npmScript) === 'npm-cli.js')
    await must(`npm ${way}`, process.env['npm_node_execpath'] ?? process.execPath, [npmScript, ...flags], { cure })
  else await must(`npm ${way}`, 'npm', flags, { cure, shell: process.platform === 'win32' })
}

// ---- what nothing reads ------------------------------------------------------------------------------------------------

/** What jsPDF would turn web pages and SVG files into PDF with, which nothing asks of it. */
const ofJspdf = [
  'canvg',
  'html2canvas',
  'core-js',
  'css-line-break',
  'text-segmentation',
  'utrie',
  'base64-arraybuffer',
]

/**
 * Takes away what no program of this system reads, most of it other systems' builds and maps for debuggers: half of what npm
 * brings. Not from an install of everything, which also packages the app for other systems.
 */
function takeAwayUnread() {
  // There npm adds to what it finds, and would never bring back what is missing in a package.
  if (process.platform === 'win32') return
  // Before the first file, so that one that is cut short is not taken for whole.
  setStamp('taken-away', '')
  const modules = inClone('node_modules')
  const keepOnly = (/** @type {string} */ folder, /** @type {string[]} */ names) => {
    if (!existsSync(join(modules, folder))) return
    for (const name of readdirSync(join(modules, folder)))
      if (!names.includes(name)) rmSync(join(modules, folder, name), { recursive: true })
  }
  keepOnly('webgpu/dist', [`${process.platform}-${process.arch}`, `${process.platform}-universal`])
  keepOnly('jspdf/dist', ['jspdf.node.min.js', 'jspdf.es.min.js'])
  for (const name of readdirSync(modules))
    if (/^node-(bin-)?(linux|darwin)-/.test(name)) keepOnly(name, ['bin', 'package.json', 'LICENSE'])
  for (const name of ofJspdf) rmSync(join(modules, name), { recursive: true, force: true })
  removeMaps(modules)
}

/** @param {string} folder */
function removeMaps(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) removeMaps(path)
    else if (entry.name.endsWith('.map')) rmSync(path)
  }
}

// ---- programs ----------------------------------------------------------------------------------------------------------

/** The Node that runs everything but this file: the lock file's, else this one if it is new enough to run TypeScript. */
export function recentNode() {
  const node = recentNodeOrNone()
  if (node !== undefined) return node
  const machine = `${process.platform}-${process.arch}`
  return stop(
    1,
    `Apical needs Node 24 or newer; this is ${process.version} and npm has none for ${machine}. Install it from nodejs.org.`,
  )
}

function recentNodeOrNone() {
  const system = process.platform === 'win32' ? 'win' : process.platform
  const names = [`node-${system}-${process.arch}`, `node-bin-${system}-${process.arch}`]
  const file = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node'
  const packaged = names.map((name) => inClone(`node_modules/${name}/${file}`)).find((path) => existsSync(path))
  return packaged ?? (Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : undefined)
}

/** A package's program, found without a shell or the .bin shims, which differ between systems. @param {string} name */
export function tool(name) {
  /** @type {{ bin: string | Record<string, string> }} */
  const { bin } = JSON.parse(readFileSync(inClone(`node_modules/${name}/package.json`), 'utf8'))
  return inClone(`node_modules/${name}/${typeof bin === 'string' ? bin : (bin[name] ?? '')}`)
}
