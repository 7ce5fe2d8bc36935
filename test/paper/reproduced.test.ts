/** What ships of the paper's rows, against the histories it was taken from; and how it is taken. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Experiment } from '../../src-main/experiment/experiment.ts'
import { presetNamed } from '../../src-main/experiment/presets.ts'
import { decisive } from '../../src-main/experiment/same.ts'
import { spreadOf } from '../../src-main/experiment/spread.ts'
import { Evidence } from '../../src-main/paper/evidence.ts'
import { shippedPaper } from '../../src-main/paper/shipped.ts'
import { reproduce } from '../reproduced.ts'

const shipped = 'resources/reproduced'
const taken = '../shared/reproduced'
const there = existsSync(taken)
const why = there ? '' : ` (skipped: ${taken} is not there)`

const made = mkdtempSync(join(tmpdir(), 'apical-reproduced-'))
afterAll(() => {
  rmSync(made, { recursive: true })
})

const textIn = (folder: string, file: string): string => readFileSync(join(folder, file), 'utf8')
const evidenceIn = (folder: string, file: string): Evidence => Evidence.parse(JSON.parse(textIn(folder, file)))
const filesIn = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith('.json'))

/** Another reader than the lab's: every line of one kind, as it stands. */
function linesOf<T>(folder: string, seed: number, schema: z.ZodType<T>): T[] {
  return readFileSync(join(folder, `seed-${seed}`, 'metrics.jsonl'), 'utf8')
    .split('\n')
    .flatMap((line) => {
      const found = line === '' ? null : schema.safeParse(JSON.parse(line))
      return found?.success === true ? [found.data] : []
    })
}
const EpochLine = z.object({ kind: z.literal('epoch'), testAccuracy: z.number(), trainAccuracy: z.number() })
const AngleLine = z.object({
  kind: z.literal('measure'),
  measure: z.literal('alignment'),
  batch: z.number(),
  values: z.record(z.string(), z.number()),
})

describe('every file that ships', () => {
  it.each(filesIn(shipped))('%s is a row of the paper, trained as the row asks', (file) => {
    const { paper, row, experiment, seeds } = evidenceIn(shipped, file)
    expect(paper).toBe(shippedPaper().id)
    expect(file).toBe(`${row.replace('#', '-')}.json`)
    const asked = presetNamed(shippedPaper().rows.find(({ id }) => id === row)?.preset ?? '')?.experiment
    expect(decisive(experiment)).toBe(decisive(asked!))
    const numbers = seeds.map(({ seed }) => seed)
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b))
    for (const seed of numbers) expect(experiment.seeds).toContain(seed)
    for (const { test, train } of seeds) {
      expect(test.length).toBeLessThanOrEqual(asked!.training.epochs)
      expect(train.length).toBe(test.length)
    }
  })

  it.each(filesIn(shipped))('%s has no path of a machine in it', (file) => {
    expect(textIn(shipped, file)).not.toMatch(/"(?:[A-Za-z]:)?[\\/]|\/(?:home|root|tmp|work|Users)\//)
  })

  it.each(filesIn(shipped))('%s has one list a line', (file) => {
    for (const line of textIn(shipped, file).split('\n').slice(10))
      expect(line.match(/\[/g)?.length ?? 0).toBeLessThan(2)
  })
})

describe.skipIf(!there)(`what is taken of ${taken}${why}`, () => {
  const said: string[] = []
  const to = join(made, 'taken')
  if (there) reproduce([taken], to, (line) => said.push(line))
  const folders = there ? readdirSync(taken).filter((name) => existsSync(join(taken, name, 'experiment.json'))) : []
  const pairs = folders.map((folder) => {
    const file = said.find((line) => line.startsWith(folder))?.match(/[\w-]+\.json/)?.[0]
    return [folder, file ?? 'nothing'] as const
  })

  it('is every run there', () => {
    expect(filesIn(to).toSorted()).toEqual(pairs.map(([, file]) => file).toSorted())
    expect(pairs.length).toBe(6)
  })

  it.each(pairs)('%s: its seeds end as its histories do, in %s', (folder, file) => {
    const { seeds, experiment } = evidenceIn(to, file)
    expect(seeds.map(({ seed }) => seed)).toEqual(experiment.seeds)
    const ends = seeds.map(({ seed }) => linesOf(join(taken, folder), seed, EpochLine).at(-1)!.testAccuracy)
    const mean = ends.reduce((sum, value) => sum + value, 0) / ends.length
    const sd = Math.sqrt(ends.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (ends.length - 1))
    const ours = spreadOf(seeds.map(({ test }) => test.at(-1)!))
    expect(Math.abs(ours!.mean - mean)).toBeLessThan(1e-9)
    expect(Math.abs(ours!.sd - sd)).toBeLessThan(1e-9)
  })

  it.each(pairs)('%s: every epoch is in %s, and angles where the paper draws them', (folder, file) => {
    const { row, seeds } = evidenceIn(to, file)
    const at = shippedPaper().exhibits.flatMap(({ quantity, x, curves }) =>
      quantity === 'alignment' && curves.some((curve) => curve.row === row) ? (x?.at ?? []) : [],
    )
    for (const { seed, test, train, measures } of seeds) {
      const lines = linesOf(join(taken, folder), seed, EpochLine)
      expect(test).toEqual(lines.map(({ testAccuracy }) => testAccuracy))
      expect(train).toEqual(lines.map(({ trainAccuracy }) => trainAccuracy))
      const angles = linesOf(join(taken, folder), seed, AngleLine).filter(({ batch }) => at.includes(batch))
      expect(measures['alignment']?.['layer 2']?.batch ?? []).toEqual(angles.map(({ batch }) => batch))
      for (const [i, value] of (measures['alignment']?.['layer 2']?.value ?? []).entries())
        expect(Math.abs(value - Number(angles[i]?.values['layer 2']))).toBeLessThanOrEqual(0.0005)
    }
    if (row === 'CorInfoMax_FashionMNIST_V1#1')
      expect(seeds[0]?.measures['alignment']?.['layer 2']?.batch.length).toBe(150)
  })

  it.each(pairs)('%s: the same bytes ship, where %s is of that run', (_, file) => {
    if (evidenceIn(shipped, file).started === evidenceIn(to, file).started)
      expect(textIn(shipped, file)).toBe(textIn(to, file))
  })
})

describe('taking a run', () => {
  const asked = presetNamed('ep-mnist')!.experiment
  let to = ''
  let results = ''
  beforeEach(() => {
    const folder = mkdtempSync(join(made, 'case-'))
    to = join(folder, 'to')
    results = join(folder, 'results')
  })

  /** A results folder as a run leaves it, with as many epochs a seed as told; accuracies are made up. */
  function run(name: string, experiment: Experiment, epochs: readonly number[]): void {
    const folder = join(results, name)
    mkdirSync(folder, { recursive: true })
    const write = (file: string, value: unknown): void => {
      writeFileSync(join(folder, file), JSON.stringify(value))
    }
    write('experiment.json', experiment)
    write('environment.json', {
      ...{ apical: '0.1.0', node: '26', os: 'linux', cpu: 'made up', cores: 2, memoryBytes: 1, engine: 'native' },
      ...{ device: 'made up', precision: 'float32', data: {}, dataFolder: '/home/someone/data' },
      started: '2026-01-01T00:00:00.000Z',
    })
    for (const [i, seed] of experiment.seeds.entries()) {
      mkdirSync(join(folder, `seed-${seed}`))
      const lines = Array.from({ length: epochs[i] ?? 0 }, (_, epoch) => ({
        ...{ kind: 'epoch', seed, epoch: epoch + 1, trainAccuracy: 2 / 3, testAccuracy: 0.9 + i / 100 },
        ...{ validationAccuracy: null, seconds: 1 },
      }))
      writeFileSync(
        join(folder, `seed-${seed}`, 'metrics.jsonl'),
        lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
      )
    }
  }
  function take(): string[] {
    const said: string[] = []
    reproduce([results], to, (line) => said.push(line))
    return said
  }

  it('gives a row whatever its seeds and engine are, in order, and the same bytes again', () => {
    run('a', { ...asked, preset: null, seeds: [7, 3], measures: [] }, [50, 2])
    expect(take()).toEqual(['a: EP_MNIST-1.json, 1 complete seed, 52 epochs in all.'])
    const text = textIn(to, 'EP_MNIST-1.json')
    const { seeds } = evidenceIn(to, 'EP_MNIST-1.json')
    expect(seeds.map(({ seed, test, train }) => [seed, test.length, test[0], train[0]])).toEqual([
      [3, 2, 0.91, 0.666667],
      [7, 50, 0.9, 0.666667],
    ])
    expect(text).not.toContain('someone')
    take()
    expect(textIn(to, 'EP_MNIST-1.json')).toBe(text)
  })

  it('never replaces more with less, and says so', () => {
    run('a', { ...asked, seeds: [0, 10] }, [50, 50])
    take()
    const text = textIn(to, 'EP_MNIST-1.json')
    rmSync(results, { recursive: true })
    run('b', { ...asked, seeds: [0, 10, 20] }, [50, 49, 49])
    expect(take()).toEqual([
      'b: left out, it has 1 complete seed, 148 epochs in all where EP_MNIST-1.json has 2 complete seeds, 100 epochs in all.',
    ])
    expect(textIn(to, 'EP_MNIST-1.json')).toBe(text)
    run('c', { ...asked, seeds: [0, 10, 20] }, [50, 50, 50])
    take()
    expect(evidenceIn(to, 'EP_MNIST-1.json').seeds.length).toBe(3)
  })

  it.each<readonly [string, Partial<Experiment>]>([
    ['another setting', { rule: { ...asked.rule, settings: { ...asked.rule.settings, beta: 0.5 } } }],
    ['part of the test set', { training: { ...asked.training, evaluateTest: 1000 } }],
    ['more epochs than the row', { training: { ...asked.training, epochs: 60 } }],
  ])('leaves out a run with %s, by name', (_, change) => {
    run('odd', { ...asked, ...change, seeds: [0] }, [50])
    expect(take()).toEqual([expect.stringMatching(/^odd: left out, it /)])
    expect(filesIn(to)).toEqual([])
  })
})
