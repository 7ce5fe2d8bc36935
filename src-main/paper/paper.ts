/**
 * A paper as data: its tables and figures (exhibits), what has to be trained for them (rows), and what was printed. Plain
 * versioned JSON, so that a researcher can ship the executable version of a paper as one file. It holds numbers and
 * experiments, never code; reading one starts nothing.
 */
import { z } from 'zod'
import { Experiment } from '../experiment/experiment.ts'

export const PAPER_FORMAT = 'apical-paper'
/** Version of the file's shape. A higher one is refused with a sentence, never guessed at. */
export const PAPER_VERSION = 1

const Text = z.string().min(1).max(300)
const Id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.#-]{0,119}$/)
/** JSON has no NaN: what was not printed is null. */
const Values = z.array(z.number().nullable()).min(1).max(20_000)

const Spread = z.strictObject({ mean: z.number(), sd: z.number().min(0), n: z.int().min(1) })

/** Accuracies of each seed, as fractions, where they were printed one by one; the test accuracy of one that collapsed is null. */
const PerSeed = z.strictObject({
  seeds: z.array(z.int().min(0)).min(1).max(1000),
  test: z.array(z.number().nullable()).max(1000),
  train: z.array(z.number().nullable()).max(1000).nullable(),
})

/** One configuration over its seeds, and its printed result. */
const PaperRow = z.strictObject({
  id: Id,
  /** What tables and legends call it. */
  label: Text,
  /** A preset of Apical by name, whose printed numbers are the row's; or the experiment in full. */
  preset: z.string().max(200).nullable().default(null),
  experiment: Experiment.nullable().default(null),
  /** Mean, sample standard deviation and seeds after the last epoch; null where nothing was printed. Of a preset, its own. */
  published: z.strictObject({ test: Spread.nullable(), train: Spread.nullable() }).nullable().default(null),
  /** Given where seeds of it were lost, so that they can be told apart from the others. */
  perSeed: PerSeed.nullable().default(null),
  /** What a reader has to know of the printed number: 'only 8 of 10 seeds are in the results'. */
  note: z.string().max(1000).default(''),
})

const EXHIBIT_KINDS = ['curves', 'angles', 'ablation', 'table', 'grid'] as const

/** What is drawn or printed: an accuracy, or a measure of the rule by its name. */
const Quantity = z.string().min(1).max(100)

const PublishedCurve = z.strictObject({
  row: Id,
  label: Text,
  /** Of a measure with several: 'layer 2'. */
  series: z.string().max(100).nullable().default(null),
  /** Where it is another than the exhibit's. */
  quantity: Quantity.nullable().default(null),
  /** Seeds that it was drawn from. */
  n: z.int().min(1),
  /** At the first of the exhibit's `at`; fractions, or the unit of the measure. */
  mean: Values,
  /** Edges of the band; null where none was drawn. */
  low: Values.nullable(),
  high: Values.nullable(),
})

const Exhibit = z.strictObject({
  id: Id,
  title: Text,
  /** Exhibits of one section stand together, in the order of the file. */
  section: Text,
  kind: z.enum(EXHIBIT_KINDS),
  /** 'test', 'train', or a measure's name. */
  quantity: Quantity,
  /** Epochs finished, or batches trained, at each point of the curves; null for a table. */
  x: z
    .strictObject({ unit: z.enum(['epoch', 'batch']), at: z.array(z.number()).min(1).max(20_000) })
    .nullable()
    .default(null),
  band: z.enum(['sample sd', 'population sd']).nullable().default(null),
  curves: z.array(PublishedCurve).max(500).default([]),
  /** Of a table, from the top; the rows of curves are those of the curves. */
  rows: z.array(Id).max(2000).default([]),
  /** What this exhibit calls a row of its list where that is not the row's own label: a grid names settings, a table methods. */
  labels: z.record(Id, Text).default({}),
  /** Where it stands: file, notebook, cell. */
  source: z.string().max(1000).default(''),
  note: z.string().max(1000).default(''),
})

export const Paper = z
  .strictObject({
    format: z.literal(PAPER_FORMAT),
    version: z.literal(PAPER_VERSION),
    id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,79}$/),
    title: Text,
    authors: z.string().max(1000).default(''),
    source: z.strictObject({ text: z.string().max(1000), url: z.string().max(2000) }).default({ text: '', url: '' }),
    rows: z.array(PaperRow).min(1).max(5000),
    exhibits: z.array(Exhibit).min(1).max(1000),
  })
  .check(({ value, issues }) => {
    for (const problem of inconsistencies(value))
      issues.push({ code: 'custom', input: value, path: problem.path, message: problem.message })
  })

export type Paper = z.infer<typeof Paper>
export type PaperRow = Paper['rows'][number]
export type Exhibit = Paper['exhibits'][number]
export type PublishedCurve = Exhibit['curves'][number]

interface Parts {
  readonly rows: readonly z.infer<typeof PaperRow>[]
  readonly exhibits: readonly z.infer<typeof Exhibit>[]
}

/** What single fields cannot know: names are unique, and what is referred to is there. */
function inconsistencies({ rows, exhibits }: Parts): { path: (string | number)[]; message: string }[] {
  const problems: { path: (string | number)[]; message: string }[] = []
  const known = new Set<string>()
  for (const [i, { id, preset, experiment, perSeed }] of rows.entries()) {
    const path = ['rows', i]
    if (known.has(id))
      problems.push({ path: [...path, 'id'], message: `Expected every row once, found "${id}" again.` })
    known.add(id)
    if ((preset === null) === (experiment === null))
      problems.push({ path, message: `Expected "${id}" to have either a preset or an experiment.` })
    if (
      perSeed !== null &&
      [perSeed.test, perSeed.train ?? perSeed.test].some((v) => v.length !== perSeed.seeds.length)
    )
      problems.push({ path: [...path, 'perSeed'], message: `Expected as many accuracies as seeds in "${id}".` })
  }
  const titles = new Set<string>()
  for (const [i, { id, x, curves, rows: listed, labels }] of exhibits.entries()) {
    const path = ['exhibits', i]
    if (titles.has(id))
      problems.push({ path: [...path, 'id'], message: `Expected every exhibit once, found "${id}" again.` })
    titles.add(id)
    if (curves.length + listed.length === 0)
      problems.push({ path, message: `Expected curves or rows in exhibit "${id}", found neither.` })
    for (const row of [...curves.map((curve) => curve.row), ...listed])
      if (!known.has(row))
        problems.push({ path, message: `Exhibit "${id}" names "${row}", which is none of the rows.` })
    for (const row of Object.keys(labels))
      if (!listed.includes(row))
        problems.push({
          path: [...path, 'labels'],
          message: `Exhibit "${id}" labels "${row}", which it does not list.`,
        })
    if (curves.length > 0 && x === null)
      problems.push({ path: [...path, 'x'], message: `Expected the points at which the curves of "${id}" are given.` })
    for (const { label, mean, low, high } of curves)
      if ([low ?? mean, high ?? mean].some(({ length }) => length !== mean.length) || mean.length > (x?.at.length ?? 0))
        problems.push({
          path,
          message: `Expected equally many points in the curve "${label}" of "${id}" and its band.`,
        })
  }
  return problems
}
