/** What a lab sends processes for: benchmarks and pages of samples. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src-main/contract.ts'
import { generateGlyphs } from '../../src-main/data/glyphs.ts'
import { openLab, type OpenLab } from '../../src-main/lab/lab.ts'
import { scratchFolder, smallExperiment } from './small-experiment.ts'

const scratch = scratchFolder()
let lab: OpenLab
beforeAll(async () => {
  lab = await openLab({ host: 'test', resultsFolder: scratch.inside('lab'), dataFolder: scratch.inside('nothing') })
})
afterAll(async () => {
  await lab.close()
  scratch.remove()
})

describe('a preview', () => {
  const asked = { name: 'glyphs', split: 'test', label: 3, from: 2, count: 4 } as const

  it('shows samples of one class, byte by byte as they are', async () => {
    const { test } = generateGlyphs(0)
    const threes = Array.from(test.labels.entries()).flatMap(([index, label]) => (label === 3 ? [index] : []))
    const preview = await lab.preview(asked)
    expect(preview.samples).toEqual(threes.slice(2, 6).map((index) => ({ index, label: 3 })))
    expect(preview).toMatchObject({ matching: threes.length, total: test.count, image: { height: 28, width: 28 } })
    expect(preview.counts.reduce((sum, count) => sum + count, 0)).toBe(test.count)
    const bytes = Buffer.from(preview.pixels, 'base64')
    threes.slice(2, 6).forEach((index, at) => {
      const own = Buffer.from(test.pixels.subarray(index * 784, (index + 1) * 784))
      expect(bytes.subarray(at * 784, (at + 1) * 784).equals(own)).toBe(true)
    })
  })

  it('of a set that is not here is refused in words', async () => {
    await expect(lab.preview({ ...asked, name: 'mnist' })).rejects.toThrow(/MNIST/i)
  })
})

describe('a benchmark', () => {
  it('is told as it goes, kept, and not measured twice at once', async () => {
    const fractions: number[] = []
    lab.watch((event: LabEvent) => {
      if (event.kind === 'bench') fractions.push(event.fraction)
    })
    const first = lab.bench({ engine: 'reference' })
    await expect(lab.bench({ engine: 'reference' })).rejects.toThrow(/already/)
    const result = await first
    expect(result).toMatchObject({ engine: 'reference', rule: 'CorInfoMax', besideRun: false })
    expect(result.gflops).toBeGreaterThan(0)
    expect(fractions.at(-1)).toBe(1)
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b))
    expect((await lab.describe({})).benches).toEqual([result])
  })
})

describe('the pace of a network, while the lab is idle', () => {
  const experiment = { ...smallExperiment(), widths: [784, 20, 10] }
  const bases = async (one: unknown) => {
    const { seconds, basis, ofNetwork } = await lab.forecast({ experiment: one })
    return { known: seconds !== null, basis, ofNetwork }
  }

  it('is measured and remembered, and gives the forecast its time', async () => {
    expect((await bases(experiment)).ofNetwork).toBe(false)
    expect(await lab.measurePace({ experiment })).toEqual({ measured: true })
    expect(await bases(experiment)).toEqual({ known: true, basis: 'pace', ofNetwork: true })
    const known = await lab.forecastPresets({})
    for (const { seconds } of known) expect(seconds).toBeGreaterThan(0)
  })

  it('gives the machine to a run at once, and is not begun beside one', async () => {
    const other = { ...experiment, widths: [784, 2000, 2000, 10] }
    const measuring = lab.measurePace({ experiment: other })
    const { id } = await lab.start({
      experiment: { ...experiment, training: { ...experiment.training, epochs: 2000 } },
    })
    expect(await measuring).toEqual({ measured: false })
    expect(await lab.measurePace({ experiment: other })).toEqual({ measured: false })
    expect((await bases(other)).ofNetwork).toBe(false)
    await lab.stop({ id })
  })

  it('is not measured where that was ruled out', async () => {
    const quiet = await openLab({ host: 'test', resultsFolder: scratch.inside('quiet'), idleMeasuring: false })
    expect(await quiet.measurePace({ experiment })).toEqual({ measured: false })
    await quiet.close()
  })
})
