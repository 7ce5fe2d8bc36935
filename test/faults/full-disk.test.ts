/** A run that ends for want of room says so, then and ever after, and goes on from its checkpoint once there is room. */
import { execFileSync, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { paths, readRecord, readState } from '../../src-main/lab/results.ts'
import { resumeRun, runExperiment } from '../../src-main/lab/runs.ts'
import { NODE, ROOT, watch } from '../cli/process.ts'
import { quickExperiment, scratchFolder } from '../lab/small-experiment.ts'
import { eventually, historiesOf, weightsOf } from './soundness.ts'

const scratch = scratchFolder()
const disk = scratch.inside('disk')
const mayMount = (() => {
  mkdirSync(disk)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', disk], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()
afterAll(() => {
  if (mayMount) execFileSync('umount', ['--lazy', disk])
  scratch.remove()
})

/** Until not a byte fits any more. */
function fill(path: string): void {
  const file = openSync(path, 'w')
  try {
    for (let bytes = Buffer.alloc(1 << 16); bytes.length > 0;)
      try {
        writeSync(file, bytes)
      } catch {
        bytes = bytes.subarray(0, bytes.length >> 1)
      }
  } finally {
    closeSync(file)
  }
}

it.skipIf(!mayMount)(
  `a full disk is the reason that is read later, too${mayMount ? '' : ' (skipped: this user may not mount a small disk)'}`,
  async () => {
    const results = join(disk, 'results')
    const EPOCHS = 40
    let folder = ''
    const running = runExperiment(quickExperiment(EPOCHS), {
      resultsFolder: results,
      onEvent: (event) => {
        if (event.kind === 'started') folder = event.folder
      },
    })
    await eventually('a checkpoint', () => folder !== '' && existsSync(paths(folder).checkpoint(0)))
    fill(join(disk, 'filler'))
    const { ending } = await running
    expect(ending).toMatchObject({ kind: 'failed', message: expect.stringContaining('the disk is full') as string })
    for (const state of [readState(folder), readRecord(folder).row])
      expect(state).toMatchObject({ state: 'failed', reason: expect.stringContaining('the disk is full') as string })
    expect(readState(folder).reason).not.toContain('killed')

    rmSync(join(disk, 'filler'))
    expect((await resumeRun(folder, { resultsFolder: results })).ending.kind).toBe('done')
    const whole = await runExperiment(quickExperiment(EPOCHS), { resultsFolder: scratch.inside('whole') })
    expect(weightsOf(folder)).toEqual(weightsOf(whole.folder))
    expect(historiesOf(folder, [0])).toEqual(historiesOf(whole.folder, [0]))
  },
  120_000,
)

const windows = process.platform === 'win32'
it.skipIf(windows)(
  `so is a limit on the size of a file${windows ? ' (skipped: Windows has none)' : ''}`,
  async () => {
    const out = scratch.inside('limited')
    // In blocks of 512 bytes or of a kilobyte, by the shell: room for every file but the checkpoint of 119,396 numbers.
    const words = ['run', 'corinfomax-glyphs-small', '--engine', 'reference', '--seeds', '0', '--limit-train', '100']
    const command = ['ulimit -f 200; exec "$@"', 'sh', NODE, join(ROOT, 'src-main/cli.ts'), ...words]
    const more = ['--limit-test', '50', '--epochs', '3', '--out', out, '--json']
    const { code, err, lines } = await watch(
      spawn('sh', ['-c', ...command, ...more], { stdio: ['ignore', 'pipe', 'pipe'] }),
    ).finished
    expect(code).toBe(1)
    expect(err).toMatch(
      /checkpoint\.safetensors: it would be larger than this disk, or your limit, allows for one file/,
    )
    expect(err).toMatch(/ulimit -f/)
    const folder = String(lines.find(({ kind }) => kind === 'started')?.['folder'])
    expect(readState(folder)).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(/^Cannot write seed-0\/checkpoint\.safetensors: it would be larger/) as string,
    })
  },
  120_000,
)
