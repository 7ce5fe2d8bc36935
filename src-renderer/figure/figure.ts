/**
 * A figure for a paper: what it shows (content) and how (look). Plain JSON, because each exported file carries it whole,
 * so that Apical can open the file again and make it anew. More kinds of content join the union by their `kind`.
 */
import { z } from 'zod'
import { DASHES, MARKERS, SLOTS } from '../charts/line-style.ts'
import type { Smoothing } from '../charts/smoothing.ts'

/** JSON has no NaN: a value that was not taken is null there. */
const Value = z
  .number()
  .nullable()
  .transform((value) => value ?? NaN)
const Values = z.array(Value).max(500_000)

const FigureLine = z.object({
  label: z.string().max(300),

  series: z.int().min(1).max(SLOTS),
  shade: z.int().min(0).max(2).default(0),
  dash: z.enum(DASHES),
  marker: z.enum(MARKERS),
  thin: z.boolean(),
  // Not there in figures from before there were any.
  light: z.boolean().default(false),
  reference: z.boolean().default(false),
  x: Values,
  y: Values,
  low: Values.nullable(),
  high: Values.nullable(),
})

const Lines = z.object({
  kind: z.literal('lines'),
  unit: z.string().max(100),
  counted: z.string().max(100),
  /** x is a quantity and no count; not there in figures from before there were any. */
  distribution: z.boolean().default(false),
  /** All values of the setting that x is; not there in figures from before there were any. */
  along: z.object({ low: z.number(), high: z.number() }).nullable().default(null),
  lines: z.array(FigureLine).max(500),
  scales: z.object({ x: z.enum(['linear', 'log']), y: z.enum(['linear', 'log', 'logit']) }),
  smoothing: z.object({
    kind: z.enum(['none', 'exponential', 'window'] satisfies Smoothing['kind'][]),
    span: z.number().min(1).max(1e6),
  }),
  window: z.object({ low: z.number(), high: z.number() }).nullable(),
  band: z.enum(['sd', 'quartiles', 'range', 'ci']).nullable(),
  /** How the band was computed, where there are several ways. */
  method: z.string().max(100).nullable().default(null),
  published: z.object({ mean: z.number(), sd: z.number() }).nullable(),
  early: z.object({ x: Values, mean: Values, half: Values }).nullable(),
  marks: z.array(z.object({ x: z.number(), label: z.string().max(300) })).max(1000),
  /** What all lines share, for the caption; not there in figures from before lines were named by what differs. */
  shared: z.string().max(1000).default(''),
  /** What its published lines are, told once in the legend; not there in figures from before there were any. */
  reference: z.string().max(200).default(''),
  /** True where a line was too long to be carried whole: then it has the lowest and highest of each of 4,000 stretches. */
  thinned: z.boolean(),
})

const Matrix = z.object({
  kind: z.literal('matrix'),
  classes: z.array(z.string().max(100)).max(200),
  /** `[row][column]`, 0 to 1. */
  shares: z.array(z.array(z.number()).max(200)).max(200),
})

const HeatMap = z.object({
  kind: z.literal('heat-map'),
  /** Keys of the two settings, as `--set` takes them. */
  down: z.string().max(100).default('row'),
  across: z.string().max(100).default('column'),
  columns: z.array(z.string().max(300)).max(500),
  /** From the top. */
  rows: z.array(z.string().max(300)).max(500),
  /** `[row][column]`; null where nothing was run, a null mean where no seed has a result. Fractions. */
  cells: z
    .array(
      z
        .array(
          z
            .object({
              mean: z.number().nullable(),
              sd: z.number().nullable(),
              /** Seeds that the mean is of, and those that collapsed. */
              n: z.int().min(0).default(0),
              collapsed: z.int().min(0).default(0),
              /** Which seeds have a result where some collapsed: '2 of 3 seeds'; else empty. */
              lost: z.string().max(100),
            })
            .nullable(),
        )
        .max(500),
    )
    .max(500),
  low: z.number(),
  high: z.number(),
})

const Ticks = z.array(z.object({ at: z.number().min(0).max(1), text: z.string().max(300) })).max(500)

/** Parallel coordinates of a sweep: an axis for each setting, the outcome's last, a line for each experiment. */
const Parallel = z.object({
  kind: z.literal('parallel'),
  /** `at`: from the foot of the axis (0) to its top (1). */
  axes: z.array(z.object({ key: z.string().max(100), label: z.string().max(300), ticks: Ticks })).max(20),
  outcome: z.object({
    key: z.string().max(100),
    label: z.string().max(300),
    /** Fractions at the foot and at the top. */
    low: z.number(),
    high: z.number(),
    ticks: Ticks,
  }),
  /** The lowest first, so that the best are drawn on top. */
  lines: z
    .array(
      z.object({
        /** Which tick of each axis. */
        places: z.array(z.int().min(0).max(499)).max(20),
        mean: z.number(),
        /** Null for one seed. */
        sd: z.number().nullable(),
        n: z.int().min(0),
        collapsed: z.int().min(0),
        /** False where a brush left it out. */
        chosen: z.boolean(),
      }),
    )
    .max(5000),
})

/** Counts by name: how many samples there are of each class. */
const Bars = z.object({
  kind: z.literal('bars'),
  bars: z.array(z.object({ name: z.string().max(300), count: z.number().min(0) })).max(1000),
})

/** How a network divides the plane that points lie in: of side × side cells, row by row from the top. */
const Divided = z.object({
  left: z.number(),
  right: z.number(),
  low: z.number(),
  high: z.number(),
  side: z.int().min(1).max(128),
  /** The class of the largest output, and how deep its colour is. */
  winners: z.array(z.int().min(0).max(999)).max(128 * 128),
  depths: z.array(z.number().min(0).max(1)).max(128 * 128),
})

/** Points of classes in a plane: an embedding, or samples of two features over a decision boundary. */
const Scatter = z.object({
  kind: z.literal('scatter'),
  classes: z.array(z.string().max(100)).max(1000),
  x: z.array(z.number()).max(20_000),
  y: z.array(z.number()).max(20_000),
  /** Of each point the class, and its place in the test set. */
  labels: z.array(z.int().min(0).max(999)).max(20_000),
  samples: z.array(z.int().min(0)).max(20_000),
  /** Not there in figures from before there was any. */
  divided: Divided.nullable().default(null),
})

const FigureContent = z.discriminatedUnion('kind', [Lines, Matrix, HeatMap, Parallel, Bars, Scatter])

const FigureLook = z.object({
  title: z.string().max(300),
  showTitle: z.boolean(),
  xTitle: z.string().max(300),
  yTitle: z.string().max(300),
  /** Points, 1/72 inch. */
  width: z.number().min(72).max(2000),
  /** Height over width. */
  ratio: z.number().min(0.2).max(3),
  family: z.enum(['sans', 'serif']),
  /** Points. */
  fontSize: z.number().min(4).max(40),
  lineWidth: z.number().min(0.1).max(10),
  names: z.enum(['direct', 'inside', 'above', 'below', 'right']),
  markers: z.boolean(),
  grid: z.boolean(),
})

export const Figure = z.object({
  format: z.literal('apical-figure'),
  version: z.literal(1),
  content: FigureContent,
  look: FigureLook,
  /** Where the numbers are from, in words: experiment and the name of its folder; no path, since a figure travels. */
  origin: z.string().max(2000),
})

export type Figure = z.infer<typeof Figure>
export type FigureLook = Figure['look']
export type LinesContent = z.infer<typeof Lines>
export type MatrixContent = z.infer<typeof Matrix>
export type HeatMapContent = z.infer<typeof HeatMap>
export type ParallelContent = z.infer<typeof Parallel>
export type ScatterContent = z.infer<typeof Scatter>
export type BarsContent = z.infer<typeof Bars>

/** Of a chart of one run; empty for any other. */
export function originOf(run: { readonly name: string; readonly folder: string } | undefined): string {
  return run === undefined ? '' : `${run.name}, ${run.folder.split(/[/\\]/).at(-1) ?? ''}`
}
