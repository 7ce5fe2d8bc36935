/** Finding words in the pages of the guide: by section, those first that name them in their heading. */
import type { GuidePage } from './pages.ts'
import { headingIds, withoutComments } from './render.ts'

export interface GuideSection {
  readonly page: GuidePage
  /** Null for what stands before the first heading. */
  readonly id: string | null
  readonly title: string
  /** In plain words. */
  readonly text: string
}

export interface Hit {
  readonly section: GuideSection
  /** Around the first word that was found: what stands before it, the word, what follows. */
  readonly excerpt: readonly [before: string, word: string, after: string]
}

const MOST_HITS = 30
/** Letters around a word that was found. */
const BEFORE = 50
const AFTER = 130

export function sectionsOf(page: GuidePage): readonly GuideSection[] {
  const sections: GuideSection[] = []
  let title = page.title
  let id: string | null = null
  let lines: string[] = []
  let fenced = false
  const idOf = headingIds()
  const close = (): void => {
    const text = plain(lines.join('\n'))
    if (text !== '' || id !== null) sections.push({ page, id, title, text })
    lines = []
  }
  for (const line of withoutComments(page.text).split('\n')) {
    if (line.startsWith('```')) {
      fenced = !fenced
      continue
    }
    const [, heading] = fenced ? [] : (/^#{2,3} (.+)$/.exec(line) ?? [])
    if (heading !== undefined) {
      close()
      title = heading.replaceAll('`', '')
      id = idOf(title)
    } else if (fenced || !line.startsWith('# ')) lines.push(line)
  }
  close()
  return sections
}

/** Sections that hold every word of `text`, in any case; at most thirty. */
export function searchGuide(sections: readonly GuideSection[], text: string): readonly Hit[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const [first] = words
  if (first === undefined) return []
  return sections
    .flatMap((section) => {
      const title = section.title.toLowerCase()
      const body = section.text.toLowerCase()
      if (!words.every((word) => title.includes(word) || body.includes(word))) return []
      const named = words.filter((word) => title.includes(word)).length
      return [{ named, hit: { section, excerpt: excerptOf(section.text, words) } }]
    })
    .sort((a, b) => b.named - a.named)
    .slice(0, MOST_HITS)
    .map(({ hit }) => hit)
}

function excerptOf(text: string, words: readonly string[]): Hit['excerpt'] {
  const lower = text.toLowerCase()
  const found = words.map((word) => ({ word, at: lower.indexOf(word) })).find(({ at }) => at >= 0)
  if (found === undefined) return [text.slice(0, BEFORE + AFTER), '', '']
  const { word, at } = found
  const begin = at <= BEFORE ? 0 : text.indexOf(' ', at - BEFORE) + 1
  const end = at + word.length
  return [
    `${begin === 0 ? '' : '… '}${text.slice(Math.min(begin, at), at)}`,
    text.slice(at, end),
    `${text.slice(end, end + AFTER)}${text.length > end + AFTER ? ' …' : ''}`,
  ]
}

/** Markdown without its marks. */
function plain(markdown: string): string {
  return markdown
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/^\s*(?:[-*>]|\|[\s|:-]+\|$)\s*/gm, ' ')
    .replaceAll(/[`*_|]/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
