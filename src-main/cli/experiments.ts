/** From the words after `run` to the experiments they mean, every one checked before any of them starts. */
import { requireExperiment } from '../experiment/check.ts'
import { ENGINE_NAMES, type Experiment } from '../experiment/experiment.ts'
import { suggestion } from '../experiment/nearest.ts'
import { presetCards, presetNamed } from '../experiment/presets.ts'
import { experimentFittingRule } from '../experiment/rule-experiment.ts'
import { setKeys } from '../experiment/setting-key.ts'
import { readSweepValues } from '../experiment/sweep-values.ts'
import { expandSweep, type SweepAxis } from '../experiment/sweep.ts'
import { UsageProblem, type Option, type Words } from './command.ts'
import { looksLikeFile, readExperimentFile } from './experiment-file.ts'
import { looksLikeRuleFile, refuseUnclear, ruleIn } from './rule-choice.ts'
import { parseSeeds } from './seeds.ts'

export const ENGINE_CHOICES = ['auto', ...ENGINE_NAMES] as const
/** A list or a range; `readSweepValues` has all its forms. */
const SWEEP_FORM = 'KEY=a,b,c'
const PRECISIONS = ['float32', 'float64'] as const

/** What is said of an experiment in words, wherever one is named. */
export const EXPERIMENT_OPTIONS: readonly Option[] = [
  {
    name: 'rule',
    value: 'FILE',
    many: true,
    help: 'a rule of your own by its file (or any rule by its name), at its defaults, beside what else is given',
  },
  {
    name: 'data',
    value: 'DIR',
    help: "the data set's folder, or one that holds it by name (default: APICAL_DATA, then the lab's own)",
  },
  {
    name: 'engine',
    value: 'E',
    help: `one of ${ENGINE_CHOICES.join(', ')} (default: what the experiment says, usually auto)`,
  },
  { name: 'device', value: 'D', help: 'the device to compute on, where the engine has several' },
  { name: 'threads', value: 'N', help: 'number of threads of the engine' },
  { name: 'precision', value: 'P', help: `${PRECISIONS.join(' or ')}; float64 on the reference engine only` },
  { name: 'seeds', value: 'LIST', help: '0,10,20 or a range 0-9 or 0..90:10' },
  { name: 'epochs', value: 'N', help: 'passes through the training set' },
  { name: 'limit-train', value: 'N', help: 'only the first N training samples' },
  { name: 'limit-test', value: 'N', help: 'only the first N test samples' },
  { name: 'set', value: 'KEY=VALUE', many: true, help: 'change one setting' },
  {
    name: 'sweep',
    value: SWEEP_FORM,
    many: true,
    help: 'train once per value of a list or range (0.01..0.1/5); several sweeps are combined',
  },
  { name: 'pair', value: null, help: 'pair the values of several sweeps instead of combining them' },
]

/**
 * Every experiment asked for: the operands in order, each changed by the options, each unfolded into its sweep.
 *
 * @param sweepId of the sweep that the options ask for, if they do
 */
export function experimentsOf(words: Words, sweepId: string): Experiment[] {
  const asked = [...words.operands, ...words.all('rule')].map((operand, at) => ({
    operand,
    experiment: () => (at < words.operands.length ? named(operand) : ofRule(ruleIn(operand).name)),
  }))
  if (asked.length === 0)
    throw new UsageProblem(
      'Expected a preset, a rule or an experiment file, found nothing.',
      '"apical presets" lists what can be run by name; --rule takes the file of a rule of your own.',
    )
  const axes = words.all('sweep').map((text): SweepAxis => {
    const [key, values] = keyAndRest('--sweep', SWEEP_FORM, text)
    return { key, values: readSweepValues(key, values) }
  })
  const paired = words.has('pair')
  if (paired && axes.length < 2)
    throw new UsageProblem(`--pair takes at least two --sweep, found ${axes.length}.`, 'It pairs their values.')
  const changes = words.all('set').map((text) => keyAndRest('--set', 'KEY=VALUE', text))
  return asked.flatMap(({ operand, experiment }) => {
    const changed = setKeys(withOptions(experiment(), words), changes)
    // What only makes sense together (depth and rates per layer) is judged when all changes are made.
    return expandSweep(requireExperiment(changed, operand), { axes, paired, id: sweepId })
  })
}

function named(operand: string): Experiment {
  const preset = presetNamed(operand)
  if (preset !== undefined) return preset.experiment
  const ruled = experimentFittingRule(operand)
  if (ruled !== undefined) return ruled
  if (looksLikeRuleFile(operand))
    throw new UsageProblem(
      `Expected a preset, a rule by its name or an experiment file, found "${operand}".`,
      `The file of a rule is given with --rule ${operand}.`,
    )
  if (looksLikeFile(operand)) return requireExperiment(readExperimentFile(operand), operand)
  refuseUnclear(operand)
  const names = presetCards().map(({ name }) => name)
  throw new UsageProblem(
    `There is no preset "${operand}", and no file of that name.${suggestion(operand, names)}`,
    '"apical presets" lists what can be run by name.',
  )
}

function ofRule(name: string): Experiment {
  const experiment = experimentFittingRule(name)
  if (experiment === undefined) throw new RangeError(`the rule ${name} was not admitted`)
  return experiment
}

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
