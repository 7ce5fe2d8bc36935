/**
 * From whatever came (a file, a form, a command line) to an experiment that can be run, or to sentences that say, field
 * by field, why not. Never throws on anything that JSON can hold.
 */
import { z } from 'zod'
import { heldOut } from '../data/split.ts'
import { ruleNamed, rules, type Rule } from '../rules/index.ts'
import { knownDataSets, sizesIfKnown, sizesOf } from './data-sets.ts'
import { Experiment, EXPERIMENT_VERSION, objectIn, readMeasures, type Problem } from './experiment.ts'
import { suggestion } from './nearest.ts'
import { notPlain } from './plain.ts'
import { describe, ExperimentProblem, problemsOf } from './problem.ts'

export type Checked =
  | { readonly experiment: Experiment; readonly problems?: never }
  | { readonly problems: readonly Problem[]; readonly experiment?: never }

/** The experiment with every setting filled in, or everything that is wrong with it. */
export function checkExperiment(value: unknown): Checked {
  const odd = notPlain(value)
  if (odd !== null) return { problems: [odd] }
  const future = laterVersion(value)
  if (future !== null) return { problems: [future] }
  const parsed = Experiment.safeParse(value)
  if (!parsed.success) return { problems: problemsOf(parsed.error, asRead(value), [], keysOfExperiment) }
  const experiment = parsed.data

  const rule = ruleNamed(experiment.rule.name)
  const unknown = [
    ...(rule === undefined ? [unknownRule(experiment.rule.name)] : []),
    ...(sizesIfKnown(experiment.data.name) === null ? [unknownDataSet(experiment.data.name)] : []),
  ]
  if (rule === undefined || unknown.length > 0) return { problems: unknown }
  const settings = rule.settings.safeParse(experiment.rule.settings)
  const problems = [
    ...endsProblems(experiment),
    ...repeatedSeeds(experiment.seeds),
    ...measureProblems(
      experiment.measures.map(({ name }) => name),
      rule.measures,
      (measure) => (settings.success ? (measure.unavailable?.(settings.data) ?? null) : null),
    ),
    ...topKProblems(experiment),
    ...precisionProblems(experiment),
    ...validationProblems(experiment),
  ]
  if (!settings.success) {
    const keys = settingKeys(rule.settings)
    const wrong = problemsOf(settings.error, experiment.rule.settings, ['rule', 'settings'], (path) =>
      path.length === 0 ? keys : [],
    )
    return { problems: [...problems, ...wrong] }
  }
  problems.push(...togetherProblems(rule, settings.data, experiment.widths))
  if (problems.length > 0) return { problems }
  const resolved = { ...experiment, rule: { name: rule.name, settings: settings.data as Record<string, unknown> } }
  // What runs is what the file will say, to the last value: JSON has no −0.
  return { experiment: JSON.parse(JSON.stringify(resolved)) as Experiment }
}

/** The experiment, resolved; throws `ExperimentProblem` with all that is wrong. `source` names the file or preset in the message. */
export function requireExperiment(value: unknown, source: string): Experiment {
  const { experiment, problems } = checkExperiment(value)
  if (experiment !== undefined) return experiment
  throw new ExperimentProblem(`${source} cannot be run:`, problems)
}

/** Names of a rule's settings, in the order of the form. */
export function settingKeys(settings: z.ZodType): string[] {
  return settings instanceof z.ZodObject ? Object.keys(settings.shape) : []
}

/** What only settings and network together show; of a rule from a file also that the file is wrong, or cannot be asked. */
function togetherProblems(rule: Rule, settings: unknown, widths: readonly number[]): Problem[] {
  try {
    return rule.check(settings, widths).map(({ key, message }) => ({
      path: key === '' ? 'widths' : `rule.settings.${key}`,
      message: sentence(message),
    }))
  } catch (error) {
    if (rule.file === undefined || !(error instanceof Error)) throw error
    return [{ path: 'rule.name', message: sentence(error.message) }]
  }
}

function laterVersion(value: unknown): Problem | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return {
      path: '',
      message: `Expected an experiment, an object with "version", "data", "rule" and so on, found ${describe(value)}.`,
    }
  const version = Object.hasOwn(value, 'version') ? (value as { version: unknown }).version : undefined
  if (typeof version !== 'number' || !(version > EXPERIMENT_VERSION)) return null
  return {
    path: 'version',
    message: `Expected an experiment of version ${EXPERIMENT_VERSION}, found version ${version}, written by a newer Apical. Update Apical to open it.`,
  }
}

/** The value whose fields the schema speaks of: measures written in a shorter or an earlier form are lists of objects there. */
function asRead(value: unknown): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'measures')
    ? { ...value, measures: readMeasures((value as { measures: unknown }).measures) }
    : value
}

/** Keys of the object at a path inside an experiment. */
function keysOfExperiment(path: readonly PropertyKey[]): readonly string[] {
  let schema: unknown = Experiment
  for (const key of path) {
    const shape: Record<PropertyKey, unknown> = objectIn(schema)?.shape ?? {}
    schema = shape[key]
  }
  return Object.keys(objectIn(schema)?.shape ?? {})
}

function unknownRule(name: string): Problem {
  const known = rules.map((rule) => rule.name)
  return {
    path: 'rule.name',
    message: `Expected one of ${known.join(', ')}, found ${describe(name)}.${suggestion(name, known)}`,
  }
}

function unknownDataSet(name: string): Problem {
  const known = knownDataSets()
  return {
    path: 'data.name',
    message: `Expected one of ${known.join(', ')}, found ${describe(name)}.${suggestion(name, known)} Data of your own are added with "apical data add" or on the Data screen.`,
  }
}

function endsProblems({ data, widths }: Experiment): Problem[] {
  const { features, classes } = sizesOf(data.name)
  const last = widths.length - 1
  const problems: Problem[] = []
  if (widths[0] !== features)
    problems.push({
      path: 'widths.0',
      message: `Expected ${features} inputs, one per number of a ${data.name} sample, found ${widths[0]}.`,
    })
  if (widths[last] !== classes)
    problems.push({
      path: `widths.${last}`,
      message: `Expected ${classes} outputs, one per class of ${data.name}, found ${widths[last]}.`,
    })
  return problems
}

function repeatedSeeds(seeds: readonly number[]): Problem[] {
  const repeated = seeds.find((seed, index) => seeds.indexOf(seed) !== index)
  return repeated === undefined
    ? []
    : [
        {
          path: 'seeds',
          message: `Expected each seed once, found seed ${repeated} again; the same seed gives the same run.`,
        },
      ]
}

function measureProblems(
  names: readonly string[],
  measures: Rule['measures'],
  unavailable: (measure: Rule['measures'][number]) => string | null,
): Problem[] {
  const known = measures.map(({ name }) => name)
  const takes = known.length === 0 ? 'This rule has no measures' : `This rule has the measures ${known.join(', ')}`
  return names.flatMap((name, index) => {
    const path = `measures.${index}.name`
    if (!known.includes(name))
      return [{ path, message: `${takes}, found ${describe(name)}.${suggestion(name, known)}` }]
    if (names.indexOf(name) !== index)
      return [{ path, message: `Expected each measure once, found ${describe(name)} again.` }]
    const measure = measures.find((one) => one.name === name)
    const why = measure === undefined ? null : unavailable(measure)
    return why === null
      ? []
      : [{ path, message: `Expected a measure that these settings allow, found ${describe(name)}: ${why}.` }]
  })
}

function topKProblems({ data, evaluation: { topK } }: Experiment): Problem[] {
  const { classes } = sizesOf(data.name)
  if (topK === null || topK < classes) return []
  return [
    {
      path: 'evaluation.topK',
      message: `Expected fewer than the ${classes} classes of ${data.name}, found ${topK}: every sample would count.`,
    },
  ]
}

function precisionProblems({ engine }: Experiment): Problem[] {
  if (engine.precision === 'float32' || engine.name === 'reference') return []
  return [
    {
      path: 'engine.precision',
      message: `Expected float32, or the engine "reference", the only one that computes in float64, found float64 with the engine "${engine.name}".`,
    },
  ]
}

/** What can be said of a split without its labels; `splitSamples` says the rest. */
function validationProblems({ data, training }: Experiment): Problem[] {
  const { validation, selection, batchSize } = training
  if (validation === null)
    return selection === 'last-epoch'
      ? []
      : [
          {
            path: 'training.selection',
            message:
              'Expected a validation set (training.validation) to choose the best epoch on, found none; it must not be chosen on the test set.',
          },
        ]
  const path = 'training.validation.fraction'
  const { classes } = sizesOf(data.name)
  const count = Math.min(sizesOf(data.name).counts.train, data.limitTrain ?? Infinity)
  const held = heldOut(count, validation.fraction)
  const left = count - held
  if (left < batchSize)
    return [
      {
        path,
        message: `Expected a split that leaves at least one batch of ${batchSize} training samples, found ${left} of ${count} left.`,
      },
    ]
  if (Math.min(left, held) < classes)
    return [
      {
        path,
        message: `Expected a split with samples of all ${classes} classes in both parts, found ${left} training and ${held} validation samples.`,
      },
    ]
  return []
}

function sentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1)
  return whole.endsWith('.') ? whole : `${whole}.`
}
