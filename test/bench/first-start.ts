/**
 * `npm run bench:start [-- COMMIT…]`: what a first start costs. Clones this clone, the given commits before what is committed
 * here, with an empty npm cache each: seconds of `npm start` to the printed address, processor time of its set-up, what npm fetched, the size of its
 * packages; of a second start also the seconds to the first paint in Chromium, and the memory of the idle lab. Reads
 * processes in /proc, hence for Linux. Figures go to `test/bench/results`, with the machine and how busy it was.
 */
import { chromium, type Browser } from '@playwright/test'
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { chromiumLaunch } from '../app/chromium.ts'
import { describeMachine, slugOf } from './machine.ts'
import { store } from './store.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const IDLE_S = 30

interface Measured {
  readonly commit: string
  readonly firstStartS: number
  readonly setUpProcessorS: number
  /** What lies in npm's cache after it. */
  readonly fetchedMb: number
  readonly packagesMb: number
  readonly secondStartS: number
  readonly secondFirstPaintS: number
  /** Resident memory of the lab's process, half a minute after its start. */
  readonly idleMb: number
  /** Load average of the last minute before the first start and after all: above the number of cores, times are too long. */
  readonly load: readonly number[]
}

const git = (...words: string[]): string => execFileSync('git', words, { cwd: root, encoding: 'utf8' }).trim()
/** Room on the disk in MB (2^20 bytes), as `du -sm` counts it. */
const sizeMb = (path: string): number => Number(execFileSync('du', ['-sm', path], { encoding: 'utf8' }).split('\t')[0])

class Start {
  readonly #began = Date.now()
  readonly #child: ChildProcess
  readonly #clone: string

  constructor(clone: string, folder: string) {
    this.#clone = clone
    const kept = Object.entries(process.env).filter(
      ([name]) => !/^npm_(?!config_)|DISPLAY$|^NODE_(OPTIONS|COMPILE_CACHE)$|^APICAL_/i.test(name),
    )
    const path = (process.env['PATH'] ?? '').split(delimiter).filter((place) => !place.includes('node_modules'))
    const own = {
      PATH: path.join(delimiter),
      npm_config_cache: join(folder, 'cache'),
      APICAL_HOME: join(folder, 'home'),
    }
    this.#child = spawn('npm', ['start', '--', '--no-open', '--port', '0'], {
      cwd: clone,
      env: { ...Object.fromEntries(kept), ...own },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    })
  }

  /** The address that it prints, and after how many seconds. */
  async address(): Promise<readonly [string, number]> {
    let said = ''
    for await (const chunk of this.#child.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
      said += String(chunk)
      const address = /http:\/\/\S+/.exec(said)?.[0]
      if (address !== undefined) return [address, this.#seconds(Date.now())]
    }
    throw new Error(`npm start ended without an address: ${said}`)
  }

  /** Seconds to the first text or picture in a page of the address. */
  async firstPaint(browser: Browser, address: string): Promise<number> {
    const page = await browser.newPage()
    await page.goto(address)
    const painted = await page.waitForFunction(() => {
      const [paint] = performance.getEntriesByName('first-contentful-paint')
      return paint === undefined ? undefined : performance.timeOrigin + paint.startTime
    })
    const at = await painted.jsonValue()
    await page.close()
    return this.#seconds(at ?? NaN)
  }

  /** Of the programs that set-up ran and waited for, which other work on this machine lengthens little. */
  setUpProcessorS(): number {
    const stat = readFileSync(`/proc/${this.#process('src-main/bootstrap.mjs')}/stat`, 'utf8')
    // Behind the name: state is field 3; 16 and 17 are what children took, user and system, in hundredths of a second.
    const fields = stat
      .replace(/^.*\) /s, '')
      .split(' ')
      .map(Number)
    return ((fields[13] ?? NaN) + (fields[14] ?? NaN)) / 100
  }

  idleMb(): number {
    const status = readFileSync(`/proc/${this.#process(join(this.#clone, 'src-main/start.ts'))}/status`, 'utf8')
    return Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024)
  }

  /** Which of this clone runs a script. */
  #process(script: string): string {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
    const found = pids.find((pid) => {
      try {
        const [, first] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
        return first === script && readlinkSync(`/proc/${pid}/cwd`) === this.#clone
      } catch {
        // It has ended meanwhile.
        return false
      }
    })
    if (found === undefined) throw new Error(`No process runs ${script}.`)
    return found
  }

  /** As Ctrl-C in a terminal. */
  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit')
    process.kill(-(this.#child.pid ?? 0), 'SIGINT')
    await ended
  }

  #seconds(at: number): number {
    return Math.round((at - this.#began) / 10) / 100
  }
}

async function measure(commit: string, browser: Browser): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'apical-first-start-'))
  const clone = join(folder, 'clone')
  try {
    git('clone', '--quiet', root, clone)
    execFileSync('git', ['checkout', '--quiet', commit], { cwd: clone })
    const loadBefore = loadavg()[0] ?? NaN
    const first = new Start(clone, folder)
    const [, firstStartS] = await first.address()
    const setUpProcessorS = first.setUpProcessorS()
    await first.stop()
    const second = new Start(clone, folder)
    const [address, secondStartS] = await second.address()
    const secondFirstPaintS = await second.firstPaint(browser, address)
    await sleep(IDLE_S * 1000)
    const idleMb = second.idleMb()
    await second.stop()
    const [fetchedMb, packagesMb] = [
      sizeMb(join(folder, 'cache/_cacache/content-v2')),
      sizeMb(join(clone, 'node_modules')),
    ]
    const load = [loadBefore, loadavg()[0] ?? NaN].map((value) => Math.round(value * 10) / 10)
    return {
      commit,
      firstStartS,
      setUpProcessorS,
      fetchedMb,
      packagesMb,
      secondStartS,
      secondFirstPaintS,
      idleMb,
      load,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const commits = [...process.argv.slice(2), 'HEAD'].map((name) => git('rev-parse', name))
const browser = await chromium.launch(chromiumLaunch())
const starts: Measured[] = []
try {
  for (const commit of commits) starts.push(await measure(commit, browser))
} finally {
  await browser.close()
}
process.stdout.write(`${JSON.stringify(starts, null, 2)}\n`)
const { cpu, cores, memoryGib, system, node } = describeMachine()
const path = join(root, `test/bench/results/first-start-${slugOf(cpu)}.json`)
await store(path, { machine: { cpu, cores, memoryGib, system, node }, starts })
process.stdout.write(`${path}\n`)
