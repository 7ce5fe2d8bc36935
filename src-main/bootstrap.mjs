// The entry of every npm script: does the set-up that the command needs and that is not done yet, then runs the command
// under the Node that the lock file brings. It runs before anything is installed, so it imports nothing but Node (18 or
// newer). Every step knows when it is not needed; an up-to-date clone passes through in a few milliseconds, silently.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { constants, hostname } from 'node:os'
import { basename, delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { whenNpmIsGone } from './npm-watch.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
/** @param {string} path */
const inClone = (path) => join(root, path)
/** Not in node_modules, which `npm ci` empties. */
const lockPath = inClone('build/setup.lock')

/**
 * @typedef {object} Step
 * @property {string} doing what the person reads while it runs
 * @property {() => boolean} needed cheap, because it is asked at every start
 * @property {() => void} run
 */

// ---- steps, in the order they run ------------------------------------------------------------------------------------

/** @type {Record<string, Step>} */
const steps = {
  packages: {
    doing: 'installing packages (first start only)',
    needed: () => stamp('packages') !== packagesHash() && !npmAlreadyRan(),
    run: () => {
      installPackages()
      setStamp('packages', packagesHash())
    },
  },
  native: {
    doing: 'compiling the native engine (without it the lab computes with TensorFlow.js)',
    needed: () => stamp('native') !== nativeHash(),
    // Never fatal: the lab has other engines, and Engines says what is missing. Tried again when a compiler appears.
    run: () => {
      const hash = nativeHash()
      ran(recentNode(), [inClone('src-main/engines/native/build.ts')])
      setStamp('native', hash)
    },
  },
  face: {
    doing: 'building the face',
    needed: () =>
      existsSync(inClone('src-renderer/index.html')) &&
      (!existsSync(inClone('build/face/index.html')) || stamp('face') !== faceHash()),
    run: () => {
      // Taken before the build: a file saved meanwhile then means another build, not a face that is stale for ever.
      const hash = faceHash()
      must('vite build', recentNode(), [tool('vite'), 'build', '--config', 'src-renderer/vite.config.ts'])
      setStamp('face', hash)
    },
  },
  desktop: {
    doing: 'building the desktop host',
    needed: () =>
      existsSync(inClone('src-main/main.ts')) &&
      (!existsSync(inClone('build/main/main.js')) || stamp('desktop') !== desktopHash()),
    run: () => {
      const hash = desktopHash()
      must('vite build', recentNode(), [tool('vite'), 'build', '--config', 'src-main/vite.config.ts'])
      setStamp('desktop', hash)
    },
  },
  electron: {
    doing: 'fetching Electron (without it the lab opens in the browser)',
    // Tried once a day where it cannot be had: a start must not wait for the same refusal every time.
    needed: () =>
      hasDisplay() && !existsSync(inClone('node_modules/electron/path.txt')) && stamp('electron') !== today(),
    run: () => {
      ran(recentNode(), [inClone('node_modules/electron/install.js')])
      setStamp('electron', today())
    },
  },
  chromium: {
    doing: 'fetching Chromium for the app tests',
    needed: () => findChromium() === undefined,
    run: fetchChromium,
  },
  slurm: {
    doing: 'installing Slurm for its test',
    // May fail, or not be for this person to do: the test is then skipped aloud.
    needed: () => isDebianAsRoot() && !existsSync('/usr/sbin/slurmctld'),
    run: () => {
      if (ran('apt-get', ['update']))
        ran('apt-get', ['install', '-y', '--no-install-recommends', 'munge', 'slurmctld', 'slurmd', 'slurm-client'])
    },
  },
}

// ---- commands ---------------------------------------------------------------------------------------------------------

const [command = '', ...args] = process.argv.slice(2)

/** What each npm script needs and what it then runs. @type {Record<string, { needs: (keyof typeof steps)[], run: string[] }>} */
const commands = {
  start: { needs: ['packages', 'native', 'face', 'electron'], run: ['src-main/start.ts'] },
  apical: {
    needs: args[0] === 'serve' ? ['packages', 'native', 'face'] : ['packages', 'native'],
    run: ['src-main/cli.ts'],
  },
  bench: { needs: ['packages', 'native'], run: ['src-main/cli.ts', 'bench'] },
  'bench:native': { needs: ['packages', 'native'], run: ['test/bench/native.ts'] },
  'bench:gpu': { needs: ['packages'], run: ['test/bench/gpu.ts'] },
  'bench:charts': { needs: ['packages', 'native', 'face', 'chromium'], run: ['test/bench/charts.ts'] },
  test: { needs: ['packages', 'native', 'face', 'chromium'], run: ['test/suite.ts', 'test'] },
  check: { needs: ['packages'], run: ['test/suite.ts', 'check'] },
  fix: { needs: ['packages'], run: ['test/suite.ts', 'fix'] },
  'test:golden': { needs: ['packages', 'native'], run: vitest('test/golden') },
  'test:faults': { needs: ['packages', 'native', 'face'], run: vitest('test/faults') },
  'test:slurm': { needs: ['packages', 'native', 'slurm'], run: vitest('test/slurm') },
  'test:tensorflow-native': { needs: ['packages'], run: ['test/tensorflow-native.ts'] },
  'test:readers': { needs: ['packages', 'native'], run: ['test/readers.ts'] },
  'test:sanitizers': { needs: ['packages'], run: ['test/sanitizers.ts'] },
  'test:mutants': { needs: ['packages'], run: ['test/mutants.ts'] },
  'test:app': { needs: ['packages', 'native', 'face', 'chromium'], run: ['test/suite.ts', 'app'] },
  'test:electron': { needs: ['packages', 'native', 'face'], run: ['test/suite.ts', 'electron'] },
  screenshots: { needs: ['packages', 'native', 'face', 'chromium'], run: ['test/app/screenshots.ts'] },
  reproduced: { needs: ['packages'], run: ['test/reproduced.ts'] },
  dist: {
    needs: ['packages', 'native', 'face', 'desktop'],
    run: ['node_modules/electron-builder/cli.js', '--config', 'electron-builder.yml'],
  },
}

const chosen = Object.hasOwn(commands, command) ? commands[command] : undefined
if (chosen === undefined) stop(2, `Unknown command "${command}". There are: ${Object.keys(commands).join(', ')}.`)
setUp(chosen.needs)
start(chosen.run)

/** @param {string} folder */
function vitest(folder) {
  return ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts', folder]
}

/**
 * Runs the command with our own standard streams and ends as it ends.
 * @param {string[]} run
 */
function start(run) {
  const [entry = '', ...fixed] = run
  // A relative path on the command line means relative to where the person stands, and npm moves to the clone's root.
  const underNpm = process.env['npm_lifecycle_event'] === command
  const standing = underNpm ? process.env['INIT_CWD'] : process.cwd()
  const child = spawn(recentNode(), [inClone(entry), ...fixed, ...args], {
    stdio: 'inherit',
    cwd: ['apical', 'bench', 'reproduced'].includes(command) ? (standing ?? root) : root,
    // Compiled code is kept between starts: a command begins in a third of the time.
    env: {
      NODE_COMPILE_CACHE: inClone('build/compile-cache'),
      ...process.env,
      ...chromiumForPlaywright(),
      ...(['test', 'test:app', 'test:golden'].includes(command) ? softwareVulkan() : {}),
      ...(command === 'test:slurm' ? { APICAL_SLURM: '1' } : {}),
    },
  })
  // Ctrl-C in a terminal reaches the whole group, hence the child too; sent on, it would count as pressed twice.
  // Without a terminal the signal was meant for this process alone, and the child must hear of it.
  const inTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY)
  process.on('SIGINT', () => inTerminal || child.kill('SIGINT'))
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  // Heard twice where a terminal went away, once where somebody sent it to this process alone; both end well.
  process.on('SIGHUP', () => child.kill('SIGHUP'))
  if (underNpm) whenNpmIsGone(() => child.kill('SIGTERM'))
  child.on('error', (error) => stop(1, `${recentNode()} could not be started: ${error.message}.`))
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal])
  })
}

// ---- set-up -----------------------------------------------------------------------------------------------------------

/** @param {(keyof typeof steps)[]} names */
function setUp(names) {
  if (!names.some((name) => steps[name]?.needed())) return
  try {
    lock()
    // Asked again, one by one: another start may have done it all while this one waited for the lock.
    for (const name of names) {
      const step = steps[name]
      if (!step?.needed()) continue
      process.stderr.write(`Setting up Apical: ${step.doing}…\n`)
      step.run()
    }
  } catch (error) {
    stop(1, `Set-up stopped: ${error instanceof Error ? error.message : String(error)}.`)
  } finally {
    unlock()
  }
}

/**
 * Lets one start set up at a time: two `npm ci` in one folder destroy each other's work.
 * The file holds who has it, so that a lock whose owner died is taken over instead of waited for.
 */
function lock() {
  mkdirSync(dirname(lockPath), { recursive: true })
  let told = false
  for (;;) {
    try {
      writeFileSync(lockPath, `${process.pid} ${hostname()}`, { flag: 'wx' })
      process.on('exit', unlock)
      return
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
    if (ownerIsGone(lockPath)) {
      takeAway(lockPath)
      continue
    }
    if (!told)
      process.stderr.write(
        'Waiting for another start of Apical to finish its set-up (if there is none, delete build/setup.lock)…\n',
      )
    told = true
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250)
  }
}

/**
 * Removes a dead start's lock, but not the new one that another waiting start may just have put in its place:
 * moving it aside is atomic, and what was moved is looked at again.
 * @param {string} path
 */
function takeAway(path) {
  const aside = `${path}.${process.pid}`
  try {
    renameSync(path, aside)
  } catch {
    return
  }
  if (ownerIsGone(aside)) rmSync(aside, { force: true })
  else renameSync(aside, path)
}

function unlock() {
  rmSync(lockPath, { force: true })
  process.off('exit', unlock)
}

/** @param {string} path */
function ownerIsGone(path) {
  try {
    const [pid = '', host] = readFileSync(path, 'utf8').trim().split(' ')
    const ageMs = Date.now() - statSync(path).mtimeMs
    // Not yet written, or held on another machine over a shared folder: only age can tell.
    if (host === undefined) return ageMs > 10_000
    if (host !== hostname()) return ageMs > 30 * 60_000
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    // ESRCH: no such process. Anything else (the file has just gone, the process is another user's): look again.
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}

/** @param {string} step */
function stamp(step) {
  const path = inClone(`node_modules/.apical/${step}`)
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

/** @param {string} step @param {string} hash */
function setStamp(step, hash) {
  mkdirSync(inClone('node_modules/.apical'), { recursive: true })
  writeFileSync(inClone(`node_modules/.apical/${step}`), hash)
}

/** @param {string[]} paths files, or folders with all they hold */
function hashOf(paths) {
  const hash = createHash('sha256')
  /** @param {string} path */
  const add = (path) => {
    if (!existsSync(inClone(path))) return
    if (statSync(inClone(path)).isDirectory())
      for (const name of readdirSync(inClone(path)).sort()) add(`${path}/${name}`)
    else
      hash
        .update(`${path}\0`)
        .update(readFileSync(inClone(path)))
        .update('\0')
  }
  for (const path of paths) add(path)
  return hash.digest('hex')
}

function packagesHash() {
  // One clone on a shared folder may be used from two kinds of machine.
  return `${hashOf(['package-lock.json'])} ${process.platform} ${process.arch}`
}

function faceHash() {
  // What the face's modules can reach: its own folder, the guide, the contract, papers and the experiment with the schemas
  // below it.
  const below = ['contract.ts', 'paper', 'experiment', 'rules', 'data', 'program'].map((name) => `src-main/${name}`)
  return hashOf(['src-renderer', 'resources/guide', ...below, 'package-lock.json'])
}

function nativeHash() {
  const machine = `${process.platform} ${process.arch}`
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const compiler = folders.some((folder) => ['g++', 'clang++', 'c++'].some((name) => existsSync(join(folder, name))))
  return `${hashOf(['src-main/engines/native/addon', 'src-main/engines/native/build.ts', 'package-lock.json'])} ${machine} ${compiler}`
}

function desktopHash() {
  return hashOf(['src-main', 'package-lock.json'])
}

function today() {
  return new Date().toDateString()
}

function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'])
}

// ---- packages ---------------------------------------------------------------------------------------------------------

/** True where somebody ran npm by hand on this very lock file: wiping that to install the same again helps nobody. */
function npmAlreadyRan() {
  const lockFile = inClone('package-lock.json')
  const installedFile = inClone('node_modules/.package-lock.json')
  if (!existsSync(installedFile) || recentNodeOrNone() === undefined) return false
  // npm writes both within moments; a lock file that is newer came by git, and may bring new optional packages.
  if (statSync(installedFile).mtimeMs + 10_000 < statSync(lockFile).mtimeMs) return false
  const installed = packagesIn(installedFile)
  return Object.entries(packagesIn(lockFile)).every(
    ([path, { version, optional }]) => path === '' || optional === true || installed[path]?.version === version,
  )
}

/** @param {string} lockFile @returns {Record<string, { version: string, optional?: boolean }>} */
function packagesIn(lockFile) {
  /** @type {{ packages: Record<string, { version: string, optional?: boolean }> }} */
  const { packages } = JSON.parse(readFileSync(lockFile, 'utf8'))
  return packages
}

function installPackages() {
  // Windows cannot delete a running program, and under npm this very process is node_modules' Node after the first time.
  const way = process.platform === 'win32' && existsSync(inClone('node_modules')) ? 'install' : 'ci'
  // The level beats .npmrc's silence; `include` beats NODE_ENV=production, under which the tools would be missing.
  const flags = [way, '--no-audit', '--no-fund', '--loglevel=error', '--include=dev', '--include=optional']
  const cure = 'Is this machine online, and is its disk not full? Then start again.'
  const npmScript = process.env['npm_execpath']
  if (npmScript !== undefined && basename(npmScript) === 'npm-cli.js')
    must(`npm ${way}`, process.env['npm_node_execpath'] ?? process.execPath, [npmScript, ...flags], { cure })
  else must(`npm ${way}`, 'npm', flags, { cure, shell: process.platform === 'win32' })
}

/** The Node that runs everything but this file: the lock file's, else this one if it is new enough to run TypeScript. */
function recentNode() {
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
function tool(name) {
  /** @type {{ bin: string | Record<string, string> }} */
  const { bin } = JSON.parse(readFileSync(inClone(`node_modules/${name}/package.json`), 'utf8'))
  return inClone(`node_modules/${name}/${typeof bin === 'string' ? bin : (bin[name] ?? '')}`)
}

// ---- Chromium ---------------------------------------------------------------------------------------------------------

function findChromium() {
  const known = [
    process.env['APICAL_CHROMIUM'],
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ]
  return known.find((path) => path !== undefined && existsSync(path)) ?? playwrightsChromium()
}

function playwrightsChromium() {
  if (!existsSync(inClone('node_modules/playwright'))) return undefined
  const ask = 'import("playwright").then(({ chromium }) => process.stdout.write(chromium.executablePath()))'
  const path = spawnSync(recentNode(), ['--input-type=module', '--eval', ask], { cwd: root, encoding: 'utf8' }).stdout
  return path !== '' && existsSync(path) ? path : undefined
}

function chromiumForPlaywright() {
  if (!chosen?.needs.includes('chromium')) return {}
  const path = findChromium()
  return path === undefined ? {} : { APICAL_CHROMIUM: path }
}

/** May fail: the app tests then skip aloud, and everything else still runs. */
function fetchChromium() {
  // Debian's own package brings the libraries that Playwright's build expects to find.
  const fetched = isDebianAsRoot()
    ? ran('apt-get', ['update']) &&
      ran('apt-get', ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation'])
    : false
  if (!fetched) ran(recentNode(), [tool('playwright'), 'install', 'chromium'])
  if (findChromium() === undefined)
    process.stderr.write(
      'No Chromium could be had (see build/setup.log): the app tests will be skipped. Set APICAL_CHROMIUM to one you have.\n',
    )
}

function isDebianAsRoot() {
  return existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get') && process.getuid?.() === 0
}

// ---- Vulkan -----------------------------------------------------------------------------------------------------------

/**
 * For tests on a machine without a graphics driver: the software Vulkan that Chromium brings, so that the WebGPU engine is
 * tested everywhere. The app itself is never told of it. @returns {Record<string, string>}
 */
function softwareVulkan() {
  const driver = '/usr/lib/chromium/vk_swiftshader_icd.json'
  const told = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES', 'VK_ADD_DRIVER_FILES'].some((name) => process.env[name])
  if (process.platform !== 'linux' || told || hasVulkanDriver() || !existsSync(driver)) return {}
  const cache = '/etc/ld.so.cache'
  if (existsSync(cache) && readFileSync(cache).includes('libvulkan.so.1')) return { VK_DRIVER_FILES: driver }
  // The loader comes with it, beside libraries that nobody else should find.
  const loader = '/usr/lib/chromium/libvulkan.so.1'
  if (!existsSync(loader)) return {}
  const folder = inClone('build/vulkan')
  mkdirSync(folder, { recursive: true })
  if (!existsSync(join(folder, 'libvulkan.so.1'))) symlinkSync(loader, join(folder, 'libvulkan.so.1'))
  const others = process.env['LD_LIBRARY_PATH']
  return { VK_DRIVER_FILES: driver, LD_LIBRARY_PATH: others ? `${folder}:${others}` : folder }
}

/** A driver of a graphics card; Mesa's software one (lvp) is none, and mostly too old for Dawn. */
function hasVulkanDriver() {
  const folders = ['/etc/vulkan/icd.d', '/usr/share/vulkan/icd.d', '/usr/local/share/vulkan/icd.d']
  return folders.some(
    (folder) =>
      existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.json') && !name.startsWith('lvp')),
  )
}

// ---- running programs during set-up ------------------------------------------------------------------------------------

/**
 * Runs a program with its output in build/setup.log, out of the way of `--json` readers.
 * @param {string} program @param {string[]} programArgs @param {boolean} shell
 */
function ran(program, programArgs, shell = false) {
  mkdirSync(inClone('build'), { recursive: true })
  const log = openSync(inClone('build/setup.log'), 'w')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync(program, programArgs, { cwd: root, stdio: ['ignore', log, log], env, shell }).status === 0
}

/**
 * Runs a program that must succeed, or shows what it said and stops.
 * @param {string} name @param {string} program @param {string[]} programArgs @param {{ cure?: string, shell?: boolean }} how
 */
function must(name, program, programArgs, { cure = '', shell = false } = {}) {
  if (ran(program, programArgs, shell)) return
  process.stderr.write(readFileSync(inClone('build/setup.log'), 'utf8').split('\n').slice(-60).join('\n'))
  stop(1, `\nSet-up stopped: "${name}" failed. What it said is above and in build/setup.log. ${cure}`)
}

/** @param {number} code @param {string} sentence @returns {never} */
function stop(code, sentence) {
  process.stderr.write(`${sentence}\n`)
  process.exit(code)
}
