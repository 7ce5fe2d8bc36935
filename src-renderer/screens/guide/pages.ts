/** The guide: Markdown files of `resources/guide`, which read as well where the source is read. */
import ownRules from '../../../resources/guide/own-rules.md?raw'
import results from '../../../resources/guide/results.md?raw'

export interface GuidePage {
  /** As in its address. */
  readonly name: string
  readonly text: string
}

export const pages: readonly [GuidePage, ...GuidePage[]] = [
  { name: 'own-rules', text: ownRules },
  { name: 'results', text: results },
]

/** The first heading of a page. */
export function titleOf({ text }: GuidePage): string {
  return /^# (.+)$/m.exec(text)?.[1] ?? ''
}
