/** Softmax regression, trained well: how far a linear classifier gets, for judging how hard a data set is. */
import { epochOrder } from '../../src-main/data/batches.ts'
import type { DataSet, Samples } from '../../src-main/data/data-set.ts'
import { Generator } from '../../src-main/program/random.ts'

const BATCH = 100

/** Highest test accuracy after any epoch, and the training accuracy at the end. Adam, its rate falling to nothing. */
export function trainSoftmax(
  { train, test }: Pick<DataSet, 'train' | 'test'>,
  epochs: number,
): { readonly test: number; readonly train: number } {
  const { classes, features } = train
  const stride = features + 1
  const inputs = { train: scaled(train), test: scaled(test) }
  const weights = new Float32Array(classes * stride)
  const gradient = new Float32Array(weights.length)
  const first = new Float32Array(weights.length)
  const second = new Float32Array(weights.length)
  const outputs = new Float64Array(classes)

  const predict = (pixels: Float32Array, sample: number): void => {
    let most = -Infinity
    for (let c = 0; c < classes; c++) {
      let sum = weights[c * stride + features]!
      for (let f = 0; f < features; f++) sum += weights[c * stride + f]! * pixels[sample * features + f]!
      outputs[c] = sum
      most = Math.max(most, sum)
    }
    let total = 0
    for (let c = 0; c < classes; c++) total += outputs[c] = Math.exp(outputs[c]! - most)
    for (let c = 0; c < classes; c++) outputs[c]! /= total
  }
  const accuracy = (part: 'train' | 'test', { count, labels }: Samples): number => {
    let hits = 0
    for (let i = 0; i < count; i++) {
      predict(inputs[part], i)
      if (outputs.indexOf(Math.max(...outputs)) === labels[i]) hits++
    }
    return hits / count
  }

  const order = Generator.seeded(0)
  const batches = Math.floor(train.count / BATCH)
  let best = 0
  for (let epoch = 0, step = 0; epoch < epochs; epoch++) {
    const samples = epochOrder(order, epoch, train.count, true)
    for (let batch = 0; batch < batches; batch++) {
      gradient.fill(0)
      for (const i of samples.subarray(batch * BATCH, (batch + 1) * BATCH)) {
        predict(inputs.train, i)
        for (let c = 0; c < classes; c++) {
          const error = (outputs[c]! - (train.labels[i] === c ? 1 : 0)) / BATCH
          if (Math.abs(error) < 1e-7) continue
          gradient[c * stride + features]! += error
          for (let f = 0; f < features; f++) gradient[c * stride + f]! += error * inputs.train[i * features + f]!
        }
      }
      step++
      const rate = (0.005 * (1 - step / (epochs * batches)) * Math.sqrt(1 - 0.999 ** step)) / (1 - 0.9 ** step)
      for (let k = 0; k < weights.length; k++) {
        const g = gradient[k]!
        first[k] = 0.9 * first[k]! + 0.1 * g
        second[k] = 0.999 * second[k]! + 0.001 * g * g
        weights[k]! -= (rate * first[k]!) / (Math.sqrt(second[k]!) + 1e-8)
      }
    }
    best = Math.max(best, accuracy('test', test))
  }
  return { test: best, train: accuracy('train', train) }
}

function scaled({ pixels, scaling }: Samples): Float32Array {
  const [scale, offset] = [scaling.scale[0] ?? NaN, scaling.offset[0] ?? NaN]
  return Float32Array.from(pixels, (pixel) => pixel * scale + offset)
}
