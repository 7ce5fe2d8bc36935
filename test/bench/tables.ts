/** What a person reads of the figures. */
import { table } from '../../src-main/cli/layout.ts'
import type { BenchFigures } from '../../src-main/training/bench.ts'
import type { PublishedTimings } from './cases.ts'
import type { Measured } from './measure.ts'
import type { ScalingRow } from './scaling.ts'
import type { TorchFigures } from './torch.ts'

type Print = (line: string) => void

/** Undefined where nothing was measured. */
function middle(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)] ?? NaN
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN
  return (lower + upper) / 2
}

function least(...values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}

const ms = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(value < 10 ? 3 : 1))

/** How many times as long `slow` takes. */
const times = (slow: number | undefined, fast: number | undefined): string =>
  slow === undefined || fast === undefined ? '–' : `${(slow / fast).toFixed(1)}×`

function share(figures: readonly BenchFigures[]): string {
  const shares = figures.flatMap(({ gflops, peakGflops }) => (peakGflops === null ? [] : [gflops / peakGflops]))
  const value = middle(shares)
  return value === undefined ? '–' : `${Math.round(value * 100)} %`
}

export function printCases(measured: readonly Measured[], published: PublishedTimings | null, print: Print): void {
  const kinds = [
    ['Training', 'trainMsPerBatch', 'train_ms_per_batch'],
    ['Evaluation', 'evalMsPerBatch', 'eval_ms_per_batch'],
  ] as const
  for (const [title, ours, theirs] of kinds) {
    const training = ours === 'trainMsPerBatch'
    const nativeMs = (figures: readonly BenchFigures[]): number | undefined => middle(figures.map((one) => one[ours]))
    const torchMs = (figures: readonly TorchFigures[]): number | undefined => middle(figures.map((one) => one[theirs]))
    print('')
    print(`${title}, milliseconds a batch (ten seeds: of one seed, all cores working)`)
    const rows = measured.map((one) => {
      const single = nativeMs(one.nativeOneThread)
      const seeds = nativeMs(one.nativeTenSeeds)
      const torchOne = torchMs(one.torchOneThread)
      const torchBest = least(torchOne, torchMs(one.torchTwoThreads))
      return [
        one.one.name,
        ms(single),
        ms(seeds),
        ms(torchOne),
        ms(torchBest),
        times(torchOne, single),
        times(torchBest, seeds),
        ...(training ? [share(one.nativeOneThread), share(one.nativeTenSeeds)] : []),
      ]
    })
    const headings = [
      'case',
      '>native 1 thread',
      '>native 10 seeds',
      '>torch 1 thread',
      '>torch best',
      '>1 thread',
      '>10 seeds',
      ...(training ? ['>of peak, 1 thread', '>of peak, 10 seeds'] : []),
    ]
    for (const line of table(headings, rows)) print(line)

    if (published === null) continue
    print('')
    print(`${title}: the authors' released code on ${published.cpu} (another run, perhaps another machine)`)
    const theirRows = measured.flatMap((one) => {
      const timing = published.timings[one.one.published]
      if (timing === undefined) return []
      const single = nativeMs(one.nativeOneThread)
      const seeds = nativeMs(one.nativeTenSeeds)
      const of = (variant: 'threads_1' | 'threads_1_best' | 'threads_2' | 'threads_2_best'): number =>
        timing[variant][theirs]
      const best = least(of('threads_1'), of('threads_1_best'), of('threads_2'), of('threads_2_best'))
      return [
        [
          one.one.name,
          ms(of('threads_1')),
          ms(best),
          ms(of('threads_2')),
          times(of('threads_1'), single),
          times(best, seeds),
          times(of('threads_2'), seeds),
        ],
      ]
    })
    const theirHeadings = [
      'case',
      '>1 thread',
      '>best setting',
      '>default, both cores',
      '>/ native 1 thread',
      '>best / 10 seeds',
      '>default / 10 seeds',
    ]
    for (const line of table(theirHeadings, theirRows)) print(line)
  }
}

export function printScaling(rows: readonly ScalingRow[], print: Print): void {
  for (const against of new Set(rows.map((row) => row.against))) {
    const group = rows.filter((row) => row.against === against)
    const first = group[0]
    if (first === undefined) continue
    print('')
    print(
      `CorInfoMax against ${against} (${against === 'replicas' ? 'all cores; wall time of all replicas' : 'one thread'})`,
    )
    const wall = ({ figures, replicas }: ScalingRow): number => figures.trainMsPerBatch * replicas
    const work = ({ gflop, replicas }: ScalingRow): number => gflop * replicas
    const lines = group.map((row) => [
      row.widths.join('-'),
      String(row.batch),
      String(row.replicas),
      work(row).toFixed(3),
      ms(wall(row)),
      times(work(row), work(first)),
      times(wall(row), wall(first)),
      row.figures.gflops.toFixed(1),
      share([row.figures]),
    ])
    const headings = ['network', '>batch', '>replicas', '>GFLOP', '>ms', '>work', '>time', '>GFLOP/s', '>of peak']
    for (const line of table(headings, lines)) print(line)
  }
}
