// What `apical bench` promises of a case.
import { describe, expect, it } from 'vitest'
import { profileTable } from '../../src-main/cli/bench-profile.ts'
import { native } from '../../src-main/engines/native.ts'
import { apical } from './process.ts'

const { available: nativeThere } = await native.available()

describe('bench', () => {
  it('measures one case with every promised field', async () => {
    const { lines, code } = await apical([
      'bench',
      '--rule',
      'backprop',
      '--dataset',
      'glyphs',
      '--engine',
      'reference',
      '--batches',
      '7',
      '--json',
    ])
    expect(code).toBe(0)
    expect(lines).toHaveLength(1)
    const [line] = lines
    expect(line).toMatchObject({
      kind: 'bench',
      engine: 'reference',
      dataset: 'glyphs',
      replicas: 1,
      threads: 1,
      peakGflops: null,
      shareOfPeak: null,
      peakGigabytes: null,
      floorMsPerBatch: null,
      shareOfFloor: null,
      boundBy: null,
      dispatchesPerBatch: null,
      profile: null,
    })
    for (const field of ['trainMsPerBatch', 'evalMsPerBatch', 'batchesPerSecond', 'gflops', 'peakRssMb', 'batch'])
      expect(line?.[field], field).toBeGreaterThan(0)
    expect(line?.['widths']).toEqual(expect.arrayContaining([784, 10]))
    const { trainMsPerBatch, batchesPerSecond } = line as { trainMsPerBatch: number; batchesPerSecond: number }
    expect(trainMsPerBatch * batchesPerSecond).toBeCloseTo(1000, 6)
  })

  it.skipIf(!nativeThere)('sets the native engine beside the processor’s own peak', async () => {
    const words = ['bench', '--rule', 'backprop', '--dataset', 'glyphs', '--engine', 'native', '--threads', '1']
    const { lines, code } = await apical([...words, '--batches', '7', '--json'])
    expect(code).toBe(0)
    const { gflops, peakGflops, shareOfPeak } = lines[0] as Record<string, number>
    expect(peakGflops).toBeGreaterThan(0)
    expect(shareOfPeak).toBeCloseTo((gflops as number) / (peakGflops as number), 12)
    const { trainMsPerBatch, floorMsPerBatch, shareOfFloor, peakGigabytes, boundBy } = lines[0] as Record<
      string,
      number
    >
    expect(peakGigabytes).toBeGreaterThan(0)
    expect(shareOfFloor).toBeCloseTo((floorMsPerBatch as number) / (trainMsPerBatch as number), 12)
    // Of operations, the share of the floor is that of the peak; else the floor is the longer.
    expect(['operations', 'bytes']).toContain(boundBy)
    if (String(boundBy) === 'operations') expect(shareOfFloor).toBeCloseTo(shareOfPeak as number, 12)
    else expect(shareOfFloor).toBeGreaterThan(shareOfPeak as number)
  })

  it('sets what a batch is made of on a GPU beside the whole', () => {
    const parts = [
      { work: 'settling', dispatches: 2, ms: 3 },
      { work: 'updates', dispatches: 1, ms: 0.5 },
    ]
    const rows = profileTable({ wholeMs: 4, parts, betweenMs: 0.5, finiteMs: 0.1, evaluationMs: 2 })
    expect(rows.map((row) => row.trim().split(/ {2,}/))).toEqual([
      ['what', 'dispatches', 'ms', 'of a batch'],
      ['settling', '2', '3.0000', '75 %'],
      ['updates', '1', '0.5000', '13 %'],
      ['between dispatches', '0.5000', '13 %'],
      ['a batch as it is trained', '4.0000', '100 %'],
      ['finite check, once in a plan', '1', '0.1000', '3 %'],
      ['evaluation of as many samples', '2.0000', '50 %'],
    ])
  })

  it('refuses what it has no preset for', async () => {
    const { code, err } = await apical(['bench', '--rule', 'corinfomx', '--json'])
    expect(code).toBe(2)
    expect(err).toContain('"corinfomax"')
  })
})
