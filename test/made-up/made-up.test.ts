// A rule costs one file and one line: a made-up one is added so, to a copy of the source, and is found everywhere.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ExperimentField, ExperimentRow, RuleCard } from '../../src-main/contract.ts'
import type { Experiment, Problem } from '../../src-main/experiment/experiment.ts'
import type { ExperimentForecast } from '../../src-main/experiment/forecast.ts'
import { Generator } from '../../src-main/program/random.ts'
import { compileRule } from '../../src-main/rules/index.ts'
import { reference } from '../../src-main/engines/reference.ts'
import { lineStyle } from '../../src-renderer/charts/line-style.ts'
import { readSweep } from '../../src-renderer/experiments/sweep-model.ts'
import { problemsOf } from '../../src-renderer/screens/new/check.ts'
import { experimentOf, freshDraft, markedLayers, setAt } from '../../src-renderer/screens/new/draft.ts'
import { configurationOf } from '../../src-renderer/text/configuration.ts'
import { settingWords } from '../../src-renderer/text/setting-words.ts'
import { NODE, ROOT } from '../cli/process.ts'
import { differences, judgedEngines, outcomeOf, type Trial } from '../engines/trial.ts'
import { madeUpDescription, madeUpRows } from '../face/made-up-lab.ts'
import { madeUp } from './made-up-rule.ts'
import { everyName, randomSettings } from '../rules/random-settings.ts'

const folder = mkdtempSync(join(tmpdir(), 'apical-made-up-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs a file of the copy, or words of its command line. */
function run(...words: readonly string[]): Ran {
  const env = { ...process.env, APICAL_HOME: join(folder, 'home') }
  const { status, stdout, stderr } = spawnSync(NODE, words, { cwd: folder, env, encoding: 'utf8' })
  return { code: status, out: stdout, err: stderr }
}

const ASK = `
import { experimentFields } from './src-main/experiment/fields.ts'
import { checkExperiment } from './src-main/experiment/check.ts'
import { forecastExperiment } from './src-main/experiment/forecast.ts'
import { keysOf, setKey } from './src-main/experiment/setting-key.ts'
import { ruleCards } from './src-main/lab/office/rule-cards.ts'
const rule = { name: 'made-up', settings: {} }
const asked = { version: 1, name: 'Made up', preset: null, data: { name: 'glyphs' }, widths: [784, 60, 10], rule, training: { epochs: 2, batchSize: 10 }, measures: ['activity'], seeds: [0, 1], engine: {} }
const { experiment } = checkExperiment(asked)
const { problems } = checkExperiment({ ...asked, rule: { ...rule, settings: { memory: 2, rates: [1] } } })
console.log(JSON.stringify({
  cards: ruleCards(), fields: experimentFields(), experiment, problems, keys: keysOf('made-up'),
  forecast: forecastExperiment(experiment, null), deeper: setKey(experiment, 'depth', '3'),
}))
`

let told: {
  readonly cards: readonly RuleCard[]
  readonly fields: readonly ExperimentField[]
  readonly experiment: Experiment
  readonly problems: readonly Problem[]
  readonly keys: readonly string[]
  readonly forecast: ExperimentForecast
  readonly deeper: Experiment
}

beforeAll(() => {
  for (const part of ['src-main', 'src-renderer', 'resources', 'package.json'])
    cpSync(join(ROOT, part), join(folder, part), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir')
  // The one file, as it would stand in that folder; and the one line.
  const source = readFileSync(join(ROOT, 'test/made-up/made-up-rule.ts'), 'utf8')
  const rules = join(folder, 'src-main/rules')
  writeFileSync(
    join(rules, 'made-up.ts'),
    source.replaceAll('../../src-main/rules/', './').replaceAll('../../src-main/', '../'),
  )
  writeFileSync(join(rules, 'every-rule.ts'), "export { madeUp } from './made-up.ts'\n", { flag: 'a' })
  writeFileSync(join(folder, 'ask.ts'), ASK)
  const { out, err } = run('ask.ts')
  if (out === '') throw new Error(err)
  told = JSON.parse(out) as typeof told
})

const words = () => ({ ...madeUpDescription, rules: told.cards })
const card = (): RuleCard => {
  const found = told.cards.find(({ name }) => name === 'made-up')
  if (found === undefined) throw new Error('the made-up rule is not in the description')
  return found
}

describe('the office', () => {
  test('describes it after the rule whose slot of the palette it shares', () => {
    expect(told.cards.map(({ name }) => name)).toEqual([
      ...[
        'corinfomax',
        'corinfomax-sparse',
        'ep',
        'csm',
        'pc',
        'pc-nudge',
        'made-up',
        'direct-feedback-alignment',
        'dual-propagation',
        'ebd',
        'feedback-alignment',
        'kolen-pollack',
        'pepita',
        'sign-symmetry',
        'weight-mirror',
        'backprop',
      ],
    ])
    expect(Object.keys(card().settings.properties ?? {})).toEqual([
      ...['activation', 'steps', 'memory', 'decay', 'rates', 'frozen', 'schedule'],
    ])
  })

  test('fills its defaults in, refuses what it cannot be, and counts what it costs', () => {
    expect(told.experiment.rule.settings).toMatchObject({ activation: 'relu', rates: [0, 0.05], frozen: [1] })
    expect(told.problems.map(({ path }) => path)).toEqual(['rule.settings.memory'])
    expect(told.forecast).toMatchObject({ problems: [], parameters: 784 * 60 + 60 * 10 })
    expect(told.forecast.measures.map(({ name }) => name)).toEqual(['silent', 'activity', 'silent-test-set'])
  })

  test('lets it be set and swept by its keys, lists growing with the depth', () => {
    expect(told.keys).toEqual(expect.arrayContaining(['memory', 'rates', 'training.epochs']))
    expect(told.deeper.widths).toEqual([784, 60, 60, 60, 10])
    expect(told.deeper.rule.settings['rates']).toEqual([0, 0, 0, 0.05])
  })
})

describe('the command line', () => {
  test('trains it, sweeps it and shows what became of it', () => {
    writeFileSync(join(folder, 'made-up.json'), JSON.stringify(told.experiment))
    const small = [
      '--engine',
      'reference',
      '--seeds',
      '0',
      '--limit-train',
      '400',
      '--limit-test',
      '200',
      '--epochs',
      '12',
    ]
    const done = run(...['src-main/cli.ts', 'run', 'made-up.json', ...small, '--sweep', 'memory=0.9,0.99', '--json'])
    expect(done.code, done.err).toBe(0)
    const ends = done.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; folder?: string; testAccuracy?: { mean: number } })
      .filter(({ kind }) => kind === 'done')
    expect(ends).toHaveLength(2)
    // It learns: well above the tenth that guessing gives.
    for (const { testAccuracy } of ends) expect(testAccuracy?.mean).toBeGreaterThan(0.3)
    const shown = run('src-main/cli.ts', 'show', String(ends[0]?.folder))
    expect(shown.out).toContain('rule.settings.memory = 0.9')
  })

  test('says what is wrong with it in the words of its own check', () => {
    const refused = run('src-main/cli.ts', 'run', 'made-up.json', '--set', 'rates=1')
    expect(refused.code).toBe(2)
    expect(refused.err).toContain('Expected 2 rates, one per layer, found 1.')
  })
})

describe('every engine', () => {
  test.each(judgedEngines)('$title computes it', async ({ engine }) => {
    for (const number of [1, 2, 3]) {
      const shape = [7, 5, 4, 3]
      const settings = randomSettings(madeUp, shape, Generator.seeded(number))
      const compiled = compileRule(madeUp, settings as never, shape, everyName(madeUp, settings, shape))
      const trial: Trial = {
        ...{ compiled, seed: number, replicas: 2, batchSize: 4, batches: 2 },
        ...{ counts: [20, 5], evaluationBatch: 5 },
      }
      const want = await outcomeOf(trial, reference, 'float64')
      expect(differences(await outcomeOf(trial, engine, 'float32'), want, 1e-4)).toEqual([])
    }
  })
})

describe('the face', () => {
  const glyphs = madeUpDescription.dataSets[0]!

  test('draws its form from the card, finds what is wrong and marks the layers it names', () => {
    const draft = freshDraft(card(), glyphs, told.fields)
    expect(problemsOf(draft, card(), told)).toEqual([])
    expect(experimentOf(draft)).toMatchObject({ rule: { name: 'made-up', settings: { rates: [0, 0.05] } } })
    expect(markedLayers(draft, card())).toEqual({ word: 'frozen', layers: [1] })
    setAt(draft, 'rule.settings.steps', 10)
    expect(problemsOf(draft, card(), told)).toEqual([
      { path: 'rule.settings.steps', message: 'Expected a whole number from 1 to 9, found 10.' },
    ])
  })

  test('gives it its colour and its words in tables, comparisons and sweeps', () => {
    expect(lineStyle(words(), 'made-up', 'mnist')).toEqual({ series: 6, dash: 'solid' })
    expect(settingWords('rule.settings.memory', card(), words())).toEqual({ label: 'Memory', symbol: 'm' })
    const configured = configurationOf(told.experiment, words())
    expect(configured[0]).toMatchObject({ label: 'Learning rule', text: 'Random features' })
    expect(configured.find(({ key }) => key === 'activation')).toMatchObject({
      ...{ label: 'Feature nonlinearity', text: 'ReLU' },
    })
    const rows = [0.9, 0.99].map((memory): ExperimentRow => ({
      ...(madeUpRows[0] as ExperimentRow),
      ...{ id: String(memory), rule: 'made-up', sweep: { id: 's', settings: [{ key: 'memory', value: memory }] } },
    }))
    expect(readSweep(rows, words()).axes[0]).toMatchObject({ label: 'Memory', symbol: 'm' })
  })
})
