/** The published files themselves, where this machine has them: APICAL_DATA, else shared/data beside the clone. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import type { Samples } from '../../src-main/data/data-set.ts'
import { describeDataSets, loadDataSet, useDataFolder, verifyDataSet } from '../../src-main/lab/datasets.ts'

// Unpacking 180 MB of .xz takes seconds, and minutes on a machine that is busy with other tests.
const data = resolve(process.env['APICAL_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url)))
const absent = (name: string) => !existsSync(join(data, name))
const why = (name: string) => (absent(name) ? ` (skipped: no ${name} in APICAL_DATA or ../shared/data)` : '')

/** Mean and standard deviation of all pixels of a channel, in [0, 1]. */
function statistics({ pixels, count, features }: Samples, channels: number): { mean: number[]; deviation: number[] } {
  const plane = features / channels
  const mean: number[] = []
  const deviation: number[] = []
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0
    let squares = 0
    for (let sample = 0; sample < count; sample++)
      for (let at = sample * features + channel * plane; at < sample * features + (channel + 1) * plane; at++) {
        const value = pixels[at] ?? NaN
        sum += value
        squares += value * value
      }
    const average = sum / (count * plane)
    mean.push(average / 255)
    deviation.push(Math.sqrt(squares / (count * plane) - average ** 2) / 255)
  }
  return { mean, deviation }
}

const histogram = ({ labels, classes }: Samples): number[] => {
  const counts = new Array<number>(classes).fill(0)
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1
  return counts
}

describe.skipIf(absent('mnist'))(`MNIST${why('mnist')}`, () => {
  it('has the counts, first labels and statistics that everybody knows', async () => {
    const { data: set, warnings } = await loadDataSet('mnist', { seed: 0, folder: data })
    expect([set.train.count, set.test.count, set.train.features]).toEqual([60_000, 10_000, 784])
    expect([...set.train.labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
    expect([...set.test.labels.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
    expect(histogram(set.train)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
    const { mean, deviation } = statistics(set.train, 1)
    expect(mean[0]).toBeCloseTo(0.1307, 4)
    expect(deviation[0]).toBeCloseTo(0.3081, 4)
    expect(warnings).toEqual([])
  })

  it('verifies', async () => {
    expect(await verifyDataSet(join(data, 'mnist'))).toMatchObject([
      { name: 'mnist', published: true, trainCount: 60_000, testCount: 10_000 },
    ])
  })

  it.skipIf(absent('fashion-mnist'))(
    `is not taken from the folder of Fashion-MNIST, whose files have the same names${why('fashion-mnist')}`,
    async () => {
      await expect(loadDataSet('mnist', { seed: 0, folder: join(data, 'fashion-mnist') })).rejects.toThrow(
        /a file of MNIST, found one of Fashion-MNIST/,
      )
      await expect(loadDataSet('fashion-mnist', { seed: 0, folder: join(data, 'mnist') })).rejects.toThrow(
        /found one of MNIST/,
      )
      // Nor does it seem to be there, nor can it be chosen.
      vi.stubEnv('APICAL_HOME', join(data, 'no-such-home'))
      const states = (await describeDataSets(join(data, 'fashion-mnist'))).map(({ name, state }) => `${name} ${state}`)
      expect(states).toEqual(expect.arrayContaining(['mnist broken', 'fashion-mnist present']))
      await expect(useDataFolder('mnist', join(data, 'fashion-mnist'))).rejects.toThrow(/found one of Fashion-MNIST/)
      vi.unstubAllEnvs()
    },
  )
})

describe.skipIf(absent('fashion-mnist'))(`Fashion-MNIST${why('fashion-mnist')}`, () => {
  it('has its counts, balanced classes and statistics', async () => {
    const { data: set, warnings } = await loadDataSet('fashion-mnist', { seed: 0, folder: data })
    expect([set.train.count, set.test.count]).toEqual([60_000, 10_000])
    expect(set.classNames[9]).toBe('Ankle boot')
    expect([...set.train.labels.subarray(0, 5)]).toEqual([9, 0, 0, 3, 0])
    expect(histogram(set.train)).toEqual(new Array(10).fill(6000))
    const { mean, deviation } = statistics(set.train, 1)
    expect(mean[0]).toBeCloseTo(0.286, 3)
    expect(deviation[0]).toBeCloseTo(0.353, 3)
    expect(warnings).toEqual([])
  })
})

const noXz = (() => {
  try {
    execFileSync('xz', ['--version'], { stdio: 'ignore' })
    return false
  } catch {
    return true
  }
})()
const noCifar = (name: string) => absent(name) || noXz
const whyNoCifar = (name: string) => (noXz ? ' (skipped: no xz on this machine)' : why(name))

describe.skipIf(noCifar('cifar-10'))(`CIFAR-10${whyNoCifar('cifar-10')}`, () => {
  it('has its counts, balanced classes and the channel means that its scaling is made of', async () => {
    const { data: set, warnings } = await loadDataSet('cifar-10', { seed: 0, folder: data })
    expect([set.train.count, set.test.count, set.train.features]).toEqual([50_000, 10_000, 3072])
    expect(set.classNames[6]).toBe('frog')
    expect([...set.train.labels.subarray(0, 5)]).toEqual([6, 9, 9, 4, 1])
    expect([...set.test.labels.subarray(0, 5)]).toEqual([3, 8, 8, 0, 6])
    expect(histogram(set.train)).toEqual(new Array(10).fill(5000))
    expect(histogram(set.test)).toEqual(new Array(10).fill(1000))
    const { mean } = statistics(set.train, 3)
    for (const [channel, published] of [0.4914, 0.4822, 0.4465].entries()) {
      expect(mean[channel]).toBeCloseTo(published, 3)
      // So the scaled channel is centred.
      const scaled =
        (mean[channel] ?? NaN) * 255 * (set.train.scaling.scale[channel] ?? NaN) +
        (set.train.scaling.offset[channel] ?? NaN)
      expect(Math.abs(scaled)).toBeLessThan(1e-3)
    }
    expect(warnings).toEqual([])
  })
})

describe.skipIf(noCifar('cifar-100'))(`CIFAR-100${whyNoCifar('cifar-100')}`, () => {
  it('is complete or named a subset, and its test set is balanced', async () => {
    const { data: set, fingerprint } = await loadDataSet('cifar-100', { seed: 0, folder: data })
    expect([set.train.count, fingerprint['subset']]).toEqual(
      set.train.count === 2500 ? [2500, expect.stringContaining('2,500 of 50,000')] : [50_000, undefined],
    )
    expect(histogram(set.train)).toEqual(new Array(100).fill(set.train.count / 100))
    expect(histogram(set.test)).toEqual(new Array(100).fill(100))
    expect(set.classNames).toHaveLength(100)
    // The first training picture is a cow among the large omnivores and herbivores.
    expect(set.classNames[set.train.labels[0] ?? 0]).toBe('cattle')
  })
})
