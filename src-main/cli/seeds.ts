/**
 * Seeds as people write them: `0,10,20`, a range `0-9` or `0..9`, a range with a step `0..90:10`, or a mixture.
 */
import { UsageProblem } from './command.ts'

const EXAMPLES = 'Write them like 0,10,20 or 0-9 or 0..90:10.'
/** As many as an experiment may have. */
const MOST = 1000

/** The seeds of a list, in order; refuses what is no list, seeds given twice and more than an experiment may have. */
export function parseSeeds(text: string): number[] {
  const seeds: number[] = []
  for (const piece of text.split(',')) {
    const match = /^\s*(\d{1,30})(?:(?:-|\.\.)(\d{1,30})(?::(\d{1,30}))?)?\s*$/.exec(piece)
    if (match === null)
      throw new UsageProblem(`--seeds: "${piece}" is neither a whole number from 0 up nor a range.`, EXAMPLES)
    const first = safe(match[1] ?? '')
    const last = match[2] === undefined ? first : safe(match[2])
    const step = match[3] === undefined ? 1 : safe(match[3])
    if (last < first) throw new UsageProblem(`--seeds: the range "${piece.trim()}" ends before it begins.`, EXAMPLES)
    if (step < 1)
      throw new UsageProblem(
        `--seeds: the range "${piece.trim()}" needs a step of at least 1, found ${step}.`,
        EXAMPLES,
      )
    if ((last - first) / step + seeds.length >= MOST)
      throw new UsageProblem(`--seeds: at most ${MOST} seeds per run, found more in "${text}".`, EXAMPLES)
    for (let seed = first; seed <= last; seed += step) seeds.push(seed)
  }
  const twice = seeds.find((seed, index) => seeds.indexOf(seed) !== index)
  if (twice !== undefined) throw new UsageProblem(`--seeds: seed ${twice} is given twice; each is run once.`, EXAMPLES)
  return seeds
}

function safe(digits: string): number {
  const value = Number(digits)
  if (!Number.isSafeInteger(value))
    throw new UsageProblem(`--seeds: ${digits} is too large; the largest seed is ${Number.MAX_SAFE_INTEGER}.`, EXAMPLES)
  return value
}
