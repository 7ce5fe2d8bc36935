/**
 * The relaxation scope: how chosen samples settle, iteration by iteration and phase by phase, with the weights as they
 * are. The program is the one that trains without its updates, so that what is seen is what learning sees.
 *
 * Where a phase has not settled when its iterations end, how many it would have taken is found by giving it more, never
 * by drawing a line through what is there: step sizes may shrink from one iteration to the next.
 */
import { pickSamples } from '../data/batches.ts'
import { classNamesOf, type DataSet } from '../data/data-set.ts'
import type { Numbers } from '../engines/engine.ts'
import type { Scope, ScopeLayer, ScopePhase, ScopeTrace } from '../experiment/look.ts'
import {
  compileRule,
  layerResidualName,
  residualName,
  sampleEnergyName,
  stateName,
  type Phase,
  type Rule,
} from '../rules/index.ts'
import { largestOf } from './largest.ts'
import { pack } from './pack.ts'
import { measuredBatch, openTrained, ruleOf, type TrainedNetwork } from './trained-network.ts'

interface ScopeTask extends TrainedNetwork {
  readonly data: DataSet
  /** Places in the test set. */
  readonly samples: readonly number[]
  /** Settings in place of the run's, one record for each trace beside it. */
  readonly variants: readonly Readonly<Record<string, unknown>>[]
  readonly further: boolean
}

/** A phase that is run on gets at least so many iterations, and so many times its own, but no more than a setting may say. */
const FURTHER = { least: 200, times: 8, most: 2000 }

/**
 * @throws RangeError for samples that the test set has not, or a variant that the rule does not take: the message names it
 */
export async function scope(task: ScopeTask): Promise<Scope> {
  const { experiment, data, network, engine } = task
  const { test } = data
  const beyond = task.samples.find((index) => index >= test.count)
  if (beyond !== undefined) throw new RangeError(`the test set has samples 0 to ${test.count - 1}, found ${beyond}`)
  const rule = ruleOf(experiment)
  const traces: ScopeTrace[] = []
  for (const changes of [{}, ...task.variants]) traces.push(await trace(task, rule, settingsWith(rule, task, changes)))
  return {
    engine: engine.name,
    epoch: network.position.epoch,
    classes: classNamesOf(data, test.classes),
    samples: task.samples.map((index) => ({ index, label: test.labels[index] as number })),
    traces,
  }
}

/** The rule's own schema has the last word on what a variant may say. */
function settingsWith(rule: Rule, { experiment }: ScopeTask, changes: Readonly<Record<string, unknown>>): object {
  const parsed = rule.settings.safeParse({ ...(experiment.rule.settings as object), ...changes })
  const problem = parsed.success
    ? rule.check(parsed.data, experiment.widths)[0]
    : { key: parsed.error.issues[0]?.path.join('.') ?? '', message: parsed.error.issues[0]?.message ?? 'not a setting' }
  if (problem !== undefined) throw new RangeError(`${problem.key === '' ? '' : `${problem.key}: `}${problem.message}`)
  return parsed.data as object
}

async function trace(task: ScopeTask, rule: Rule, settings: object): Promise<ScopeTrace> {
  const { experiment, samples } = task
  const phases = rule.phases(settings)
  const L = experiment.widths.length - 1
  const layersOf = (phase: Phase): readonly number[] =>
    Array.from({ length: phase.layers === 'all' ? L : L - 1 }, (_, i) => i + 1)
  const keep = phases.flatMap((phase) => [
    residualName(phase.name),
    sampleEnergyName(phase.name),
    ...layersOf(phase).flatMap((k) => [stateName(phase.name, k), layerResidualName(phase.name, k)]),
  ])
  const found = await run(task, rule, settings, keep)
  const first = phases[0]
  return {
    phases: await Promise.all(
      phases.map(async (phase): Promise<ScopePhase> => {
        const iterations = iterationsOf(settings, phase)
        const energy = found.get(sampleEnergyName(phase.name))
        return {
          ...{ name: phase.name, label: phase.label, state: phase.state, setting: phase.iterations, iterations },
          residual: Array.from(found.get(residualName(phase.name)) ?? []),
          layers: layersOf(phase).map((k): ScopeLayer => {
            const states = found.get(stateName(phase.name, k)) ?? new Float32Array()
            return {
              ...{ layer: k, units: experiment.widths[k] as number, states: pack(states) },
              residual: rowsOf(found.get(layerResidualName(phase.name, k)) ?? [], samples.length),
            }
          }),
          energy: energy === undefined ? null : rowsOf(energy, samples.length),
          further: task.further ? await residualOn(task, rule, settings, phase) : null,
        }
      }),
    ),
    predicted:
      first?.layers === 'all'
        ? predicted(found.get(stateName(first.name, L)) ?? [], samples.length, experiment.widths[L] as number)
        : null,
  }
}

/** ρ_t of a phase that is given more iterations than `settings` says. */
async function residualOn(task: ScopeTask, rule: Rule, settings: object, phase: Phase): Promise<readonly number[]> {
  const given = iterationsOf(settings, phase)
  const more = Math.min(FURTHER.most, Math.max(FURTHER.least, FURTHER.times * given))
  const found = await run(task, rule, { ...settings, [phase.iterations]: Math.max(given, more) }, [
    residualName(phase.name),
  ])
  return Array.from(found.get(residualName(phase.name)) ?? [])
}

async function run(
  task: ScopeTask,
  rule: Rule,
  settings: object,
  keep: readonly string[],
): Promise<ReadonlyMap<string, Numbers>> {
  const compiled = compileRule(rule, settings, task.experiment.widths, keep, false)
  const seen = pickSamples(task.data.test, Uint32Array.from(task.samples))
  const { session } = await openTrained(task, compiled, { train: seen, test: seen })
  try {
    return await measuredBatch(
      session,
      compiled,
      Uint32Array.from(task.samples, (_, i) => i),
    )
  } finally {
    session.close()
  }
}

function iterationsOf(settings: object, phase: Phase): number {
  return Number((settings as Readonly<Record<string, unknown>>)[phase.iterations])
}

/** `[iteration][sample]` of values that lie one after another. */
function rowsOf(values: ArrayLike<number>, samples: number): readonly (readonly number[])[] {
  return Array.from({ length: values.length / samples }, (_, t) =>
    Array.from({ length: samples }, (_value, i) => values[t * samples + i] as number),
  )
}

/** The largest output of each sample after the last iteration; ties go to the lowest class. */
function predicted(states: ArrayLike<number>, samples: number, classes: number): readonly number[] {
  const from = states.length - samples * classes
  return Array.from({ length: samples }, (_, i) => largestOf(states, from + i * classes, classes).best)
}
