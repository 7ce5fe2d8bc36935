/** Samples as the device keeps them: what each byte stands for in each channel, then the bytes; or numbers scaled here. */
import type { Samples } from '../../program/samples.ts'
import { gatherPixels } from '../batch.ts'

export interface DeviceSamples {
  readonly pixels: Uint32Array<ArrayBuffer>
  readonly labels: Uint32Array<ArrayBuffer>
  /** Pixels of a channel, 0 where pixels are numbers already; and the word at which bytes begin. */
  readonly data: readonly [plane: number, begin: number]
}

export function deviceSamples(samples: Samples): DeviceSamples {
  const { count, features, pixels, scaling } = samples
  const labels = Uint32Array.from(samples.labels)
  if (!(pixels instanceof Uint8Array)) {
    const scaled = new Float32Array(count * features)
    gatherPixels(
      samples,
      Uint32Array.from({ length: count }, (_, index) => index),
      scaled,
    )
    return { pixels: new Uint32Array(scaled.buffer), labels, data: [0, 0] }
  }
  const channels = scaling.scale.length
  const begin = channels * 256
  const words = new Uint32Array(begin + Math.ceil((count * features) / 4))
  const values = new Float32Array(words.buffer, 0, begin)
  for (let channel = 0; channel < channels; channel++)
    for (let byte = 0; byte < 256; byte++)
      // Rounded once, to float32.
      values[channel * 256 + byte] = byte * (scaling.scale[channel] as number) + (scaling.offset[channel] as number)
  new Uint8Array(words.buffer).set(pixels.subarray(0, count * features), begin * 4)
  return { pixels: words, labels, data: [features / channels, begin] }
}
