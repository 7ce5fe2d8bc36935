/**
 * Looks into a trained network: what can be asked of one, and what the answers hold. Nothing is trained and nothing is
 * written. Numbers that are drawn and not read cross as bytes, since a scope of sixteen samples has half a million.
 */
import { z } from 'zod'
import { BoundaryAsk, type Boundary } from './boundary.ts'
import type { Packed } from './packed.ts'
import { FieldsAsk, LayersAsk, SamplesAsk, WeightsAsk, type RepresentationAnswers } from './representations.ts'

export type { Packed }

const SampleIndex = z.int().min(0).max(100_000_000)

/** One network of a run: of which seed, and after how many epochs; null is as it is now, 0 as it was drawn. */
export const NetworkChoice = z.strictObject({
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
  epoch: z.int().min(0).max(1_000_000).nullable(),
})
export type NetworkChoice = z.infer<typeof NetworkChoice>

/** At most so many samples settle side by side in a scope, and so many sets of settings. */
const MOST_SCOPED = 64
const MOST_VARIANTS = 4

export const LookAsk = z.discriminatedUnion('kind', [
  /** Nothing yet: data and weights are made ready for who is about to look. */
  z.strictObject({ kind: z.literal('ready') }),
  /** How chosen test samples settle in every phase of a training batch; beside it the same with other settings of the rule. */
  z.strictObject({
    kind: z.literal('scope'),
    samples: z.array(SampleIndex).min(1).max(MOST_SCOPED),
    /** Settings that differ from those of the run, one record for each line beside it. */
    variants: z.array(z.record(z.string().max(100), z.unknown())).max(MOST_VARIANTS),
    /** Whether each phase is also run on to where it settles. */
    further: z.boolean(),
  }),
  /** How one image that need not be of any data set is classified, iteration by iteration. */
  z.strictObject({
    kind: z.literal('draw'),
    /** One byte for each input, base64: 0 to 255, as in the files of the data set. */
    pixels: z.string().max(400_000),
  }),
  ...[FieldsAsk, WeightsAsk, LayersAsk, SamplesAsk, BoundaryAsk],
])
export type LookAsk = z.infer<typeof LookAsk>

export interface LookAnswers extends RepresentationAnswers {
  readonly ready: { readonly epoch: number }
  readonly scope: Scope
  readonly draw: Drawn
  readonly boundary: Boundary
}

export type LookAnswer = LookAnswers[keyof LookAnswers]

export interface Scope {
  readonly engine: string
  /** Finished epochs of the weights looked at. */
  readonly epoch: number
  readonly classes: readonly string[]
  readonly samples: readonly { readonly index: number; readonly label: number }[]
  /** The first as the run has it, then one for each variant, in their order. */
  readonly traces: readonly ScopeTrace[]
}

export interface ScopeTrace {
  readonly phases: readonly ScopePhase[]
  /** The class of the largest output at the end of the first phase, by sample; null where the output is clamped. */
  readonly predicted: readonly number[] | null
}

export interface ScopePhase {
  readonly name: string
  readonly label: string
  readonly iterations: number
  /** The setting that says so. */
  readonly setting: string
  /** What a layer's state is called: 'rate', 'value'. */
  readonly state: string
  /** ρ_t after each iteration, mean over the samples. */
  readonly residual: readonly number[]
  readonly layers: readonly ScopeLayer[]
  /** `[iteration][sample]`; null where the rule has none. */
  readonly energy: readonly (readonly number[])[] | null
  /** ρ_t when this phase is given more iterations than the run gives it; null where that was not asked for. */
  readonly further: readonly number[] | null
}

export interface ScopeLayer {
  /** From 1. */
  readonly layer: number
  readonly units: number
  /** ρ_t of this layer alone, `[iteration][sample]`. */
  readonly residual: readonly (readonly number[])[]
  /** `[iteration][sample][unit]`. */
  readonly states: Packed
}

/** An image as the network takes it, iteration by iteration of classification; one iteration where it is a single pass. */
export interface Drawn {
  readonly epoch: number
  readonly classes: readonly string[]
  readonly iterations: number
  /** `[iteration][class]`. */
  readonly outputs: readonly (readonly number[])[]
  /** ρ_t, empty where nothing settles. */
  readonly residual: readonly number[]
  readonly layers: readonly DrawnLayer[]
  /**
   * What the first hidden layer's activity, and what feedback alone says it should be, look like at the input: W₁ᵀ·, the
   * linear back-projection; null where no feedback reaches that layer.
   */
  readonly backProjection: { readonly activity: Packed; readonly feedback: Packed | null }
  /** Milliseconds that the engine took. */
  readonly ms: number
}

export interface DrawnLayer {
  readonly layer: number
  readonly units: number
  /** `[iteration][unit]`. */
  readonly states: Packed
  /** What feedback alone says the layer should be at, at the end, `[unit]`; null where none reaches it. */
  readonly feedback: Packed | null
}
