/** What a paper is missing, in words. */
import type { Missing } from '../../../src-main/contract.ts'
import { workText } from '../../../src-main/paper/words.ts'

/** 'Run what is missing: 3 experiments, 30 runs, 12 to 14 min here'; null where nothing can be started. */
export function missingText(missing: Missing): string | null {
  if (missing.experiments === 0) return null
  const time = missing.seconds === null ? 'time not known yet' : `${between(missing.seconds)} here`
  return `Run what is missing: ${workText(missing)}, ${time}`
}

const UNITS = [
  { seconds: 3600, name: 'h' },
  { seconds: 60, name: 'min' },
  { seconds: 1, name: 's' },
]

/** '12 to 14 min', 'about 2 h'. */
function between([low, high]: readonly [number, number]): string {
  const { seconds, name } = UNITS.find((unit) => high >= 2 * unit.seconds) ?? { seconds: 1, name: 's' }
  const shown = (value: number): string => {
    const count = value / seconds
    return name === 'h' && count < 10 ? count.toFixed(1).replace(/\.0$/, '') : String(Math.max(1, Math.round(count)))
  }
  const [from, to] = [shown(low), shown(high)]
  return from === to ? `about ${to} ${name}` : `${from} to ${to} ${name}`
}

/** Why experiments cannot be run here, each reason once. */
export function obstaclesIn({ obstacles }: Missing): readonly {
  readonly message: string
  readonly next: string
  readonly count: number
  /** The next step is on Data. */
  readonly data: boolean
}[] {
  return [...Map.groupBy(obstacles, ({ message }) => message)].map(([message, same]) => {
    const next = same[0]?.next ?? ''
    return { message, next, count: same.length, data: next.includes('Data') }
  })
}
