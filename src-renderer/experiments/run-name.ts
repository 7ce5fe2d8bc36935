/** What a run is called where there is little room: of a sweep's member its own settings come first to be seen, in the form's words. */
import type { ExperimentRow } from '../../src-main/contract.ts'
import { ruleCard, settingWords, type SettingWords, type Vocabulary } from '../text/setting-words.ts'
import { sweptText } from './swept-value.ts'

interface OwnSetting extends SettingWords {
  readonly key: string
  readonly text: string
}

export interface RunName {
  /** What it shares with the others of its sweep; the whole name of any other run. */
  readonly shared: string
  readonly own: readonly OwnSetting[]
}

export function runName(
  { name, rule, sweep }: Pick<ExperimentRow, 'name' | 'rule' | 'sweep'>,
  words: Vocabulary,
): RunName {
  const settings = sweep?.settings ?? []
  // As the sweep wrote it, whatever the values were written like; a name that a person wrote since then is theirs.
  const ending = settings.map(({ key }) => ` · ${key.replaceAll('.', '\\.')}=[^·]*`).join('')
  const [written] = ending === '' ? [] : (new RegExp(`${ending}$`).exec(name) ?? [])
  if (written === undefined) return { shared: name, own: [] }
  const card = ruleCard(words, rule)
  return {
    shared: name.slice(0, -written.length),
    own: settings.map(({ key, value }) => ({
      key,
      ...settingWords(key, card, words),
      text: sweptText(key, value, card),
    })),
  }
}

/** The same in one line, for what is read aloud: 'Grid · Hidden units = 16 · ε = 0.2'. */
export function runNameText(row: Pick<ExperimentRow, 'name' | 'rule' | 'sweep'>, words: Vocabulary): string {
  const { shared, own } = runName(row, words)
  return [shared, ...own.map(({ label, symbol, text }) => `${symbol ?? label} = ${text}`)].join(' · ')
}
