/**
 * The bundled sample is what the first start shows: it must read like any finished experiment, whole and true.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { GLYPHS_VERSION } from '../../src-main/data/glyphs.ts'
import { requireExperiment } from '../../src-main/experiment/check.ts'
import { spreadOf } from '../../src-main/experiment/spread.ts'
import { readRecord } from '../../src-main/lab/results.ts'

const samples = fileURLToPath(new URL('../../resources/sample', import.meta.url))
const [id = 'none', ...more] = readdirSync(samples)
const folder = join(samples, id)
const files = readdirSync(folder, { recursive: true })
  .map((name) => join(folder, String(name)))
  .filter((path) => statSync(path).isFile())

it('is one finished experiment of several seeds, read without a warning', () => {
  expect(more).toEqual([])
  const { row, seeds, warnings, experiment, environment } = readRecord(folder, 'sample')
  expect(warnings).toEqual([])
  expect(row).toMatchObject({
    state: 'sample',
    reason: null,
    collapsedSeeds: [],
    epochsDone: experiment.training.epochs,
  })
  expect(seeds.map(({ seed }) => seed)).toEqual(experiment.seeds)
  expect(row.seeds.length).toBeGreaterThan(2)
  for (const { epochs, measures } of seeds) {
    expect(epochs).toHaveLength(experiment.training.epochs)
    expect(Object.keys(measures)).toEqual(expect.arrayContaining(experiment.measures.map(({ name }) => name)))
  }
  expect(row.testAccuracy).toEqual(spreadOf(seeds.map(({ testAccuracy }) => testAccuracy.at(-1) ?? null)))
  expect(environment?.data).toEqual({ glyphs: `version ${GLYPHS_VERSION}, seed ${experiment.data.seed}` })
})

it('can be run again by this version', () => {
  const stored: unknown = JSON.parse(readFileSync(join(folder, 'experiment.json'), 'utf8'))
  const { measures, ...same } = stored as { measures: { names: string[]; everyBatches: number } }
  const { measures: chosen, ...read } = requireExperiment(stored, 'the sample')
  expect(read).toMatchObject(same)
  // It was written when all measures had one interval.
  expect(chosen).toEqual(measures.names.map((name) => ({ name, everyBatches: measures.everyBatches })))
})

it('is small and tells of no place on the machine that made it', () => {
  expect(files.reduce((bytes, path) => bytes + statSync(path).size, 0)).toBeLessThan(3_000_000)
  for (const path of files.filter((path) => !path.endsWith('.safetensors')))
    expect(readFileSync(path, 'utf8'), path).not.toMatch(/"(?:\/|[A-Z]:\\\\)|\/tmp\/|\/home\/|\/Users\//)
})
