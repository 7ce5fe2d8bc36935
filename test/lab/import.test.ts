// Imports through the lab: in a process of its own, told how far, stopped without a trace, the latest look the one that counts.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src-main/contract.ts'
import { openLab, type OpenLab } from '../../src-main/lab/lab.ts'
import { OwnData } from '../data/own-data.ts'

let own: OwnData
let lab: OpenLab
const events: LabEvent[] = []
beforeAll(async () => {
  own = new OwnData()
  lab = await openLab({ host: 'test', resultsFolder: join(own.home, 'results'), idleMeasuring: false })
  lab.watch((event) => events.push(event))
})
afterAll(async () => {
  await lab.close()
  own.remove()
})

const kept = (): string[] => {
  try {
    return readdirSync(join(own.home, 'data', 'own'))
  } catch {
    return []
  }
}
const small = (): string => own.write('small.csv', 'x,kind\n1,a\n2,b\n3,a\n4,b\n')
/** So long that whoever stops it comes in time. */
const long = (): string =>
  own.write('long.csv', `x,kind\n${Array.from({ length: 2_000_000 }, (_, i) => `${i % 97},${i % 3}`).join('\n')}\n`)
const asked = (path: string, over = {}) => ({
  paths: [path],
  tests: [],
  mapping: own.mapping({ testFraction: 0.5, ...over }),
})
/** Resolves once rows were read. */
const begun = (): Promise<void> =>
  new Promise((resolve) => {
    const leave = lab.watch(({ kind }) => {
      if (kind !== 'import') return
      leave()
      resolve()
    })
  })

describe('a person’s files', () => {
  it('become a card, and are taken away again', async () => {
    const look = await lab.lookAtData(asked(small()))
    expect(look).toMatchObject({
      trainCount: 2,
      testCount: 2,
      problem: null,
      mapping: { separator: 'comma', header: true },
    })
    expect(await lab.addData(asked(small(), { name: 'small', title: 'Small' }))).toEqual({ added: true })
    const cards = async () => (await lab.describe({})).dataSets.map(({ label }) => label)
    expect(await cards()).toContain('Small')
    const preview = await lab.preview({ name: 'small', split: 'train', label: null, from: 0, count: 9 })
    expect([preview.image, preview.counts, preview.classNames]).toEqual([null, [1, 1], ['a', 'b']])
    // Kept standardised, and shown as they stand in the file: x is odd of a, even of b.
    expect(preview.table?.columns).toEqual(['x'])
    for (const [i, { label }] of preview.samples.entries()) {
      const x = preview.table?.rows[i]?.[0] ?? NaN
      expect(x).toBeCloseTo(Math.round(x), 5)
      expect(Math.round(x) % 2).toBe(1 - label)
    }
    await expect(lab.addData(asked(small(), { name: 'small' }))).rejects.toThrow(/There is a data set small already/)
    await lab.removeData({ name: 'small' })
    expect(await cards()).not.toContain('Small')
    await expect(lab.removeData({ name: 'small' })).rejects.toThrow(/no data set "small" of your own/)
  }, 30_000)

  it('are refused in the words of whoever reads them', async () => {
    await expect(lab.lookAtData(asked(join(own.home, 'none.csv')))).rejects.toMatchObject({
      message: expect.stringContaining('expected a file or a folder, found nothing') as string,
      next: 'Check the path.',
    })
  }, 30_000)

  it('stopped, leave nothing; a look gives way to the next, and an import to none', async () => {
    const path = long()
    const adding = lab.addData(asked(path, { name: 'long' }))
    await begun()
    await expect(lab.lookAtData(asked(small()))).rejects.toThrow(/A data set is being added/)
    await lab.stopImport({})
    expect(await adding).toEqual({ added: false })
    expect(kept()).toEqual([])
    const first = lab.lookAtData(asked(path))
    await begun()
    const second = await lab.lookAtData(asked(small()))
    expect([await first, second?.trainCount]).toEqual([null, 2])
    expect(events.some((event) => event.kind === 'import' && event.rows > 0)).toBe(true)
  }, 60_000)
})
