/**
 * A multilayer perceptron learned by an error carried backward: what backpropagation and the rules with feedback weights of
 * their own share. They differ in the matrices that carry the error back, in whether those learn, and in how weights begin.
 * Settings and TeX are beside it, in `perceptron-form.ts`.
 *
 *   h_k = W_k a_{k−1} + b_k,  a_k = relu(h_k),  a_0 = x;  the output is linear or relu
 *   squared error: mean over batch and units of (a_L − y)²;  cross-entropy: −⟨Σ y log softmax(a_L)⟩
 *   δ_L = ∂loss/∂h_L,  δ_k = carry(δ_{k+1}) ∘ relu′(h_k),  ∇W_k = ⟨δ_k a_{k−1}ᵀ⟩,  ∇b_k = ⟨δ_k⟩
 *
 * W_k is n_k × n_{k−1}, b_k a row of n_k.
 */
import type { Initial } from '../program/initial.ts'
import { layers } from '../program/layers.ts'
import type { Parameter, Tracer, Value } from '../program/trace.ts'
import {
  apply,
  applyTransposed,
  difference,
  map,
  mean,
  meanOverBatch,
  multiply,
  outer,
  relu,
  softmax,
  sum,
} from '../program/words.ts'
import { crossEntropy } from './measures.ts'
import { optimiser, steppedFactor } from './optimiser.ts'
import type { PerceptronSettings } from './perceptron-form.ts'
import type { Behaviour } from './rule.ts'
import { carriedBack, reportDescent, reportUpdates } from './truth.ts'

/** What a rule adds: how W_k and b_k begin, and the way back or what it has instead; called once the weights are declared, it declares what it needs itself. */
type Perceptron = {
  weight(k: number): Initial
  bias(k: number): Initial
} & (
  { feedback(W: PerLayer<Parameter>): Feedback } | { gradients(network: Network): (batch: Batch) => PerLayer<Gradient> }
)

type PerLayer<T> = (k: number) => T

/** What W_k and b_k are moved against. */
interface Gradient {
  readonly weight: Value
  readonly bias: Value
}

/** What a rule computes its gradients by that carries no error from layer to layer. */
interface Network {
  readonly W: PerLayer<Parameter>
  readonly b: PerLayer<Parameter>
  readonly forward: (x: Value) => Forward
  /** ∂loss/∂h_L of each sample. */
  readonly slope: (atOutput: Value) => Value
}

/** Of W_k, or what has its shape, and of b_k: U(±1/√n_{k−1}), PyTorch's default for a linear layer. */
export function plainInitial(widths: readonly number[]): (k: number) => Initial {
  return (k) => ({ kind: 'uniform', bound: 1 / Math.sqrt(widths[k - 1] as number) })
}

interface Feedback {
  /** What a batch teaches before its error is carried. */
  observe?(batch: Batch): void
  /** How the error at layer k, or that of the output, comes to the activity of layer k − 1. */
  carry(k: number, error: Value, atOutput: Value, batch: Batch): Value
  /** What takes the same steps as W_k, k from 2. */
  follower?(k: number): Parameter
  /** What else a batch teaches, once W has learned. */
  learn?(): void
}

/** h_k from 1, a_k from 0. */
interface Forward {
  readonly h: PerLayer<Value>
  readonly a: PerLayer<Value>
}

/** A training batch on its way forward. */
interface Batch extends Forward {
  /** Output, or its softmax where the loss has one, minus label, ['batch', n_L]. */
  readonly ε: Value
}

/** Describes training and prediction of the network. */
export function perceptron(p: Tracer, s: PerceptronSettings, widths: readonly number[], rule: Perceptron): Behaviour {
  const L = widths.length - 1
  const n = (k: number): number => widths[k] as number
  const W = layers(1, L, (k) => p.parameter(`W${k}`, [n(k), n(k - 1)], rule.weight(k)))
  const b = layers(1, L, (k) => p.parameter(`b${k}`, [1, n(k)], rule.bias(k)))
  const way =
    'feedback' in rule
      ? { feedback: rule.feedback(W) }
      : { gradients: rule.gradients({ W, b, forward, slope: (h) => slope(h, output(h)) }) }
  const feedback = way.feedback
  const follower = (k: number): readonly Parameter[] =>
    k === 1 || feedback?.follower === undefined ? [] : [feedback.follower(k)]
  const learned = Array.from({ length: L }, (_, i) => [W(i + 1), b(i + 1), ...follower(i + 1)]).flat()
  const { descend } = optimiser(p, s, ({ epoch }) => s.learningRate * steppedFactor(s, epoch), learned)

  function output(h: Value): Value {
    return s.outputActivation === 'relu' ? relu(h) : h
  }

  function forward(x: Value): Forward {
    const h: Value[] = [x]
    const a: Value[] = [x]
    for (let k = 1; k <= L; k++) {
      const linear = sum([1, apply(W(k), a[k - 1] as Value)], [1, b(k)])
      h.push(linear)
      a.push(k < L ? relu(linear) : output(linear))
    }
    return { h: (k) => h[k] as Value, a: (k) => a[k] as Value }
  }

  function error(output: Value): Value {
    return difference(s.criterion === 'cross-entropy' ? softmax(output) : output, p.y)
  }

  /** δ_L; the squared error is averaged over units too, hence 2/n_L. */
  function slope(h: Value, output: Value, ε = error(output)): Value {
    const ofLoss = s.criterion === 'cross-entropy' ? ε : sum([2 / n(L), ε])
    return s.outputActivation === 'relu' ? multiply(ofLoss, map('reluSlope', h)) : ofLoss
  }

  return {
    train() {
      const { h, a } = forward(p.x)
      p.count(a(L))
      const ε = error(a(L))
      const loss = s.criterion === 'cross-entropy' ? meanOverBatch(crossEntropy(p, a(L))) : mean(map('square', ε))
      p.measure('loss', loss)
      const batch = { h, a, ε }
      feedback?.observe?.(batch)

      const atOutput = slope(h(L), a(L), ε)
      const gradientsBy = (back: Feedback['carry']): PerLayer<Gradient> => {
        const δ = carriedBack(L, atOutput, (k, above) =>
          multiply(back(k + 1, above, atOutput, batch), map('reluSlope', h(k))),
        )
        return layers(1, L, (k) => ({ weight: outer(δ(k), a(k - 1)), bias: meanOverBatch(δ(k)) }))
      }
      const gradients =
        way.feedback === undefined ? way.gradients(batch) : gradientsBy((...carried) => way.feedback.carry(...carried))
      const exact = gradientsBy((k, error) => applyTransposed(W(k), error))
      const update = layers(1, L, (k) => sum([-1, gradients(k).weight]))
      reportUpdates(p, L, update)
      reportDescent(
        ...([p, L, 'backprop', update] as const),
        layers(1, L, (k) => sum([-1, exact(k).weight])),
      )
      for (let k = L; k >= 1; k--) {
        const { weight, bias } = gradients(k)
        p.measure(`linear.${k}`, h(k))
        p.measure(`activation.${k}`, a(k))
        p.measure(`gradient.W${k}`, weight)
        p.measure(`gradient.b${k}`, bias)
        descend(W(k), weight)
        descend(b(k), bias)
        for (const one of follower(k)) descend(one, weight)
      }
      feedback?.learn?.()
    },
    layers() {
      const { a } = forward(p.x)
      return Array.from({ length: L }, (_, i) => a(i + 1))
    },
  }
}
