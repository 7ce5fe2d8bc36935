/** A time left in words that say how sure it is: '12–14 min' from the spread of measured speeds, 'about 12 min' without. */

/** One unit for both ends of a range, coarse enough that the last figure means something. */
interface Grain {
  readonly unit: string
  readonly seconds: number
  readonly below: number
}

const GRAINS: readonly Grain[] = [
  { unit: 's', seconds: 1, below: 100 },
  { unit: 'min', seconds: 60, below: 100 * 60 },
  { unit: 'h', seconds: 3600, below: 72 * 3600 },
  { unit: 'd', seconds: 86_400, below: Infinity },
]

/** @param range seconds at the quicker and the slower pace lately; null while that is unknown */
export function timeLeftInWords(seconds: number | null, range: readonly [number, number] | null | undefined): string {
  if (seconds === null || !Number.isFinite(seconds)) return '–'
  if (range === null || range === undefined) return `about ${within(seconds)}`
  const [low, high] = [Math.min(range[0], seconds), Math.max(range[1], seconds)]
  const grain = grainOf(high)
  const [from, to] = [amount(low, grain), amount(high, grain)]
  return from === to ? `${to} ${grain.unit}` : `${from}–${to} ${grain.unit}`
}

function within(seconds: number): string {
  const grain = grainOf(seconds)
  return `${amount(seconds, grain)} ${grain.unit}`
}

function grainOf(seconds: number): Grain {
  return GRAINS.find(({ below }) => seconds < below) ?? (GRAINS.at(-1) as Grain)
}

/** Whole seconds and minutes; hours and days with one decimal place. */
function amount(seconds: number, { unit, seconds: size }: Grain): string {
  const value = seconds / size
  return unit === 's' || unit === 'min' ? String(Math.round(value)) : String(Number(value.toFixed(1)))
}

/** What the queue will take: the running run's time left, and the others' as forecast; `unknown` says how many are not in it. */
interface QueueTime {
  readonly seconds: number
  readonly unknown: number
}

export function queueTime(running: readonly (number | null)[], waiting: readonly (number | null)[]): QueueTime {
  const all = [...running, ...waiting]
  return {
    seconds: all.reduce<number>((sum, seconds) => sum + (seconds ?? 0), 0),
    unknown: all.filter((seconds) => seconds === null).length,
  }
}
