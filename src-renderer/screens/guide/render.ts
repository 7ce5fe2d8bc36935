/**
 * A page of the guide as HTML: Markdown with mathematics, `$…$` in a line and ```math blocks, typeset as MathML. Links to
 * other pages are written as files (`sweeps.md#read-a-sweep`), so that they work where the source is read, and lead to their
 * address here; `#/data` leads to a screen. Pages come with Apical, so nothing is taken out of them.
 */
import katex from 'katex'
import { Marked, type TokenizerAndRendererExtension } from 'marked'
import { escaped } from '../../figure/svg.ts'

export interface Section {
  readonly id: string
  readonly title: string
  /** 2 for a section, 3 for a part of one. */
  readonly depth: number
}

export interface RenderedPage {
  readonly html: string
  /** Every heading below the title, in order. */
  readonly sections: readonly Section[]
  /** Where its links lead, as addresses behind the '#'. */
  readonly links: readonly string[]
}

const typeset = (tex: string, displayMode: boolean): string =>
  katex.renderToString(tex, { output: 'mathml', displayMode, throwOnError: true })

const inlineMath: TokenizerAndRendererExtension = {
  name: 'inlineMath',
  level: 'inline',
  start: (text) => text.indexOf('$'),
  tokenizer(text) {
    const [raw, tex] = /^\$([^$\n]+)\$/.exec(text) ?? []
    return raw === undefined ? undefined : { type: 'inlineMath', raw, tex }
  },
  renderer: ({ tex }) => typeset(String(tex), false),
}

/** `name`: of the page, for links within it. */
export function renderPage(name: string, text: string): RenderedPage {
  const sections: Section[] = []
  const links: string[] = []
  const idOf = headingIds()
  const marked = new Marked({
    gfm: true,
    async: false,
    renderer: {
      code({ text: code, lang }) {
        if (lang === 'math') return `<p class="math">${typeset(code, true)}</p>`
        // Long lines scroll, which a keyboard has to reach too.
        const kind = lang === 'text' ? ' class="said"' : lang === 'sh' ? ' class="typed"' : ''
        return `<pre tabindex="0"${kind}><code>${lang === 'sh' ? wholeWords(code) : escaped(code)}</code></pre>`
      },
      heading({ tokens, depth }) {
        const inner = this.parser.parseInline(tokens)
        if (depth === 1) return `<h1 tabindex="-1">${inner}</h1>`
        const title = this.parser.parseInline(tokens, this.parser.textRenderer)
        const id = idOf(title)
        sections.push({ id, title: title.replaceAll('`', ''), depth })
        return `<h${depth} id="${id}" tabindex="-1">${inner}</h${depth}>`
      },
      link({ href, tokens }) {
        const address = addressOf(name, href)
        links.push(address)
        const elsewhere = address.startsWith('https:') ? ' target="_blank" rel="noreferrer"' : ''
        return `<a href="${escaped(address)}"${elsewhere}>${this.parser.parseInline(tokens)}</a>`
      },
      table(token) {
        const cells = (row: typeof token.header, tag: string): string =>
          `<tr>${row.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join('')}</tr>`
        return `<div class="scroll" tabindex="0"><table><thead>${cells(token.header, 'th')}</thead><tbody>${token.rows.map((row) => cells(row, 'td')).join('')}</tbody></table></div>`
      },
    },
  })
  marked.use({
    extensions: [inlineMath],
    walkTokens(token) {
      if (token.type === 'text') token['text'] = withUnits(String(token['text']))
    },
  })
  const html = marked.parse(withoutComments(text)) as string
  return { html, sections, links }
}

/** A command may be broken between its words, and not behind the hyphens of an option. */
function wholeWords(code: string): string {
  return escaped(code).replaceAll(/\S*-\S*/g, '<span class="whole">$&</span>')
}

/** A number and its unit stay together. */
function withUnits(text: string): string {
  return text.replaceAll(/(?<=\d) (?=(?:%|[mµ]?s|min|[kMGT]i?B)(?!\w))/g, '\u00a0')
}

/** What makes and tests pages leaves marks for itself in comments. */
export function withoutComments(text: string): string {
  return text.replaceAll(/<!--.*?-->\n?/gs, '')
}

/** `sweeps.md#read` of any page, `#read` of this one, `#/data` of the window; anything else as it is. */
function addressOf(page: string, href: string): string {
  const found = /^(?:([\w-]+)\.md)?(?:#([\w-]+))?$/.exec(href)
  if (found === null || href === '') return href
  const [, name = page, section] = found
  return ['#/guide', name, ...(section === undefined ? [] : [section])].join('/')
}

/** Names headings one after another as in their addresses; one that was there before gets a number. */
export function headingIds(): (title: string) => string {
  const seen = new Map<string, number>()
  return (title) => {
    const plain = title
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '')
    const count = (seen.get(plain) ?? 0) + 1
    seen.set(plain, count)
    return count === 1 ? plain : `${plain}-${count}`
  }
}
