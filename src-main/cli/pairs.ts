/** Values of the form KEY=VALUE that follow an option: `--embedding layer=1 method=umap`. */
import { suggestion } from '../experiment/nearest.ts'
import { UsageProblem, type Words } from './command.ts'

/**
 * The pairs of an option, its own value and the operands of that form, by key; null without the option. And the operands
 * that are none.
 *
 * @throws UsageProblem for a key that is not known, a pair without a value, or one that is given again
 */
export function pairsOf<const K extends string>(
  words: Words,
  option: string,
  keys: readonly K[],
): { readonly pairs: ReadonlyMap<K, string> | null; readonly operands: readonly string[] } {
  const own = words.text(option)
  const isPair = (word: string): boolean => /^[a-z]+=/.test(word)
  if (own === undefined) return { pairs: null, operands: words.operands }
  const pairs = new Map<K, string>()
  for (const word of [own, ...words.operands.filter(isPair)]) {
    const [name = '', value = ''] = word.split(/=(.*)/s)
    const key = keys.find((one) => one === name)
    if (key === undefined)
      throw new UsageProblem(
        `--${option} takes ${keys.map((one) => `${one}=…`).join(', ')}; found "${word}".${suggestion(name, keys)}`,
      )
    if (value === '') throw new UsageProblem(`--${option} ${key}= needs a value.`)
    if (pairs.has(key)) throw new UsageProblem(`--${option} takes ${key}= once, found it again with "${value}".`)
    pairs.set(key, value)
  }
  return { pairs, operands: words.operands.filter((word) => !isPair(word)) }
}

/** A whole number of a pair. @throws UsageProblem */
export function wholeIn<K extends string>(
  pairs: ReadonlyMap<K, string>,
  key: K,
  { option, least, most }: { readonly option: string; readonly least: number; readonly most: number },
): number | undefined {
  const text = pairs.get(key)
  if (text === undefined) return undefined
  const value = /^\d+$/.test(text) ? Number(text) : NaN
  if (!Number.isSafeInteger(value) || value < least || value > most)
    throw new UsageProblem(`--${option} ${key}= takes a whole number from ${least} to ${most}, found "${text}".`)
  return value
}
