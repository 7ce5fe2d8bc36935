/** Runs and papers made up for the tests: a question of three epochs, and histories whose numbers are written in the test. */
import { Experiment } from '../../src-main/experiment/experiment.ts'
import { PAPER_FORMAT, PAPER_VERSION, Paper } from '../../src-main/paper/paper.ts'
import type { ReadyData } from '../../src-main/paper/plan.ts'
import type { TrainedRun, TrainedSeed } from '../../src-main/paper/trained.ts'

export interface Asked {
  readonly seeds?: readonly number[]
  readonly data?: Partial<Experiment['data']>
  readonly training?: Partial<Experiment['training']>
  readonly settings?: Readonly<Record<string, unknown>>
  readonly measures?: readonly unknown[]
  readonly evaluation?: Partial<Experiment['evaluation']>
  readonly engine?: Partial<Experiment['engine']>
  readonly name?: string
  readonly widths?: readonly number[]
}

/** Three seeds and three epochs of one rule on glyphs, but for what is asked otherwise. */
export function question(asked: Asked = {}): Experiment {
  return Experiment.parse({
    version: 1,
    name: asked.name ?? 'made up',
    preset: null,
    data: { name: 'glyphs', seed: 1, limitTrain: 2000, ...asked.data },
    widths: asked.widths ?? [784, 16, 10],
    rule: { name: 'made-up', settings: { beta: 1, rate: 0.1, ...asked.settings } },
    training: { epochs: 3, batchSize: 20, ...asked.training },
    measures: asked.measures ?? [],
    evaluation: asked.evaluation ?? {},
    seeds: asked.seeds ?? [0, 1, 2],
    engine: asked.engine ?? {},
  })
}

/** Its accuracies after epochs 1, 2, …; of the training set it has none unless given. */
export function seed(number: number, test: readonly (number | null)[], more: Partial<TrainedSeed> = {}): TrainedSeed {
  return {
    seed: number,
    epochs: test.map((_, i) => i + 1),
    testAccuracy: test,
    trainAccuracy: test.map(() => null),
    collapsed: null,
    measures: {},
    ...more,
  }
}

/** Values of a measure after the batches given. */
export function measured(
  measure: string,
  values: Readonly<Record<string, Readonly<Record<number, number>>>>,
): TrainedSeed['measures'] {
  const series = Object.entries(values).map(([name, byBatch]) => {
    const pairs = Object.entries(byBatch).map(([batch, value]) => [Number(batch), value] as const)
    return [name, { batch: pairs.map(([batch]) => batch), value: pairs.map(([, value]) => value) }] as const
  })
  return { [measure]: Object.fromEntries(series) }
}

export const collapsedAt = (epoch: number): Pick<TrainedSeed, 'collapsed'> => ({
  collapsed: { epoch, reason: 'a state of the network is not finite' },
})

/** Later ones of a test are newer. */
let made = 0

export function run(seeds: readonly TrainedSeed[], asked: Asked = {}, more: Partial<TrainedRun> = {}): TrainedRun {
  made++
  const experiment = question({ seeds: seeds.map((one) => one.seed), ...asked })
  return {
    id: `run-${made}`,
    name: experiment.name,
    experiment,
    machine: { apical: '0.0.0', engine: 'reference', device: 'processor', cpu: 'made up', cores: 1 },
    created: new Date(Date.UTC(2026, 0, 1) + made * 60_000).toISOString(),
    seconds: 1,
    moving: false,
    resumable: false,
    seeds,
    ...more,
  }
}

type RowInput = Partial<Paper['rows'][number]>
type ExhibitInput = Partial<Omit<Paper['exhibits'][number], 'curves'>> & { readonly curves?: readonly object[] }

/** With rows a, b, … unless they name themselves; the one exhibit is a table of them all. */
export function paperOf(rows: readonly RowInput[], exhibits?: readonly ExhibitInput[]): Paper {
  const named = rows.map((row, i) => {
    const id = row.id ?? String.fromCharCode(97 + i)
    const experiment = row.preset === undefined ? question() : null
    return { id, label: id.toUpperCase(), experiment, ...row }
  })
  const table = { id: 'table', rows: named.map(({ id }) => id) }
  return Paper.parse({
    ...{ format: PAPER_FORMAT, version: PAPER_VERSION, id: 'made-up', title: 'Made up', rows: named },
    exhibits: (exhibits ?? [table]).map((exhibit, i) => ({
      ...{ id: `exhibit-${i + 1}`, title: 'An exhibit', section: 'All', kind: 'table', quantity: 'test' },
      ...exhibit,
    })),
  })
}

export function rowOf(row: RowInput): Paper['rows'][number] {
  return paperOf([row]).rows[0]!
}

export const everything: ReadyData = () => null
