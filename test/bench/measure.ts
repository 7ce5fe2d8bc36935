/** One case: both engines in turn, round after round. */
import { availableParallelism } from 'node:os'
import { native } from '../../src-main/engines/native.ts'
import { programFlop } from '../../src-main/program/cost.ts'
import { measureBench, type BenchFigures } from '../../src-main/training/bench.ts'
import { agreementOf, type Agreement } from './agreement.ts'
import { compileCase, type BenchCase } from './cases.ts'
import { timeTorch, type Torch, type TorchFigures, type TorchWay } from './torch.ts'

/** Networks trained side by side where all cores work. */
export const SEEDS = 10

export interface Measured {
  readonly one: BenchCase
  /** 10⁹ necessary operations of a training batch. */
  readonly gflop: number
  /** Null without PyTorch. */
  readonly agreement: Agreement | null
  /** One entry a round. */
  readonly nativeOneThread: readonly BenchFigures[]
  readonly nativeTenSeeds: readonly BenchFigures[]
  readonly torchOneThread: readonly TorchFigures[]
  readonly torchTwoThreads: readonly TorchFigures[]
}

const eagerOn = (threads: number): TorchWay => ({ device: 'cpu', threads, graphed: null })

export async function measureCase(one: BenchCase, rounds: number, torch: Torch | null): Promise<Measured> {
  const compiled = compileCase(one)
  const cores = availableParallelism()
  const nativeWith = (replicas: number, threads: number): Promise<BenchFigures> =>
    measureBench(native, compiled, { batch: one.batch, replicas, threads, device: null, batches: null })
  const measured = {
    one,
    gflop: programFlop(compiled.program, one.batch).training / 1e9,
    agreement: torch === null ? null : await agreementOf(one, torch, eagerOn(1), native),
    nativeOneThread: [] as BenchFigures[],
    nativeTenSeeds: [] as BenchFigures[],
    torchOneThread: [] as TorchFigures[],
    torchTwoThreads: [] as TorchFigures[],
  }
  for (let round = 0; round < rounds; round++) {
    measured.nativeOneThread.push(await nativeWith(1, 1))
    if (torch !== null) measured.torchOneThread.push(await timeTorch(torch, one.name, eagerOn(1)))
    measured.nativeTenSeeds.push(await nativeWith(SEEDS, cores))
    if (torch !== null && cores > 1) measured.torchTwoThreads.push(await timeTorch(torch, one.name, eagerOn(2)))
  }
  return measured
}
