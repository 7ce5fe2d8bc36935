/**
 * `npm run bench:gpu`: the WebGPU engine on this machine's GPU, for one, ten and forty networks side by side, with its
 * phases settling in one dispatch and step by step, beside what the device could do and beside eager PyTorch on CUDA.
 *
 * The floor of a batch is the longer of two times: its necessary operations (`trainingFloor`) at the device's own rate of
 * multiply-adds, and its parameters read and written once at the device's own rate of copying; both rates are measured
 * first, in the same process. Raw figures go to `test/bench/results`; those of a partial or software run to `build/bench`.
 */
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { webgpu } from '../../src-main/engines/webgpu.ts'
import { adapterNamed, labelOf } from '../../src-main/engines/webgpu/dawn.ts'
import { limitsOf } from '../../src-main/engines/webgpu/workgroup.ts'
import { acquire } from '../../src-main/engines/webgpu/shared-device.ts'
import type { DispatchStrategy } from '../../src-main/engines/webgpu/steps.ts'
import { trainingFloor } from '../../src-main/program/cost.ts'
import { measureBench } from '../../src-main/training/bench.ts'
import { STEP_BY_STEP, webgpuWith } from '../engines/webgpu-strategies.ts'
import { casesNamed, compileCase, type BenchCase } from './cases.ts'
import { measurePeaks } from './gpu-peaks.ts'
import { timeGrid, type GridFigures } from './grid.ts'
import { describeCommit, slugOf } from './machine.ts'
import { store } from './store.ts'
import { findTorch, timeTorch, type Torch, type TorchFigures } from './torch.ts'

const HELP = `npm run bench:gpu -- [--only CASE,…] [--replicas N,…] [--batches N] [--grid N] [--device NAME] [--tiny] [--no-torch] [--python FILE]
--grid N also times N experiments of one seed each, one after another and as shares of one session (40 unless told otherwise, 0 for none)
--tiny measures small networks, to see that the script works where the only driver is on the processor
`

const root = join(import.meta.dirname, '../..')

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

interface Line {
  readonly case: string
  readonly widths: readonly number[]
  readonly batch: number
  readonly replicas: number
  readonly way: string
  readonly device: string
  readonly dispatchesPerBatch: number | null
  /** Wall time / (batches × replicas). */
  readonly trainMsPerBatch: number
  readonly evalMsPerBatch: number
  readonly gflops: number
  readonly floorMs: number
  readonly shareOfFloor: number
  readonly timesFasterThanTorch: number | null
}

/** The least milliseconds that a training batch of one network can take on a device of these rates. */
/** PyTorch with CUDA, or null, saying what is missing. */
function torchToUse(wanted: boolean, python: string | undefined): Torch | null {
  if (!wanted) return null
  const torch = findTorch(python)
  if (torch === null) say('Skipped: the comparison with eager PyTorch, since no python3 with torch was found.')
  else if (torch.versions.cuda === null)
    say(`Skipped: the comparison with eager PyTorch, since torch ${torch.versions.torch} finds no CUDA device.`)
  else return torch
  return null
}

/** Batches that each member of a grid is trained for. */
const GRID_BATCHES = 300

function small(one: BenchCase): BenchCase {
  return { ...one, widths: one.widths.map((width) => Math.min(width, 80)) }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: 'corinfomax-mnist,corinfomax-cifar-10' },
      replicas: { type: 'string', default: '1,10,40' },
      batches: { type: 'string' },
      grid: { type: 'string', default: '40' },
      device: { type: 'string' },
      tiny: { type: 'boolean', default: false },
      'no-torch': { type: 'boolean', default: false },
      python: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const availability = await webgpu.available()
  if (!availability.available) {
    say(availability.reason)
    return 1
  }
  const counts = values.replicas.split(',').map(Number)
  if (!counts.every((count) => Number.isInteger(count) && count > 0))
    throw new Error('--replicas takes whole numbers from 1.')
  const batches = values.batches === undefined ? null : Number(values.batches)
  if (batches !== null && !(Number.isInteger(batches) && batches > 0))
    throw new Error('--batches takes a whole number from 1.')
  const members = Number(values.grid)
  if (!Number.isInteger(members) || members < 0) throw new Error('--grid takes a whole number from 0.')
  const adapter = await adapterNamed(values.device)
  if (adapter.software && !values.tiny)
    say('This driver computes on the processor: the figures say nothing about a GPU, and --tiny would take seconds.')
  const { gpu, release } = await acquire(adapter)
  const strategies: readonly (readonly [string, DispatchStrategy])[] = [
    ['settling in one dispatch', { fuse: limitsOf(gpu), teams: null, join: true, tile: true, block: 1 }],
    ['step by step', STEP_BY_STEP],
  ]
  const torch = torchToUse(!values['no-torch'] && !values.tiny, values.python)
  const peaks = await measurePeaks(gpu, values.tiny ? 0.01 : 1)
  say(
    `${gpu.label}: ${peaks.gflops.toFixed(0)} GFLOP/s of multiply-adds, ${peaks.gigabytes.toFixed(0)} GB/s of copying`,
  )

  const begun = new Date()
  const lines: Line[] = []
  const eager: Record<string, TorchFigures> = {}
  const grids: GridFigures[] = []
  for (const whole of casesNamed(values.only.split(',').filter((word) => word !== ''))) {
    const one = values.tiny ? small(whole) : whole
    const compiled = compileCase(one)
    const reference = torch === null ? null : await timeTorch(torch, one.name, 1, 'cuda')
    if (reference !== null) eager[one.name] = reference
    const floorMs = trainingFloor(compiled.program, one.batch, peaks).msPerBatch
    for (const replicas of counts)
      for (const [title, strategy] of strategies) {
        const figures = await measureBench(webgpuWith(strategy), compiled, {
          batch: one.batch,
          replicas,
          threads: null,
          device: adapter.name,
          batches,
        })
        const line = {
          case: one.name,
          widths: one.widths,
          batch: one.batch,
          replicas,
          way: title,
          device: figures.device,
          dispatchesPerBatch: figures.dispatchesPerBatch,
          trainMsPerBatch: figures.trainMsPerBatch,
          evalMsPerBatch: figures.evalMsPerBatch,
          gflops: figures.gflops,
          floorMs,
          shareOfFloor: floorMs / figures.trainMsPerBatch,
          timesFasterThanTorch: reference === null ? null : reference.train_ms_per_batch / figures.trainMsPerBatch,
        }
        lines.push(line)
        process.stdout.write(
          `${one.name} ${one.widths.join('-')}, ${replicas} side by side, ${title}: ${line.trainMsPerBatch.toFixed(4)} ms a batch and network, ${(line.shareOfFloor * 100).toFixed(1)} % of the floor, ${line.dispatchesPerBatch ?? '?'} dispatches${line.timesFasterThanTorch === null ? '' : `, ${line.timesFasterThanTorch.toFixed(1)}× eager PyTorch`}\n`,
        )
      }
    if (members === 0) continue
    const grid = await timeGrid(webgpu, one, { members, batches: batches ?? GRID_BATCHES, device: adapter.name })
    grids.push(grid)
    const times = grid.oneAfterAnotherSeconds / grid.joinedSeconds
    process.stdout.write(
      `${one.name} ${one.widths.join('-')}, a grid of ${members}, ${grid.batches} batches each: ${grid.oneAfterAnotherSeconds.toFixed(2)} s one after another, ${grid.joinedSeconds.toFixed(2)} s in one session, ${times.toFixed(1)}× as fast\n`,
    )
  }
  release()

  const partial = values.tiny || adapter.software || batches !== null || torch === null || members === 0
  const path = join(root, partial ? 'build/bench' : 'test/bench/results', `webgpu-${slugOf(adapter.name)}.json`)
  await store(path, {
    date: begun.toISOString(),
    commit: describeCommit(root),
    device: labelOf(adapter),
    node: process.version,
    system: `${process.platform} ${process.arch}`,
    torch: torch === null ? null : torch.versions,
    eager,
    peaks,
    lines,
    grids,
  })
  say(`Raw figures: ${relative(root, path)}`)
  return 0
}

try {
  process.exitCode = await main()
} catch (error) {
  say(error instanceof Error ? error.message : String(error))
  process.exitCode = 2
}
