/** Taking what a run plots beside accuracy, from the parameters and from what the last batch reported. */
import type { Measured, Session } from '../engines/engine.ts'
import type { RunEvent } from '../experiment/event.ts'
import type { Measure } from '../rules/index.ts'
import type { MeasuredSeries } from '../rules/rule.ts'
import type { Replica } from './replica.ts'

export interface Measuring {
  readonly measures: readonly Measure<unknown>[]
  readonly settings: unknown
  readonly widths: readonly number[]
}

/** Every measure of every network that still trains; `batch` is how many were trained since the beginning. */
export async function* takeMeasures(
  { measures, settings, widths }: Measuring,
  session: Session,
  measured: Measured,
  replicas: readonly Replica[],
  batch: number,
): AsyncGenerator<RunEvent> {
  for (const [index, { seed, collapsed }] of replicas.entries()) {
    if (collapsed !== null) continue
    const source = {
      batches: batch,
      parameter: (name: string) => session.read(name, index),
      measurement: (name: string) => measured.measurements[index]?.get(name) ?? [],
    }
    for (const measure of measures) {
      let series: readonly MeasuredSeries[]
      try {
        series = await measure.take(settings, widths, source)
      } catch (error) {
        // Mathematics that has no answer here (a log-determinant of a matrix gone singular) must not end a run.
        if (!(error instanceof RangeError)) throw error
        const message = `seed ${seed}, batch ${batch}: ${measure.label} could not be taken: ${error.message}`
        yield { kind: 'note', level: 'warning', message }
        continue
      }
      const finite = series.filter(({ value }) => Number.isFinite(value))
      const values = Object.fromEntries(finite.map(({ series: name, value }) => [name, value]))
      yield { kind: 'measure', seed, batch, measure: measure.name, values }
    }
  }
}
