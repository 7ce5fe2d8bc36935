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

/** What a rule adds: how W_k and b_k begin, and the way back. */
interface Perceptron {
  weight(k: number): Initial
  bias(k: number): Initial
  /** Called once the weights are declared; declares what it needs itself. */
  feedback(W: (k: number) => Parameter): Feedback
}

/** Of W_k, or what has its shape, and of b_k: U(±1/√n_{k−1}), PyTorch's default for a linear layer. */
export function plainInitial(widths: readonly number[]): (k: number) => Initial {
  return (k) => ({ kind: 'uniform', bound: 1 / Math.sqrt(widths[k - 1] as number) })
}

interface Feedback {
  /** What a batch teaches before its error is carried. */
  observe?(batch: Forward): void
  /** How the error at layer k, or that of the output, comes to the activity of layer k − 1. */
  carry(k: number, error: Value, atOutput: Value, batch: Forward): Value
  /** What takes the same steps as W_k, k from 2. */
  follower?(k: number): Parameter
  /** What else a batch teaches, once W has learned. */
  learn?(): void
}

/** What a batch's way forward leaves. */
interface Forward {
  readonly a: (k: number) => Value
  /** Output, or its softmax where the loss has one, minus label, ['batch', n_L]. */
  readonly ε: Value
}

/** Describes training and prediction of the network. */
export function perceptron(p: Tracer, s: PerceptronSettings, widths: readonly number[], rule: Perceptron): Behaviour {
  const L = widths.length - 1
  const n = (k: number): number => widths[k] as number
  const W = layers(1, L, (k) => p.parameter(`W${k}`, [n(k), n(k - 1)], rule.weight(k)))
  const b = layers(1, L, (k) => p.parameter(`b${k}`, [1, n(k)], rule.bias(k)))
  const feedback = rule.feedback(W)
  const follower = (k: number): readonly Parameter[] =>
    k === 1 || feedback.follower === undefined ? [] : [feedback.follower(k)]
  const learned = Array.from({ length: L }, (_, i) => [W(i + 1), b(i + 1), ...follower(i + 1)]).flat()
  const { descend } = optimiser(p, s, ({ epoch }) => s.learningRate * steppedFactor(s, epoch), learned)
  const reluAt = (k: number): boolean => k < L || s.outputActivation === 'relu'

  function forward(): { h: (k: number) => Value; a: (k: number) => Value } {
    const h: Value[] = [p.x]
    const a: Value[] = [p.x]
    for (let k = 1; k <= L; k++) {
      const linear = sum([1, apply(W(k), a[k - 1] as Value)], [1, b(k)])
      h.push(linear)
      a.push(reluAt(k) ? relu(linear) : linear)
    }
    return { h: (k) => h[k] as Value, a: (k) => a[k] as Value }
  }

  return {
    train() {
      const { h, a } = forward()
      const output = a(L)
      p.count(output)
      const probability = softmax(output)
      const error = difference(s.criterion === 'cross-entropy' ? probability : output, p.y)
      const loss = s.criterion === 'cross-entropy' ? meanOverBatch(crossEntropy(p, output)) : mean(map('square', error))
      p.measure('loss', loss)
      const batch = { a, ε: error }
      feedback.observe?.(batch)

      // δ_L; the squared error is averaged over units too, hence 2/n_L.
      const ofLoss = s.criterion === 'cross-entropy' ? error : sum([2 / n(L), error])
      const atOutput = reluAt(L) ? multiply(ofLoss, map('reluSlope', h(L))) : ofLoss
      const gradientsBy = (back: Feedback['carry']) => {
        const δ = carriedBack(L, atOutput, (k, above) =>
          multiply(back(k + 1, above, atOutput, batch), map('reluSlope', h(k))),
        )
        return layers(1, L, (k) => ({ weight: outer(δ(k), a(k - 1)), bias: meanOverBatch(δ(k)) }))
      }
      const gradients = gradientsBy((...carried) => feedback.carry(...carried))
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
      feedback.learn?.()
    },
    layers() {
      const { a } = forward()
      return Array.from({ length: L }, (_, i) => a(i + 1))
    },
  }
}
