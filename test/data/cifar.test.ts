/** CIFAR's records made by hand, and the scaling against the numbers that are published. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CIFAR_10,
  CIFAR_100,
  CIFAR_FEATURES,
  CIFAR_SCALING,
  cifarRecordLength,
  readCifar,
  type CifarKind,
} from '../../src-main/data/cifar.ts'
import { DataProblem } from '../../src-main/data/problem.ts'
import { pattern } from './idx-file.ts'

function recordsOf(
  labels: readonly (readonly number[])[],
  pixel: (record: number) => Uint8Array = () => pattern(CIFAR_FEATURES),
): Uint8Array {
  return Uint8Array.from(labels.flatMap((record, index) => [...record, ...pixel(index)]))
}

const refusal = (bytes: Uint8Array, kind: CifarKind) => {
  try {
    readCifar([{ file: 'batch.bin', bytes }], kind)
  } catch (error) {
    expect(error).toBeInstanceOf(DataProblem)
    return (error as DataProblem).message
  }
  throw new Error('was taken for good data')
}

describe('records', () => {
  it('of CIFAR-10 are a label and three planes, file after file', () => {
    const first = recordsOf([[7], [0]], (record) => new Uint8Array(CIFAR_FEATURES).fill(record + 1))
    const second = recordsOf([[9]])
    const samples = readCifar(
      [
        { file: '1', bytes: first },
        { file: '2', bytes: second },
      ],
      CIFAR_10,
    )
    expect(samples).toMatchObject({
      count: 3,
      features: 3072,
      classes: 10,
      image: { height: 32, width: 32, channels: 3 },
    })
    expect([...samples.labels]).toEqual([7, 0, 9])
    expect(samples.pixels.length).toBe(3 * CIFAR_FEATURES)
    expect(samples.pixels[0]).toBe(1)
    expect(samples.pixels[CIFAR_FEATURES]).toBe(2)
    expect([...samples.pixels.subarray(2 * CIFAR_FEATURES)]).toEqual([...pattern(CIFAR_FEATURES)])
  })

  it('of CIFAR-100 give the fine label', () => {
    const samples = readCifar(
      [
        {
          file: '1',
          bytes: recordsOf([
            [19, 99],
            [0, 42],
          ]),
        },
      ],
      CIFAR_100,
    )
    expect([...samples.labels]).toEqual([99, 42])
    expect(samples.classes).toBe(100)
    expect([...samples.pixels.subarray(0, CIFAR_FEATURES)]).toEqual([...pattern(CIFAR_FEATURES)])
  })

  it('are as long as published', () => {
    expect([cifarRecordLength(CIFAR_10), cifarRecordLength(CIFAR_100)]).toEqual([3073, 3074])
  })

  it('are refused in one sentence', () => {
    expect(refusal(new Uint8Array(0), CIFAR_10)).toMatch(
      /^batch\.bin: expected whole records of 3,073 bytes, found an empty file\.$/,
    )
    expect(refusal(recordsOf([[1], [2]]).subarray(0, 6000), CIFAR_10)).toMatch(
      /6,000 bytes, 2927 too many for 1 records/,
    )
    expect(refusal(recordsOf([[1], [10]]), CIFAR_10)).toMatch(/labels from 0 to 9, found 10 in record 1 /)
    expect(refusal(recordsOf([[0, 100]]), CIFAR_100)).toMatch(/labels from 0 to 99, found 100 in record 0 /)
    expect(refusal(recordsOf([[20, 1]]), CIFAR_100)).toMatch(/labels from 0 to 19, found 20/)
  })

  it('come out whole or are refused, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.integer({ min: 0, max: 3 * 3074 }),
        fc.array(fc.tuple(fc.nat(3 * 3074), fc.nat(255)), { maxLength: 5 }),
        (hundred, length, changes) => {
          const kind = hundred ? CIFAR_100 : CIFAR_10
          const bytes = new Uint8Array(length % 5 === 0 ? length : (length % 4) * cifarRecordLength(kind))
          for (const [at, to] of changes) if (at < bytes.length) bytes[at] = to
          try {
            const { count, pixels, labels } = readCifar([{ file: 'f', bytes }], kind)
            expect(count * cifarRecordLength(kind)).toBe(bytes.length)
            expect(pixels.length).toBe(count * CIFAR_FEATURES)
            expect(labels.length).toBe(count)
          } catch (error) {
            expect(error).toBeInstanceOf(DataProblem)
          }
        },
      ),
      { numRuns: 200 },
    )
  })
})

it('scales by the published means and three times the published deviations', () => {
  // reference/presets.json, meta.cifarNormalisation: means, and 3 × deviations (0.6069, 0.5982, 0.603).
  const means = [0.4914, 0.4822, 0.4465]
  const spreads = [0.6069, 0.5982, 0.603]
  for (let channel = 0; channel < 3; channel++)
    for (const byte of [0, 1, 128, 255]) {
      const scaled = byte * (CIFAR_SCALING.scale[channel] ?? NaN) + (CIFAR_SCALING.offset[channel] ?? NaN)
      expect(scaled).toBeCloseTo((byte / 255 - (means[channel] ?? NaN)) / (spreads[channel] ?? NaN), 12)
    }
})
