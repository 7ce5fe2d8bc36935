/**
 * The TensorFlow.js kernels that programs need, called without the checks and conversions of its operations: a small
 * network's element-wise steps cost little more than the call. Every tensor is `[replicas, rows, columns]`.
 *
 * The WebAssembly backend's ClipByValue turns NaN into a number, and its Softmax fails on some widths: both are
 * put together from others. A potential that overflows comes out of hardSigmoid as NaN, not 1: both mean divergence.
 */
import type { NamedAttrMap, Tensor } from '@tensorflow/tfjs-core'
import type { MapName } from '../../program/activations.ts'
import type { Tf } from './binding.ts'

/** One number for all replicas, or one per replica where they differ. */
export type Factor = number | readonly number[]

export class Kernels {
  readonly tf: Tf
  readonly #engine: ReturnType<Tf['engine']>
  readonly #numbers: FactorTensors

  constructor(tf: Tf) {
    this.tf = tf
    this.#engine = tf.engine()
    this.#numbers = new FactorTensors(tf)
  }

  /** One matrix per replica of these values, row by row. */
  matrices(values: Float32Array, replicas: number, rows: number, columns: number): Tensor {
    return this.tf.tensor3d(values, [replicas, rows, columns], 'float32')
  }

  fill(number: number, replicas: number, rows: number, columns: number): Tensor {
    return this.tf.fill([replicas, rows, columns], number, 'float32')
  }

  /** Matrices of one replica each along the batch dimension; outlives any tidy. */
  stack(tensors: Tensor[]): Tensor {
    return this.tf.keep(this.tf.concat(tensors, 0))
  }

  /** The matrix of one replica; outlives any tidy. */
  slice(x: Tensor, replica: number): Tensor {
    const [, rows, columns] = x.shape as [number, number, number]
    return this.tf.keep(this.tf.slice(x, [replica, 0, 0], [1, rows, columns]))
  }

  copy(x: Tensor): Tensor {
    return this.#run('Identity', { x })
  }

  product(a: Tensor, b: Tensor): Tensor {
    return this.#run('BatchMatMul', { a, b }, { transposeA: false, transposeB: false })
  }

  transpose(x: Tensor): Tensor {
    return this.#run('Transpose', { x }, { perm: [0, 2, 1] })
  }

  scale(a: Tensor, factor: Factor): Tensor {
    return this.#run('Multiply', { a, b: this.#numbers.of(factor) })
  }

  add(a: Tensor, b: Tensor): Tensor {
    return this.#run('Add', { a, b })
  }

  subtract(a: Tensor, b: Tensor): Tensor {
    return this.#run('Sub', { a, b })
  }

  multiply(a: Tensor, b: Tensor): Tensor {
    return this.#run('Multiply', { a, b })
  }

  divide(a: Tensor, b: Tensor): Tensor {
    return this.#run('RealDiv', { a, b })
  }

  map(name: MapName, x: Tensor): Tensor {
    switch (name) {
      case 'hardSigmoid':
        // v − v is 0, or NaN where v is: then the clip's number must not stand.
        return through(this.#run('ClipByValue', { x }, { clipValueMin: 0, clipValueMax: 1 }), (clipped) =>
          through(this.subtract(x, x), (nothing) => this.add(clipped, nothing)),
        )
      case 'relu':
        return this.#run('Relu', { x })
      case 'sigmoid':
        return this.#run('Sigmoid', { x })
      case 'tanh':
        return this.#run('Tanh', { x })
      case 'exp':
        return this.#run('Exp', { x })
      case 'log':
        return this.#run('Log', { x })
      case 'sqrt':
        return this.#run('Sqrt', { x })
      case 'square':
        return this.multiply(x, x)
      case 'absolute':
        return this.#run('Abs', { x })
      case 'reluSlope':
        return this.tf.tidy(() => this.#step(x))
      case 'hardSigmoidSlope':
        // 0 < v and v < 1
        return this.tf.tidy(() => this.multiply(this.#step(x), this.#step(this.subtract(this.#one(), x))))
      case 'sigmoidSlope':
        return through(this.#run('Sigmoid', { x }), (s) =>
          through(this.subtract(this.#one(), s), (rest) => this.multiply(s, rest)),
        )
      case 'tanhSlope':
        return this.tf.tidy(() => {
          const t = this.#run('Tanh', { x })
          return this.subtract(this.#one(), this.multiply(t, t))
        })
      case 'logit':
        return this.tf.tidy(() => this.#run('Log', { x: this.divide(x, this.subtract(this.#one(), x)) }))
      case 'artanh':
        return this.tf.tidy(() =>
          this.scale(
            this.#run('Log', { x: this.divide(this.add(this.#one(), x), this.subtract(this.#one(), x)) }),
            0.5,
          ),
        )
      default:
        return name satisfies never
    }
  }

  /** Row by row exp(v − max) / Σ exp(v − max). */
  softmax(x: Tensor): Tensor {
    return this.tf.tidy(() => {
      const exponentials = this.#run('Exp', { x: this.subtract(x, this.tf.max(x, 2, true)) })
      return this.divide(exponentials, this.tf.sum(exponentials, 2, true))
    })
  }

  /** Sums over rows, columns or all of a replica; the shape keeps its dimensions. */
  reduce(x: Tensor, over: 'rows' | 'columns' | 'all'): Tensor {
    return this.tf.sum(x, over === 'rows' ? 1 : over === 'columns' ? 2 : [1, 2], true)
  }

  /** For each replica whether an entry is NaN or infinite: only then is the sum of all of them, times 0, not 0. */
  nonFinite(x: Tensor): boolean[] {
    return this.tf.tidy(() => Array.from(this.tf.sum(this.scale(x, 0), [1, 2]).dataSync(), (sum) => sum !== 0))
  }

  /** After a batch: factors that it did not use are disposed. */
  sweep(): void {
    this.#numbers.sweep()
  }

  dispose(): void {
    this.#numbers.dispose()
  }

  /** 1 where v > 0, else 0. */
  #step(x: Tensor): Tensor {
    return this.#run('Step', { x }, { alpha: 0 })
  }

  #one(): Tensor {
    return this.#numbers.of(1)
  }

  #run(name: string, inputs: Record<string, Tensor>, attributes?: NamedAttrMap): Tensor {
    return this.#engine.runKernel(name, inputs, attributes)
  }
}

/** f of a tensor, which is then disposed. */
export function through(tensor: Tensor, f: (tensor: Tensor) => Tensor): Tensor {
  const result = f(tensor)
  tensor.dispose()
  return result
}

/** Factors as tensors, kept for as long as every batch uses them. */
class FactorTensors {
  readonly #tf: Tf
  readonly #known = new Map<number | string, { readonly tensor: Tensor; used: boolean }>()

  constructor(tf: Tf) {
    this.#tf = tf
  }

  of(factor: Factor): Tensor {
    const key = typeof factor === 'number' ? factor : factor.join()
    const known = this.#known.get(key)
    if (known !== undefined) {
      known.used = true
      return known.tensor
    }
    const tensor = this.#tf.keep(
      typeof factor === 'number'
        ? this.#tf.scalar(factor, 'float32')
        : this.#tf.tensor3d([...factor], [factor.length, 1, 1], 'float32'),
    )
    this.#known.set(key, { tensor, used: true })
    return tensor
  }

  sweep(): void {
    for (const [key, known] of this.#known) {
      if (known.used) known.used = false
      else {
        known.tensor.dispose()
        this.#known.delete(key)
      }
    }
  }

  dispose(): void {
    for (const { tensor } of this.#known.values()) tensor.dispose()
    this.#known.clear()
  }
}
