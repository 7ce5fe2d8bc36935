/** Presets against what was collected from the authors' code and notebooks, number for number. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import file from '../../resources/presets.json' with { type: 'json' }
import { checkExperiment } from '../../src-main/experiment/check.ts'
import {
  earlyFor,
  everyPreset,
  presetCards,
  presetNamed,
  publishedFor,
  publishedOf,
} from '../../src-main/experiment/presets.ts'
import { compileRule, ruleNamed } from '../../src-main/rules/index.ts'

const folder = process.env['APICAL_REFERENCE'] ?? '../shared/reference'
const there = existsSync(`${folder}/presets.json`) && existsSync(`${folder}/paper-results.json`)
const why = there ? '' : ` (skipped: ${folder} is not there)`

const Script = z.object({
  id: z.string(),
  source: z.string(),
  algorithm: z.string(),
  dataset: z.string(),
  criterion: z.string().nullable(),
  targetEncoding: z.string(),
  epochs: z.number(),
  batchSize: z.number(),
  seeds: z.array(z.number()),
  shuffleTrain: z.boolean(),
  fixed: z.record(z.string(), z.unknown()),
  settings: z.array(z.looseObject({ settingNumber: z.number() })),
  lrSchedule: z.object({
    pieces: z.array(z.object({ epochFrom: z.number(), base: z.union([z.number(), z.literal('lrDecay')]) })).optional(),
    stepSizeEpochs: z.number().nullish(),
    gamma: z.number().nullish(),
    multiplierAt: z.record(z.string(), z.record(z.string(), z.number())).optional(),
  }),
})
const Row = z.object({
  script: z.string(),
  settingNumber: z.number(),
  nSeeds: z.number(),
  epochs: z.number(),
  test: z.object({ mean: z.number(), std: z.number().nullable() }),
  testFirstEpochsOverSeeds: z
    .object({ mean: z.array(z.number()), std: z.array(z.number()).nullable(), nSeeds: z.number() })
    .optional(),
  testFirstEpochsSeed0: z.array(z.number()).optional(),
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

/** Every setting that has a script, with that script: our source line names both. */
const configurations = scripts.flatMap((script) => script.settings.map((setting) => ({ script, setting })))
const sourceOf = (id: string, setting: number): string => `${id}, setting ${setting}`
const ours = everyPreset()
const published = ours.filter(({ published }) => published !== null)

/** The settings that a rule would have, from what the authors' script says. */
function expectedSettings(rule: string, script: z.infer<typeof Script>, theirs: Record<string, unknown>): unknown {
  const schedule = script.lrSchedule.pieces?.map(({ epochFrom, base }) => ({
    fromEpoch: epochFrom,
    base: base === 'lrDecay' ? theirs['lrDecay'] : base,
  }))
  const step = {
    neuralRule: theirs['neuralLrRule'],
    neuralLr: theirs['neuralLrStart'],
    neuralLrStop: theirs['neuralLrStop'],
    neuralLrDecay: theirs['neuralLrDecayMultiplier'],
  }
  // No script evaluates otherwise than it trains, but for the rate of ep and csm.
  const evaluation = { iterationsEvaluation: 0 }
  // No script changes these: the defaults of the released classes and of torch.optim.SGD.
  const units = { activation: 'hard-sigmoid', initialState: 'zeros' }
  const momentum = { dampening: 0, nesterov: false }
  const crossEntropy = script.criterion?.startsWith('CrossEntropy') === true
  switch (rule) {
    case 'corinfomax':
    case 'corinfomax-sparse':
      return {
        ...step,
        ...units,
        ...evaluation,
        evaluationLr: 0,
        bias: false,
        scheduleFeedback: [],
        beta: theirs['beta'],
        randomSign: theirs['randomSignBeta'],
        threePhase: theirs['threePhase'],
        lambda: theirs['lambda'],
        epsilon: theirs['epsilon'],
        hopfieldGain: theirs['hopfieldG'],
        iterationsFree: theirs['iterationsFree'],
        iterationsNudged: theirs['iterationsNudged'],
        lrForward: theirs['lrFf'],
        lrFeedback: (theirs['lrFb'] as unknown[]).slice(1),
        schedule,
        weightDecay: theirs['weightDecay'],
        ...(rule === 'corinfomax' ? {} : { sparseLayers: theirs['sparseLayers'], lrMultiplier: theirs['stLambdaLr'] }),
      }
    case 'ep':
    case 'csm':
      return {
        ...units,
        ...evaluation,
        beta: (theirs['beta'] as unknown[])[1],
        randomSign: theirs['randomSignBeta'],
        neuralLr: theirs['neuralLrTraining'],
        evaluationLr: theirs['neuralLrEvaluation'],
        iterationsFree: theirs['iterationsFree'],
        iterationsNudged: theirs['iterationsNudged'],
        criterion: 'squared-error',
        learningRates: theirs['alphasW'],
        // A constant rate is a factor of 1.
        stepEpochs: script.lrSchedule.stepSizeEpochs ?? 15,
        stepFactor: script.lrSchedule.gamma ?? 1,
        ...(rule === 'ep' ? { centred: false } : { lrLateral: theirs['alphasM'], lateralSign: 'released' }),
      }
    case 'pc':
      expect(script.targetEncoding).toBe('0.94*onehot + 0.03')
      expect(theirs['optimizer']).toMatch(/^adam/)
      return {
        ...step,
        activation: theirs['activation'],
        iterations: theirs['iterations'],
        learningRate: theirs['lr'],
        schedule,
        targetLow: 0.03,
        targetHigh: 0.97,
        optimiser: 'adam',
        adamBeta1: 0.9,
        adamBeta2: 0.999,
        adamEpsilon: 1e-8,
      }
    case 'pc-nudge':
      expect(theirs['optimizer']).toBe('SGD (momentum 0)')
      return {
        ...step,
        activation: theirs['activation'],
        iterations: theirs['iterations'],
        lambda: theirs['supervisedLambda'],
        randomSign: theirs['randomSign'],
        optimiser: 'sgd',
        momentum: 0,
        ...momentum,
        learningRate: theirs['lr'],
        stepBatches: theirs['stepLrStepSizeBatches'],
        stepFactor: theirs['stepLrGamma'],
      }
    default:
      expect(theirs['activation']).toBe('relu')
      return {
        criterion: crossEntropy ? 'cross-entropy' : 'squared-error',
        outputActivation: theirs['finalLayerActivation'] ?? 'linear',
        optimiser: String(theirs['optimizer']).toLowerCase(),
        learningRate: theirs['lrEffective'] ?? theirs['lr'],
        // Adam knows no momentum.
        momentum: theirs['momentum'] ?? 0.9,
        ...momentum,
        weightDecay: theirs['weightDecay'] ?? 0,
        stepEpochs: theirs['stepLrStepSizeEpochs'],
        stepFactor: theirs['stepLrGamma'],
        ...(rule === 'feedback-alignment' ? { initial: 'linear' } : {}),
      }
  }
}

const RULES: Readonly<Record<string, string>> = {
  CorInfoMax: 'corinfomax',
  CorInfoMaxSparse: 'corinfomax-sparse',
  EP: 'ep',
  CSM: 'csm',
  PC: 'pc',
  'PC-Nudge': 'pc-nudge',
  FeedbackAlignment: 'feedback-alignment',
  BP: 'backprop',
}

describe.skipIf(!there)(`every published configuration${why}`, () => {
  const stored = new Map(file.map(({ name, script }) => [name, script]))
  const ofScript = (id: string, number: number) =>
    ours.find(({ name, setting }) => setting === number && stored.get(name.split('#')[0] ?? '') === id)

  it('is there once: 74 scripts, two of them empty', () => {
    expect(scripts.length).toBe(72)
    expect(configurations.length).toBe(489)
    expect([...stored.values()].filter((script) => script !== null).sort()).toEqual(scripts.map(({ id }) => id).sort())
    expect(ours.filter(({ name }) => stored.get(name.split('#')[0] ?? '') !== null).length).toBe(489)
  })

  it.each(scripts.map((script) => [script.id, script] as const))('%s', (id, script) => {
    expect(script.settings.map(({ settingNumber }) => settingNumber)).toEqual(script.settings.map((_, i) => i + 1))
    for (const setting of script.settings) {
      const theirs: Record<string, unknown> = { ...script.fixed, ...setting }
      const preset = ofScript(id, setting.settingNumber)
      if (preset === undefined) throw new Error(`${sourceOf(id, setting.settingNumber)} is missing`)
      const { experiment } = preset
      expect(preset.settings).toBe(script.settings.length)
      expect(experiment.rule.name).toBe(RULES[script.algorithm])
      expect(experiment.data.name).toBe(DATASETS[script.dataset])
      expect(experiment.widths).toEqual(theirs['architecture'])
      expect(experiment.seeds).toEqual(script.seeds)
      expect(experiment.training).toMatchObject({
        epochs: script.epochs,
        batchSize: script.batchSize,
        shuffle: script.shuffleTrain,
        evaluateTrain: 'all',
        evaluateTest: 'all',
      })
      expect(experiment.rule.settings).toEqual(expectedSettings(experiment.rule.name, script, theirs))
      const row = rows.find((one) => one.script === script.source && one.settingNumber === setting.settingNumber)
      if (row === undefined) expect(preset.published).toBeNull()
      else {
        expect(preset.published).toMatchObject({
          mean: row.test.mean,
          sd: row.test.std ?? 0,
          n: row.nSeeds,
          epochs: row.epochs,
        })
        expect(preset.published?.source).toContain(sourceOf(id, setting.settingNumber))
        const over = row.testFirstEpochsOverSeeds
        const alone = row.testFirstEpochsSeed0
        if (over !== undefined)
          expect(preset.published?.early).toEqual({ n: over.nSeeds, mean: over.mean, sd: over.std })
        else expect(preset.published?.early).toEqual(alone === undefined ? null : { n: 1, mean: alone, sd: null })
      }
    }
  })

  it('has every printed number', () => {
    expect(published.length).toBe(rows.length)
    expect(rows.length).toBe(292)
    expect(published.filter(({ published }) => published?.early !== null).length).toBe(195)
  })
})

describe.skipIf(!there)(`published schedules${why}`, () => {
  const withPieces = presetCards().filter(({ name, experiment }) => {
    const entry = file.find((one) => one.name === name)
    return typeof entry?.script === 'string' && experiment.rule.name.startsWith('corinfomax')
  })
  it.each(withPieces.map((preset) => [preset.name, preset] as const))(
    '%s: the rates that reach the engine follow the script’s schedule, epoch for epoch',
    (name, { experiment, setting: number }) => {
      const script = scripts.find(({ id }) => id === file.find((one) => one.name === name)?.script)
      const setting = script?.settings.find(({ settingNumber }) => settingNumber === number)
      const decay = setting?.['lrDecay'] ?? script?.fixed['lrDecay']
      const table = Object.entries(script?.lrSchedule.multiplierAt ?? {}).find(
        ([label]) => Number(label.split('=')[1]) === decay,
      )?.[1]
      const rule = ruleNamed(experiment.rule.name)
      if (table === undefined || rule === undefined) throw new Error(`${name}: nothing to compare`)
      const { program, scalarsAt } = bound(compileRule(rule, experiment.rule.settings, experiment.widths))
      const at = (scalar: string, epoch: number): number => {
        const offset = program.scalars.find((declared) => declared.name === scalar)?.offset
        return scalarsAt({ epoch, batch: epoch * 3000, sign: 1 })[offset ?? -1] ?? NaN
      }
      const { lrForward, lrFeedback, beta, threePhase } = experiment.rule.settings as unknown as {
        lrForward: number[]
        lrFeedback: number[]
        beta: number
        threePhase: boolean
      }
      // The update's own divisor is folded into the rates.
      const divisor = beta * (threePhase ? 2 : 1)
      expect(Object.keys(table).length).toBeGreaterThan(10)
      for (const [epoch, multiplier] of Object.entries(table)) {
        // Six digits are printed.
        lrForward.forEach((rate, k) => {
          expect((at(`lrForward${k + 1}`, Number(epoch)) * divisor) / rate / multiplier).toBeCloseTo(1, 5)
        })
        lrFeedback.forEach((rate, k) => {
          expect((at(`lrFeedback${k + 2}`, Number(epoch)) * divisor) / rate / multiplier).toBeCloseTo(1, 5)
        })
      }
    },
  )

  it('corinfomax-mnist is setting 1 of CorInfoMax_MNIST_Simulation_V1', () => {
    expect(presetNamed('corinfomax-mnist')).toMatchObject({
      setting: 1,
      settings: 8,
      published: { mean: 0.97613, sd: 0.001077, n: 10, epochs: 50 },
    })
    expect(publishedOf('corinfomax-mnist')?.source).toContain('CorInfoMax_MNIST_Simulation_V1, setting 1')
  })
})

describe('a setting of a grid', () => {
  it('is named by its number; the chosen one is the entry itself', () => {
    expect(presetNamed('corinfomax-mnist#1')).toEqual(presetNamed('corinfomax-mnist'))
    const third = presetNamed('corinfomax-mnist#3')
    expect(third?.experiment).toMatchObject({
      preset: 'corinfomax-mnist#3',
      rule: { settings: { neuralRule: 'constant' } },
    })
    expect(third === undefined ? null : publishedFor(third.experiment)).toEqual(third?.published)
  })

  it.each(['corinfomax-mnist#0', 'corinfomax-mnist#9', 'corinfomax-mnist#', 'corinfomax-mnist#1x', '#1', 'ep-mnist#2'])(
    '%s is none',
    (name) => {
      expect(presetNamed(name)).toBeUndefined()
    },
  )

  it('has a name of its own, and can be run', () => {
    const all = everyPreset()
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
    for (const preset of all) {
      expect(checkExperiment(JSON.parse(JSON.stringify(preset.experiment))).problems).toBeUndefined()
      expect(presetNamed(preset.name)).toEqual(preset)
    }
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
      measures: [],
    }
    expect(publishedFor(same)?.mean).toBe(0.97613)
  })

  const otherwise: readonly [string, Partial<typeof experiment>][] = [
    ['a test set in part', { training: { ...experiment.training, evaluateTest: 1000 } }],
    ['other batches', { training: { ...experiment.training, batchSize: 10 } }],
    ['fewer samples', { data: { ...experiment.data, limitTrain: 100 } }],
    ['another network', { widths: [784, 100, 10] }],
    ['another setting', { rule: { ...experiment.rule, settings: { ...experiment.rule.settings, neuralLr: 0.06 } } }],
    ['no preset', { preset: null }],
    ['an unknown preset', { preset: 'gone' }],
  ]
  it.each(otherwise)('is not offered with %s', (_, change) => {
    expect(publishedFor({ ...experiment, ...change })).toBeNull()
    expect(earlyFor({ ...experiment, ...change })).toBeNull()
  })

  it('with another number of epochs is offered for the first ones alone', () => {
    const short = { ...experiment, training: { ...experiment.training, epochs: 2 } }
    expect(publishedFor(short)).toBeNull()
    expect(earlyFor(short)).toEqual(earlyFor(experiment))
    expect(earlyFor(short)).toMatchObject({ n: 5, mean: [0.9377, 0.95756, 0.96284, 0.96644, 0.96984] })
  })
})
