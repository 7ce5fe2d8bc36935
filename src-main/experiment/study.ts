/** What takes longer to find out about a trained network than a look: asked for, computed in a process of its own, told when done. */
import { z } from 'zod'

export const StudyAsk = z.discriminatedUnion('kind', [
  /** How noisy its updates are: each batch's against the mean over the epoch, or over the first so many batches of it. */
  z.strictObject({ kind: z.literal('noise'), batches: z.int().min(2).max(1_000_000).nullable() }),
  /** The eigenvalues of each layer's correlation over test samples. */
  z.strictObject({ kind: z.literal('spectrum') }),
])
export type StudyAsk = z.infer<typeof StudyAsk>

export interface StudyAnswers {
  readonly noise: UpdateNoise
  readonly spectrum: Spectrum
}

export type StudyAnswer = StudyAnswers[keyof StudyAnswers]

export interface UpdateNoise {
  readonly seed: number
  /** Finished epochs of the weights looked at. */
  readonly epoch: number
  readonly batches: number
  readonly layers: readonly LayerNoise[]
}

interface LayerNoise {
  /** From 1. */
  readonly layer: number
  /** Degrees between a batch's update and the mean update, mean over the batches; null where no batch teaches the layer. */
  readonly angle: number | null
  /** ‖mean‖² / mean ‖update − mean‖²; null where nothing differs between batches. */
  readonly signalToNoise: number | null
}

export interface Spectrum {
  readonly seed: number
  readonly epoch: number
  readonly samples: number
  readonly layers: readonly LayerSpectrum[]
}

export interface LayerSpectrum {
  readonly layer: number
  readonly units: number
  /** Of R = ⟨r rᵀ⟩, the largest first. */
  readonly eigenvalues: readonly number[]
  /** (Σλ)² / Σλ², from 1 to the number of units; 0 where nothing is active. */
  readonly effectiveDimension: number
}
