/**
 * `npm run bench:gpu`: the WebGPU engine on this machine's GPU, for one, ten and forty networks side by side, with its
 * phases settling in one dispatch and step by step, beside what the device could do and beside PyTorch on CUDA: eager for one
 * network, and for CorInfoMax also as many networks in batched products, captured as one graph a batch, in float32 and in TF32.
 * One batch of each form is repeated by our engine before anything is timed.
 *
 * The floor of a batch is the longer of two times: its necessary operations (`trainingFloor`) at the device's own rate of
 * multiply-adds, and its parameters read and written once at the device's own rate of copying; both rates are measured
 * first, in the same process. Raw figures go to `test/bench/results`; those of a partial or software run to `build/bench`.
 */
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import type { BatchProfile } from '../../src-main/engines/engine.ts'
import { webgpu } from '../../src-main/engines/webgpu.ts'
import { adapterNamed, labelOf, type Adapter } from '../../src-main/engines/webgpu/dawn.ts'
import type { Gpu } from '../../src-main/engines/webgpu/gpu.ts'
import { limitsOf } from '../../src-main/engines/webgpu/workgroup.ts'
import { acquire } from '../../src-main/engines/webgpu/shared-device.ts'
import { trainingFloor } from '../../src-main/program/cost.ts'
import { measureBench } from '../../src-main/training/bench.ts'
import { cardStrategies, strategiesOn, webgpuWith } from '../engines/webgpu-strategies.ts'
import { casesNamed, compileCase, type BenchCase } from './cases.ts'
import { measurePeaks } from './gpu-peaks.ts'
import { EAGER, requireSameWork, timeGraphed, torchToUse, type GraphedLine } from './gpu-torch.ts'
import { compareStrategies, printStrategies, type StrategyLine } from './gpu-strategies.ts'
import { timeGrid, type GridFigures } from './grid.ts'
import { describeCommit, slugOf } from './machine.ts'
import { store } from './store.ts'
import { timeTorch, type Torch, type TorchFigures } from './torch.ts'

const HELP = `npm run bench:gpu -- [--only CASE,…] [--replicas N,…] [--batches N] [--grid N] [--device NAME] [--tiny] [--strategies] [--no-torch] [--python FILE]
--strategies compares the engine's dispatch strategies with each other, in turn on the same device, and nothing else
--grid N also times N experiments of one seed each, one after another and as shares of one session (40 unless told otherwise, 0 for none)
--tiny measures small networks, to see that the script works where the only driver is on the processor
`

const root = join(import.meta.dirname, '../..')

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

type Strategies = ReturnType<typeof strategiesOn>

interface Request {
  readonly cases: readonly BenchCase[]
  /** Networks side by side. */
  readonly counts: readonly number[]
  readonly batches: number | null
  /** Experiments of the grid; 0 for none. */
  readonly members: number
  readonly adapter: Adapter
  /** Not the whole work on a card: kept apart from results. */
  readonly partial: boolean
  readonly begun: Date
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
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
  /** Of a batch of all networks. */
  readonly profile: BatchProfile | null
  readonly floorMs: number
  readonly shareOfFloor: number
  /** Than eager PyTorch with one network. */
  readonly timesFasterThanTorch: number | null
  /** Than as many networks in one CUDA graph. */
  readonly timesFasterThanGraphed: { readonly float32: number; readonly tf32: number } | null
}

/** Batches that each experiment of the grid is trained for. */
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
      strategies: { type: 'boolean', default: false },
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
  const partial = values.tiny || adapter.software || batches !== null
  const cases = casesNamed(values.only.split(',').filter((word) => word !== '')).map((one) =>
    values.tiny ? small(one) : one,
  )
  const request = { cases, counts, batches, members, adapter, partial, begun: new Date() }
  const { gpu, release } = await acquire(adapter)
  try {
    const strategies = strategiesOn(limitsOf(gpu), gpu.subgroup)
    if (values.strategies)
      await comparison(request, adapter.software ? strategies : { ...strategies, ...cardStrategies(limitsOf(gpu)) })
    else await measured(request, gpu, strategies, torchToUse(!values['no-torch'] && !values.tiny, values.python, say))
  } finally {
    release()
  }
  return 0
}

/** The engine beside the card's own rates and PyTorch. */
async function measured(request: Request, gpu: Gpu, strategies: Strategies, torch: Torch | null): Promise<void> {
  const { cases, counts, batches, members, adapter, partial } = request
  const peaks = await measurePeaks(gpu, adapter.software ? 0.01 : 1)
  say(
    `${gpu.label}: ${peaks.gflops.toFixed(0)} GFLOP/s of multiply-adds, ${peaks.gigabytes.toFixed(0)} GB/s of copying`,
  )
  const lines: Line[] = []
  const eager: Record<string, TorchFigures> = {}
  const graphed: GraphedLine[] = []
  const grids: GridFigures[] = []
  for (const one of cases) {
    const compiled = compileCase(one)
    if (torch !== null) await requireSameWork(torch, one, webgpu)
    const reference = torch === null ? null : await timeTorch(torch, one.name, EAGER)
    if (reference !== null) eager[one.name] = reference
    const theirs = torch === null || one.rule !== 'corinfomax' ? null : await timeGraphed(torch, one, counts, print)
    graphed.push(...(theirs ?? []))
    const graphedMs = (replicas: number, tf32: boolean): number =>
      theirs?.find((other) => other.seeds === replicas && other.tf32 === tf32)?.train_ms_per_batch ?? NaN
    const floorMs = trainingFloor(compiled.program, one.batch, peaks).msPerBatch
    for (const replicas of counts)
      for (const [title, strategy] of Object.entries(strategies)) {
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
          profile: figures.profile,
          floorMs,
          shareOfFloor: floorMs / figures.trainMsPerBatch,
          timesFasterThanTorch: reference === null ? null : reference.train_ms_per_batch / figures.trainMsPerBatch,
          timesFasterThanGraphed:
            theirs === null
              ? null
              : {
                  float32: graphedMs(replicas, false) / (figures.trainMsPerBatch * replicas),
                  tf32: graphedMs(replicas, true) / (figures.trainMsPerBatch * replicas),
                },
        }
        lines.push(line)
        print(
          `${one.name} ${one.widths.join('-')}, ${replicas} side by side, ${title}: ${line.trainMsPerBatch.toFixed(4)} ms a batch and network, ${(line.shareOfFloor * 100).toFixed(1)} % of the floor, ${line.dispatchesPerBatch ?? '?'} dispatches${line.timesFasterThanTorch === null ? '' : `, ${line.timesFasterThanTorch.toFixed(1)}× eager PyTorch`}${line.timesFasterThanGraphed === null ? '' : `, ${line.timesFasterThanGraphed.float32.toFixed(2)}× graphed PyTorch (${line.timesFasterThanGraphed.tf32.toFixed(2)}× its TF32)`}`,
        )
      }
    if (members === 0) continue
    const grid = await timeGrid(webgpu, one, { members, batches: batches ?? GRID_BATCHES, device: adapter.name })
    grids.push(grid)
    print(
      `${one.name} ${one.widths.join('-')}, a grid of ${members}, ${grid.batches} batches each: ${grid.oneAfterAnotherSeconds.toFixed(2)} s one after another, ${grid.joinedSeconds.toFixed(2)} s in one session, ${(grid.oneAfterAnotherSeconds / grid.joinedSeconds).toFixed(1)}× as fast`,
    )
  }
  await keep(
    'webgpu',
    { ...request, partial: partial || torch === null || members === 0 },
    {
      torch: torch === null ? null : torch.versions,
      eager,
      graphed,
      peaks,
      lines,
      grids,
    },
  )
}

async function comparison(request: Request, strategies: Strategies): Promise<void> {
  const { cases, counts, batches, adapter } = request
  const lines: StrategyLine[] = []
  for (const one of cases)
    for (const replicas of counts) {
      say(`${one.name}, ${replicas} side by side`)
      lines.push(...(await compareStrategies(one, strategies, { replicas, device: adapter.name, batches })))
    }
  printStrategies(lines, print)
  await keep('webgpu-strategies', request, { lines })
}

/** Writes figures with what they were taken on. */
async function keep(kind: string, { adapter, partial, begun }: Request, figures: object): Promise<void> {
  const path = join(root, partial ? 'build/bench' : 'test/bench/results', `${kind}-${slugOf(adapter.name)}.json`)
  await store(path, {
    date: begun.toISOString(),
    commit: describeCommit(root),
    device: labelOf(adapter),
    node: process.version,
    system: `${process.platform} ${process.arch}`,
    ...figures,
  })
  say(`Raw figures: ${relative(root, path)}`)
}

try {
  process.exitCode = await main()
} catch (error) {
  say(error instanceof Error ? error.message : String(error))
  process.exitCode = 2
}
