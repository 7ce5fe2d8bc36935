/** Replays a CorInfoMax case, dense or sparse: states of every phase, parameters, evaluations, traces and the debug logs. */
import { angleBetween, logDeterminant } from '../../src-main/program/measures.ts'
import type { Compiled } from '../../src-main/program/program.ts'
import { compileRule, ruleNamed } from '../../src-main/rules/index.ts'
import {
  compareEvaluation,
  flat,
  openCase,
  signed,
  trainBatch,
  transposed,
  type Comparison,
  type GoldenCase,
  type Tensor,
  type Variant,
} from './case.ts'

/** Name in the file, of layer k (from 1). V₁ is never used and not a parameter here. */
const FAMILIES = [
  { ours: 'W', theirs: 'Wff', from: 1 },
  { ours: 'V', theirs: 'Wfb', from: 2 },
  { ours: 'B', theirs: 'B', from: 1 },
  { ours: 'Rfree', theirs: 'Rfree', from: 1 },
  { ours: 'Rnudged', theirs: 'Rnudged', from: 1 },
] as const

type Tensors = Readonly<Record<string, readonly Tensor[]>>

export async function corinfomaxCase(golden: GoldenCase, variant: Variant): Promise<Comparison[]> {
  const { steps, eval_before, trace_of_first_batch_with_initial_parameters: trace, logs } = golden.runs.float64
  const compiled = compiledFor(golden)
  const session = await openCase(golden, variant, compiled, parametersIn(golden, golden.init))
  const found = await compareEvaluation('before', golden, session, scalarsFor(golden, 0), eval_before, false)
  for (const [index, step] of steps.entries()) {
    const scalars = scalarsFor(golden, index)
    const measured = await trainBatch(golden, session, index, scalars)
    for (const [phase, layers] of Object.entries(step.states))
      layers.forEach((layer, at) => {
        found.push({
          what: `step ${index} ${phase} r${at + 1}`,
          got: measured(`${phase}.r${at + 1}`),
          want: transposed(layer),
        })
      })
    // The file has a row for every layer; those of layers that are not sparse are never used.
    for (const [phase, layers] of Object.entries(step.st_lambda ?? {}))
      for (const k of sparseLayers(golden))
        found.push({
          what: `step ${index} ${phase} multiplier ${k}`,
          got: measured(`${phase}.multiplier${k}`),
          want: flat(layers[k - 1] as Tensor),
        })
    for (const { name, tensor } of parametersOf(step.params))
      found.push({ what: `step ${index} ${name}`, got: await session.read(name, 0), want: flat(tensor) })
    found.push(...(await compareEvaluation(`step ${index}`, golden, session, scalars, step.eval, false)))
  }
  session.close()
  for (const { iterations, states } of trace ?? []) found.push(...(await traced(golden, variant, iterations, states)))
  if (logs !== undefined) found.push(...(await debugLogs(golden, variant, logs)))
  return found
}

async function traced(
  golden: GoldenCase,
  variant: Variant,
  iterations: number,
  states: readonly Tensor[],
): Promise<Comparison[]> {
  const layers = await settledAfter(golden, variant, 0, 'free', iterations)
  return states.map((layer, at) => ({
    what: `trace ${iterations} r${at + 1}`,
    got: layers[at] ?? [],
    want: transposed(layer),
  }))
}

/** Rates after so many iterations of a phase of batch `index`, from the parameters before it. [layer][sample, unit]. */
async function settledAfter(
  golden: GoldenCase,
  variant: Variant,
  index: number,
  phase: 'free' | 'nudged',
  iterations: number,
): Promise<ArrayLike<number>[]> {
  const changed = { [phase === 'free' ? 'iterationsFree' : 'iterationsNudged']: iterations }
  const compiled = compiledFor(golden, changed)
  const session = await openCase(golden, variant, compiled, parametersIn(golden, before(golden, index)))
  const measured = await trainBatch(golden, session, index, scalarsFor(golden, index, changed))
  const layers = golden.architecture.slice(1).map((_, at) => measured(`${phase}.r${at + 1}`))
  session.close()
  return layers
}

/**
 * The released code's proxy of correlative information, of a layer with n units, correlation R and prediction errors e
 * of a batch of m: log det(R + εI) + ( n log ε − ‖e‖²/ε ) / m, backward with n + 1 in place of n. The free phase's
 * dynamics are logged with Rnudged as it was, the nudged phase's with Rfree as it has become; both layerwise lists are
 * taken on the free phase's states with the parameters after the step.
 */
async function debugLogs(
  golden: GoldenCase,
  variant: Variant,
  logs: Readonly<Record<string, readonly (readonly number[])[]>>,
): Promise<Comparison[]> {
  const found: Comparison[] = []
  const ε = golden.hyper['epsilon'] as number
  const widths = golden.architecture
  const L = widths.length - 1
  const taken = golden.batches.flatMap((batch, index) => (batch.per_step?.take_debug_logs === true ? [index] : []))
  const compiled = compiledFor(golden)
  const session = await openCase(golden, variant, compiled, parametersIn(golden, golden.init))
  for (const index of golden.batches.keys()) {
    const names = compiled.program.parameters.map(({ name }) => name)
    const read = async (): Promise<ReadonlyMap<string, ArrayLike<number>>> =>
      new Map(await Promise.all(names.map(async (name) => [name, await session.read(name, 0)] as const)))
    const old = await read()
    const measured = await trainBatch(golden, session, index, scalarsFor(golden, index))
    const at = taken.indexOf(index)
    if (at < 0) continue
    const now = await read()
    const m = golden.batches[index]?.y.length as number
    type Layers = readonly ArrayLike<number>[]
    const parameter = (of: typeof old, name: string): ArrayLike<number> => of.get(name) ?? []

    /** Pair (k, k+1): forward predicts k+1 from k with W, backward k from k+1 with V. */
    const proxy = (
      r: Layers,
      of: typeof old,
      R: string,
      Rof: typeof old,
      k: number,
      direction: 'forward' | 'backward',
    ): number => {
      const [target, source] = direction === 'forward' ? [k + 1, k] : [k, k + 1]
      const weight = parameter(of, `${direction === 'forward' ? 'W' : 'V'}${k + 1}`)
      const [n, inputs] = [widths[target] as number, widths[source] as number]
      let squares = 0
      for (let b = 0; b < m; b++)
        for (let i = 0; i < n; i++) {
          let e = r[target - 1]?.[b * n + i] as number
          for (let j = 0; j < inputs; j++)
            e -= (weight[i * inputs + j] as number) * (r[source - 1]?.[b * inputs + j] as number)
          squares += e * e
        }
      const units = direction === 'forward' ? n : n + 1
      return logDeterminant(parameter(Rof, `${R}${target}`), n, ε) + (units * Math.log(ε) - squares / ε) / m
    }
    const push = (name: string, got: readonly number[], entries?: readonly number[]): void => {
      const want = logs[name]?.[at] ?? []
      found.push({ what: `log ${name} ${index}`, got, want: entries?.map((entry) => want[entry] ?? NaN) ?? want })
    }
    const pairs = Array.from({ length: L - 1 }, (_, i) => i + 1)
    push(
      'forward_backward_angles',
      pairs.map((k) => {
        const [rows, columns] = [widths[k + 1] as number, widths[k] as number]
        const V = parameter(now, `V${k + 1}`)
        const flipped = Array.from(
          { length: rows * columns },
          (_, i) => V[(i % columns) * rows + Math.floor(i / columns)] as number,
        )
        return angleBetween(parameter(now, `W${k + 1}`), flipped)
      }),
    )
    const free = pairs.concat(L).map((k) => measured(`free.r${k}`))
    for (const phase of ['free', 'nudged'] as const) {
      const R = phase === 'free' ? 'Rfree' : 'Rnudged'
      push(
        `layerwise_forward_corinfo_list_${phase}`,
        pairs.map((k) => proxy(free, now, R, now, k, 'forward')),
      )
      push(`layerwise_backward_corinfo_list_${phase}`, [proxy(free, now, R, now, 1, 'backward')])
      const [crossed, of] = phase === 'free' ? (['Rnudged', old] as const) : (['Rfree', now] as const)
      const forward: number[] = []
      const backward: number[] = []
      const count = golden.hyper[`neural_dynamic_iterations_${phase}`] as number
      const all = Array.from({ length: count }, (_, entry) => entry)
      // Each is a program of its own. The traces and the states of every phase are compared whole on all engines.
      const entries = variant.slowToOpen ? all.filter((entry) => entry % 8 === 0 || entry === count - 1) : all
      for (const t of entries.map((entry) => entry + 1)) {
        const r = await settledAfter(golden, variant, index, phase, t)
        forward.push(pairs.reduce((sum, k) => sum + proxy(r, old, crossed, of, k, 'forward'), 0))
        backward.push(proxy(r, old, crossed, of, 1, 'backward'))
      }
      push(`neural_dynamics_${phase}_forward_info_list`, forward, entries)
      push(`neural_dynamics_${phase}_backward_info_list`, backward, entries)
    }
  }
  session.close()
  return found
}

function before(golden: GoldenCase, index: number): Tensors {
  return index === 0 ? golden.init : (golden.runs.float64.steps[index - 1]?.params ?? {})
}

function parametersOf(tensors: Tensors): { name: string; tensor: Tensor }[] {
  return FAMILIES.flatMap(({ ours, theirs, from }) =>
    (tensors[theirs] ?? []).flatMap((tensor, i) => (i + 1 >= from ? [{ name: `${ours}${i + 1}`, tensor }] : [])),
  )
}

function parametersIn(golden: GoldenCase, tensors: Tensors): (name: string) => number[] {
  const byName = new Map(parametersOf(tensors).map(({ name, tensor }) => [name, tensor]))
  return (name) => {
    const tensor = byName.get(name)
    if (tensor === undefined) throw new Error(`${golden.case} has no ${name}`)
    return flat(tensor)
  }
}

/** Counted from 1; none where the algorithm is the dense one. */
function sparseLayers(golden: GoldenCase): readonly number[] {
  return (golden.hyper['sparse_layers'] ?? []) as readonly number[]
}

/** β and the learning rates are those of batch `index`; all else, and so the program, is that of every batch. */
function compiledFor(golden: GoldenCase, changed: Readonly<Record<string, number>> = {}, index = 0): Compiled {
  const sparse = golden.algorithm === 'corinfomax_sparse'
  const rule = ruleNamed(sparse ? 'corinfomax-sparse' : 'corinfomax')
  const { hyper, batches } = golden
  const step = batches[index]?.per_step
  if (rule === undefined || step === undefined) throw new Error(`${golden.case} cannot be replayed`)
  const settings = rule.settings.parse({
    beta: signed(golden, 'beta').size(index),
    randomSign: true,
    threePhase: hyper['use_three_phase'],
    lambda: hyper['lambda'],
    epsilon: hyper['epsilon'],
    hopfieldGain: hyper['hopfield_g'],
    neuralRule: hyper['neural_lr_rule'],
    neuralLr: hyper['neural_lr_start'],
    neuralLrStop: hyper['neural_lr_stop'],
    neuralLrDecay: hyper['neural_lr_decay_multiplier'],
    iterationsFree: hyper['neural_dynamic_iterations_free'],
    iterationsNudged: hyper['neural_dynamic_iterations_nudged'],
    iterationsEvaluation: hyper['eval_iterations'],
    lrForward: step.lr_ff,
    // The file has a rate for V₁ too, which is never used.
    lrFeedback: step.lr_fb?.slice(1),
    schedule: [{ fromEpoch: 0, base: 1 }],
    weightDecay: hyper['weight_decay'],
    ...(sparse ? { sparseLayers: hyper['sparse_layers'], lrMultiplier: hyper['STlambda_lr_list'] } : {}),
    ...changed,
  }) as unknown
  const layers = golden.architecture.slice(1).map((_, i) => i + 1)
  return compileRule(rule, settings, golden.architecture, [
    ...layers.flatMap((k) => ['free', 'nudged', 'third'].map((phase) => `${phase}.r${k}`)),
    ...sparseLayers(golden).flatMap((k) => ['free', 'nudged', 'third'].map((phase) => `${phase}.multiplier${k}`)),
    ...('Rfree' in golden.init ? layers.flatMap((k) => [`Rfree${k}`, `Rnudged${k}`]) : []),
  ])
}

function scalarsFor(golden: GoldenCase, index: number, changed: Readonly<Record<string, number>> = {}): Float64Array {
  return compiledFor(golden, changed, index).scalarsAt({
    epoch: 0,
    batch: index,
    sign: signed(golden, 'beta').sign(index),
  })
}
