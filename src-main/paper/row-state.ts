/** One row of a paper beside what was trained of it. */
import {
  ACCURACY_TOLERANCE,
  agreementOf,
  ANGLE_TOLERANCE,
  type Agreement,
  type Tolerance,
} from '../experiment/agreement.ts'
import type { Spread, Verdict } from '../experiment/event.ts'
import { countedSeeds } from '../experiment/result.ts'
import { spreadOf } from '../experiment/spread.ts'
import type { PaperRow } from './paper.ts'
import { hidesLost, lostSeeds, rowSeeds, type RowSeed } from './row-seeds.ts'
import { experimentOf, publishedOf } from './rows.ts'
import type { Machine, TrainedRun } from './trained.ts'
import { isAccuracy, valuesOf, type Wanted } from './values.ts'

/** 'not finished': no seed has all epochs yet; 'nothing published': there is no number to compare with. */
export type PaperVerdict = Verdict | 'not finished' | 'not run' | 'nothing published'

/** A number beside the printed one. */
export interface Compared {
  readonly published: Spread | null
  readonly ours: Spread | null
  readonly agreement: Agreement | null
  readonly verdict: PaperVerdict
}

/** Where the seeds of a row come from. */
export interface Filling {
  /** 'shipped': evidence that comes with Apical, taken where the lab has trained nothing of the row. */
  readonly from: 'lab' | 'shipped' | null
  readonly seeds: readonly RowSeed[]
}

/** A seed that was lost, and how: it collapsed, or ended far below the others. */
export interface LostSeed {
  readonly seed: number
  readonly test: number | null
  /** Why it collapsed, in words; null where it only ended low. */
  readonly reason: string | null
}

export interface RowState extends Compared {
  readonly id: string
  readonly label: string
  /** Empty for a preset that this version does not have. */
  readonly rule: string
  readonly dataset: string
  readonly from: Filling['from']
  /** Seeds with a result at `epochs`, lost ones included, of so many that the paper has. */
  readonly trained: number
  readonly wanted: number
  /** Epochs that the counted seeds finished, of so many. */
  readonly epochs: { readonly done: number; readonly of: number }
  readonly lost: {
    /** Null where the printed mean hides which seeds were. */
    readonly published: readonly LostSeed[] | null
    readonly ours: readonly LostSeed[]
    /** Lost seeds are left out of both means; else they are in both. */
    readonly leftOut: boolean
  }
  readonly runs: readonly UsedRun[]
  /** Of shipped evidence. */
  readonly machine: (Machine & { readonly started: string; readonly seconds: number }) | null
}

/** A run of this lab that fills the row. */
interface UsedRun {
  readonly id: string
  readonly name: string
  readonly seeds: readonly number[]
  readonly engine: string
  /** What it does otherwise than the paper without moving the result, in sentences. */
  readonly differs: readonly string[]
}

/** The lab's own seeds where it has any; else those that ship. */
export function fillingOf(
  lab: readonly TrainedRun[],
  shipped: readonly TrainedRun[],
  epochs: number,
  wanted: Wanted,
): Filling {
  for (const [from, runs] of [
    ['lab', lab],
    ['shipped', shipped],
  ] as const) {
    const seeds = rowSeeds(runs, epochs, wanted)
    if (seeds.length > 0) return { from, seeds }
  }
  return { from: null, seeds: [] }
}

/** What of a filling is counted: which seeds, at which epoch, and whether lost ones are among them. */
interface Counting {
  readonly epoch: number
  /** Those that the mean is of. */
  readonly seeds: readonly RowSeed[]
  /** Those that a curve is drawn of: a printed curve holds the seeds that were lost. */
  readonly drawn: readonly RowSeed[]
  readonly lost: RowState['lost']
}

export function countingOf(row: PaperRow, { seeds }: Filling): Counting {
  const standing = seeds.map((one) => ({ ...one, collapsed: one.seed.collapsed !== null }))
  const { epoch, seeds: atEnd } = countedSeeds(standing, true)
  const finals = atEnd.map(({ seed, epochs }) => ({ seed, test: lastValue(seed, epochs, 'test') }))
  const lostOnes = new Set(
    lostSeeds(finals.map(({ seed, test }) => ({ seed: seed.seed, test: seed.collapsed === null ? test : null }))),
  )
  const ours = finals
    .filter(({ seed }) => lostOnes.has(seed.seed))
    .map(({ seed, test }): LostSeed => ({ seed: seed.seed, test, reason: seed.collapsed?.reason ?? null }))
  const printed = publishedOf(row).test
  const published = publishedLost(row, printed)
  // What they left in their mean and did not name stays in ours as well.
  const kept = atEnd.filter(({ seed }) => !lostOnes.has(seed.seed))
  // Where all were lost that is the result, as it is in the paper of a setting that does not learn.
  const leftOut = published !== null && kept.length > 0
  return {
    // Where all collapsed, training ended where it ended.
    epoch: epoch ?? experimentOf(row)?.training.epochs ?? 0,
    seeds: leftOut ? kept : atEnd,
    drawn: leftOut ? drawnOf(atEnd, kept, published) : atEnd,
    lost: { published, ours, leftOut },
  }
}

/** A printed curve holds the lost seeds whose accuracy was printed, and none that only its name is printed of. */
function drawnOf(
  atEnd: readonly RowSeed[],
  kept: readonly RowSeed[],
  published: readonly LostSeed[] | null,
): readonly RowSeed[] {
  const lost = published ?? []
  if (!lost.some(({ test }) => test !== null)) return kept
  return lost.some(({ test }) => test === null) ? atEnd.filter(({ seed }) => seed.collapsed === null) : atEnd
}

function publishedLost({ perSeed }: PaperRow, printed: Spread | null): readonly LostSeed[] | null {
  if (perSeed !== null) {
    const each = perSeed.seeds.map((seed, i) => ({ seed, test: perSeed.test[i] ?? null }))
    const lost = new Set(lostSeeds(each))
    return each.filter(({ seed }) => lost.has(seed)).map((one) => ({ ...one, reason: null }))
  }
  return printed !== null && hidesLost(printed.sd) ? null : []
}

/** Printed mean and spread, without the seeds that were lost where these are known. */
export function publishedSpread(row: PaperRow, part: 'test' | 'train'): Spread | null {
  const printed = publishedOf(row)[part]
  const { perSeed } = row
  const each = perSeed?.[part] ?? null
  if (perSeed === null || each === null) return printed
  const lost = new Set(lostSeeds(perSeed.seeds.map((seed, i) => ({ seed, test: perSeed.test[i] ?? null }))))
  return spreadOf(each.filter((_, i) => !lost.has(perSeed.seeds[i] ?? -1)))
}

/** @param wanted an accuracy, whose printed number is the row's */
export function rowState(
  row: PaperRow,
  lab: readonly TrainedRun[],
  shipped: readonly TrainedRun[],
  part: 'test' | 'train' = 'test',
): RowState {
  const experiment = experimentOf(row)
  const of = experiment?.training.epochs ?? 0
  const wanted: Wanted = { quantity: part, series: null }
  const filling = fillingOf(lab, shipped, of, wanted)
  const counting = countingOf(row, filling)
  const ours = spreadOf(counting.seeds.map(({ seed }) => lastValue(seed, counting.epoch, part)))
  const [first] = filling.seeds
  return {
    ...{ id: row.id, label: row.label },
    ...{ rule: experiment?.rule.name ?? '', dataset: experiment?.data.name ?? '' },
    ...compared(ours, publishedSpread(row, part), counting.epoch, of, toleranceOf(wanted, counting.seeds, ours?.mean)),
    from: filling.from,
    trained: counting.seeds.length + (counting.lost.leftOut ? counting.lost.ours.length : 0),
    wanted: experiment?.seeds.length ?? 0,
    epochs: { done: counting.epoch, of },
    lost: counting.lost,
    runs: filling.from === 'lab' ? usedRuns(filling.seeds) : [],
    machine:
      filling.from === 'shipped' && first !== undefined && first.run.machine !== null
        ? { ...first.run.machine, started: first.run.created, seconds: first.run.seconds }
        : null,
  }
}

export function compared(
  ours: Spread | null,
  published: Spread | null,
  done: number,
  of: number,
  tolerance: Tolerance,
): Compared {
  const agreement = agreementOf(ours, published, tolerance)
  return { published, ours, agreement, verdict: verdictOf(ours, agreement, done, of) }
}

function verdictOf(ours: Spread | null, agreement: Agreement | null, done: number, of: number): PaperVerdict {
  if (ours === null) return 'not run'
  if (agreement === null) return 'nothing published'
  return done < of ? 'not finished' : agreement.verdict
}

/** How far apart values of a quantity may lie and agree. @param seeds ours, with what they were evaluated on */
export function toleranceOf({ quantity }: Wanted, seeds: readonly RowSeed[], mean: number | undefined): Tolerance {
  // Everything that is counted in images is an accuracy.
  if (!isAccuracy(quantity) && quantity !== 'top-k') return ANGLE_TOLERANCE
  if (quantity !== 'train' || mean === undefined) return ACCURACY_TOLERANCE
  const drawn = seeds.flatMap(({ run }) =>
    typeof run.experiment.training.evaluateTrain === 'number' ? [run.experiment.training.evaluateTrain] : [],
  )
  // One draw serves all seeds of a run.
  if (drawn.length === 0) return ACCURACY_TOLERANCE
  return { ...ACCURACY_TOLERANCE, shared: Math.sqrt((mean * (1 - mean)) / Math.min(...drawn)) }
}

function usedRuns(seeds: readonly RowSeed[]): readonly UsedRun[] {
  return [...new Set(seeds.map(({ run }) => run))].flatMap((run): readonly UsedRun[] =>
    run.id === null
      ? []
      : [
          {
            id: run.id,
            name: run.name,
            seeds: seeds.filter((one) => one.run === run).map(({ seed }) => seed.seed),
            engine: run.machine?.engine ?? run.experiment.engine.name,
            differs: differences(run),
          },
        ],
  )
}

/** What of its protocol is another than the paper's, and moves no result. */
function differences({ experiment }: TrainedRun): readonly string[] {
  const { evaluateTrain } = experiment.training
  if (evaluateTrain === 'off') return ['The training accuracy is not taken.']
  if (evaluateTrain === 'all') return []
  return [
    `The training accuracy is of ${evaluateTrain.toLocaleString('en')} samples, the same for all seeds; in the paper it is of all.`,
  ]
}

function lastValue(seed: RowSeed['seed'], epoch: number, part: 'test' | 'train'): number | null {
  const values = valuesOf(seed, { quantity: part, series: null }, 'epoch')
  // A collapsed seed stopped where it stopped.
  const at = seed.collapsed === null ? epoch : (seed.epochs.at(-1) ?? 0)
  return values.get(at) ?? null
}
