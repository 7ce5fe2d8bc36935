/** How a run ended, from its files alone: the same whether its seeds were trained at once, in groups or over several days. */
import type { RunEvent } from '../../experiment/event.ts'
import { earlyFor, publishedFor } from '../../experiment/presets.ts'
import { comparedOf, comparedTopK, resultOf } from '../../experiment/outcome.ts'
import { compareEarly, comparePublished } from '../../experiment/published.ts'
import { readRecord } from './read.ts'

type Done = Extract<RunEvent, { kind: 'done' }>

/** The `done` event over all seeds; `seconds` and `engine` are the worker's to say. */
export function outcomeIn(folder: string, seconds: number, engine: string): Done {
  const { experiment, outcomes, seeds } = readRecord(folder)
  return {
    kind: 'done',
    ...resultOf(outcomes),
    selection: experiment.training.selection,
    seeds: outcomes,
    seconds,
    engine,
    folder,
    published: comparePublished(comparedOf(outcomes), publishedFor(experiment)),
    topK: comparedTopK(experiment, outcomes, publishedFor(experiment)),
    early: compareEarly(seeds, earlyFor(experiment))?.filter(({ ours }) => ours !== null) ?? null,
  }
}
