/** The paragraph of a reproducibility checklist: what was recorded is in it, and what was not is said not to be. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import type { ReportedRecord } from '../../src-main/contract.ts'
import { experimentFields } from '../../src-main/experiment/fields.ts'
import { presetCards, presetNamed } from '../../src-main/experiment/presets.ts'
import { ruleCards } from '../../src-main/lab/lab.ts'
import { readForReport } from '../../src-main/lab/results.ts'
import { checklist } from '../../src-renderer/report/checklist.ts'
import { environmentLines } from '../../src-renderer/text/environment.ts'
import { ROOT } from '../cli/process.ts'

const SAMPLES = join(ROOT, 'resources/sample')
const [SAMPLE = ''] = readdirSync(SAMPLES)
const words = {
  words: { rules: ruleCards(), fields: experimentFields(), presets: presetCards(), dataSets: [] },
  presetOf: (name: string | null) => (name === null ? undefined : presetNamed(name)),
}
let record: ReportedRecord
beforeAll(async () => {
  record = await readForReport(join(SAMPLES, SAMPLE))
})

const said = (changed: Partial<ReportedRecord>): string => checklist([{ ...record, ...changed }], words).join('\n')

it('has the numbers of the files', () => {
  const json = (name: string): Record<string, unknown> =>
    JSON.parse(readFileSync(join(SAMPLES, SAMPLE, name), 'utf8')) as Record<string, unknown>
  const { testAccuracy, seconds } = json('summary.json') as {
    testAccuracy: { mean: number; sd: number }
    seconds: number
  }
  const { cpu, apical } = json('environment.json') as Record<string, string>
  const text = said({})
  expect(text).toContain('5 training runs of 10 epochs each, with seeds 0, 10, 20, 30, 40.')
  expect(text).toContain(
    `Test accuracy ${(100 * testAccuracy.mean).toFixed(2)} ± ${(100 * testAccuracy.sd).toFixed(2)} % (mean ± sample standard deviation (n − 1) over 5 seeds).`,
  )
  // Its five seeds were trained side by side: what the run took as a whole, to two digits.
  expect(text).toContain(`took ${Number((seconds / 3600).toPrecision(2))} hours`)
  expect(text).toContain(`Hardware: ${cpu ?? ''}, 2 cores`)
  expect(text).toContain(`Software: Apical ${apical ?? ''}`)
  expect(text).toContain('no validation set was held out')
  expect(text).toContain('Results are those after the last epoch.')
})

it('claims nothing that was not recorded', () => {
  expect(said({ environment: null })).toContain('Hardware and software are not recorded.')
  expect(said({ seeds: [] })).toContain('Its time is not recorded.')
  expect(said({ row: { ...record.row, preset: null } })).toContain('How the setting was chosen is not recorded.')
  const sweep = { id: 'a', settings: [{ key: 'beta', value: 1 }] }
  expect(said({ row: { ...record.row, sweep } })).toMatch(
    /one of a sweep over .*; by what it was chosen .* not recorded/,
  )
  expect(said({ row: { ...record.row, testAccuracy: null } })).toContain('There is no test accuracy.')
  const one = { mean: 0.5, sd: 0, n: 1 }
  expect(said({ row: { ...record.row, testAccuracy: one } })).toContain(
    '50.00 % (one seed, which says nothing of the spread)',
  )
})

it('says where others were trained in the same time', () => {
  expect(said({})).not.toContain('same session')
  const { environment } = record
  if (environment === null) throw new Error('the sample says where it was trained')
  const beside = { ...record, environment: { ...environment, beside: 3 } }
  const [own = '', , all = ''] = checklist([beside, record], words)
  expect(own).toContain('In the same time 3 other experiments of its sweep were trained in the same session.')
  expect(all).toMatch(/on the clock at most: .* counted for each\.$/)
  expect(environmentLines(beside.environment, String)).toContainEqual({
    label: 'Side by side',
    value: 'with 3 other experiments',
  })
})

it('tells the split, how the epoch was chosen, and which seeds the mean leaves out', () => {
  const { experiment, row, outcomes } = record
  const validation = { fraction: 0.1, seed: 7, stratified: true }
  const split = { ...experiment.training, validation, selection: 'best-validation-epoch' as const, evaluateTest: 500 }
  const data = { ...experiment.data, limitTrain: 1000 }
  const text = said({ experiment: { ...experiment, data, training: split } })
  expect(text).toContain('Of the first 1000 training samples of the data set 10.0 % were held out for validation')
  expect(text).toContain('(split seed 7, stratified by class)')
  expect(text).toContain('Test accuracy is of 500 drawn from all test samples')
  expect(text).toContain('of the epoch with the best validation accuracy, chosen for each seed')
  const [first, second, ...rest] = outcomes
  if (first === undefined || second === undefined) throw new Error('the sample has five seeds')
  const lost = [
    { ...first, status: 'collapsed' as const },
    { ...second, status: 'stopped' as const, epochs: 4 },
    ...rest,
  ]
  const short = said({ outcomes: lost, row: { ...row, collapsedSeeds: [0] } })
  expect(short).toContain('not finished: seed 10 after epoch 4')
  expect(short).toContain('left out, collapsed: 0; fewer epochs: 10')
})

it('adds up several', () => {
  const three = checklist([record, record, record], words)
  expect(three).toHaveLength(4)
  expect(three.at(-1)).toContain('All 3 experiments: 15 training runs')
})
