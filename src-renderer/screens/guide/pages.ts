/** The guide: Markdown files of `resources/guide`, which read as well where the source is read. */
import cluster from '../../../resources/guide/cluster.md?raw'
import ownRules from '../../../resources/guide/own-rules.md?raw'

export interface GuidePage {
  /** As in its address. */
  readonly name: string
  readonly text: string
}

export const pages: readonly [GuidePage, ...GuidePage[]] = [
  { name: 'own-rules', text: ownRules },
  { name: 'cluster', text: cluster },
]

/** The first heading of a page. */
export function titleOf({ text }: GuidePage): string {
  return /^# (.+)$/m.exec(text)?.[1] ?? ''
}
