/** A value that a sweep gave to a setting, as short as it can be said: it stands in names, in maps and at axes. */
import type { RuleCard } from '../../src-main/contract.ts'
import { inWords } from '../text/configuration.ts'
import { network } from '../text/format.ts'

export function sweptText(key: string, value: unknown, rule: RuleCard | undefined): string {
  if (key === 'widths' && isNumbers(value)) return network(value)
  const schema = rule?.settings.properties?.[key]
  if (schema?.control === 'schedule' && isSchedule(value)) return value.map(pieceText).join(', ')
  return inWords(value, schema)
}

/** '0.95, 0.9 from 15': the base, and the epoch it holds from where that is not the first. */
function pieceText({ fromEpoch, base }: Piece): string {
  return fromEpoch === 0 ? String(base) : `${base} from ${fromEpoch}`
}

interface Piece {
  readonly fromEpoch: number
  readonly base: number
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'number')
}

function isSchedule(value: unknown): value is readonly Piece[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'object' && one !== null && 'base' in one)
}
