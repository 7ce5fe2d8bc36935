/** Replays a case of equilibrium propagation or contrastive similarity matching. */
import { signed, type Comparison, type GoldenCase, type Variant } from './case.ts'
import { schedulerIn, settlingCase } from './settling.ts'

/**
 * The file's `grads` are not compared: a step is plain gradient descent, −α · grad (and csm's further term on M), so the
 * parameters before and after it hold them.
 */
export async function equilibriumCase(golden: GoldenCase, variant: Variant): Promise<Comparison[]> {
  const { algorithm, hyper } = golden
  const { size, sign } = signed(golden, 'beta')
  const scheduler = schedulerIn(golden)
  const csm = algorithm === 'csm'
  return settlingCase(golden, variant, {
    rule: algorithm,
    settings: (index) => ({
      beta: size(index),
      randomSign: true,
      neuralLr: hyper['neural_lr'],
      evaluationLr: hyper['eval_neural_lr'],
      iterationsFree: hyper['T1'],
      iterationsNudged: hyper['T2'],
      iterationsEvaluation: hyper['eval_iterations'],
      learningRates: hyper['alphas_W'],
      ...(csm
        ? { lrLateral: hyper['alphas_M'] }
        : { criterion: hyper['criterion'] === 'cross_entropy' ? 'cross-entropy-released' : 'squared-error' }),
      stepEpochs: scheduler.step_size,
      stepFactor: scheduler.gamma,
    }),
    state: 's',
    upright: true,
    families: { 'W#': 'W', 'b#': 'bias', ...(csm ? { 'M#': 'M' } : {}) },
    iterations: 'iterationsFree',
    // The file's scheduler steps after each batch; a batch is an epoch here.
    at: (index) => ({ epoch: index, sign: sign(index) }),
  })
}
