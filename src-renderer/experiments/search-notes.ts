/** What there is to say about a search: keys that nobody has, with what may have been meant, and how a number was read. */
import type { ExperimentRow } from '../../src-main/contract.ts'
import { nearest } from '../../src-main/experiment/nearest.ts'
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

/** Keys that have the word within them, in their name or their label; else the one that it may be a slip of. */
function nearestKeys(typed: string, settings: readonly string[], words: Vocabulary): readonly string[] {
  const name = typed.toLowerCase()
  const keys = [...Object.keys(KEYS).filter((key) => key !== 'curve'), ...settings]
  const spelt = (key: string): readonly string[] => [
    key.slice(key.lastIndexOf('.') + 1).toLowerCase(),
    ...(isKnown(key) ? [] : [labelOf(key, words).toLowerCase()]),
  ]
  const within = keys.filter((key) => spelt(key).some((word) => word.includes(name)))
  if (within.length > 0) return within.slice(0, MOST_MEANT)
  const meant = nearest(name, keys.flatMap(spelt))
  return keys.filter((key) => meant !== null && spelt(key).includes(meant)).slice(0, MOST_MEANT)
}
