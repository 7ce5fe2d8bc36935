/** Replays a case of backpropagation or feedback alignment: states before the activations, loss, gradients, moments, parameters and evaluations. */
import { compileRule, ruleNamed } from '../../src-main/rules/index.ts'
import {
  compareEvaluation,
  flat,
  openCase,
  trainBatch,
  type Comparison,
  type GoldenCase,
  type Variant,
} from './case.ts'

/** Torch's names of an optimiser's state, and ours. */
export const MOMENTS = { exp_avg: 'm', exp_avg_sq: 'v', momentum_buffer: 'momentum' } as const

export async function backpropagationCase(golden: GoldenCase, variant: Variant): Promise<Comparison[]> {
  const name = golden.algorithm === 'fa' ? 'feedback-alignment' : 'backprop'
  const rule = ruleNamed(name)
  if (rule === undefined) throw new Error(`there is no rule ${name}`)
  const { hyper, architecture } = golden
  const scheduler = hyper['scheduler'] as { step_size: number; gamma: number } | undefined
  const settings = rule.settings.parse({
    criterion: hyper['criterion'] === 'cross_entropy' ? 'cross-entropy' : 'squared-error',
    outputActivation: hyper['final_layer_activation'] ?? 'linear',
    optimiser: hyper['optimizer'],
    learningRate: hyper['lr'],
    momentum: hyper['momentum'] ?? 0,
    weightDecay: hyper['weight_decay'] ?? 0,
    stepEpochs: scheduler?.step_size ?? 1,
    stepFactor: scheduler?.gamma ?? 1,
  }) as unknown
  const layers = architecture.slice(1).map((_, i) => i + 1)
  const names = layers.flatMap((k) => [`W${k}`, `b${k}`])
  // The file has a feedback into layer 1 too, which is never used.
  const feedback = golden.algorithm === 'fa' ? layers.slice(1).map((k) => `F${k}`) : []
  const compiled = compileRule(rule, settings, architecture, [
    'loss',
    ...layers.map((k) => `linear.${k}`),
    ...names.map((name) => `gradient.${name}`),
  ])
  const theirs = { W: 'W', b: 'bias', F: 'W_fa' } as const
  const of = (tensors: Readonly<Record<string, readonly unknown[]>>, name: string): unknown =>
    tensors[theirs[name.charAt(0) as keyof typeof theirs]]?.[Number(name.slice(1)) - 1]
  const session = await openCase(golden, variant, compiled, (name) => {
    const [parameter, moment] = name.split('.')
    const values = flat(of(golden.init, parameter as string) as never)
    return moment === undefined ? values : values.map(() => 0)
  })
  // The file's scheduler steps after each batch; a batch is an epoch here.
  const scalars = (index: number): Float64Array => compiled.scalarsAt({ epoch: index, batch: index, sign: 1 })
  const found = await compareEvaluation('before', golden, session, scalars(0), golden.runs.float64.eval_before, true)
  for (const [index, step] of golden.runs.float64.steps.entries()) {
    const measured = await trainBatch(golden, session, index, scalars(index))
    const add = (what: string, got: ArrayLike<number>, want: ArrayLike<number>): void => {
      found.push({ what: `step ${index} ${what}`, got, want })
    }
    step.states['linear']?.forEach((layer, at) => {
      add(`linear ${at + 1}`, measured(`linear.${at + 1}`), flat(layer))
    })
    if (step.output !== undefined) {
      const linear = measured(`linear.${layers.length}`)
      add(
        'output',
        hyper['final_layer_activation'] === 'relu' ? linear.map((v) => Math.max(v, 0)) : linear,
        flat(step.output),
      )
    }
    add('loss', measured('loss'), [step.loss as number])
    for (const name of names) {
      add(`gradient ${name}`, measured(`gradient.${name}`), flat(of(step.grads ?? {}, name) as never))
      add(name, await session.read(name, 0), flat(of(step.params, name) as never))
      const state = of(step.optimizer?.state ?? {}, name) as Readonly<Record<string, never>>
      for (const [torch, ours] of Object.entries(MOMENTS))
        if (torch in state)
          add(`${name}.${ours}`, await session.read(`${name}.${ours}`, 0), flat(state[torch] as never))
    }
    for (const name of feedback) add(name, await session.read(name, 0), flat(of(step.params, name) as never))
    found.push(...(await compareEvaluation(`step ${index}`, golden, session, scalars(index), step.eval, true)))
  }
  session.close()
  return found
}
