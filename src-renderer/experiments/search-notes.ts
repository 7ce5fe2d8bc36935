/** What there is to say about a search: keys that nobody has, with what may have been meant, and how a number was read. */
import type { ExperimentRow } from '../../src-main/contract.ts'
import type { Vocabulary } from '../text/setting-words.ts'
import { isKnown, KEYS, labelOf } from './keys.ts'
import { askedKeys, asPercent, keysMeant, searched } from './search.ts'

/** One sentence each; empty where the search says what it means. */
export function searchNotes(
  text: string,
  rows: readonly ExperimentRow[],
  settings: readonly string[],
  words: Vocabulary,
): readonly string[] {
  return askedKeys(text).flatMap(({ all, typed, value }) => {
    const keys = keysMeant(typed, settings, words)
    const percent = asPercent(keys, value)
    if (percent !== null) return [`Accuracies are in per cent: ${value} is read as ${percent} %.`]
    if (keys.length > 0) return []
    // A colon in a name or in a note is no key.
    const word = all.replace(/^-/, '').toLowerCase()
    if (rows.some((row) => searched(row).includes(word))) return []
    const meant = nearestKeys(typed, settings, words).map((key) => `“${key}”${labelBehind(key, words)}`)
    return [`No setting is called “${typed}”.${meant.length === 0 ? '' : ` Did you mean ${meant.join(' or ')}?`}`]
  })
}

function labelBehind(key: string, words: Vocabulary): string {
  const label = labelOf(key, words)
  return label.toLowerCase() === key.toLowerCase() ? '' : ` (${label})`
}

const MOST_MEANT = 2
/** Of letters' pairs that two words share, from which on one may be a slip of the other. */
const LIKE = 0.4

function nearestKeys(typed: string, settings: readonly string[], words: Vocabulary): readonly string[] {
  const name = typed.toLowerCase()
  return [...Object.keys(KEYS).filter((key) => key !== 'curve'), ...settings]
    .map((key) => {
      const last = key.slice(key.lastIndexOf('.') + 1).toLowerCase()
      const called = labelOf(key, words).toLowerCase()
      const within = last.includes(name) || (isKnown(key) ? false : called.includes(name))
      return {
        key,
        like: within ? 1 : Math.max(likeness(name, last), likeness(name, called.replace(/[^\p{L}\p{N}]/gu, ''))),
      }
    })
    .filter(({ like }) => like >= LIKE)
    .sort((a, b) => b.like - a.like)
    .slice(0, MOST_MEANT)
    .map(({ key }) => key)
}

/** Dice's coefficient of the pairs of neighbouring letters: 1 for the same word, 0 where no pair is shared. */
function likeness(a: string, b: string): number {
  const [mine, theirs] = [pairsOf(a), pairsOf(b)]
  const shared = [...mine].filter((pair) => theirs.has(pair)).length
  return mine.size + theirs.size === 0 ? 0 : (2 * shared) / (mine.size + theirs.size)
}

function pairsOf(word: string): ReadonlySet<string> {
  const marked = `^${word}`
  return new Set(Array.from({ length: marked.length - 1 }, (_, i) => marked.slice(i, i + 2)))
}
