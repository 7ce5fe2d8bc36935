/** What replays of algorithms share that settle neurons: states of every phase, parameters, evaluations, the first trace. */
import type { Numbers } from '../../src-main/engines/engine.ts'
import { compileRule, ruleNamed } from '../../src-main/rules/index.ts'
import {
  compareEvaluation,
  flat,
  openCase,
  trainBatch,
  transposed,
  type Comparison,
  type GoldenCase,
  type Step,
  type Tensor,
  type Variant,
} from './case.ts'

export interface Settling {
  readonly rule: string
  /** At batch `index`: where they change, they change rates alone. */
  readonly settings: (index: number) => Readonly<Record<string, unknown>>
  /** How a layer's state is called, after its phase. */
  readonly state: string
  /** States and outputs lie [batch, units] in the file. */
  readonly upright: boolean
  /** Families of parameters: ours, and the file's, whose first entry is of layer 1. */
  readonly families: Readonly<Record<string, string>>
  /** The setting that counts the iterations of the phase that the file traces. */
  readonly iterations: string
  /** Epoch and sign at batch `index`; a batch's number is its index. */
  readonly at: (index: number) => { readonly epoch: number; readonly sign: 1 | -1 }
  /** What is measured besides states. */
  readonly measured?: readonly string[]
  /** What is compared besides. */
  readonly more?: (of: {
    readonly step: Step
    readonly measured: (name: string) => Numbers
    readonly read: (name: string) => Promise<Numbers>
    /** Layers, from 1. */
    readonly layers: readonly number[]
  }) => Promise<Comparison[]> | Comparison[]
}

export async function settlingCase(golden: GoldenCase, variant: Variant, how: Settling): Promise<Comparison[]> {
  const rule = ruleNamed(how.rule)
  if (rule === undefined) throw new Error(`there is no rule ${how.rule}`)
  const { steps, eval_before, trace_of_first_batch_with_initial_parameters: trace = [] } = golden.runs.float64
  const layers = golden.architecture.slice(1).map((_, i) => i + 1)
  const phases = Object.keys(steps[0]?.states ?? {})
  const compiledWith = (changed: Readonly<Record<string, number>>, index = 0): ReturnType<typeof compileRule> =>
    compileRule(rule, rule.settings.parse({ ...how.settings(index), ...changed }) as unknown, golden.architecture, [
      ...phases.flatMap((phase) => layers.map((k) => `${phase}.${how.state}${k}`)),
      ...(how.measured ?? []),
    ])
  const compiled = compiledWith({})
  const scalars = (index: number): Float64Array => compiledWith({}, index).scalarsAt({ ...how.at(index), batch: index })
  const row = (tensor: Tensor): number[] => (how.upright ? flat(tensor) : transposed(tensor))
  const named = Object.entries(how.families).flatMap(([ours, theirs]) =>
    (golden.init[theirs] ?? []).map((initial, i) => ({
      name: ours.replace('#', String(i + 1)),
      theirs,
      i,
      initial,
    })),
  )
  const initial = (name: string): number[] => {
    const found = named.find((candidate) => candidate.name === name)
    if (found !== undefined) return flat(found.initial)
    // A torch optimiser's state, which is not there before the first step.
    const parameter = named.find((candidate) => name.startsWith(`${candidate.name}.`))
    if (parameter === undefined) throw new Error(`${golden.case} has no ${name}`)
    return flat(parameter.initial).map(() => 0)
  }

  const session = await openCase(golden, variant, compiled, initial)
  const found = await compareEvaluation('before', golden, session, scalars(0), eval_before, how.upright)
  for (const [index, step] of steps.entries()) {
    const measured = await trainBatch(golden, session, index, scalars(index))
    const add = (comparison: Comparison): void => {
      found.push({ ...comparison, what: `step ${index} ${comparison.what}` })
    }
    for (const [phase, states] of Object.entries(step.states))
      states.forEach((state, i) => {
        const name = `${phase}.${how.state}${i + 1}`
        add({ what: name, got: measured(name), want: row(state) })
      })
    for (const { name, theirs, i } of named)
      add({ what: name, got: await session.read(name, 0), want: flat(step.params[theirs]?.[i] as Tensor) })
    const more = await how.more?.({ step, measured, read: (name) => session.read(name, 0), layers })
    more?.forEach(add)
    found.push(...(await compareEvaluation(`step ${index}`, golden, session, scalars(index), step.eval, how.upright)))
  }
  session.close()

  for (const { phase, iterations, states } of trace) {
    const short = compiledWith({ [how.iterations]: iterations })
    const session = await openCase(golden, variant, short, initial)
    const measured = await trainBatch(golden, session, 0, short.scalarsAt({ ...how.at(0), batch: 0 }))
    states.forEach((state, i) => {
      const name = `${phase}.${how.state}${i + 1}`
      found.push({ what: `trace ${iterations} ${name}`, got: measured(name), want: row(state) })
    })
    session.close()
  }
  return found
}

/** A file's optional step schedule. */
export function schedulerIn({ hyper }: GoldenCase): { readonly step_size: number; readonly gamma: number } {
  return (hyper['scheduler'] ?? { step_size: 1, gamma: 1 }) as { step_size: number; gamma: number }
}
