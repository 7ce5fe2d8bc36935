/** How noisy the updates of a run's trained networks are: each batch's against the mean over the epoch, layer by layer. */
import { z } from 'zod'

const LayerNoise = z.object({
  /** From 1. */
  layer: z.int().min(1),
  /** Degrees between a batch's update and the mean update, mean over the batches; null where no batch teaches the layer. */
  angle: z.number().min(0).max(180).nullable(),
  /** ‖mean‖² / mean ‖update − mean‖²; null where nothing differs between batches. */
  signalToNoise: z.number().min(0).nullable(),
})

export const UpdateNoise = z.object({
  seed: z.int().min(0),
  /** Finished epochs of the weights looked at. */
  epoch: z.int().min(0),
  batches: z.int().min(2),
  layers: z.array(LayerNoise),
})

export type UpdateNoise = z.infer<typeof UpdateNoise>
