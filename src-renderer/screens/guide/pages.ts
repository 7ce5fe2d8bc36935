/** The guide: Markdown files of `resources/guide`, which read as well where the source is read. */
export interface GuidePage {
  /** As in its address, and its file's name. */
  readonly name: string
  readonly title: string
  readonly text: string
}

/** In the order in which they are read. A file that is not named here comes last. */
const ORDER = [
  'first-experiment',
  'sweeps',
  'comparing',
  'paper',
  'own-rules',
  'own-data',
  'results',
  'cluster',
  'engines',
  'troubleshooting',
]

const texts = import.meta.glob<string>('../../../resources/guide/*.md', {
  query: '?raw',
  import: 'default',
  eager: true,
})

export const pages: readonly GuidePage[] = Object.entries(texts)
  .map(([path, text]) => ({ name: /([^/]+)\.md$/.exec(path)?.[1] ?? path, title: titleOf(text), text }))
  .sort((a, b) => place(a.name) - place(b.name))

function place(name: string): number {
  const at = ORDER.indexOf(name)
  return at < 0 ? ORDER.length : at
}

/** The first heading of a page. */
function titleOf(text: string): string {
  return /^# (.+)$/m.exec(text)?.[1] ?? ''
}
