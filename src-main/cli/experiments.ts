/** From the words after `run` to the experiments they mean, every one checked before any of them starts. */
import { checkExperiment, requireExperiment } from '../experiment/check.ts'
import { ENGINE_NAMES, type Experiment } from '../experiment/experiment.ts'
import { suggestion } from '../experiment/nearest.ts'
import { presetCards, presetNamed } from '../experiment/presets.ts'
import { experimentOfRule } from '../experiment/rule-experiment.ts'
import { setKeys } from '../experiment/setting-key.ts'
import { readSweepValues } from '../experiment/sweep-values.ts'
import { expandSweep, type SweepAxis } from '../experiment/sweep.ts'
import { UsageProblem, type Words } from './command.ts'
import { looksLikeFile, readExperimentFile } from './experiment-file.ts'
import { parseSeeds } from './seeds.ts'

export const ENGINE_CHOICES = ['auto', ...ENGINE_NAMES] as const
/** A list or a range; `readSweepValues` has all its forms. */
export const SWEEP_FORM = 'KEY=a,b,c'
export const PRECISIONS = ['float32', 'float64'] as const

/**
 * Every experiment asked for: the operands in order, each changed by the options, each unfolded into its sweep.
 *
 * @param sweepId of the sweep that the options ask for, if they do
 */
export function experimentsOf(words: Words, sweepId: string): Experiment[] {
  if (words.operands.length === 0)
    throw new UsageProblem(
      'Expected a preset or an experiment file, found nothing.',
      '"apical presets" lists what can be run by name.',
    )
  const axes = words.all('sweep').map((text): SweepAxis => {
    const [key, values] = keyAndRest('--sweep', SWEEP_FORM, text)
    return { key, values: readSweepValues(key, values) }
  })
  const paired = words.has('pair')
  if (paired && axes.length < 2)
    throw new UsageProblem(`--pair takes at least two --sweep, found ${axes.length}.`, 'It pairs their values.')
  const changes = words.all('set').map((text) => keyAndRest('--set', 'KEY=VALUE', text))
  return words.operands.flatMap((operand) => {
    const experiment = setKeys(withOptions(named(operand), words), changes)
    // What only makes sense together (depth and rates per layer) is judged when all changes are made.
    return expandSweep(requireExperiment(experiment, operand), { axes, paired, id: sweepId })
  })
}

function named(operand: string): Experiment {
  const preset = presetNamed(operand)
  if (preset !== undefined) return preset.experiment
  const plain = experimentOfRule(operand)
  // A rule of one layer refuses hidden ones.
  const flat = plain === undefined || fits(plain) ? undefined : experimentOfRule(operand, [])
  if (plain !== undefined) return flat !== undefined && fits(flat) ? flat : plain
  if (looksLikeFile(operand)) return requireExperiment(readExperimentFile(operand), operand)
  const names = presetCards().map(({ name }) => name)
  throw new UsageProblem(
    `There is no preset "${operand}", and no file of that name.${suggestion(operand, names)}`,
    '"apical presets" lists what can be run by name.',
  )
}

const fits = (experiment: Experiment): boolean => checkExperiment(experiment).problems === undefined

function withOptions(experiment: Experiment, words: Words): Experiment {
  const seeds = words.text('seeds')
  const { data, training, engine } = experiment
  return {
    ...experiment,
    data: {
      ...data,
      limitTrain: words.whole('limit-train', 1, 1_000_000_000) ?? data.limitTrain,
      limitTest: words.whole('limit-test', 1, 1_000_000_000) ?? data.limitTest,
    },
    training: { ...training, epochs: words.whole('epochs', 1, 100_000) ?? training.epochs },
    seeds: seeds === undefined ? experiment.seeds : parseSeeds(seeds),
    engine: {
      name: words.choice('engine', ENGINE_CHOICES) ?? engine.name,
      precision: words.choice('precision', PRECISIONS) ?? engine.precision,
      device: words.text('device') ?? engine.device,
      threads: words.whole('threads', 1, 1024) ?? engine.threads,
    },
  }
}

/** The two sides of KEY=VALUE. @throws UsageProblem where one is missing */
export function keyAndRest(option: string, form: string, text: string): [string, string] {
  const at = text.indexOf('=')
  if (at < 1 || at === text.length - 1)
    throw new UsageProblem(`${option} takes ${form}, found "${text}".`, 'For instance --set training.batchSize=10.')
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()]
}
