/** The title above a figure, on as many lines as it needs: nothing of it runs off the paper. */
import type { FigureLook } from './figure.ts'
import { PAPER } from './paper.ts'
import { wrapped, type Mark, type Measure } from './scene.ts'

/** Of the title, to the words of the figure. */
export const TITLE_SIZE = 1.15
/** From line to line, in font sizes. */
export const TITLE_LEADING = 1.45

interface Title {
  /** What it takes above the figure; 0 where none is shown. */
  readonly height: number
  readonly marks: readonly Mark[]
}

/** @param left where its lines begin; they end at the margin on the other side */
export function titleOf(look: FigureLook, left: number, margin: number, measure: Measure): Title {
  const { fontSize: size, width, title } = look
  if (!look.showTitle) return { height: 0, marks: [] }
  const lines = wrapped(title, width - left - margin, size * TITLE_SIZE, measure)
  return {
    height: size * (0.45 + TITLE_LEADING * lines.length),
    marks: lines.map((text, i) => ({
      ...{ kind: 'words', color: PAPER.ink, anchor: 'start', role: 'title' },
      ...{ x: left, y: margin + size * (1.1 + i * TITLE_LEADING), size: size * TITLE_SIZE, text },
    })),
  }
}
