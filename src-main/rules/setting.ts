/**
 * The kinds of setting a rule has. Each is a zod schema that carries what a form needs (label, symbol, help, unit,
 * group) as metadata, so that validation, form, file and command line read one source. `z.toJSONSchema` hands the
 * same to the face.
 */
import { z } from 'zod'

export type SettingGroup = 'dynamics' | 'learning'

interface Card {
  readonly label: string
  /** The paper's letter. */
  readonly symbol?: string
  /** One plain sentence for somebody who has not read the paper. */
  readonly help: string
  readonly unit?: string
  readonly group: SettingGroup
}

interface Range {
  readonly minimum?: number
  /** The value itself is not allowed. */
  readonly above?: number
  readonly maximum?: number
}

function bounded(range: Range, whole: boolean): z.ZodNumber {
  let schema = whole ? z.int() : z.number()
  if (range.minimum !== undefined) schema = schema.min(range.minimum)
  if (range.above !== undefined) schema = schema.gt(range.above)
  if (range.maximum !== undefined) schema = schema.max(range.maximum)
  return schema
}

export function number(card: Card & Range & { readonly default: number }) {
  const { minimum, above, maximum, default: preset, ...meta } = card
  return bounded(
    {
      ...(minimum === undefined ? {} : { minimum }),
      ...(above === undefined ? {} : { above }),
      ...(maximum === undefined ? {} : { maximum }),
    },
    false,
  )
    .default(preset)
    .meta({ ...meta, control: 'number' })
}

export function whole(card: Card & { readonly minimum: number; readonly maximum: number; readonly default: number }) {
  const { minimum, maximum, default: preset, ...meta } = card
  return bounded({ minimum, maximum }, true)
    .default(preset)
    .meta({ ...meta, control: 'whole' })
}

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

export function onOff(card: Card & { readonly default: boolean }) {
  const { default: preset, ...meta } = card
  return z
    .boolean()
    .default(preset)
    .meta({ ...meta, control: 'switch' })
}

/** One number a layer of synapses, from the input up; `from` is the first layer that has one (1 for W₁). The length is the rule's `check`. */
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
    .array(
      bounded(
        {
          ...(minimum === undefined ? {} : { minimum }),
          ...(above === undefined ? {} : { above }),
          ...(maximum === undefined ? {} : { maximum }),
        },
        false,
      ),
    )
    .min(1)
    .max(16)
    .default([...preset])
    .meta({ ...meta, control: 'per-layer' })
}

/** Numbers of layers, counted from 1 for the first hidden layer. */
export function layerNumbers(card: Card & { readonly default: readonly number[] }) {
  const { default: preset, ...meta } = card
  return z
    .array(z.int().min(1).max(16))
    .max(16)
    .default([...preset])
    .meta({ ...meta, control: 'layers' })
}

/** One piece of an epoch schedule: from this epoch (counted from 0) the rates are multiplied by base^epoch, with the absolute epoch as exponent. */
export const SchedulePiece = z.strictObject({ fromEpoch: z.int().min(0).max(100_000), base: z.number().gt(0).max(10) })
export type SchedulePiece = z.infer<typeof SchedulePiece>

export function schedule(card: Card & { readonly default: readonly SchedulePiece[] }) {
  const { default: preset, ...meta } = card
  return z
    .array(SchedulePiece)
    .min(1)
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
