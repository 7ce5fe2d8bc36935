/** Networks to look at, small and untrained but with everything that a trained one has, and glyphs to show them. */
import type { DataSet } from '../../src-main/data/data-set.ts'
import { generateGlyphs } from '../../src-main/data/glyphs.ts'
import type { Engine } from '../../src-main/engines/engine.ts'
import { reference } from '../../src-main/engines/reference.ts'
import type { Experiment } from '../../src-main/experiment/experiment.ts'
import { presetNamed } from '../../src-main/experiment/presets.ts'
import { compileRule, ruleNamed } from '../../src-main/rules/index.ts'
import type { TrainedNetwork } from '../../src-main/analysis/trained-network.ts'
import { drawParameter } from '../../src-main/training/draw.ts'

export const SEED = 3

export const data: DataSet = {
  ...generateGlyphs(0, { train: 40, test: 60 }),
  name: 'glyphs',
  classNames: Array.from({ length: 10 }, (_, i) => String(i)),
}

/** The network of that rule as it is drawn from `SEED`, on glyphs, in float64. */
export function networkOf(
  name: string,
  settings: Readonly<Record<string, unknown>> = {},
  { widths = [784, 12, 10], engine = reference }: { widths?: readonly number[]; engine?: Engine } = {},
): TrainedNetwork {
  const rule = ruleNamed(name)
  const preset = presetNamed('backprop-glyphs')
  if (rule === undefined || preset === undefined) throw new Error(`${name} or the preset is gone`)
  const experiment: Experiment = {
    ...preset.experiment,
    widths: [...widths],
    rule: { name, settings: rule.settings.parse(settings) as Record<string, unknown> },
    seeds: [SEED],
    engine: {
      name: engine.name,
      precision: engine.name === 'reference' ? 'float64' : 'float32',
      device: null,
      threads: null,
    },
  }
  const { program } = compileRule(rule, experiment.rule.settings, widths)
  return {
    experiment,
    engine,
    network: {
      seed: SEED,
      position: { epoch: 7, batchInEpoch: 0, batch: 0 },
      parameters: program.parameters.map((declared) => ({
        ...{ name: declared.name, shape: declared.shape, role: declared.role },
        values: drawParameter(declared, SEED),
      })),
      ...{ generators: {}, collapsed: null, chosen: null, learned: null, seconds: 0 },
    },
  }
}

/** The matrix of that name, row by row. */
export function matrixOf({ network }: TrainedNetwork, name: string): ArrayLike<number> {
  const found = network.parameters.find((parameter) => parameter.name === name)
  if (found === undefined) throw new Error(`there is no ${name}`)
  return found.values
}

/** What `Packed` holds, to within half a step. */
export function unpacked({ low, high, bytes }: { low: number; high: number; bytes: string }): Float64Array {
  return Float64Array.from(Buffer.from(bytes, 'base64'), (byte) => low + (byte / 255) * (high - low))
}
