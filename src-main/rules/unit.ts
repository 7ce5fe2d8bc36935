/**
 * The units of a network that settles: how a rate follows from a potential, and where a phase begins. What CorInfoMax,
 * equilibrium propagation and similarity matching share; every published run has clip(v, 0, 1) and begins at 0.
 */
import type { Operand, Parameter, Tracer, Value } from '../program/trace.ts'
import { hardSigmoid, map, relu, sum } from '../program/words.ts'
import { choice } from './setting.ts'

const ACTIVATIONS = ['hard-sigmoid', 'wide', 'centred', 'sigmoid', 'tanh', 'relu', 'linear'] as const
type Activation = (typeof ACTIVATIONS)[number]

interface UnitSettings {
  readonly activation: Activation
  readonly initialState: 'zeros' | 'random'
}

/** To be spread into a rule's settings. */
export const unitSettings = {
  activation: choice({
    label: 'Activation',
    symbol: 'f',
    help: 'How a unit’s rate follows from its potential; the published runs have the hard sigmoid.',
    options: ACTIVATIONS,
    optionLabels: {
      'hard-sigmoid': 'Hard sigmoid: clip(v, 0, 1)',
      wide: 'Wide hard sigmoid: clip(v/2, 0, 1)',
      centred: 'Centred hard sigmoid: clip(v, −½, ½)',
      sigmoid: 'Sigmoid: σ(4v − 2)',
      tanh: 'Tanh',
      relu: 'ReLU',
      linear: 'Linear',
    },
    default: 'hard-sigmoid',
    group: 'dynamics',
  }),
  initialState: choice({
    label: 'Initial state',
    help: 'Where settling starts. Random: drawn once for each unit of a network, the same for every sample.',
    options: ['zeros', 'random'],
    optionLabels: { zeros: 'Zeros', random: 'Random: N(0, 1)' },
    default: 'zeros',
    group: 'dynamics',
  }),
}

/** f(v), entry by entry. */
export function activate(p: Tracer, activation: Activation, v: Operand): Value {
  const shifted = (factor: number, by: number): Value => sum([factor, v], [by, p.fill(1, [1, 1])])
  switch (activation) {
    case 'hard-sigmoid':
      return hardSigmoid(v)
    case 'wide':
      return hardSigmoid(sum([0.5, v]))
    case 'centred':
      return sum([1, hardSigmoid(shifted(1, 0.5))], [-0.5, p.fill(1, [1, 1])])
    case 'sigmoid':
      return map('sigmoid', shifted(4, -2))
    case 'tanh':
      return map('tanh', v)
    case 'relu':
      return relu(v)
    case 'linear':
      return sum([1, v])
    default:
      return activation satisfies never
  }
}

/** f′(v), entry by entry; 0 where f bends. */
export function slope(p: Tracer, activation: Activation, v: Operand): Value {
  const shifted = (factor: number, by: number): Value => sum([factor, v], [by, p.fill(1, [1, 1])])
  switch (activation) {
    case 'hard-sigmoid':
      return map('hardSigmoidSlope', v)
    case 'wide':
      return sum([0.5, map('hardSigmoidSlope', sum([0.5, v]))])
    case 'centred':
      return map('hardSigmoidSlope', shifted(1, 0.5))
    case 'sigmoid':
      return sum([4, map('sigmoidSlope', shifted(4, -2))])
    case 'tanh':
      return map('tanhSlope', v)
    case 'relu':
      return map('reluSlope', v)
    case 'linear':
      return p.fill(1, v.shape)
    default:
      return activation satisfies never
  }
}

/** Where the states of each layer begin, ['batch', n_k]. Declares what it needs, so call it before training is described. */
export function restingStates(p: Tracer, s: UnitSettings, widths: readonly number[]): (k: number) => Value {
  const begin = new Map<number, Parameter>()
  if (s.initialState === 'random')
    for (let k = 1; k < widths.length; k++)
      begin.set(k, p.parameter(`begin${k}`, [1, widths[k] as number], { kind: 'normal' }))
  return (k) => {
    const zeros = p.zeros(widths[k] as number)
    const drawn = begin.get(k)
    return drawn === undefined ? zeros : sum([1, zeros], [1, drawn])
  }
}
