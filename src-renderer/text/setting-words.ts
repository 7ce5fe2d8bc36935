/** What settings, rules and data sets are called: looked up in what the lab says of itself, written down nowhere else. */
import type { ExperimentField, LabDescription, RuleCard, SettingSchema } from '../../src-main/contract.ts'

/** The part of the lab's description that names things. */
export type Vocabulary = Pick<LabDescription, 'rules' | 'fields' | 'dataSets' | 'presets'>

/** Before the lab has said anything: everything goes by its key. */
export const NO_WORDS: Vocabulary = { rules: [], fields: [], dataSets: [], presets: [] }

export interface SettingWords {
  readonly label: string
  readonly symbol: string | undefined
}

export function ruleCard({ rules }: Pick<Vocabulary, 'rules'>, name: string): RuleCard | undefined {
  return rules.find((rule) => rule.name === name)
}

export function ruleLabel(words: Pick<Vocabulary, 'rules'>, name: string): string {
  return ruleCard(words, name)?.label ?? name
}

export function datasetLabel({ dataSets }: Pick<Vocabulary, 'dataSets'>, name: string): string {
  return dataSets.find((card) => card.name === name)?.label ?? name
}

/** The setting that every experiment has at this path; undefined for a rule's own and for unknown ones. */
export function fieldAt({ fields }: Pick<Vocabulary, 'fields'>, path: string): ExperimentField | undefined {
  return fields.find((field) => field.path === path)
}

/** A setting as the form calls it, by its path ('rule.settings.beta', 'widths.1') or the key of a sweep ('beta', 'hidden'). */
export function settingWords(key: string, rule: RuleCard | undefined, words: Pick<Vocabulary, 'fields'>): SettingWords {
  const plain = key.replace(/^rule\.settings\./, '')
  const [, list = plain, place] = /^(.+)\.(\d{1,2})$/.exec(plain) ?? []
  if (list === 'widths' && place !== undefined) return { label: `Units of layer ${place}`, symbol: undefined }
  const schema: SettingSchema | undefined = rule?.settings.properties?.[list] ?? fieldAt(words, list)?.schema
  const label = schema?.label ?? list
  if (place === undefined) return { label, symbol: schema?.symbol }
  return { label: `${label}, ${schema?.letter ?? 'layer'} ${Number(place) + (schema?.from ?? 1)}`, symbol: undefined }
}

/** 'Batch size' inside a sentence; 'EP' and 'W₁ rates' stay. */
export function lower(label: string): string {
  return /^\p{Lu}\p{Ll}/u.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label
}
