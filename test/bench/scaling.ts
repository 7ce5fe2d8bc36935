/** How cost grows with width, depth, batch and replicas: CorInfoMax on the native engine. Work should be all that grows. */
import { availableParallelism } from 'node:os'
import { native } from '../../src-main/engines/native.ts'
import { programFlop } from '../../src-main/program/cost.ts'
import { measureBench, type BenchFigures } from '../../src-main/training/bench.ts'
import { compileCase, type BenchCase } from './cases.ts'

export interface ScalingRow {
  readonly against: 'width' | 'depth' | 'batch' | 'replicas'
  readonly widths: readonly number[]
  readonly batch: number
  readonly replicas: number
  /** 10⁹ necessary operations of one training batch. */
  readonly gflop: number
  readonly figures: BenchFigures
}

type Point = Pick<ScalingRow, 'against' | 'widths' | 'batch' | 'replicas'>

const INPUTS = 784
const CLASSES = 10
const HIDDEN = 500
const BATCH = 20

const points: readonly Point[] = [
  ...[125, 250, 500, 1000].map((hidden): Point => point('width', { hidden: [hidden] })),
  ...[1, 2, 3, 4].map((depth): Point => point('depth', { hidden: Array<number>(depth).fill(HIDDEN) })),
  ...[5, 10, 20, 40, 80].map((batch): Point => point('batch', { batch })),
  ...[1, 2, 4, 10].map((replicas): Point => point('replicas', { replicas })),
]

/** A chunk's length aimed at, and as many chunks as `measureBench` takes. */
const CHUNK_MS = 120
const CHUNKS = 7

function point(
  against: Point['against'],
  { hidden = [HIDDEN], batch = BATCH, replicas = 1 }: { hidden?: number[]; batch?: number; replicas?: number },
): Point {
  return { against, widths: [INPUTS, ...hidden, CLASSES], batch, replicas }
}

/** Times every point; replicas share all cores, the rest is one thread. */
export async function measureScaling(base: BenchCase, said: (done: number, of: number) => void): Promise<ScalingRow[]> {
  const rows: ScalingRow[] = []
  let gflops = 40
  for (const { against, widths, batch, replicas } of points) {
    const depth = widths.length - 1
    const compiled = compileCase({
      ...base,
      widths: [...widths],
      settings: {
        ...base.settings,
        lrForward: Array<number>(depth).fill(0.05),
        lrFeedback: Array<number>(depth - 1).fill(0.05),
      },
    })
    const gflop = programFlop(compiled.program, batch).training / 1e9
    const expectedMs = (gflop / gflops) * 1000 * replicas
    const figures = await measureBench(native, compiled, {
      batch,
      replicas,
      threads: against === 'replicas' ? availableParallelism() : 1,
      device: null,
      batches: CHUNKS * Math.max(1, Math.round(CHUNK_MS / expectedMs)),
    })
    gflops = figures.gflops
    rows.push({ against, widths, batch, replicas, gflop, figures })
    said(rows.length, points.length)
  }
  return rows
}
