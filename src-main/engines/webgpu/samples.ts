/** Samples as the device stores them: the value of each byte per channel, then the bytes; or numbers scaled here. */
import type { Samples } from '../../program/samples.ts'
import { byteValues, scaledPixels } from '../batch.ts'

interface DeviceSamples {
  readonly pixels: Uint32Array<ArrayBuffer>
  readonly labels: Uint32Array<ArrayBuffer>
  /** Pixels of a channel, 0 where pixels are numbers already; and the word at which bytes begin. */
  readonly data: readonly [plane: number, begin: number]
}

export function deviceSamples(samples: Samples): DeviceSamples {
  const { count, features, pixels } = samples
  const labels = Uint32Array.from(samples.labels)
  if (!(pixels instanceof Uint8Array))
    return { pixels: new Uint32Array(scaledPixels(samples).buffer), labels, data: [0, 0] }
  const values = byteValues(samples)
  const begin = values.length
  const words = new Uint32Array(begin + Math.ceil((count * features) / 4))
  words.set(new Uint32Array(values.buffer))
  new Uint8Array(words.buffer).set(pixels.subarray(0, count * features), begin * 4)
  return { pixels: words, labels, data: [features / samples.scaling.scale.length, begin] }
}
