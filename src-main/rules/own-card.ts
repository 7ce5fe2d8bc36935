/**
 * A rule from a file outside of the source, as data: its card, and what its file left when it was traced for one network
 * with its settings. Nothing here runs the file; both come from a process of its own, or from a results folder, and are
 * taken for what anybody may have written.
 */
import { z } from 'zod'
import { MAPS, type MapName } from '../program/activations.ts'
import { FORMULA_FUNCTIONS, FORMULA_OPERATIONS, FORMULA_VARIABLES, type Formula } from '../program/formula.ts'
import type { Statement } from '../program/program.ts'
import type { Traced } from '../program/replay.ts'
import { MOST_LAYERS } from './setting.ts'

const words = (most: number) => z.string().trim().min(1).max(most)
const Name = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/)
const Key = z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,39}$/)
const Finite = z.number()
const Id = z.int().min(0).max(10_000_000)

const base = {
  label: words(80),
  symbol: words(40).optional(),
  help: words(600),
  unit: words(40).optional(),
  group: z.enum(['dynamics', 'learning']),
}
export const bounds = { minimum: Finite.optional(), exclusiveMinimum: Finite.optional(), maximum: Finite.optional() }
const Pieces = z.array(z.object({ fromEpoch: z.int().min(0).max(100_000), base: z.number().gt(0).max(10) })).max(32)
const Numbers = z.array(Finite).min(1).max(MOST_LAYERS)

/** A setting as JSON Schema, as `schemaOf` writes it; what a form does not need of it is left out. */
const Setting = z.discriminatedUnion('control', [
  z.object({ control: z.literal('number'), ...base, ...bounds, default: Finite }),
  z.object({ control: z.literal('whole'), ...base, minimum: z.int(), maximum: z.int(), default: z.int() }),
  z.object({
    control: z.literal('choice'),
    ...base,
    enum: z.array(words(40)).min(1).max(30),
    optionLabels: z.record(words(40), words(120)),
    default: words(40),
  }),
  z.object({ control: z.literal('switch'), ...base, default: z.boolean() }),
  z.object({
    control: z.literal('per-layer'),
    ...base,
    items: z.object(bounds),
    from: z.union([z.literal(1), z.literal(2)]),
    hidden: z.literal(true).optional(),
    letter: words(4).optional(),
    default: Numbers,
  }),
  z.object({
    control: z.literal('layers'),
    ...base,
    marks: words(40),
    default: z.array(z.int().min(1).max(MOST_LAYERS)).max(MOST_LAYERS),
  }),
  z.object({ control: z.literal('schedule'), ...base, minItems: z.int().optional(), default: Pieces }),
])
export type OwnSetting = z.infer<typeof Setting>

const PhaseCard = z.object({
  name: Key,
  label: words(60),
  layers: z.enum(['all', 'hidden']),
  state: words(30),
  iterations: Key,
})

/** What a rule says of itself. */
export const OwnCard = z.object({
  name: Name,
  label: words(60),
  summary: words(400),
  source: z.string().max(300).default(''),
  palette: z.int().min(1).max(8).nullable().default(null),
  settings: z.record(Key, Setting),
  equations: z
    .array(z.object({ caption: words(120), tex: words(2000), settings: z.array(Key).max(40).default([]) }))
    .max(20)
    .default([]),
  measures: z
    .array(z.object({ name: Name, label: words(60), unit: words(40), help: words(600) }))
    .max(20)
    .default([]),
  phases: z.array(PhaseCard).max(6).default([]),
  classification: PhaseCard.omit({ iterations: true }).nullable().default(null),
  synapses: z
    .array(
      z.object({
        kind: z.enum(['forward', 'feedback', 'lateral']),
        letter: words(4),
        hidden: z.literal(true).optional(),
      }),
    )
    .max(6)
    .default([]),
})
export type OwnCard = z.infer<typeof OwnCard>

const FormulaData: z.ZodType<Formula> = z.lazy(() =>
  z.union([
    Finite,
    z.strictObject({ variable: z.enum(FORMULA_VARIABLES) }),
    z.strictObject({ function: z.enum(FORMULA_FUNCTIONS), of: FormulaData }),
    z.strictObject({ operation: z.enum(FORMULA_OPERATIONS), left: FormulaData, right: FormulaData }),
    z.strictObject({
      variable: z.enum(FORMULA_VARIABLES),
      from: Finite,
      then: FormulaData,
      before: FormulaData,
    }),
  ]),
)

const Side = z.int().min(1).max(1_000_000)
const Shape = z.tuple([z.union([z.literal('batch'), Side]), Side])
const Matrix = z.tuple([Side, Side])
const Coefficient = z.object({ factor: Finite, scalar: Id.nullable() })
const Initial = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('constant'), value: Finite }),
  z.object({ kind: z.literal('identity') }),
  z.object({ kind: z.literal('uniform'), bound: Finite }),
  z.object({ kind: z.literal('normal') }),
  z.object({ kind: z.literal('xavier') }),
  z.object({ kind: z.literal('xavierGram') }),
])
const OperationData = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('input'), name: z.enum(['x', 'y']) }),
  z.object({ kind: z.literal('parameter'), parameter: Id }),
  z.object({ kind: z.literal('fill'), number: Finite }),
  z.object({
    kind: z.literal('product'),
    left: Id,
    right: Id,
    transposeLeft: z.boolean(),
    transposeRight: z.boolean(),
    mean: z.boolean(),
  }),
  z.object({
    kind: z.literal('sum'),
    terms: z
      .array(z.object({ coefficient: Coefficient, value: Id }))
      .min(1)
      .max(10_000),
  }),
  z.object({ kind: z.literal('multiply'), left: Id, right: Id }),
  z.object({ kind: z.literal('divide'), left: Id, right: Id }),
  z.object({ kind: z.literal('map'), map: z.enum(Object.keys(MAPS) as [MapName, ...MapName[]]), value: Id }),
  z.object({ kind: z.literal('softmax'), value: Id }),
  z.object({ kind: z.literal('reduce'), over: z.enum(['rows', 'columns', 'all']), mean: z.boolean(), value: Id }),
])
const ReportName = z.string().min(1).max(120)
const plainStatements = [
  z.object({ kind: z.literal('let'), id: Id, operation: OperationData }),
  z.object({ kind: z.literal('update'), parameter: Id, value: Id }),
  z.object({ kind: z.literal('measure'), name: ReportName, value: Id }),
  z.object({ kind: z.literal('count'), value: Id }),
] as const
const Carried = z.object({ inner: Id, initial: Id, next: Id, result: z.int().min(-1).max(10_000_000) })
const StatementData: z.ZodType<Statement> = z.discriminatedUnion('kind', [
  ...plainStatements,
  z.object({
    kind: z.literal('repeat'),
    count: z.int().min(1).max(1_000_000),
    carried: z.array(Carried).max(10_000),
    body: z.array(z.discriminatedUnion('kind', [...plainStatements])).max(200_000),
  }),
])
const Statements = z.array(StatementData).max(200_000)

/** What tracing leaves, of a file that anybody may have written. */
export const TracedData: z.ZodType<Traced> = z.object({
  parameters: z
    .array(
      z.object({
        name: ReportName,
        shape: Matrix,
        initial: Initial,
        role: z.enum(['weight', 'optimiser', 'log']),
      }),
    )
    .max(10_000),
  scalars: z
    .array(z.object({ name: ReportName, length: z.int().min(1).max(1_000_000), formula: FormulaData }))
    .max(10_000),
  shapes: z.array(Shape).max(1_000_000),
  training: Statements,
  prediction: Statements,
  layers: z.array(Id).min(1).max(MOST_LAYERS),
})
