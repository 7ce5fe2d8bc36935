/** Finding what a few typed letters mean among commands. */
export interface Entry {
  readonly group: string
  readonly name: string
  /** Its key, or what else tells it apart. */
  readonly aside: string
  readonly run: () => void
}

/** The best fitting, at most `most`, groups together in the order of their best; without a text the first of each group. */
export function found(entries: readonly Entry[], text: string, most: number): readonly Entry[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const rated = entries.flatMap((entry) => {
    const rate = rating(`${entry.name} ${entry.aside}`.toLowerCase(), words)
    // Of ten thousand experiments many fit anything; the few things to do come before them.
    return rate === null
      ? []
      : [{ entry, rate: entry.group === EXPERIMENTS || entry.group === GUIDE ? rate : rate + 3 }]
  })
  if (words.length > 0) rated.sort((a, b) => b.rate - a.rate)
  const perGroup = words.length > 0 ? most / 2 : FIRST_OF_GROUP
  const groups = new Map<string, Entry[]>()
  let taken = 0
  for (const { entry } of rated) {
    if (taken >= most) break
    // Looked for by a word: who has typed none came for something else.
    if (entry.group === GUIDE && words.length === 0) continue
    const group = groups.get(entry.group) ?? []
    groups.set(entry.group, group)
    if (group.length >= perGroup) continue
    group.push(entry)
    taken++
  }
  return [...groups.values()].flat()
}

/** The group of which there may be very many. */
export const EXPERIMENTS = 'Experiments'
/** Sections of the guide. */
export const GUIDE = 'Guide'
const FIRST_OF_GROUP = 9

/** Higher is better; null when a word is missing. A word at the beginning of one counts more than one inside. */
function rating(text: string, words: readonly string[]): number | null {
  let sum = 0
  for (const word of words) {
    const at = text.indexOf(word)
    if (at < 0) return null
    const begins = at === 0 || /[^\p{L}\p{N}]/u.test(text[at - 1] ?? '')
    sum += begins ? 2 : text.includes(` ${word}`) ? 1.5 : 1
    if (at === 0) sum += 1
  }
  return sum - text.length / 1000
}
