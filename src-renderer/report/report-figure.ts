/** A figure inside a report: the drawing that SVG and PDF files have, in the page itself. */
import type { ChartModel } from '../charts/chart-model.ts'
import { describe, draw } from '../figure/draw.ts'
import type { Figure } from '../figure/figure.ts'
import { figureOfChart } from '../figure/from-chart.ts'
import { WIDTHS } from '../figure/look.ts'
import type { Measure } from '../figure/scene.ts'
import { svgElement } from '../figure/svg.ts'
import { Markup, markup } from './markup.ts'

const [HALF, , WHOLE] = WIDTHS
const PLAIN = { x: 'linear', y: 'linear', smoothing: { kind: 'none', span: 1 } } as const

/** Figures of one page: no two of their parts may have the same name. */
export class ReportFigures {
  readonly #measure: Measure
  #drawn = 0

  constructor(measure: Measure) {
    this.#measure = measure
  }

  /** As wide as the page, or as half of it. */
  chart(model: ChartModel, size: 'whole' | 'half', note = ''): Markup {
    const { width, ratio, fontSize, lineWidth } = size === 'whole' ? WHOLE : HALF
    const figure = figureOfChart(model, PLAIN, null, '')
    return this.#part(
      { ...figure, look: { ...figure.look, width, ratio, fontSize, lineWidth } },
      note,
      size === 'whole',
    )
  }

  figure(figure: Figure, note = ''): Markup {
    return this.#part(figure, note, false)
  }

  /** @param wide on a small window it moves sideways, and its words stay large enough to be read */
  #part(figure: Figure, note: string, wide: boolean): Markup {
    const { title } = figure.look
    const name = `figure-${++this.#drawn}`
    const svg = svgElement(draw(figure, this.#measure), { title, description: describe(figure), name })
    // Lines take the colours of a dark page; shades of a grid mean something on white alone.
    return markup`<figure class="${figure.content.kind === 'lines' ? 'lines' : 'plate'}">
${wide ? markup`<div class="wide" role="group" aria-label="${title}" tabindex="0">${new Markup(svg)}</div>` : new Markup(svg)}
<figcaption>${title}.${note === '' ? '' : ` ${note}`}</figcaption>
</figure>
`
  }
}
