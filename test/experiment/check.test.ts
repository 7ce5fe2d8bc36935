/** Whatever comes as an experiment is taken with every setting filled in, or refused beside its field, in sentences. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkExperiment, requireExperiment } from '../../src-main/experiment/check.ts'
import { presetNamed } from '../../src-main/experiment/presets.ts'
import { ExperimentProblem } from '../../src-main/experiment/problem.ts'
import { rules } from '../../src-main/rules/index.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

function mnist(): Record<string, Json> {
  return JSON.parse(JSON.stringify(presetNamed('corinfomax-mnist')?.experiment)) as Record<string, Json>
}

/** The preset with the value at a dotted path replaced; undefined removes it. */
function changed(path: string, value: Json | undefined): Json {
  const root = mnist()
  const keys = path.split('.')
  let target = root
  for (const key of keys.slice(0, -1)) target = target[key] as Record<string, Json>
  const last = keys.at(-1) ?? ''
  if (value === undefined) Reflect.deleteProperty(target, last)
  else target[last] = value
  return root
}

describe('taken', () => {
  it('with every default of the rule and of the experiment filled in', () => {
    const { experiment } = checkExperiment({
      version: 1,
      name: 'least',
      preset: null,
      data: { name: 'mnist' },
      widths: [784, 20, 10],
      rule: { name: 'corinfomax', settings: { beta: 0.5 } },
      training: { epochs: 1, batchSize: 20 },
      measures: {},
      seeds: [0],
      engine: {},
    })
    expect(experiment?.rule.settings['beta']).toBe(0.5)
    expect(Object.keys(experiment?.rule.settings ?? {}).length).toBe(22)
    expect(experiment?.training).toEqual({
      epochs: 1,
      batchSize: 20,
      shuffle: true,
      evaluateTrain: 'all',
      evaluateTest: 'all',
      validation: null,
      selection: 'last-epoch',
    })
    expect(experiment?.engine).toEqual({ name: 'auto', precision: 'float32', device: null, threads: null })
    expect(checkExperiment(experiment).experiment, 'resolved already').toEqual(experiment)
  })

  it.each([
    [{}, []],
    [{ names: [] }, []],
    [
      { names: ['alignment', 'information'], everyBatches: 7 },
      ['alignment', 'information'].map((name) => ({ name, everyBatches: 7 })),
    ],
    [{ names: ['alignment'] }, [{ name: 'alignment', everyBatches: 500 }]],
  ])('with measures as files of earlier versions have them: %j', (old, measures) => {
    expect(checkExperiment(changed('measures', old)).experiment?.measures).toEqual(measures)
  })

  it('with the interval of each measure, written out or short', () => {
    const { experiment } = checkExperiment(changed('measures', ['alignment', 'silent:40', { name: 'activity' }]))
    expect(experiment?.measures).toEqual([
      { name: 'alignment', everyBatches: 500 },
      { name: 'silent', everyBatches: 40 },
      { name: 'activity', everyBatches: 500 },
    ])
  })

  it('without measures, and with a confusion matrix after the last epoch alone, where nothing is said of it', () => {
    const earlier = mnist() as unknown as Record<string, unknown>
    for (const key of ['measures', 'evaluation']) Reflect.deleteProperty(earlier, key)
    const { experiment } = checkExperiment(earlier)
    expect(experiment?.measures).toEqual([])
    expect(experiment?.evaluation).toEqual({
      topK: null,
      topKEveryEpochs: 1,
      confusionEveryEpochs: 'last',
      keepWeightsEveryEpochs: null,
    })
  })

  it('without touching what was given', () => {
    const given = mnist()
    const before = JSON.stringify(given)
    checkExperiment(given)
    expect(JSON.stringify(given)).toBe(before)
  })
})

describe('refused', () => {
  it.each<readonly [string, Json | undefined, string, RegExp]>([
    ['training.epochs', 0, 'training.epochs', /^Expected a number of at least 1, found 0\.$/],
    ['training.epochs', 1.5, 'training.epochs', /^Expected a whole number, found 1\.5\.$/],
    ['training.epochs', 'ten', 'training.epochs', /^Expected a number, found "ten"\.$/],
    ['training.epochs', undefined, 'training.epochs', /found nothing\.$/],
    ['training.epoch', 3, 'training.epoch', /^There is no "epoch" here\. Did you mean "epochs"\?$/],
    [
      'training.evaluateTest',
      'some',
      'training.evaluateTest',
      /^Expected one of all, off, or a (whole )?number, found "some"\.$/,
    ],
    ['data.name', 'mnits', 'data.name', /Did you mean "mnist"\?/],
    ['name', '', 'name', /at least 1 letter, found ""\.$/],
    ['widths', [784], 'widths', /at least 2 values, found a list of 1\.$/],
    ['widths', [784, 0, 10], 'widths.1', /at least 1, found 0/],
    ['widths', [783, 500, 10], 'widths.0', /^Expected 784 inputs.*found 783\.$/],
    ['widths', [784, 500, 11], 'widths.2', /^Expected 10 outputs.*found 11\.$/],
    ['widths', [784, 10], 'widths', /at least one hidden layer/],
    ['seeds', [], 'seeds', /at least 1 value/],
    ['seeds', [-1], 'seeds.0', /at least 0, found -1/],
    ['seeds', [3, 1, 3], 'seeds', /seed 3 again/],
    ['seeds', [2 ** 60], 'seeds.0', /Expected a/],
    ['rule.name', 'corinfomx', 'rule.name', /Expected one of .*found "corinfomx"\. Did you mean "corinfomax"\?/],
    ['rule.settings.beta', 0, 'rule.settings.beta', /^Expected a number of more than 0, found 0\.$/],
    ['rule.settings.neuralLr', 99, 'rule.settings.neuralLr', /^Expected a number of at most 10, found 99\.$/],
    ['rule.settings.neuralRule', 'slow', 'rule.settings.neuralRule', /^Expected one of constant, .*found "slow"\.$/],
    ['rule.settings.nueralLr', 1, 'rule.settings.nueralLr', /Did you mean "neuralLr"\?/],
    ['rule.settings.lrForward', [1], 'rule.settings.lrForward', /2 feedforward learning rates.*found 1\.$/],
    ['rule.settings.lrForward', [1, 'a'], 'rule.settings.lrForward.1', /^Expected a number, found "a"\.$/],
    ['training.selection', 'best-validation-epoch', 'training.selection', /^Expected a validation set .*found none/],
    ['training.validation', { fraction: 0.5001 }, 'training.validation.fraction', /at most 0\.5, found 0\.5001/],
    ['training.validation', { share: 0.1 }, 'training.validation.share', /no "share" here/],
    [
      'training.validation',
      { fraction: 1e-5 },
      'training.validation.fraction',
      /found 59999 training and 1 validation/,
    ],
    ['training.validation', true, 'training.validation', /Expected an object, found true/],
    ['measures', ['alignmnt'], 'measures.0.name', /alignment, information.*Did you mean "alignment"\?/],
    ['measures', { names: ['alignmnt'] }, 'measures.0.name', /Did you mean "alignment"\?/],
    ['measures', ['alignment', 'silent', 'alignment:7'], 'measures.2.name', /once, found "alignment" again/],
    ['measures', ['alignment:0'], 'measures.0.everyBatches', /at least 1, found 0/],
    ['measures', { names: ['alignment'], everyBatches: 0 }, 'measures.0.everyBatches', /at least 1/],
    ['measures', { nmaes: [] }, 'measures', /^Expected a list, found an object\.$/],
    ['measures', [{ name: 'alignment', every: 3 }], 'measures.0.every', /There is no "every" here/],
    ['evaluation.topK', 1, 'evaluation.topK', /at least 2, found 1/],
    ['evaluation.topK', 10, 'evaluation.topK', /fewer than the 10 classes of mnist, found 10/],
    [
      'evaluation.confusionEveryEpochs',
      'sometimes',
      'evaluation.confusionEveryEpochs',
      /^Expected "last", or a number, found "sometimes"/,
    ],
    ['evaluation.confusionEveryEpochs', 0, 'evaluation.confusionEveryEpochs', /at least 1, found 0/],
    ['engine.precision', 'float64', 'engine.precision', /reference/],
    ['engine.threads', 0, 'engine.threads', /at least 1/],
    ['version', 0, 'version', /^Expected 1, found 0\.$/],
    ['version', 2, 'version', /newer Apical/],
    ['version', 1e308, 'version', /newer Apical/],
  ])('%s = %j', (path, value, at, sentence) => {
    const { problems, experiment } = checkExperiment(changed(path, value))
    expect(experiment).toBeUndefined()
    expect(problems?.find((problem) => problem.path === at)?.message).toMatch(sentence)
  })

  it('a split that leaves less than one batch of the samples that are used', () => {
    const few = mnist() as { data: Record<string, Json>; training: Record<string, Json> }
    few.data['limitTrain'] = 60
    few.training['batchSize'] = 31
    few.training['validation'] = { fraction: 0.5 }
    expect(checkExperiment(few).problems).toEqual([
      {
        path: 'training.validation.fraction',
        message: 'Expected a split that leaves at least one batch of 31 training samples, found 30 of 60 left.',
      },
    ])
    few.training['batchSize'] = 30
    expect(checkExperiment(few).experiment?.training.validation).toEqual({ fraction: 0.5, seed: 0, stratified: true })
  })

  it('everything wrong at once, each beside its field', () => {
    const bad = mnist() as { training: Record<string, Json>; seeds: Json; rule: { settings: Record<string, Json> } }
    bad.seeds = [1, 1]
    bad.rule.settings['beta'] = -1
    bad.rule.settings['lambda'] = 'x'
    expect(checkExperiment(bad).problems?.map(({ path }) => path)).toEqual([
      'seeds',
      'rule.settings.beta',
      'rule.settings.lambda',
    ])
  })

  it.each<readonly [string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a list', []],
    ['text', 'corinfomax-mnist'],
    ['a date', new Date(0)],
    ['a function inside', { ...mnist(), name: () => 'x' }],
    ['a class inside', { ...mnist(), data: new Map([['name', 'mnist']]) }],
    ['a bigint', { ...mnist(), seeds: [1n] }],
  ])('%s', (_, value) => {
    expect(checkExperiment(value).problems?.length).toBeGreaterThan(0)
  })

  it('names that reach into prototypes, and leaves them alone', () => {
    for (const text of [
      '{"__proto__": {"polluted": 1}}',
      JSON.stringify(mnist()).replace('"settings":{', '"settings":{"__proto__":{"polluted":1},'),
      JSON.stringify(mnist()).replace('"settings":{', '"settings":{"constructor":{"prototype":{"polluted":1}},'),
    ]) {
      const { problems } = checkExperiment(JSON.parse(text))
      expect(problems?.[0]?.message).toMatch(/"(__proto__|constructor)" is not allowed/)
    }
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  it('what is nested without end or larger than any experiment, at once', () => {
    let deep: unknown = 1
    for (let i = 0; i < 100_000; i++) deep = [deep]
    expect(checkExperiment({ ...mnist(), widths: deep }).problems?.[0]?.message).toMatch(/nested at most/)
    const round: Record<string, unknown> = mnist()
    round['self'] = round
    expect(checkExperiment(round).problems?.[0]?.message).toMatch(/nested at most|at most 20000 values/)
    expect(
      checkExperiment({ ...mnist(), seeds: Array.from({ length: 1e6 }, (_, i) => i) }).problems?.[0]?.message,
    ).toMatch(/at most/)
  })

  it('with sentences that stay short, whatever was found', () => {
    for (const { path, message } of checkExperiment({
      ...mnist(),
      name: 7,
      ['x'.repeat(1e5)]: 1,
      preset: 'y'.repeat(1e5),
    }).problems ?? []) {
      expect(message.length).toBeLessThan(500)
      expect(path.length).toBeLessThan(500)
    }
  })

  it('as one error that names its source, where an error is wanted', () => {
    expect(requireExperiment(mnist(), 'x').name).toContain('MNIST')
    const refused = (): unknown => requireExperiment({}, 'runs/one.json')
    expect(refused).toThrow(ExperimentProblem)
    expect(refused).toThrow(/runs\/one\.json/)
  })
})

describe('never throws', () => {
  it('on anything', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withNullPrototype: true,
          withTypedArray: true,
          withSparseArray: true,
        }),
        (value) => {
          expect(checkExperiment(value).problems?.length).toBeGreaterThan(0)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('on an experiment with one value replaced by anything JSON can hold; what is taken is whole', () => {
    const paths = pathsOf(mnist(), [])
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) => {
        const checked = checkExperiment(changed(path, value as Json))
        if (checked.experiment === undefined) {
          expect(checked.problems.length).toBeGreaterThan(0)
          for (const problem of checked.problems) expect(problem.message).toMatch(/^[A-Z].*[.?]$/s)
        } else
          expect(checkExperiment(JSON.parse(JSON.stringify(checked.experiment))).experiment).toEqual(checked.experiment)
      }),
      { numRuns: 500 },
    )
  })

  it('on a rule with settings of anything', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...rules.map(({ name }) => name)),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (name, settings) => {
          expect(() => checkExperiment({ ...mnist(), rule: { name, settings } })).not.toThrow()
        },
      ),
      { numRuns: 200 },
    )
  })
})

function pathsOf(value: Json, path: readonly string[]): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return path.length === 0 ? [] : [path.join('.')]
  return [
    ...(path.length === 0 ? [] : [path.join('.')]),
    ...Object.entries(value).flatMap(([key, part]) => pathsOf(part, [...path, key])),
  ]
}
