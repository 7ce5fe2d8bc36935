/** An experiment that trains in a second or two on the reference engine, with everything in it that a resume must keep. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { presetNamed } from '../../src-main/experiment/presets.ts'
import type { Experiment } from '../../src-main/experiment/experiment.ts'

/** 784-16-10 on 400 glyphs, two seeds, random sign, two measures. */
export function smallExperiment(
  changes: { epochs?: number; seeds?: number[]; limitTrain?: number; name?: string } = {},
): Experiment {
  const preset = presetNamed('corinfomax-glyphs-small')
  if (preset === undefined) throw new Error('the preset corinfomax-glyphs-small is gone')
  const { experiment } = preset
  return {
    ...experiment,
    name: changes.name ?? 'small',
    preset: null,
    data: { ...experiment.data, limitTrain: changes.limitTrain ?? 400, limitTest: 100 },
    widths: [784, 16, 10],
    rule: { name: 'corinfomax', settings: { ...experiment.rule.settings, randomSign: true } },
    training: { ...experiment.training, epochs: changes.epochs ?? 4, batchSize: 20 },
    measures: [{ name: 'alignment', everyBatches: 7 }],
    seeds: changes.seeds ?? [0, 10],
    engine: { name: 'reference', precision: 'float32', device: null, threads: null },
  }
}

/** One that learns in half a second, so that it ends well. */
export function quickExperiment(epochs: number): Experiment {
  const preset = presetNamed('backprop-glyphs')
  if (preset === undefined) throw new Error('the preset backprop-glyphs is gone')
  const { rule } = preset.experiment
  return {
    ...smallExperiment({ epochs, seeds: [0], limitTrain: 1000, name: 'quick' }),
    rule: { ...rule, settings: { ...rule.settings, learningRate: 0.01 } },
    measures: [],
  }
}

/** A folder that is removed when the tests of a file are over; register `remove` with `afterAll`. */
export function scratchFolder(): {
  readonly path: string
  readonly inside: (...names: string[]) => string
  readonly remove: () => void
} {
  const path = mkdtempSync(join(tmpdir(), 'apical-lab-'))
  return {
    path,
    inside: (...names) => join(path, ...names),
    remove: () => {
      rmSync(path, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}
