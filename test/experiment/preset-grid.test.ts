/** Every published setting can be reached from the preset that was chosen among them, with the numbers that were printed. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import file from '../../resources/presets.json' with { type: 'json' }
import { checkExperiment } from '../../src-main/experiment/check.ts'
import { gridExperiments, gridValue, presetGrid } from '../../src-main/experiment/preset-grid.ts'
import { everyPreset, presetCards, publishedFor } from '../../src-main/experiment/presets.ts'

const path = `${process.env['APICAL_REFERENCE'] ?? '../shared/reference'}/paper-results.json`
const Spread = z.object({ mean: z.number(), std: z.number().nullable() })
const Rows = z.object({
  rows: z.array(z.object({ id: z.string(), train: Spread, test: Spread, testTop5: Spread.optional() })),
})
const rows = existsSync(path) ? Rows.parse(JSON.parse(readFileSync(path, 'utf8'))).rows : []
const grids = presetCards().map(({ name }) => presetGrid(name)!)

describe('grids of presets', () => {
  it('hold every published configuration, each once', () => {
    const all = grids.flatMap(({ settings }) => settings.map(({ name }) => name))
    expect(new Set(all).size).toBe(all.length)
    expect(new Set(all)).toEqual(new Set(everyPreset().map(({ name }) => name)))
  })

  it('are sorted by the published training accuracy, what was not published last', () => {
    for (const { settings } of grids) {
      const trained = settings.map(({ published }) => published?.train?.mean ?? -Infinity)
      expect(trained).toEqual(trained.toSorted((a, b) => b - a))
    }
  })

  it('name what differs, and nothing that is the same', () => {
    for (const { settings, keys } of grids) {
      expect(keys.length > 0).toBe(settings.length > 1)
      const told = settings.map(({ experiment }) => JSON.stringify(keys.map((key) => gridValue(experiment, key))))
      expect(new Set(told).size).toBe(settings.length)
      for (const key of keys)
        expect(
          new Set(settings.map(({ experiment }) => JSON.stringify(gridValue(experiment, key)))).size,
        ).toBeGreaterThan(1)
    }
  })

  it('start as experiments of one sweep that are still compared with what was printed for each', () => {
    for (const grid of grids) {
      const members = gridExperiments(grid, '20260101-000000-abcdef')
      expect(members.map(publishedFor)).toEqual(grid.settings.map(({ published }) => published))
      for (const member of members) {
        expect(checkExperiment(member).experiment).toEqual(member)
        expect(member.sweep?.settings.map(({ key }) => key)).toEqual(grid.keys)
      }
    }
  })

  it('count the top-5 accuracy where it was printed', () => {
    const all = grids.flatMap(({ settings }) => settings)
    expect(all.filter(({ published }) => published?.top5).length).toBeGreaterThan(0)
    for (const { experiment, published } of all)
      if (published !== null) expect(experiment.evaluation.topK).toBe(published.top5 === null ? null : 5)
  })

  it('are no study of another name, nor one setting', () => {
    expect(presetGrid('no-such-study')).toBeNull()
    expect(presetGrid('corinfomax-mnist#2')).toBeNull()
  })

  it.skipIf(rows.length === 0)('have the training and top-5 accuracies that the notebooks printed', () => {
    const byId = new Map(rows.map((row) => [row.id, row]))
    const values = (spread: z.infer<typeof Spread> | undefined) =>
      spread === undefined ? undefined : { mean: spread.mean, sd: spread.std ?? 0 }
    let top5 = 0
    for (const { name, published } of file)
      for (const [setting, , , n, id] of published as [number, number, number, number, string][]) {
        const ours = presetGrid(name)?.settings.find((one) => one.setting === setting)?.published
        const row = byId.get(id)
        expect(ours?.train, id).toEqual({ ...values(row?.train), n })
        if (row?.testTop5 === undefined) expect(ours?.top5, id).toBeNull()
        else {
          expect(ours?.top5, id).toEqual({ ...values(row.testTop5), n })
          top5++
        }
      }
    expect(top5).toBe(rows.filter(({ testTop5 }) => testTop5 !== undefined).length)
  })
})
