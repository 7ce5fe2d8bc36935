/** What a sweep's key means, in the words of the rule and of the form. */
import type { RuleCard } from '../../../src-main/contract.ts'
import { COMMON_FIELDS, VALIDATION_FIELDS } from '../new/fields.ts'

export interface SettingWords {
  readonly label: string
  readonly symbol: string | undefined
}

const NETWORK: Readonly<Record<string, string>> = {
  hidden: 'Hidden units',
  depth: 'Hidden layers',
  widths: 'Network',
  'data.name': 'Data set',
}

export function settingWords(key: string, rule: RuleCard | undefined): SettingWords {
  const network = NETWORK[key]
  if (network !== undefined) return { label: network, symbol: undefined }
  const [, list = key, place] = /^(.+)\.(\d{1,2})$/.exec(key) ?? []
  if (list === 'widths' && place !== undefined) return { label: `Units of layer ${place}`, symbol: undefined }
  const schema =
    rule?.settings.properties?.[list] ??
    [...COMMON_FIELDS, ...VALIDATION_FIELDS].find(({ path }) => path === list)?.schema
  const label = schema?.label ?? list
  if (place === undefined) return { label, symbol: schema?.symbol }
  return { label: `${label}, ${schema?.letter ?? 'layer'} ${Number(place) + (schema?.from ?? 1)}`, symbol: undefined }
}
