/**
 * Notes as a person reads them: Markdown made HTML and cleaned of everything that could do something. Pictures from
 * elsewhere are not loaded (the page's policy refuses them, too); links say where they lead and open outside.
 */
import DOMPurify from 'dompurify'
import { Marked } from 'marked'
import { escaped } from '../../figure/svg.ts'

/** A note's headings stand below those of the screen. */
const BELOW = 2

const marked = new Marked({
  gfm: true,
  breaks: true,
  async: false,
  // HTML among it is shown as it was typed: a note needs none, and a reader sees what somebody tried.
  renderer: { html: ({ text }) => escaped(text) },
  walkTokens: (token) => {
    if (token.type === 'heading') token.depth = Math.min(6, Number(token.depth) + BELOW)
  },
})

const cleaner = DOMPurify(window)
cleaner.addHook('afterSanitizeAttributes', (node) => {
  if (node.nodeName === 'A' && node.hasAttribute('href')) {
    node.setAttribute('target', '_blank')
    node.setAttribute('rel', 'noopener noreferrer')
    node.setAttribute('title', node.getAttribute('href') ?? '')
  }
  // What a task list shows is not for pressing: the text is the truth.
  if (node.nodeName === 'INPUT') node.setAttribute('aria-label', 'done')
})

/** Safe to be put into the page as it is. */
export function renderMarkdown(text: string): string {
  return cleaner.sanitize(marked.parse(text) as string, {
    USE_PROFILES: { html: true },
    FORBID_TAGS: [
      'img',
      'picture',
      'source',
      'video',
      'audio',
      'style',
      'form',
      'button',
      'select',
      'textarea',
      'iframe',
    ],
    // The policy of the page refuses styles in attributes, and would say so for each.
    FORBID_ATTR: ['style', 'class', 'id', 'name'],
    ALLOWED_URI_REGEXP: /^(?:https?:|mailto:)/i,
  })
}
