/**
 * The binary version of CIFAR-10 and CIFAR-100: records without a header, each its label or labels and then 32×32
 * pixels in three planes (red, green, blue), row by row. Source: A. Krizhevsky, "Learning Multiple Layers of Features
 * from Tiny Images", 2009, and the data sets' page.
 */
import { DataProblem, formatCount } from './problem.ts'
import type { Samples, Scaling } from './data-set.ts'

const SIDE = 32
const CHANNELS = 3
/** Pixel bytes of one record. */
export const CIFAR_FEATURES = SIDE * SIDE * CHANNELS

export interface CifarKind {
  /** Label bytes before the pixels; the last one is the class. */
  readonly labelBytes: 1 | 2
  readonly classes: number
  /** Of CIFAR-100: superclasses, the first label byte; null where there is none. */
  readonly superclasses: number | null
}

export const CIFAR_10: CifarKind = { labelBytes: 1, classes: 10, superclasses: null }
export const CIFAR_100: CifarKind = { labelBytes: 2, classes: 100, superclasses: 20 }

const MEANS = [0.4914, 0.4822, 0.4465]
const DEVIATIONS = [0.2023, 0.1994, 0.201]

/** (x/255 − mean) / (3·deviation) by channel: CIFAR-10's means and deviations, which the authors use for CIFAR-100 too. */
export const CIFAR_SCALING: Scaling = {
  scale: DEVIATIONS.map((deviation) => 1 / (255 * 3 * deviation)),
  offset: MEANS.map((mean, channel) => -mean / (3 * (DEVIATIONS[channel] ?? NaN))),
}

/** Bytes of one record. */
export function cifarRecordLength(kind: CifarKind): number {
  return kind.labelBytes + CIFAR_FEATURES
}

/**
 * The records of all files, one file after another. Pixels are gathered into one array as long as those in the files.
 *
 * @throws DataProblem when a file is empty, ends within a record or holds a label out of range
 */
export function readCifar(
  files: readonly { readonly file: string; readonly bytes: Uint8Array }[],
  kind: CifarKind,
): Samples {
  const length = cifarRecordLength(kind)
  for (const { file, bytes } of files) {
    const over = bytes.length % length
    if (bytes.length === 0 || over > 0)
      throw new DataProblem(
        file,
        `whole records of ${formatCount(length)} bytes`,
        bytes.length === 0
          ? 'an empty file'
          : `${formatCount(bytes.length)} bytes, ${over} too many for ${formatCount((bytes.length - over) / length)} records`,
      )
  }
  const count = files.reduce((sum, { bytes }) => sum + bytes.length / length, 0)
  const pixels = new Uint8Array(count * CIFAR_FEATURES)
  const labels = new Uint8Array(count)
  let row = 0
  for (const { file, bytes } of files)
    for (let record = 0, at = 0; at < bytes.length; record++, row++, at += length) {
      if (kind.superclasses !== null) label(bytes[at], kind.superclasses, file, record)
      labels[row] = label(bytes[at + kind.labelBytes - 1], kind.classes, file, record)
      pixels.set(bytes.subarray(at + kind.labelBytes, at + length), row * CIFAR_FEATURES)
    }
  return {
    count,
    features: CIFAR_FEATURES,
    pixels,
    labels,
    classes: kind.classes,
    image: { height: SIDE, width: SIDE, channels: CHANNELS },
    scaling: CIFAR_SCALING,
  }
}

function label(value: number | undefined, classes: number, file: string, record: number): number {
  if (value !== undefined && value < classes) return value
  throw new DataProblem(
    file,
    `labels from 0 to ${classes - 1}`,
    `${value ?? 'none'} in record ${formatCount(record)} (counted from 0)`,
  )
}
