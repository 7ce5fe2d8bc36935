/** Replays a case of predictive coding: with a clamped output, or with a nudged one. */
import { MOMENTS } from './backpropagation.ts'
import { flat, signed, transposed, type Comparison, type GoldenCase, type Tensor, type Variant } from './case.ts'
import { schedulerIn, settlingCase } from './settling.ts'

/** Settings of the neural dynamics, the same in both. */
function dynamicsOf({ hyper }: GoldenCase): Readonly<Record<string, unknown>> {
  return {
    iterations: hyper['neural_dynamic_iterations'],
    neuralRule: hyper['neural_lr_rule'],
    neuralLr: hyper['neural_lr_start'],
    neuralLrStop: hyper['neural_lr_stop'],
    neuralLrDecay: hyper['neural_lr_decay_multiplier'],
  }
}

/** The file's `model_input` is not compared: the rule's input is x itself. */
export async function predictiveCodingCase(golden: GoldenCase, variant: Variant): Promise<Comparison[]> {
  const { hyper } = golden
  const [targetLow, targetHigh] = hyper['target_low_high'] as readonly [number, number]
  const adam = hyper['adam'] as { beta1: number; beta2: number; eps: number } | undefined
  return settlingCase(golden, variant, {
    rule: 'pc',
    settings: () => ({
      ...dynamicsOf(golden),
      activation: hyper['activation_type'],
      optimiser: hyper['optimizer'],
      learningRate: hyper['lr_ff'],
      schedule: [{ fromEpoch: 0, base: 1 }],
      targetLow,
      targetHigh,
      ...(adam === undefined ? {} : { adamBeta1: adam.beta1, adamBeta2: adam.beta2, adamEpsilon: adam.eps }),
    }),
    state: 'v',
    upright: false,
    families: {
      'W#': 'Wff',
      'b#': 'bias',
      'W#.m': 'm_Wff',
      'W#.v': 'v_Wff',
      'b#.m': 'm_bias',
      'b#.v': 'v_bias',
    },
    iterations: 'iterations',
    at: () => ({ epoch: 0, sign: 1 }),
    measured: ['released.freeEnergy'],
    more: ({ step, measured, layers }) => [
      { what: 'pc_loss', got: measured('released.freeEnergy'), want: [step.pc_loss as number] },
      { what: 'target', got: measured(`clamped.v${layers.length}`), want: transposed(step.target as Tensor) },
    ],
  })
}

export async function nudgedPredictiveCodingCase(golden: GoldenCase, variant: Variant): Promise<Comparison[]> {
  const { hyper, architecture } = golden
  const { size, sign } = signed(golden, 'lambda_weight')
  const scheduler = schedulerIn(golden)
  const names = architecture.slice(1).flatMap((_, i) => [`W${i + 1}`, `b${i + 1}`])
  // Errors of the size of λ divided by λ: float32 keeps three or four of their digits.
  const float32 = 2e-3
  return settlingCase(golden, variant, {
    rule: 'pc-nudge',
    settings: (index) => ({
      ...dynamicsOf(golden),
      activation: hyper['activation'],
      optimiser: hyper['optimizer'],
      learningRate: hyper['lr'],
      momentum: hyper['momentum'] ?? 0,
      lambda: size(index),
      randomSign: true,
      stepBatches: scheduler.step_size,
      stepFactor: scheduler.gamma,
    }),
    state: 'v',
    upright: false,
    families: { 'W#': 'Wff', 'b#': 'bias' },
    iterations: 'iterations',
    at: (index) => ({ epoch: 0, sign: sign(index) }),
    measured: names.map((name) => `gradient.${name}`),
    async more({ step, measured, read }) {
      const found: Comparison[] = []
      for (const name of names) {
        const [theirs, i] = [name.startsWith('W') ? 'Wff' : 'bias', Number(name.slice(1)) - 1]
        const want = flat(step.grads?.[theirs]?.[i] as Tensor)
        found.push({ what: `gradient ${name}`, got: measured(`gradient.${name}`), want, float32 })
        const state = step.optimizer?.state[theirs]?.[i] ?? {}
        for (const [torch, ours] of Object.entries(MOMENTS))
          if (torch in state)
            found.push({
              what: `${name}.${ours}`,
              got: await read(`${name}.${ours}`),
              want: flat(state[torch] as Tensor),
              float32,
            })
      }
      return found
    },
  })
}
