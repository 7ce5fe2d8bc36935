/**
 * A page of the guide as HTML: Markdown with mathematics, `$…$` in a line and ```math blocks, typeset as MathML. Pages come
 * with Apical, so nothing is taken out of them.
 */
import katex from 'katex'
import { Marked, type TokenizerAndRendererExtension } from 'marked'
import { escaped } from '../../figure/svg.ts'

export interface Section {
  readonly id: string
  readonly title: string
}

export interface RenderedPage {
  readonly html: string
  /** Its second-level headings. */
  readonly sections: readonly Section[]
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

export function renderPage(text: string): RenderedPage {
  const sections: Section[] = []
  const marked = new Marked({
    gfm: true,
    async: false,
    renderer: {
      code({ text: code, lang }) {
        if (lang === 'math') return `<p class="math">${typeset(code, true)}</p>`
        // Long lines scroll, which a keyboard has to reach too.
        return `<pre tabindex="0"><code>${escaped(code)}</code></pre>`
      },
      heading({ tokens, depth, text: title }) {
        const inner = this.parser.parseInline(tokens)
        if (depth === 1) return `<h1>${inner}</h1>`
        const id = slug(title)
        if (depth === 2) sections.push({ id, title })
        return `<h${depth} id="${id}" tabindex="-1">${inner}</h${depth}>`
      },
      table(token) {
        const cells = (row: typeof token.header, tag: string): string =>
          `<tr>${row.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join('')}</tr>`
        return `<div class="scroll" tabindex="0"><table><thead>${cells(token.header, 'th')}</thead><tbody>${token.rows.map((row) => cells(row, 'td')).join('')}</tbody></table></div>`
      },
    },
  })
  marked.use({ extensions: [inlineMath] })
  // What makes pages leaves marks for itself in comments.
  const html = marked.parse(text.replaceAll(/<!--.*?-->/gs, '')) as string
  return { html, sections }
}

function slug(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
}
