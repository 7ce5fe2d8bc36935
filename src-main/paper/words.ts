/** What verdicts on a paper say, in the words of window and command line alike. */
import type { Nearness } from './curves.ts'
import type { Compared, LostSeed, RowState } from './row-state.ts'

/** How a quantity is written: accuracies in percentage points, angles in degrees. */
export type Unit = 'points' | 'degrees' | ''

export function unitOf(quantity: string): Unit {
  if (quantity === 'test' || quantity === 'train' || quantity === 'top-k') return 'points'
  return quantity === 'alignment' ? 'degrees' : ''
}

/** '0.16 points', '1.2°'. */
export function amount(value: number, unit: Unit): string {
  if (unit === 'points') return `${inPoints(value)} points`
  return unit === 'degrees' ? `${value.toFixed(2)}°` : value.toPrecision(3)
}

/** '97.65 ± 0.10', in per cent or the measure's own unit; the deviation only of two seeds or more. */
function spreadText(spread: Compared['ours'], unit: Unit): string {
  if (spread === null) return '–'
  const { mean, sd, n } = spread
  const text = unit === 'points' ? inPoints : unit === 'degrees' ? twoDigits : (value: number) => value.toPrecision(4)
  return n > 1 ? `${text(mean)} ± ${text(sd)}` : text(mean)
}

/** '97.65 ± 0.10 (10)'. */
export function spreadOfSeedsText(spread: Compared['ours'], unit: Unit): string {
  return spread === null ? '–' : `${spreadText(spread, unit)} (${spread.n})`
}

/** What stands behind the title of a column. */
export const UNIT_TITLES: Readonly<Record<Unit, string>> = { points: ', %', degrees: ', °', '': '' }

/** '+0.03'. */
export function differenceText({ agreement }: Compared, unit: Unit): string {
  if (agreement === null) return '–'
  const { difference } = agreement
  const size = unit === 'points' ? inPoints(Math.abs(difference)) : twoDigits(Math.abs(difference))
  // Less than is shown is no side.
  return `${difference < 0 && Number(size) > 0 ? '−' : '+'}${size}`
}

/** '0.20'. */
export function marginText({ agreement }: Compared, unit: Unit): string {
  if (agreement === null || !Number.isFinite(agreement.margin)) return '–'
  return unit === 'points' ? inPoints(agreement.margin) : twoDigits(agreement.margin)
}

/** Why it is called what it is called, in a sentence. */
export function whyText(compared: Compared, epochs: RowState['epochs'], unit: Unit): string {
  const { verdict, agreement, ours, published } = compared
  switch (verdict) {
    case 'not run':
      return 'Nothing was trained of it yet.'
    case 'nothing published':
      return 'No result of it was published.'
    case 'not finished':
      return `${epochs.done} of ${epochs.of} epochs.`
    case 'too few seeds':
      if ((ours?.n ?? 0) < 3) return `${ours?.n ?? 0} seed${ours?.n === 1 ? '' : 's'}; a verdict takes three.`
      if ((published?.n ?? 0) < 2) return 'The published result is of one seed.'
      return `A difference of up to ${amount(agreement?.margin ?? 0, unit)} would be inside: too wide to tell.`
    case 'inside':
    case 'outside': {
      const { difference, margin } = agreement ?? { difference: 0, margin: 0 }
      const side = difference < 0 ? 'below' : 'above'
      return `${amount(Math.abs(difference), unit)} ${side} the published mean; up to ${amount(margin, unit)} is inside.`
    }
    default:
      return verdict satisfies never
  }
}

/** '48 of 50 epochs inside the band, at most 0.16 points from the mean (epoch 1)'. */
export function nearText({ points, inside, largest, largestAt }: Nearness, x: 'epoch' | 'batch', unit: Unit): string {
  const where = x === 'epoch' ? 'epochs' : 'points'
  return `${inside} of ${points} ${where} inside the band, at most ${amount(largest, unit)} from the mean (${x} ${largestAt.toLocaleString('en')})`
}

/** 'Lost: 1 of 10 seeds here (seed 40, 79.10 %), none in the paper.'; empty where none was. */
export function lostText({ lost: { published, ours, leftOut } }: Pick<RowState, 'lost'>): string {
  if (ours.length === 0 && published?.length === 0) return ''
  if (ours.length === 0 && published === null) return 'Seeds were lost in the paper; which is not printed.'
  const theirs = published === null ? 'some in the paper, which is not printed' : `${listed(published)} in the paper`
  const kept = leftOut ? 'The means leave them out.' : 'The means hold them.'
  return `Lost seeds: ${listed(ours)} here, ${theirs}. ${kept}`
}

function listed(seeds: readonly LostSeed[]): string {
  if (seeds.length === 0) return 'none'
  return seeds
    .map(({ seed, test, reason }) => {
      const how = reason === null ? '' : 'collapsed'
      const at = test === null ? '' : `${inPoints(test)} %`
      return `seed ${seed} (${[how, at].filter((part) => part !== '').join(', ')})`
    })
    .join(', ')
}

/** How often each is given. */
export function countsOf<V extends string>(verdicts: Iterable<V>): Readonly<Partial<Record<V, number>>> {
  const counts: Partial<Record<V, number>> = {}
  for (const verdict of verdicts) counts[verdict] = (counts[verdict] ?? 0) + 1
  return counts
}

/** The verdicts of an exhibit: '2 inside, 3 not run'. */
export function countsText(verdicts: Readonly<Partial<Record<string, number>>>): string {
  return ['outside', 'inside', 'too few seeds', 'not finished', 'not run', 'nothing published']
    .flatMap((verdict) => (verdicts[verdict] === undefined ? [] : [`${verdicts[verdict]} ${verdict}`]))
    .join(', ')
}

/** '3 experiments, 30 runs'. */
export function workText({ experiments, runs }: { readonly experiments: number; readonly runs: number }): string {
  return `${experiments} experiment${experiments === 1 ? '' : 's'}, ${runs} run${runs === 1 ? '' : 's'}`
}

/** In per cent to two digits, halves up in decimal, as everywhere. */
function inPoints(fraction: number): string {
  return (Math.round(Number((fraction * 10_000).toPrecision(12))) / 100).toFixed(2)
}

function twoDigits(value: number): string {
  return value.toFixed(2)
}
