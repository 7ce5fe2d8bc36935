/**
 * How soon a lab answers while ten sweeps of a thousand are being queued, and with all ten thousand queued beside a run.
 *
 *   node_modules/.bin/node test/bench/long-queue.ts [EXPERIMENTS] [FOLDER]
 *
 * FOLDER is emptied of what it made; without it, memory (/dev/shm) and disk (the temporary folder) are measured in turn.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { openLab, type OpenLab } from '../../src-main/lab/lab.ts'
import { smallExperiment } from '../lab/small-experiment.ts'

const PER_SWEEP = 1000
const LOOK_MS = 25
const [experiments = '10000', said] = process.argv.slice(2)
const places = said === undefined ? ['/dev/shm', tmpdir()].filter((place) => existsSync(place)) : [said]

/** Calls that a window makes now and then; each is timed from when it was due, so that a host that stands still is seen. */
const CALLS: Readonly<Record<string, (lab: OpenLab) => Promise<unknown>>> = {
  describe: (lab) => lab.describe({}),
  'list 200': (lab) => lab.list({ limit: 200 }),
  views: (lab) => lab.views({}),
}

/** Makes the calls in turn until told to stop; answers the milliseconds of each. */
async function probe(lab: OpenLab, going: () => boolean): Promise<Map<string, number[]>> {
  const took = new Map(Object.keys(CALLS).map((name) => [name, [] as number[]]))
  while (going())
    for (const [name, call] of Object.entries(CALLS)) {
      const due = performance.now() + LOOK_MS
      await sleep(LOOK_MS)
      await call(lab)
      took.get(name)?.push(performance.now() - due)
    }
  return took
}

function tell(what: string, took: ReadonlyMap<string, readonly number[]>, stoppedMs: number): void {
  const words = [...took].map(([name, each]) => {
    const sorted = each.toSorted((a, b) => a - b)
    const at = (share: number): string =>
      (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN).toFixed(0)
    return `${name} median ${at(0.5)}, 99 % ${at(0.99)}, longest ${at(1)} ms (${each.length})`
  })
  process.stdout.write(`  ${what}: ${words.join('; ')}; longest stop of the host ${stoppedMs.toFixed(0)} ms\n`)
}

async function measured(what: string, lab: OpenLab, work: () => Promise<unknown>): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  let going = true
  const began = performance.now()
  const probed = probe(lab, () => going)
  await work()
  going = false
  const took = await probed
  tell(`${what} (${((performance.now() - began) / 1000).toFixed(1)} s)`, took, delay.max / 1e6)
}

for (const place of places) {
  const results = mkdtempSync(join(place, 'apical-long-queue-'))
  process.stdout.write(`${results}\n`)
  const lab = await openLab({ host: 'test', resultsFolder: results })
  let events = 0
  lab.watch(() => events++)
  try {
    await lab.start({ experiment: smallExperiment({ epochs: 100_000, seeds: [0], name: 'runs' }) })
    const ids: string[] = []
    await measured(`queuing ${experiments} experiments`, lab, async () => {
      for (let sweep = 0; ids.length < Number(experiments); sweep++) {
        const values = Array.from({ length: PER_SWEEP }, (_, i) => sweep * PER_SWEEP + i + 1).join(', ')
        const experiment = smallExperiment({ epochs: 1000, seeds: [0] })
        const axes = [{ key: 'training.epochs', values }]
        ids.push(...(await lab.start({ experiment, sweep: { axes, paired: false } })).ids)
      }
    })
    events = 0
    await measured(`with ${ids.length} queued beside a run`, lab, () => sleep(10_000))
    process.stdout.write(`  events meanwhile: ${events}\n`)
    await measured('moving and taking out a hundred of them', lab, async () => {
      for (const id of ids.slice(5000, 5050)) await lab.moveInQueue({ id, position: 0 })
      for (const id of ids.slice(6000, 6050)) await lab.stop({ id })
    })
    await measured('what all that wait will take', lab, () => lab.forecastQueue({}))
    const began = performance.now()
    await lab.close()
    process.stdout.write(`  closing: ${((performance.now() - began) / 1000).toFixed(1)} s\n`)
  } finally {
    await lab.close()
    rmSync(results, { recursive: true, force: true })
  }
}
process.exit(0)
