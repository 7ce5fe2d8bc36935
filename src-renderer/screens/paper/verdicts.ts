/** Verdicts in colour and in words. */
import type { Missing, PaperVerdict } from '../../../src-main/contract.ts'
import { workText } from '../../../src-main/paper/words.ts'
import { duration } from '../../text/format.ts'

/** The worst first: that is what is looked for. */
export const VERDICTS = [
  'outside',
  'too few seeds',
  'not finished',
  'inside',
  'not run',
  'nothing published',
] as const satisfies readonly PaperVerdict[]

export function toneOf(verdict: PaperVerdict): 'good' | 'bad' | 'warn' | 'faint' {
  switch (verdict) {
    case 'inside':
      return 'good'
    case 'outside':
      return 'bad'
    case 'too few seeds':
    case 'not finished':
      return 'warn'
    case 'not run':
    case 'nothing published':
      return 'faint'
    default:
      return verdict satisfies never
  }
}

/** 'Run what is missing: 3 experiments, 30 runs, about 13 min here'; null where nothing can be started. */
export function missingText(missing: Missing): string | null {
  if (missing.experiments === 0) return null
  const time = missing.seconds === null ? 'time not known yet' : `about ${duration(missing.seconds)} here`
  return `Run what is missing: ${workText(missing)}, ${time}`
}
