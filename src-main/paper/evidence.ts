/**
 * A row of a paper as somebody trained it with Apical: accuracies seed by seed and epoch by epoch, with the machine, and no
 * weights. It ships in `resources/reproduced`, so that a paper is filled before the first run.
 */
import { z } from 'zod'
import { Experiment } from '../experiment/experiment.ts'

const Series = z.strictObject({ batch: z.array(z.number()), value: z.array(z.number()) })

const EvidenceSeed = z.strictObject({
  seed: z.int().min(0),
  /** Fractions after epochs 1, 2, …; null where not taken. */
  test: z.array(z.number().nullable()),
  train: z.array(z.number().nullable()),
  collapsed: z.strictObject({ epoch: z.int(), reason: z.string() }).nullable().default(null),
  /** By measure and series; as often as the paper draws it. */
  measures: z.record(z.string(), z.record(z.string(), Series)).default({}),
})

export const Evidence = z.strictObject({
  format: z.literal('apical-reproduced'),
  version: z.literal(1),
  /** Which paper's, and which of its rows. */
  paper: z.string(),
  row: z.string(),
  /** As it was trained, seeds and engine included. */
  experiment: Experiment,
  machine: z.strictObject({
    apical: z.string(),
    engine: z.string(),
    /** What the engine computed on. */
    device: z.string(),
    cpu: z.string(),
    cores: z.int(),
  }),
  /** ISO 8601. */
  started: z.string(),
  /** Of training and evaluating all seeds. */
  seconds: z.number(),
  seeds: z.array(EvidenceSeed).min(1),
})

export type Evidence = z.infer<typeof Evidence>
