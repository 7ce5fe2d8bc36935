/**
 * The kinds of setting that rules and experiments have. Each is a zod schema that carries what a form needs (label,
 * symbol, help, unit, group) as metadata, so that validation, form, file and command line read one source. `schemaOf`
 * hands the same to the face as JSON Schema.
 */
import { z } from 'zod'

type SettingGroup = 'dynamics' | 'learning'

/** What a person reads of a setting. */
export interface SettingCard {
  readonly label: string
  /** The paper's letter. */
  readonly symbol?: string
  /** One plain sentence for somebody who has not read the paper. */
  readonly help: string
  readonly unit?: string
}

interface Card extends SettingCard {
  readonly group: SettingGroup
}

interface Range {
  readonly minimum?: number | undefined
  /** The value itself is not allowed. */
  readonly above?: number | undefined
  readonly maximum?: number | undefined
}

/** A setting as JSON Schema with its card: what a form draws and checks. */
export interface SettingSchema extends Partial<SettingCard> {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly default?: unknown
  /** Of a list: its entries. */
  readonly items?: SettingSchema
  readonly properties?: Readonly<Record<string, SettingSchema>>
  readonly group?: SettingGroup
  readonly control?: 'number' | 'whole' | 'choice' | 'switch' | 'per-layer' | 'layers' | 'schedule'
  readonly optionLabels?: Readonly<Record<string, string>>
  /** per-layer only: 1 when W₁ has an entry, 2 when the first is W₂'s. */
  readonly from?: number
  /** per-layer only: hidden layers alone have an entry. */
  readonly hidden?: boolean
  /** per-layer only: letter of what has the number. */
  readonly letter?: string
  /** layers only: what the sketch of the network writes beside them. */
  readonly marks?: string
}

/** The settings of a rule, by key. */
export interface SettingsSchema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, SettingSchema>>
}

/** JSON Schema of what may be written: what is left out takes its default. */
export function schemaOf(settings: z.ZodType): SettingsSchema {
  return z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' }) as SettingsSchema
}

function bounded({ minimum, above, maximum }: Range, whole = false): z.ZodNumber {
  let schema = whole ? z.int() : z.number()
  if (minimum !== undefined) schema = schema.min(minimum)
  if (above !== undefined) schema = schema.gt(above)
  if (maximum !== undefined) schema = schema.max(maximum)
  return schema
}

/** A number; `above` is a bound that it must not reach. */
export function number({ minimum, above, maximum, default: preset, ...meta }: Card & Range & { default: number }) {
  return bounded({ minimum, above, maximum })
    .default(preset)
    .meta({ ...meta, control: 'number' })
}

/** A whole number. */
export function whole(card: Card & { readonly minimum: number; readonly maximum: number; readonly default: number }) {
  const { minimum, maximum, default: preset, ...meta } = card
  return bounded({ minimum, maximum }, true)
    .default(preset)
    .meta({ ...meta, control: 'whole' })
}

/** One of a few words; people read their `optionLabels`. */
export function choice<const O extends readonly [string, ...string[]]>(
  card: Card & {
    readonly options: O
    readonly optionLabels: Readonly<Record<O[number], string>>
    readonly default: O[number]
  },
) {
  const { options, default: preset, ...meta } = card
  return z
    .enum(options)
    .default(preset as never)
    .meta({ ...meta, control: 'choice' })
}

/** True or false. */
export function onOff(card: Card & { readonly default: boolean }) {
  const { default: preset, ...meta } = card
  return z
    .boolean()
    .default(preset)
    .meta({ ...meta, control: 'switch' })
}

/** One number per layer of synapses, from the input up; `from` is the first layer that has one (1 for W₁). The length is the rule's `check`. */
export function perLayer(
  card: Card &
    Range & {
      readonly from: 1 | 2
      /** Hidden layers only. */
      readonly hidden?: true
      /** Letter of what has the number: W unless told otherwise, V from the second layer on. */
      readonly letter?: string
      readonly default: readonly number[]
    },
) {
  const { minimum, above, maximum, default: preset, ...meta } = card
  return z
    .array(bounded({ minimum, above, maximum }))
    .min(1)
    .max(MOST_LAYERS)
    .default([...preset])
    .meta({ ...meta, control: 'per-layer' })
}

/** Numbers of layers, counted from 1 for the first hidden layer. `marks` is what the sketch of the network writes beside those named. */
export function layerNumbers(card: Card & { readonly marks: string; readonly default: readonly number[] }) {
  const { default: preset, ...meta } = card
  return z
    .array(z.int().min(1).max(MOST_LAYERS))
    .max(MOST_LAYERS)
    .default([...preset])
    .meta({ ...meta, control: 'layers' })
}

/** Layers with synapses below them, of the deepest network that an experiment may have. */
export const MOST_LAYERS = 16

/** One piece of an epoch schedule: from this epoch (counted from 0) the rates are multiplied by base^epoch, with the absolute epoch as exponent. */
interface SchedulePiece {
  readonly fromEpoch: number
  readonly base: number
}
const Piece = z.strictObject({ fromEpoch: z.int().min(0).max(100_000), base: z.number().gt(0).max(10) })

/** How a rate follows the epoch, by pieces. One that is `optional` may have none. */
export function schedule(card: Card & { readonly optional?: boolean; readonly default: readonly SchedulePiece[] }) {
  const { default: preset, optional = false, ...meta } = card
  return z
    .array(Piece)
    .min(optional ? 0 : 1)
    .max(32)
    .default([...preset])
    .meta({ ...meta, control: 'schedule' })
}

/** The factor that a schedule gives in an epoch (from 0): base^epoch of the last piece begun; 1 before the first. */
export function scheduleFactor(pieces: readonly SchedulePiece[], epoch: number): number {
  let base = 1
  let from = -1
  for (const piece of pieces) {
    if (piece.fromEpoch <= epoch && piece.fromEpoch >= from) {
      base = piece.base
      from = piece.fromEpoch
    }
  }
  return base ** epoch
}
