/**
 * Gradient descent in the forms the published runs use, as PyTorch defines them.
 *
 * sgd:  d = grad + weightDecay·W;  m ← momentum·m + (1 − dampening)·d, undamped in the first batch;  W ← W − lr·m
 *       Nesterov: m ← momentum·m + d;  W ← W − lr·(d + momentum·m)
 * adam: d = grad + weightDecay·W;  m ← β₁m + (1 − β₁)d;  v ← β₂v + (1 − β₂)d²;
 *       W ← W − lr/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + 10⁻⁸), t counted from 1
 */
import type { Step } from '../program/program.ts'
import type { Parameter, Scalar, Tracer, Value } from '../program/trace.ts'
import { divide, map, sum } from '../program/words.ts'
import { choice, number, onOff, whole } from './setting.ts'

interface OptimiserSettings {
  readonly optimiser: 'adam' | 'sgd'
  readonly momentum: number
  readonly dampening: number
  readonly nesterov: boolean
  readonly weightDecay: number
}

const BETA_1 = 0.9
const BETA_2 = 0.999
const STABILISER = 1e-8

/** Descends along gradients with a rate that the host fills in per batch. */
export interface Optimiser {
  readonly descend: (parameter: Parameter, gradient: Value) => void
}

/** Declares the state for every parameter that will be descended; call before training is described. */
export function optimiser(
  p: Tracer,
  settings: OptimiserSettings,
  rate: (step: Step) => number,
  parameters: readonly Parameter[],
): Optimiser {
  const shapeOf = (parameter: Parameter): readonly [number, number] => [
    parameter.shape[0] as number,
    parameter.shape[1],
  ]
  const state = (parameter: Parameter, suffix: string): Parameter =>
    p.parameter(`${parameter.label}.${suffix}`, shapeOf(parameter), { kind: 'constant', value: 0 }, 'optimiser')
  const decayed = (parameter: Parameter, gradient: Value): Value =>
    settings.weightDecay === 0 ? gradient : sum([1, gradient], [settings.weightDecay, parameter])

  if (settings.optimiser === 'sgd') {
    const negativeRate = p.scalar('rate', (step) => -rate(step))
    const momenta = new Map(
      settings.momentum === 0 ? [] : parameters.map((parameter) => [parameter, state(parameter, 'momentum')]),
    )
    const damped = settings.momentum !== 0 && settings.dampening !== 0 && !settings.nesterov
    const share = damped ? p.scalar('share', ({ batch }) => (batch === 0 ? 1 : 1 - settings.dampening)) : 1
    return {
      descend(parameter, gradient) {
        const momentum = momenta.get(parameter)
        const direction = decayed(parameter, gradient)
        momentum?.become(sum([settings.momentum, momentum], [share, direction]))
        const ahead =
          momentum !== undefined && settings.nesterov ? sum([1, direction], [settings.momentum, momentum]) : momentum
        parameter.increase(negativeRate, ahead ?? direction)
      },
    }
  }

  const negativeRate: Scalar = p.scalar('rate', (step) => -rate(step) / (1 - BETA_1 ** (step.batch + 1)))
  const rootCorrection = p.scalar('rootCorrection', ({ batch }) => 1 / Math.sqrt(1 - BETA_2 ** (batch + 1)))
  const moments = new Map(
    parameters.map((parameter) => [parameter, { m: state(parameter, 'm'), v: state(parameter, 'v') }]),
  )
  return {
    descend(parameter, gradient) {
      const moment = moments.get(parameter)
      if (moment === undefined) throw p.problem('descend', `${parameter.label} was not given to the optimiser`)
      const direction = decayed(parameter, gradient)
      moment.m.become(sum([BETA_1, moment.m], [1 - BETA_1, direction]))
      moment.v.become(sum([BETA_2, moment.v], [1 - BETA_2, map('square', direction)]))
      const root = sum([rootCorrection, map('sqrt', moment.v)], [STABILISER, p.fill(1, [1, 1])])
      parameter.increase(negativeRate, divide(moment.m, root))
    },
  }
}

/**
 * The settings of an optimiser, to be spread into a rule's.
 *
 * @param gradient a sentence about the gradient that the learning rate is a step along
 */
export function optimiserSettings(
  defaults: { readonly optimiser: 'adam' | 'sgd'; readonly momentum: number; readonly learningRate?: number },
  gradient = '',
) {
  return {
    optimiser: choice({
      label: 'Optimiser',
      help: 'How gradients are turned into weight updates.',
      options: ['adam', 'sgd'],
      optionLabels: { adam: 'Adam', sgd: 'SGD with momentum' },
      default: defaults.optimiser,
      group: 'learning',
    }),
    learningRate: number({
      label: 'Learning rate',
      symbol: 'μ',
      help: `Step size of the optimiser before any decay.${gradient}`,
      above: 0,
      maximum: 100,
      default: defaults.learningRate ?? 0.001,
      group: 'learning',
    }),
    momentum: number({
      label: 'Momentum',
      help: 'Used by SGD only.',
      minimum: 0,
      maximum: 0.9999,
      default: defaults.momentum,
      group: 'learning',
    }),
    dampening: number({
      label: 'Dampening',
      help: 'The momentum takes up this much less of each gradient but the first. Used by SGD with momentum, not with Nesterov’s.',
      minimum: 0,
      maximum: 1,
      default: 0,
      group: 'learning',
    }),
    nesterov: onOff({
      label: 'Nesterov momentum',
      help: 'Steps along the gradient and the momentum it has just changed. Used by SGD with momentum only.',
      default: false,
      group: 'learning',
    }),
  }
}

/** The settings of a rate that falls by steps, to be spread into a rule's. `what`: what is multiplied, with its verb. */
export function stepSettings(
  what: 'The learning rate is' | 'The learning rates are',
  defaults: { readonly epochs: number; readonly factor: number },
) {
  return {
    stepEpochs: whole({
      label: 'Decay every',
      help: `${what} multiplied by the decay factor after every so many epochs.`,
      unit: 'epochs',
      minimum: 1,
      maximum: 100_000,
      default: defaults.epochs,
      group: 'learning',
    }),
    stepFactor: stepFactor(defaults.factor),
  }
}

export const stepFactor = (preset: number) =>
  number({
    label: 'Decay factor',
    symbol: 'κ',
    help: '1 means no decay.',
    above: 0,
    maximum: 1,
    default: preset,
    group: 'learning',
  })

/** κ^⌊epoch / stepEpochs⌋, epoch from 0. */
export function steppedFactor(s: { readonly stepEpochs: number; readonly stepFactor: number }, epoch: number): number {
  return s.stepFactor ** Math.floor(epoch / s.stepEpochs)
}
