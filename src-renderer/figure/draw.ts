/** A figure as a scene, whatever it shows. */
import { summary } from '../charts/chart-model.ts'
import { drawBars } from './draw-bars.ts'
import { drawDivided } from './draw-divided.ts'
import { drawHeatMap, drawMatrix } from './draw-grid.ts'
import { drawLines, modelOf } from './draw-lines.ts'
import { drawParallel } from './draw-parallel.ts'
import { drawScatter } from './draw-scatter.ts'
import type { Figure } from './figure.ts'
import type { Measure, Scene } from './scene.ts'

export function draw({ content, look }: Figure, measure: Measure): Scene {
  switch (content.kind) {
    case 'lines':
      return drawLines(content, look, measure)
    case 'matrix':
      return drawMatrix(content, look, measure)
    case 'heat-map':
      return drawHeatMap(content, look, measure)
    case 'parallel':
      return drawParallel(content, look, measure)
    case 'bars':
      return drawBars(content, look, measure)
    case 'scatter':
      return content.divided === null
        ? drawScatter(content, look, measure)
        : drawDivided(content, content.divided, look, measure)
  }
}

/** The figure in words. */
export function describe({ content, look }: Figure): string {
  switch (content.kind) {
    case 'lines':
      return summary(modelOf(content, look.title))
    case 'matrix':
      return `${look.title}: ${look.yTitle} against ${look.xTitle}, ${content.classes.length} classes.`
    case 'heat-map':
      return `${look.title}: ${look.yTitle} against ${look.xTitle}, ${content.rows.length} by ${content.columns.length} cells.`
    case 'parallel':
      return `${look.title}: ${content.axes.map(({ label }) => label).join(', ')} and ${content.outcome.label.toLowerCase()} of ${content.lines.length} experiments.`
    case 'bars':
      return `${look.title}: ${content.bars.map(({ name, count }) => `${name} ${count}`).join(', ')}.`
    case 'scatter':
      return `${look.title}: ${content.labels.length} samples of ${content.classes.length} classes.`
  }
}
