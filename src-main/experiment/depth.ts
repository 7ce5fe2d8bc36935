/** The depth of a network as one number: hidden layers are repeated or taken away, with all that is said of each of them. */
import { z } from 'zod'
import { ruleNamed } from '../rules/index.ts'
import { Experiment } from './experiment.ts'
import { ExperimentProblem } from './problem.ts'
import { MOST_LAYERS } from '../rules/setting.ts'

/** The shape of the network as single numbers that a sweep can go through. */
export const NETWORK_KEYS: Readonly<Record<string, z.ZodType>> = {
  hidden: Experiment.shape.widths.element.meta({
    label: 'Hidden units',
    help: 'Units of every hidden layer.',
    section: 'network',
  }),
  depth: z
    .int()
    .min(1)
    .max(MOST_LAYERS - 1)
    .meta({ label: 'Hidden layers', help: 'Number of hidden layers.', section: 'network' }),
}

/**
 * The experiment with `depth` hidden layers: the last one is repeated, or the last ones are left out. A setting that has
 * a number for each layer gives the copies the number of the layer they repeat; a list of layers names them too.
 *
 * @param given settings that are set beside the depth, and so are left as they are
 * @throws ExperimentProblem when there is no hidden layer, or a setting has no number that a copy could take
 */
export function withDepth(experiment: Experiment, depth: number, given: ReadonlySet<string>): Experiment {
  const { widths, rule } = experiment
  const last = widths.length - 2
  const repeated = widths[last]
  if (last < 1 || repeated === undefined)
    throw new ExperimentProblem(`Expected a hidden layer to repeat, found none in ${widths.join('-')}.`, [])
  const settings = { ...rule.settings }
  for (const [key, schema] of Object.entries(shapeOf(rule.name))) {
    const value = settings[key]
    if (given.has(key) || !Array.isArray(value)) continue
    const { control, from } = schema.meta() ?? {}
    if (control === 'per-layer') {
      const first = typeof from === 'number' ? from : 1
      settings[key] = stretched(value, { key, first, last, depth })
    } else if (control === 'layers') settings[key] = renumbered(value as number[], last, depth)
  }
  const kept = widths.slice(0, Math.min(last, depth) + 1)
  const copies = new Array<number>(Math.max(0, depth - last)).fill(repeated)
  return {
    ...experiment,
    widths: [...kept, ...copies, ...widths.slice(-1)],
    rule: { name: rule.name, settings },
  }
}

function shapeOf(ruleName: string): Readonly<Record<string, z.ZodType>> {
  const settings = ruleNamed(ruleName)?.settings
  return settings instanceof z.ZodObject ? settings.shape : {}
}

/** A list whose first entry is layer `first`'s, when hidden layer `last` is to be the last of `depth`. */
function stretched(
  list: readonly unknown[],
  { key, first, last, depth }: { key: string; first: number; last: number; depth: number },
): unknown[] {
  const at = last - first
  if (depth <= last) return list.filter((_, index) => index <= depth - first || index > at)
  if (at < 0 || at >= list.length)
    throw new ExperimentProblem(`depth cannot be ${depth}.`, [
      {
        path: `rule.settings.${key}`,
        message: `Expected a number of hidden layer ${last} for the layers that repeat it, found none in ${JSON.stringify(list)}; pair the depth with ${key}, one list for each depth.`,
      },
    ])
  const copies = new Array<unknown>(depth - last).fill(list[at])
  return [...list.slice(0, at + 1), ...copies, ...list.slice(at + 1)]
}

/** Layer numbers, the output's being one above the last hidden layer's. */
function renumbered(layers: readonly number[], last: number, depth: number): number[] {
  const copies = Array.from({ length: Math.max(0, depth - last) }, (_, copy) => last + 1 + copy)
  return layers.flatMap((layer) => {
    if (layer > last) return [layer + depth - last]
    if (layer > depth) return []
    return layer === last ? [layer, ...copies] : [layer]
  })
}
