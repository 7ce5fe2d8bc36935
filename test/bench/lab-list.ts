/**
 * How long a lab of ten thousand experiments takes to list: cold, from its index, and in pages as a window asks.
 *
 *   node_modules/.bin/node test/bench/lab-list.ts [FOLDER of test/sample/many.ts]
 */
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { openLab } from '../../src-main/lab/lab.ts'
import { spawnSync } from 'node:child_process'

const folder = process.argv[2] ?? 'build/many'
const mode = process.argv[3]
/** Of this process so far: what a busy machine cannot lengthen. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
const ms = (value: number): string => `${value.toFixed(0)} ms`

if (mode === undefined) {
  rmSync(join(folder, '.index.jsonl'), { force: true })
  // A process each: what is remembered in memory must not flatter.
  for (const next of ['cold', 'warm', 'warm'])
    spawnSync(process.execPath, [import.meta.filename, folder, next], { stdio: 'inherit' })
} else {
  const begunCpu = cpuMs()
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const began = performance.now()
  const lab = await openLab({ host: 'test', resultsFolder: folder })
  const opened = performance.now()
  delay.enable()
  const first = await lab.list({ limit: 200 })
  const shown = performance.now()
  const shownCpu = cpuMs()
  let rows = [...first]
  let bytes = 0
  for (let last = first.at(-1); last !== undefined;) {
    const page = await lab.list({ after: { created: last.created, id: last.id }, limit: 1000 })
    bytes += Buffer.byteLength(JSON.stringify(page))
    rows = [...rows, ...page]
    last = page.at(-1)
  }
  const listed = performance.now()
  const listedCpu = cpuMs()
  await new Promise((resolve) => setTimeout(resolve, 3000))
  process.stdout.write(
    `${mode}: open ${ms(opened - began)}, first 200 rows ${ms(shown - opened)}, all ${rows.length} rows ${ms(listed - opened)} ` +
      `(${(bytes / 1e6).toFixed(1)} MB as JSON); processor time until the first rows ${ms(shownCpu - begunCpu)}, until all ${ms(listedCpu - begunCpu)}; longest stop of the host ${ms(delay.max / 1e6)}; ` +
      `index ${((statSync(join(folder, '.index.jsonl'), { throwIfNoEntry: false })?.size ?? 0) / 1e6).toFixed(1)} MB\n`,
  )
  await lab.close()
}
