/** Verdicts on a paper: in colour, in order, and counted. */
import type { Exhibit, ExhibitState, PaperVerdict } from '../../src-main/contract.ts'
import { countsOf } from '../../src-main/paper/words.ts'

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

/** Over all exhibits, what stands on several of them once. */
export function totals(
  shown: readonly { readonly exhibit: Exhibit; readonly state: ExhibitState }[],
): Readonly<Partial<Record<PaperVerdict, number>>> {
  const verdicts = new Map<string, PaperVerdict>()
  for (const { exhibit, state } of shown)
    if (state.curves.length === 0)
      for (const { id, verdict } of state.rows) verdicts.set([id, exhibit.quantity, ''].join('/'), verdict)
    else
      for (const [i, { row, verdict }] of state.curves.entries()) {
        const { quantity, series } = exhibit.curves[i] ?? { quantity: null, series: null }
        verdicts.set([row, quantity ?? exhibit.quantity, series ?? ''].join('/'), verdict)
      }
  return countsOf(verdicts.values())
}
