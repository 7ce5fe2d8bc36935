/**
 * What the units of a trained network represent: receptive fields, weights, activities, how single samples are classified,
 * and layers as pictures of two dimensions.
 */
import { z } from 'zod'
import type { Packed } from './packed.ts'

export const FIELD_SORTS = ['index', 'norm', 'selectivity'] as const
export type FieldSort = (typeof FIELD_SORTS)[number]

/** Fields on one page, and epochs whose weights are laid over each other. */
export const MOST_FIELDS = 400
const MOST_EPOCHS = 12

const Layer = z.int().min(0).max(1000)
const Epoch = z.int().min(0).max(1_000_000).nullable()

/** Rows of W₁ as images; of a deeper layer the rows of W_k ⋯ W₁, its linear back-projection. */
export const FieldsAsk = z.strictObject({
  kind: z.literal('fields'),
  layer: Layer.min(1),
  sort: z.enum(FIELD_SORTS),
  from: z.int().min(0).max(1_000_000),
  count: z.int().min(1).max(MOST_FIELDS),
})

/** How the weights of each parameter are spread, after each of these epochs of the same seed. */
export const WeightsAsk = z.strictObject({ kind: z.literal('weights'), epochs: z.array(Epoch).min(1).max(MOST_EPOCHS) })

/** What layers are at when the test set is classified. */
export const LayersAsk = z.strictObject({ kind: z.literal('layers') })

/** How every test sample is classified. */
export const SamplesAsk = z.strictObject({ kind: z.literal('samples') })

export interface Fields {
  readonly epoch: number
  readonly layer: number
  /** Of the layer, and where this page begins among them in the order asked for. */
  readonly units: number
  readonly from: number
  /** Null where samples are no images: then a field is a row of numbers. */
  readonly image: { readonly height: number; readonly width: number; readonly channels: number } | null
  readonly features: number
  readonly classes: readonly string[]
  /** The largest magnitude in any field of the layer, for a scale that all share. */
  readonly most: number
  readonly fields: readonly Field[]
  /** Base64, a field after another: 127.5 is 0, 0 and 255 are −`most` and +`most` of that field. */
  readonly pixels: string
}

export interface Field {
  readonly unit: number
  /** Euclidean. */
  readonly norm: number
  /** The largest magnitude in it. */
  readonly most: number
  /** (μ_max − μ_other) / (μ_max + μ_other) of its activity by class, after Morcos et al. 2018; null where it was not asked for. */
  readonly selectivity: number | null
  /** The class with the largest mean; null where selectivity is. */
  readonly prefers: number | null
}

/** Counts in bins of one width, from `low` on. */
export interface Histogram {
  readonly low: number
  readonly width: number
  readonly counts: readonly number[]
}

export interface Weights {
  readonly matrices: readonly WeightMatrix[]
}

export interface WeightMatrix {
  /** As the rule calls it: 'W1'. */
  readonly name: string
  readonly rows: number
  readonly columns: number
  /** In the order asked for, all in the same bins. */
  readonly epochs: readonly WeightSpread[]
}

export interface WeightSpread {
  readonly epoch: number
  /** Nothing was trained yet: 0 epochs are finished in the middle of the first, too. */
  readonly drawn: boolean
  readonly histogram: Histogram
  readonly mean: number
  readonly sd: number
  /** Share of weights that are exactly 0. */
  readonly zeros: number
  /** Weights that are not finite, which are in no bin and no mean. */
  readonly broken: number
}

export interface Layers {
  readonly epoch: number
  readonly engine: string
  readonly samples: number
  readonly classes: readonly string[]
  readonly layers: readonly LayerActivity[]
}

export interface LayerActivity {
  readonly layer: number
  readonly units: number
  readonly histogram: Histogram
  readonly mean: number
  readonly sd: number
  /** Share of activities that are exactly 0. */
  readonly zeros: number
  /** Units that are 0 for every sample, and units that have one other value for every sample. */
  readonly silent: number
  readonly constant: number
  /**
   * (1 − (Σ|r|/n)² / (Σr²/n)) / (1 − 1/n), from 0 (all alike) to 1 (one of n), after Vinje & Gallant 2000 on Treves & Rolls
   * 1991: over the units for each sample, and over the samples for each unit; null where nothing was active.
   */
  readonly population: Sparseness | null
  readonly lifetime: Sparseness | null
  /** As in `Field`, over the units that are ever active. */
  readonly selectivity: Sparseness | null
  /** Units by the class they prefer, the most selective first; the same order in `byClass`. */
  readonly order: readonly number[]
  /** Mean magnitude by class, `[unit in that order][class]`. */
  readonly byClass: Packed
}

export interface Sparseness {
  readonly mean: number
  readonly sd: number
  readonly histogram: Histogram
}

/** Arrays in base64, one value a sample in the order of the test set, little endian. */
export interface ClassifiedSamples {
  readonly epoch: number
  readonly engine: string
  readonly samples: number
  readonly classes: readonly string[]
  /** Uint16: true class, and the class of the largest output. */
  readonly labels: string
  readonly predicted: string
  /** Float32: the difference of the two largest outputs. */
  readonly margins: string
}

export interface RepresentationAnswers {
  readonly fields: Fields
  readonly weights: Weights
  readonly layers: Layers
  readonly samples: ClassifiedSamples
}

export const EMBEDDING_METHODS = ['pca', 'tsne', 'umap'] as const
export type EmbeddingMethod = (typeof EMBEDDING_METHODS)[number]

/** What an embedding is of, and how it is made. */
export const EmbeddingSettings = z.strictObject({
  /** 0 is the input. */
  layer: Layer,
  method: z.enum(EMBEDDING_METHODS),
  samples: z.int().min(10).max(20_000),
  /** Of what is random in it. */
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
  /** The perplexity of t-SNE, the neighbours of UMAP; null for 30 and 15. PCA has none. */
  neighbours: z.int().min(2).max(100).nullable(),
})
export type EmbeddingSettings = z.infer<typeof EmbeddingSettings>

export const Embedding = z.object({
  version: z.literal(1),
  settings: EmbeddingSettings,
  /** Finished epochs of the weights, and whether nothing was trained yet. */
  epoch: z.int().min(0),
  drawn: z.boolean(),
  engine: z.string(),
  classes: z.array(z.string()),
  /** Samples that it has. */
  count: z.int().min(1),
  /** Of the layer, and how many principal components of it neighbours were found in; null where in all of it. */
  features: z.int().min(1),
  reduced: z.int().min(1).nullable(),
  /** Base64, little endian. Uint32: places in the test set. */
  samples: z.string(),
  /** Uint16: true class, and that of the largest output. */
  labels: z.string(),
  predicted: z.string(),
  /** Float32, `[sample][2]`. */
  points: z.string(),
  /** Share of the variance along each axis; null where axes have no meaning. */
  explained: z.array(z.number()).nullable(),
  /** Venna & Kaski 2006 with `k` neighbours, of `of` of the samples; null for too few. */
  trustworthiness: z.object({ value: z.number(), k: z.int(), of: z.int() }).nullable(),
})
export type Embedding = z.infer<typeof Embedding>
