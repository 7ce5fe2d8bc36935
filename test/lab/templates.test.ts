/** Templates on disk, and experiment files read for the form. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLab, type OpenLab } from '../../src-main/lab/lab.ts'
import { scratchFolder, smallExperiment } from './small-experiment.ts'

const scratch = scratchFolder()
const results = scratch.inside('lab')
let lab: OpenLab
beforeAll(async () => {
  lab = await openLab({ host: 'test', resultsFolder: results, dataFolder: scratch.inside('nothing') })
})
afterAll(async () => {
  await lab.close()
  scratch.remove()
})

const names = async (): Promise<string[]> => (await lab.describe({})).templates.map(({ name }) => name)

describe('a template', () => {
  it('is kept whole, under any name, renamed and deleted, and is no experiment of the lab', async () => {
    const experiment = smallExperiment()
    const odd = '../β = 1 / “mine”'
    const saved = await lab.saveTemplate({ name: odd, experiment })
    expect(saved.experiment).toEqual(experiment)
    expect((await lab.describe({})).templates).toEqual([saved])
    expect(readdirSync(results)).toEqual(['.templates'])
    expect((await lab.list({})).every(({ state }) => state === 'sample')).toBe(true)
    await lab.saveTemplate({ name: 'plain', experiment, was: odd })
    expect(await names()).toEqual(['plain'])
    await lab.deleteTemplate({ name: 'plain' })
    expect(await names()).toEqual([])
  })

  it('is never written over another, nor of something that cannot run', async () => {
    const experiment = smallExperiment()
    await lab.saveTemplate({ name: 'one', experiment })
    await lab.saveTemplate({ name: 'two', experiment })
    await expect(lab.saveTemplate({ name: 'one', experiment })).rejects.toThrow(/already/)
    await expect(lab.saveTemplate({ name: 'one', experiment, was: 'two' })).rejects.toThrow(/already/)
    await expect(lab.saveTemplate({ name: 'three', experiment, was: 'gone' })).rejects.toThrow(/no template/)
    await expect(lab.saveTemplate({ name: 'three', experiment: { ...experiment, seeds: [] } })).rejects.toThrow()
    expect(await names()).toEqual(['one', 'two'])
  })

  it('that was damaged by hand is left alone and not listed', async () => {
    writeFileSync(join(results, '.templates', 'broken.json'), '{')
    expect(await names()).toEqual(['one', 'two'])
  })
})

describe('an experiment file', () => {
  it('comes back with every setting, or with what is wrong and as much as has the shape', async () => {
    const experiment = smallExperiment()
    expect(await lab.readExperiment({ value: experiment })).toEqual({ experiment, problems: [] })
    const wrong = await lab.readExperiment({ value: { ...experiment, widths: [784, 16, 9] } })
    expect(wrong.experiment?.widths).toEqual([784, 16, 9])
    expect(wrong.problems.map(({ path }) => path)).toEqual(['widths.2'])
    for (const value of [null, 3, 'x', [], { version: 1 }]) {
      const read = await lab.readExperiment({ value })
      expect(read.experiment).toBeNull()
      expect(read.problems.length).toBeGreaterThan(0)
    }
  })
})

describe('a sweep from the form', () => {
  it('is forecast with its values, or with what is wrong with each axis by its key', async () => {
    const experiment = smallExperiment()
    const axes = [
      { key: 'epsilon', values: '0.1..0.3/3' },
      { key: 'hidden', values: '8, 16' },
    ]
    const forecast = await lab.forecast({ experiment, sweep: { axes, paired: false } })
    expect(forecast).toMatchObject({ problems: [], experiments: 6, runs: 12 })
    expect(forecast.axes).toEqual([
      { key: 'epsilon', values: ['0.1', '0.2', '0.3'] },
      { key: 'hidden', values: ['8', '16'] },
    ])
    const bad = [
      { key: 'epsilon', values: '-3' },
      { key: 'hidden', values: '8..' },
    ]
    const { problems } = await lab.forecast({ experiment, sweep: { axes: bad, paired: false } })
    expect(problems.map(({ path }) => path)).toEqual(['sweep.epsilon', 'sweep.hidden'])
    const unequal = await lab.forecast({ experiment, sweep: { axes, paired: true } })
    expect(unequal.problems.map(({ path }) => path)).toEqual(['sweep'])
  })
})
