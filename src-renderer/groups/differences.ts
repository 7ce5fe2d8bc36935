/** What tells experiments apart: the settings whose values are not the same in all of them, and nothing else. */
import type { Configured } from '../text/configuration.ts'
import { lower } from '../text/setting-words.ts'

export interface Difference {
  readonly key: string
  readonly label: string
  readonly symbol: string | undefined
  /** One for each experiment, in order; null where its rule has no such setting. */
  readonly texts: readonly (string | null)[]
  readonly records: boolean
}

export function differencesOf(configurations: readonly (readonly Configured[])[]): readonly Difference[] {
  const first = new Map<string, Configured>()
  for (const entry of configurations.flat()) if (!first.has(entry.key)) first.set(entry.key, entry)
  const byKey = configurations.map((entries) => new Map(entries.map(({ key, text }) => [key, text])))
  return [...first.values()]
    .map(({ key, label, symbol, records }): Difference => ({
      ...{ key, label, symbol, records: records === true },
      texts: byKey.map((texts) => texts.get(key) ?? null),
    }))
    .filter(({ texts }) => new Set(texts).size > 1)
}

const NAMED = 4

/** In one sentence; what is only written down, and which seeds were run, is told apart from what makes the result. */
export function differenceSentence(differences: readonly Difference[]): string {
  const made = differences.filter(({ records, key }) => !records && key !== 'seeds')
  const seeds = differences.some(({ key }) => key === 'seeds')
  const aside = [seeds ? 'their seeds' : null, differences.some(({ records }) => records) ? 'what was measured' : null]
    .filter((part) => part !== null)
    .join(' and ')
  if (made.length === 0) return aside === '' ? 'They have the same configuration.' : `They differ only in ${aside}.`
  const also =
    aside === ''
      ? ''
      : ` ${aside.charAt(0).toUpperCase()}${aside.slice(1)} also ${aside === 'what was measured' ? 'differs' : 'differ'}.`
  if (!made.some(({ key }) => key === 'rule.name')) return `They differ only in ${listed(made)}.${also}`
  const shared = made.filter(({ key, texts }) => key !== 'rule.name' && !texts.includes(null))
  const rest = shared.length === 0 ? '' : shared.length > 1 ? `, ${listed(shared)}` : ` and ${listed(shared)}`
  return `They differ in the rule${rest}${made.some(({ texts }) => texts.includes(null)) ? ', and in settings that only some of the rules have' : ''}.${also}`
}

function listed(differences: readonly Difference[]): string {
  const [only] = differences
  if (differences.length === 1 && only !== undefined) {
    const values = [...new Set(only.texts)].filter((text) => text !== null)
    return values.length > NAMED ? lower(only.label) : `${lower(only.label)} (${values.join(' / ')})`
  }
  const names = differences.map(({ label }) => lower(label))
  if (names.length > NAMED) return `${names.length} settings`
  const last = names.at(-1) ?? ''
  return `${names.slice(0, -1).join(', ')} and ${last}`
}
