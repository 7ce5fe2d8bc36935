/** Presets against what was collected from the authors' code and notebooks, number for number. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import file from '../../resources/presets.json' with { type: 'json' }
import { checkExperiment } from '../../src-main/experiment/check.ts'
import { presetCards, presetNamed, publishedFor, publishedOf } from '../../src-main/experiment/presets.ts'
import { compileRule, ruleNamed } from '../../src-main/rules/index.ts'

const folder = process.env['APICAL_REFERENCE'] ?? '../shared/reference'
const there = existsSync(`${folder}/presets.json`) && existsSync(`${folder}/paper-results.json`)
const why = there ? '' : ` (skipped: ${folder} is not there)`

const Script = z.object({
  id: z.string(),
  source: z.string(),
  epochs: z.number(),
  batchSize: z.number(),
  seeds: z.array(z.number()),
  shuffleTrain: z.boolean(),
  fixed: z.record(z.string(), z.unknown()),
  settings: z.array(z.looseObject({ settingNumber: z.number() })),
  lrSchedule: z.object({
    pieces: z.array(z.object({ epochFrom: z.number(), base: z.union([z.number(), z.literal('lrDecay')]) })).optional(),
    multiplierAt: z.record(z.string(), z.record(z.string(), z.number())).optional(),
  }),
})
const Row = z.object({
  id: z.string(),
  dataset: z.string(),
  script: z.string(),
  settingNumber: z.number(),
  criterion: z.string().nullable(),
  nSeeds: z.number(),
  epochs: z.number(),
  test: z.object({ mean: z.number(), std: z.number() }),
  architecture: z.array(z.number()),
})

function read(name: string): unknown {
  return JSON.parse(readFileSync(`${folder}/${name}`, 'utf8'))
}
/** The entries of a list that are what we look for; other families are written otherwise. */
function entries<T>(schema: z.ZodType<T>, file: string, list: string): T[] {
  if (!there) return []
  return z
    .record(z.string(), z.unknown())
    .transform((whole) => z.array(z.unknown()).parse(whole[list]))
    .parse(read(file))
    .flatMap((entry) => {
      const parsed = schema.safeParse(entry)
      return parsed.success ? [parsed.data] : []
    })
}
const scripts = entries(Script, 'presets.json', 'presets')
const rows = entries(Row, 'paper-results.json', 'rows')

const DATASETS: Readonly<Record<string, string>> = {
  MNIST: 'mnist',
  FashionMNIST: 'fashion-mnist',
  CIFAR10: 'cifar-10',
  CIFAR100: 'cifar-100',
}

const published = file.filter((preset) => preset.published !== null)

describe.skipIf(!there)(`published rows${why}`, () => {
  it.each(published.map((preset) => [preset.name, preset] as const))('%s', (name, stored) => {
    const row = rows.find((candidate) => candidate.id === stored.published.row)
    const script = scripts.find((candidate) => candidate.source === row?.script)
    const preset = presetNamed(name)
    if (row === undefined || script === undefined || preset === undefined)
      throw new Error(`${name} has no row or script`)
    const setting = script.settings.find(({ settingNumber }) => settingNumber === row.settingNumber)
    const theirs: Record<string, unknown> = { ...script.fixed, ...setting }
    const { experiment } = preset

    expect(preset.published).toMatchObject({ mean: row.test.mean, sd: row.test.std, n: row.nSeeds, epochs: row.epochs })
    expect(stored.published).toMatchObject({ script: script.id, setting: row.settingNumber })
    expect(experiment.data.name).toBe(DATASETS[row.dataset])
    expect(experiment.widths).toEqual(row.architecture)
    expect(experiment.training).toMatchObject({
      epochs: script.epochs,
      batchSize: script.batchSize,
      shuffle: script.shuffleTrain,
      evaluateTrain: 'all',
      evaluateTest: 'all',
    })
    expect(experiment.seeds).toEqual(script.seeds)

    const ours = experiment.rule.settings
    if (experiment.rule.name === 'corinfomax')
      expect(ours).toEqual({
        beta: theirs['beta'],
        randomSign: theirs['randomSignBeta'],
        threePhase: theirs['threePhase'],
        lambda: theirs['lambda'],
        epsilon: theirs['epsilon'],
        hopfieldGain: theirs['hopfieldG'],
        neuralRule: theirs['neuralLrRule'],
        neuralLr: theirs['neuralLrStart'],
        neuralLrStop: theirs['neuralLrStop'],
        neuralLrDecay: theirs['neuralLrDecayMultiplier'],
        iterationsFree: theirs['iterationsFree'],
        iterationsNudged: theirs['iterationsNudged'],
        lrForward: theirs['lrFf'],
        lrFeedback: (theirs['lrFb'] as unknown[]).slice(1),
        schedule: script.lrSchedule.pieces?.map(({ epochFrom, base }) => ({
          fromEpoch: epochFrom,
          base: base === 'lrDecay' ? theirs['lrDecay'] : base,
        })),
        weightDecay: theirs['weightDecay'],
      })
    else {
      expect(theirs).toMatchObject({ optimizer: 'Adam', activation: 'relu', finalLayerActivation: null })
      expect(ours).toMatchObject({
        criterion: row.criterion?.startsWith('CrossEntropy') ? 'cross-entropy' : 'squared-error',
        outputActivation: 'linear',
        optimiser: 'adam',
        learningRate: theirs['lr'],
        weightDecay: 0,
        stepEpochs: theirs['stepLrStepSizeEpochs'],
        stepFactor: theirs['stepLrGamma'],
      })
    }
  })

  it.each(published.filter(({ rule }) => rule === 'corinfomax').map((preset) => [preset.name, preset] as const))(
    '%s: the rates that reach the engine follow the script’s schedule, epoch for epoch',
    (name, stored) => {
      const script = scripts.find((candidate) => candidate.id === stored.published.script)
      const setting = script?.settings.find(({ settingNumber }) => settingNumber === stored.published.setting)
      const decay = setting?.['lrDecay'] ?? script?.fixed['lrDecay']
      const table = Object.entries(script?.lrSchedule.multiplierAt ?? {}).find(
        ([label]) => Number(label.split('=')[1]) === decay,
      )?.[1]
      const rule = ruleNamed('corinfomax')
      const experiment = presetNamed(name)?.experiment
      if (table === undefined || rule === undefined || experiment === undefined)
        throw new Error(`${name}: nothing to compare`)
      const { program, scalarsAt } = bound(compileRule(rule, experiment.rule.settings, experiment.widths))
      const at = (scalar: string, epoch: number): number => {
        const offset = program.scalars.find((declared) => declared.name === scalar)?.offset
        return scalarsAt({ epoch, batch: epoch * 3000, sign: 1 })[offset ?? -1] ?? NaN
      }
      const { lrForward, lrFeedback } = stored.settings as { lrForward: number[]; lrFeedback: number[] }
      expect(Object.keys(table).length).toBeGreaterThan(10)
      for (const [epoch, multiplier] of Object.entries(table)) {
        // Six digits are printed.
        lrForward.forEach((rate, k) => {
          expect(at(`lrForward${k + 1}`, Number(epoch)) / rate / multiplier).toBeCloseTo(1, 5)
        })
        lrFeedback.forEach((rate, k) => {
          expect(at(`lrFeedback${k + 2}`, Number(epoch)) / rate / multiplier).toBeCloseTo(1, 5)
        })
      }
    },
  )

  it('corinfomax-mnist is setting 1 of CorInfoMax_MNIST_Simulation_V1', () => {
    expect(published.find(({ name }) => name === 'corinfomax-mnist')?.published).toEqual({
      mean: 0.97613,
      sd: 0.001077,
      n: 10,
      epochs: 50,
      script: 'CorInfoMax_MNIST_Simulation_V1',
      setting: 1,
      row: 'CorInfoMax_MNIST_V1#1',
    })
  })
})

function bound(compiled: ReturnType<typeof compileRule>): {
  program: (typeof compiled)['program']
  scalarsAt: (step: Parameters<(typeof compiled)['scalarsAt']>[0]) => Float64Array
} {
  return { program: compiled.program, scalarsAt: (step) => compiled.scalarsAt(step) }
}

describe('every preset', () => {
  it.each(presetCards().map((preset) => [preset.name, preset] as const))('%s can be run as it is', (name, preset) => {
    const { experiment, problems } = checkExperiment(JSON.parse(JSON.stringify(preset.experiment)))
    expect(problems).toBeUndefined()
    expect(experiment).toEqual(preset.experiment)
    expect(preset.experiment.preset).toBe(name)
    expect(preset.label.length).toBeGreaterThan(5)
  })

  it('has a name of its own, and the ones that are spoken of are there', () => {
    const names = presetCards().map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(names).toEqual(
      expect.arrayContaining([
        'corinfomax-mnist',
        'corinfomax-glyphs',
        'corinfomax-glyphs-small',
        'backprop-mnist',
        'backprop-glyphs',
      ]),
    )
    expect(presetNamed('corinfomax-mnits')).toBeUndefined()
    expect(publishedOf('corinfomax-glyphs')).toBeNull()
  })
})

describe('a comparison with what was published', () => {
  const experiment = presetNamed('corinfomax-mnist')?.experiment
  if (experiment === undefined) throw new Error('no preset')

  it('is offered for the preset as it is, with any seeds, engine and measures', () => {
    expect(publishedFor(experiment)?.mean).toBe(0.97613)
    const settings = Object.fromEntries(Object.entries(experiment.rule.settings).reverse())
    const same = {
      ...experiment,
      seeds: [1],
      rule: { ...experiment.rule, settings },
      measures: { names: [], everyBatches: 1 },
    }
    expect(publishedFor(same)?.mean).toBe(0.97613)
  })

  it.each([
    ['fewer epochs', { training: { ...experiment.training, epochs: 1 } }],
    ['other batches', { training: { ...experiment.training, batchSize: 10 } }],
    ['fewer samples', { data: { ...experiment.data, limitTrain: 100 } }],
    ['another network', { widths: [784, 100, 10] }],
    ['another setting', { rule: { ...experiment.rule, settings: { ...experiment.rule.settings, neuralLr: 0.06 } } }],
    ['no preset', { preset: null }],
    ['an unknown preset', { preset: 'gone' }],
  ])('is not offered with %s', (_, change) => {
    expect(publishedFor({ ...experiment, ...change })).toBeNull()
  })
})
