/** Every setting that experiments of all rules have, described: one source for form, table, comparison and sweep. */
import { z } from 'zod'
import { schemaOf, type SettingSchema } from '../rules/setting.ts'
import { NETWORK_KEYS } from './depth.ts'
import { ChosenMeasure, type Description } from './experiment.ts'
import { leavesOfExperiment } from './leaves.ts'
import { dotted } from './problem.ts'

export interface ExperimentField extends Pick<Description, 'section' | 'empty' | 'when' | 'records'> {
  /** Dotted, as `--set` takes it: 'training.epochs', or 'hidden' and 'depth'. */
  readonly path: string
  readonly schema: SettingSchema & { readonly label: string }
  /** Of an object that may be null: as it is when it is turned on. */
  readonly begin?: unknown
}

export function experimentFields(): readonly ExperimentField[] {
  return [
    ...leavesOfExperiment().flatMap(({ path, schema, begin }) => {
      const field = fieldOf(dotted(path), schema)
      return field === null ? [] : [begin === undefined || path[0] === 'sweep' ? field : { ...field, begin: begin() }]
    }),
    ...Object.entries({ ...NETWORK_KEYS, 'measures.everyBatches': ChosenMeasure.shape.everyBatches }).flatMap(
      ([path, schema]) => fieldOf(path, schema) ?? [],
    ),
  ]
}

/** Null for what is only written down, never asked for. */
function fieldOf(path: string, leaf: z.core.$ZodType): ExperimentField | null {
  const schema = leaf as z.ZodType
  const meta = schema.meta() as Description | undefined
  if (meta === undefined) return null
  const { section, empty, when, records } = meta
  return {
    path,
    section,
    ...(empty === undefined ? {} : { empty }),
    ...(when === undefined ? {} : { when }),
    ...(records === undefined ? {} : { records }),
    schema: { ...merged(schema), ...cardOf(meta) },
  }
}

function cardOf({ label, symbol, help, unit, control, optionLabels }: Description): SettingSchema & { label: string } {
  return {
    label,
    ...(symbol === undefined ? {} : { symbol }),
    ...(help === undefined ? {} : { help }),
    ...(unit === undefined ? {} : { unit }),
    ...(control === undefined ? {} : { control }),
    ...(optionLabels === undefined ? {} : { optionLabels }),
  }
}

interface Alternatives extends SettingSchema {
  readonly anyOf?: readonly Alternatives[]
}

/** What a value must be like: each alternative's bounds in one, null being `empty`'s business. */
function merged(schema: z.ZodType): SettingSchema {
  const { anyOf = [], ...own } = schemaOf(schema) as Alternatives
  const all = { ...own, ...Object.assign({}, ...anyOf.map(boundsOf)) } as SettingSchema
  return Object.fromEntries(BOUNDS.flatMap((key) => (all[key] === undefined ? [] : [[key, all[key]]])))
}

function boundsOf({ anyOf, ...alternative }: Alternatives): object {
  if (anyOf !== undefined) return Object.assign({}, ...anyOf.map(boundsOf)) as object
  return alternative.type === 'null' ? {} : alternative
}

const BOUNDS = [
  ...(['type', 'enum', 'minimum', 'exclusiveMinimum', 'maximum'] as const),
  ...(['minItems', 'maxItems', 'default', 'items'] as const),
] satisfies (keyof SettingSchema)[]
