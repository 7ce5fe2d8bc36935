/** Seeds as people write them: `0, 10, 20`, a range `0-9` or `0..9`, one with a step `0..90:10`, or a mixture. */
const MOST = 1000

type ReadSeeds = { readonly seeds: readonly number[] } | { readonly problem: string }

export function readSeeds(text: string): ReadSeeds {
  const seeds: number[] = []
  for (const piece of text.split(/[,;]/)) {
    const match = /^\s*(\d{1,16})(?:\s*(?:-|–|\.\.)\s*(\d{1,16})(?:\s*:\s*(\d{1,16}))?)?\s*$/.exec(piece)
    if (match === null)
      return {
        problem:
          piece.trim() === ''
            ? 'Expected whole numbers from 0 up, like 0, 10, 20 or 0-9 or 0..90:10, found an empty entry.'
            : `Expected whole numbers from 0 up, like 0, 10, 20 or 0-9 or 0..90:10, found “${piece.trim()}”.`,
      }
    const first = Number(match[1])
    const last = match[2] === undefined ? first : Number(match[2])
    const step = match[3] === undefined ? 1 : Number(match[3])
    if (!Number.isSafeInteger(last))
      return { problem: `Expected a seed up to ${Number.MAX_SAFE_INTEGER}, found ${last}.` }
    if (last < first) return { problem: `The range “${piece.trim()}” ends before it begins.` }
    if (step < 1) return { problem: `The range “${piece.trim()}” needs a step of at least 1.` }
    if ((last - first) / step + seeds.length >= MOST) return { problem: `At most ${MOST} seeds per experiment.` }
    for (let seed = first; seed <= last; seed += step) seeds.push(seed)
  }
  const twice = seeds.find((seed, i) => seeds.indexOf(seed) !== i)
  if (twice !== undefined) return { problem: `Seed ${twice} is listed twice; each seed runs once.` }
  return { seeds }
}

/** The shortest way to write a list that `readSeeds` reads back: '0..90:10', '0-9', or all of them. */
export function writeSeeds(seeds: readonly number[]): string {
  const [first, second] = seeds
  const last = seeds.at(-1)
  if (first === undefined || second === undefined || last === undefined || seeds.length < 4) return seeds.join(', ')
  const step = second - first
  if (step < 1 || seeds.some((seed, i) => seed !== first + i * step)) return seeds.join(', ')
  return step === 1 ? `${first}-${last}` : `${first}..${last}:${step}`
}
