// The entry of every npm script: does the set-up that the command needs and that is not done yet, then runs the command
// under the Node that the lock file brings. It runs before anything is installed, so it imports nothing but Node (18 or
// newer). Every step knows when it is not needed; an up-to-date clone passes through in a few milliseconds, silently.
import { spawn, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { constants, hostname } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { beginLog, hashOf, inClone, must, ran, root, setStamp, stamp, stop } from './clone.mjs'
import { whenNpmIsGone } from './npm-watch.mjs'
import { hasPackages, installPackages, recentNode, tool } from './packages.mjs'

/** Not in node_modules, which `npm ci` empties. */
const lockPath = inClone('build/setup.lock')

/**
 * @typedef {object} Step
 * @property {string} doing what the person reads while it runs
 * @property {() => boolean} needed cheap, because it is asked at every start
 * @property {() => Promise<void>} run
 */

// ---- steps, in the order they run ------------------------------------------------------------------------------------

/** @type {Record<string, Step>} */
const steps = {
  lab: packages('lab', 'installing packages (first start only)'),
  window: packages('window', 'installing packages (first start with a display only)'),
  everything: packages('everything', 'installing packages, those of developers too (once)'),
  native: {
    doing: 'compiling the native engine (without it the lab computes with TensorFlow.js)',
    needed: () => stamp('native') !== nativeHash(),
    // Never fatal: the lab has other engines, and Engines says what is missing. Tried again when a compiler appears.
    run: async () => {
      const hash = nativeHash()
      await ran(recentNode(), [inClone('src-main/engines/native/build.ts')])
      setStamp('native', hash)
    },
  },
  face: {
    doing: 'building the face',
    needed: () =>
      existsSync(inClone('src-renderer/index.html')) &&
      (!existsSync(inClone('build/face/index.html')) || stamp('face') !== faceHash()),
    run: async () => {
      // Taken before the build: a file saved meanwhile then means another build, not a face that is stale for ever.
      const hash = faceHash()
      await must('vite build', recentNode(), [tool('vite'), 'build', '--config', 'src-renderer/vite.config.ts'])
      setStamp('face', hash)
    },
  },
  desktop: {
    doing: 'building the desktop host',
    needed: () =>
      existsSync(inClone('src-main/main.ts')) &&
      (!existsSync(inClone('build/main/main.js')) || stamp('desktop') !== desktopHash()),
    run: async () => {
      const hash = desktopHash()
      await must('vite build', recentNode(), [tool('vite'), 'build', '--config', 'src-main/vite.config.ts'])
      setStamp('desktop', hash)
    },
  },
  electron: {
    doing: 'fetching Electron (without it the lab opens in the browser)',
    // Tried once a day where it cannot be had: a start must not wait for the same refusal every time.
    needed: () =>
      hasDisplay() && !existsSync(inClone('node_modules/electron/path.txt')) && stamp('electron') !== today(),
    run: async () => {
      await ran(recentNode(), [inClone('node_modules/electron/install.js')])
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
    run: async () => {
      const packages = ['munge', 'slurmctld', 'slurmd', 'slurm-client']
      if (await ran('apt-get', ['update']))
        await ran('apt-get', ['install', '-y', '--no-install-recommends', ...packages])
    },
  },
}

/** @param {import('./packages.mjs').Amount} amount @param {string} doing @returns {Step} */
function packages(amount, doing) {
  return { doing, needed: () => !hasPackages(amount), run: () => installPackages(amount) }
}

// ---- commands ---------------------------------------------------------------------------------------------------------

const [command = '', ...args] = process.argv.slice(2)

/** What each npm script needs and what it then runs. @type {Record<string, { needs: (keyof typeof steps)[], run: string[] }>} */
const commands = {
  start: { needs: [hasDisplay() ? 'window' : 'lab', 'native', 'face', 'electron'], run: ['src-main/start.ts'] },
  apical: {
    needs: args[0] === 'serve' ? ['lab', 'native', 'face'] : ['lab', 'native'],
    run: ['src-main/cli.ts'],
  },
  bench: { needs: ['lab', 'native'], run: ['src-main/cli.ts', 'bench'] },
  'bench:native': { needs: ['everything', 'native'], run: ['test/bench/native.ts'] },
  'bench:gpu': { needs: ['everything'], run: ['test/bench/gpu.ts'] },
  'bench:charts': { needs: ['everything', 'native', 'face', 'chromium'], run: ['test/bench/charts.ts'] },
  'bench:start': { needs: ['everything', 'native', 'chromium'], run: ['test/bench/first-start.ts'] },
  test: { needs: ['everything', 'native', 'face', 'chromium'], run: ['test/suite.ts', 'test'] },
  check: { needs: ['everything'], run: ['test/suite.ts', 'check'] },
  fix: { needs: ['everything'], run: ['test/suite.ts', 'fix'] },
  'test:golden': { needs: ['everything', 'native'], run: vitest('test/golden') },
  'test:faults': { needs: ['everything', 'native', 'face'], run: vitest('test/faults') },
  'test:slurm': { needs: ['everything', 'native', 'slurm'], run: vitest('test/slurm') },
  'test:tensorflow-native': { needs: ['everything'], run: ['test/tensorflow-native.ts'] },
  'test:readers': { needs: ['everything', 'native'], run: ['test/readers.ts'] },
  'test:sanitizers': { needs: ['everything'], run: ['test/sanitizers.ts'] },
  'test:mutants': { needs: ['everything'], run: ['test/mutants.ts'] },
  'test:app': { needs: ['everything', 'native', 'face', 'chromium'], run: ['test/suite.ts', 'app'] },
  'test:electron': { needs: ['everything', 'native', 'face'], run: ['test/suite.ts', 'electron'] },
  screenshots: { needs: ['everything', 'native', 'face', 'chromium'], run: ['test/app/screenshots.ts'] },
  reproduced: { needs: ['everything'], run: ['test/reproduced.ts'] },
  dist: {
    needs: ['everything', 'native', 'face', 'desktop'],
    run: ['node_modules/electron-builder/cli.js', '--config', 'electron-builder.yml'],
  },
}

const chosen = Object.hasOwn(commands, command) ? commands[command] : undefined
if (chosen === undefined) stop(2, `Unknown command "${command}". There are: ${Object.keys(commands).join(', ')}.`)
await setUp(chosen.needs)
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
async function setUp(names) {
  if (!names.some((name) => steps[name]?.needed())) return
  try {
    lock()
    beginLog()
    // Asked again, one by one: another start may have done it all while this one waited for the lock.
    const begun = []
    for (const name of names) {
      const step = steps[name]
      if (!step?.needed()) continue
      process.stderr.write(`Setting up Apical: ${step.doing}…\n`)
      const done = step.run()
      // All others need the packages, and none of them another one: the compiler is the longest, and takes one core.
      if (['lab', 'window', 'everything'].includes(name)) await done
      else begun.push(done)
    }
    for (const ended of await Promise.allSettled(begun)) if (ended.status === 'rejected') throw ended.reason
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    stop(1, `\nSet-up stopped: ${said.trim().replace(/\.?$/, '.')}`)
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
async function fetchChromium() {
  // Debian's own package brings the libraries that Playwright's build expects to find.
  const fetched = isDebianAsRoot()
    ? (await ran('apt-get', ['update'])) &&
      (await ran('apt-get', ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation']))
    : false
  if (!fetched) await ran(recentNode(), [tool('playwright'), 'install', 'chromium'])
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
