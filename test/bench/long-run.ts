/**
 * How soon a lab answers other calls while it reads the longest run there may be.
 *
 *   node_modules/.bin/node test/bench/long-run.ts [SEEDS] [EPOCHS]
 */
import { linkSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { openLab } from '../../src-main/lab/lab.ts'
import { createFolder, paths } from '../../src-main/lab/results.ts'
import { smallExperiment } from '../lab/small-experiment.ts'

const [seeds = '20', epochs = '100000'] = process.argv.slice(2)
const results = mkdtempSync(join(tmpdir(), 'apical-long-run-'))
try {
  const experiment = smallExperiment({
    epochs: Number(epochs),
    seeds: Array.from({ length: Number(seeds) }, (_, i) => i),
  })
  const status = { state: 'done', reason: null, next: null, dataFolder: null, queuedBy: null } as const
  const { folder } = createFolder(results, experiment, status)
  const line = (epoch: number): string =>
    `${JSON.stringify({ kind: 'epoch', seed: 0, epoch, trainAccuracy: 0.5, testAccuracy: 0.8, validationAccuracy: null, seconds: 0.5 })}\n`
  writeFileSync(paths(folder).metrics(0), Array.from({ length: Number(epochs) }, (_, i) => line(i + 1)).join(''))
  for (let seed = 1; seed < Number(seeds); seed++) linkSync(paths(folder).metrics(0), paths(folder).metrics(seed))
  const lab = await openLab({ host: 'test', resultsFolder: results })
  for (const [what, call] of [
    ['list', () => lab.list({})],
    ['read', () => lab.read({ id: basename(folder) })],
  ] as const) {
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    const began = performance.now()
    const progress = { going: true }
    const work = call().finally(() => (progress.going = false))
    let longest = 0
    let answers = 0
    while (progress.going) {
      const asked = performance.now()
      await lab.views({})
      await new Promise((turn) => setTimeout(turn, 10))
      longest = Math.max(longest, performance.now() - asked - 10)
      answers++
    }
    await work
    process.stdout.write(
      `${what}: ${((performance.now() - began) / 1000).toFixed(1)} s; ${answers} other calls answered meanwhile, the longest in ${longest.toFixed(0)} ms; longest stop of the host ${(delay.max / 1e6).toFixed(0)} ms\n`,
    )
  }
  await lab.close()
} finally {
  rmSync(results, { recursive: true, force: true })
}
