/** `--set KEY=VALUE` and sweeps: read as the field needs it, refused with the nearest key or the range. */
import { describe, expect, it } from 'vitest'
import type { Experiment } from '../../src-main/experiment/experiment.ts'
import { checkExperiment } from '../../src-main/experiment/check.ts'
import { presetCards, presetNamed } from '../../src-main/experiment/presets.ts'
import { ExperimentProblem } from '../../src-main/experiment/problem.ts'
import { canonicalKey, keysOf, readKey, setKey, setKeys, splitValues } from '../../src-main/experiment/setting-key.ts'

function preset(name: string): Experiment {
  const found = presetNamed(name)
  if (found === undefined) throw new Error(`no preset ${name}`)
  return found.experiment
}
const mnist = preset('corinfomax-mnist')

function valueAt(experiment: Experiment, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], experiment)
}

function refusal(work: () => unknown): ExperimentProblem {
  try {
    work()
  } catch (error) {
    if (error instanceof ExperimentProblem) return error
    throw error
  }
  throw new Error('it was not refused')
}

describe('the name', () => {
  it('follows the data set and the network that it names', () => {
    expect(mnist.name).toBe('CorInfoMax · MNIST · 784-500-10')
    expect(setKeys(mnist, [['data.name', 'glyphs']]).name).toBe('CorInfoMax · Glyphs · 784-500-10')
    expect(
      setKeys(mnist, [
        ['hidden', '64'],
        ['data.name', 'fashion-mnist'],
      ]).name,
    ).toBe('CorInfoMax · Fashion-MNIST · 784-64-10')
    const two = [
      ['depth', '2'],
      ['lrFeedback', '0.1,0.1'],
    ] as const
    expect(setKeys(mnist, two).name).toBe('CorInfoMax · MNIST · 784-500-500-10')
  })

  it('is left alone where a person wrote it, and where nothing that it names is changed', () => {
    expect(setKey({ ...mnist, name: 'Mine' }, 'data.name', 'glyphs').name).toBe('Mine')
    expect(setKey(mnist, 'beta', '2').name).toBe(mnist.name)
    expect(
      setKeys(mnist, [
        ['data.name', 'glyphs'],
        ['name', 'Written'],
      ]).name,
    ).toBe('Written')
  })
})

describe('other data', () => {
  it('bring a network that fits them, unless one is given', () => {
    const widths = (...changes: (readonly [string, string])[]) => setKeys(mnist, changes).widths
    expect(widths(['data.name', 'cifar-100'])).toEqual([3072, 500, 100])
    expect(widths(['data.name', 'spirals'])).toEqual([2, 32, 2])
    expect(widths(['data.name', 'mnist'])).toEqual([784, 500, 10])
    expect(widths(['data.name', 'nowhere'])).toEqual([784, 500, 10])
    // In either order.
    expect(widths(['widths', '2-7-2'], ['data.name', 'spirals'])).toEqual([2, 7, 2])
    expect(widths(['data.name', 'spirals'], ['widths', '2-7-2'])).toEqual([2, 7, 2])
    expect(widths(['data.name', 'spirals'], ['hidden', '9'])).toEqual([2, 9, 2])
    expect(widths(['hidden', '9'], ['data.name', 'spirals'])).toEqual([2, 9, 2])
  })
})

describe('a value by its key', () => {
  it.each<readonly [string, string, string, unknown]>([
    ['neuralLr', '0.1', 'rule.settings.neuralLr', 0.1],
    ['neuralLr', '5e-2', 'rule.settings.neuralLr', 0.05],
    ['rule.settings.beta', '2', 'rule.settings.beta', 2],
    ['threePhase', 'true', 'rule.settings.threePhase', true],
    ['neuralRule', 'constant', 'rule.settings.neuralRule', 'constant'],
    ['lrForward', '1,0.5', 'rule.settings.lrForward', [1, 0.5]],
    ['lrForward', '[1, 0.5, 2]', 'rule.settings.lrForward', [1, 0.5, 2]],
    ['lrFeedback', '0.2', 'rule.settings.lrFeedback', [0.2]],
    [
      'schedule',
      '0:0.95,15:0.9',
      'rule.settings.schedule',
      [
        { fromEpoch: 0, base: 0.95 },
        { fromEpoch: 15, base: 0.9 },
      ],
    ],
    ['widths', '784-100-50-10', 'widths', [784, 100, 50, 10]],
    ['widths', '784,100,10', 'widths', [784, 100, 10]],
    ['training.epochs', '3', 'training.epochs', 3],
    ['training.evaluateTrain', '500', 'training.evaluateTrain', 500],
    ['training.evaluateTest', 'off', 'training.evaluateTest', 'off'],
    ['training.shuffle', 'false', 'training.shuffle', false],
    ['data.limitTrain', 'null', 'data.limitTrain', null],
    ['data.name', 'fashion-mnist', 'data.name', 'fashion-mnist'],
    ['seeds', '4', 'seeds', [4]],
    [
      'measures',
      'alignment,silent:40',
      'measures',
      [
        { name: 'alignment', everyBatches: 500 },
        { name: 'silent', everyBatches: 40 },
      ],
    ],
    ['evaluation.topK', '5', 'evaluation.topK', 5],
    ['engine.device', 'cuda:0', 'engine.device', 'cuda:0'],
    ['name', '12', 'name', '12'],
  ])('%s=%s', (key, text, path, value) => {
    const before = JSON.stringify(mnist)
    const after = setKey(mnist, key, text)
    expect(valueAt(after, path)).toEqual(value)
    expect(JSON.stringify(mnist), 'what was given stays').toBe(before)
    // Nothing else moved.
    expect(setKey(after, path, JSON.stringify(valueAt(mnist, path)))).toEqual(mnist)
  })

  it.each([
    ['neuralLr', '100', 'rule.settings.neuralLr', /at most 10, found 100/],
    ['neuralLr', 'fast', 'rule.settings.neuralLr', /a number, found "fast"/],
    ['beta', '0', 'rule.settings.beta', /more than 0, found 0/],
    ['iterationsFree', '2.5', 'rule.settings.iterationsFree', /whole number, found 2\.5/],
    ['threePhase', 'on', 'rule.settings.threePhase', /true or false, found "on"/],
    ['training.batchSize', '0', 'training.batchSize', /at least 1, found 0/],
    ['widths', 'wide', 'widths', /a list, found "wide"/],
    ['lrForward', '', 'rule.settings.lrForward', /a list, found ""/],
    ['training.validation.fraction', '0.6', 'training.validation.fraction', /at most 0\.5, found 0\.6/],
    ['training.validation.fraction', '0', 'training.validation.fraction', /more than 0, found 0/],
    ['training.selection', 'best', 'training.selection', /one of last-epoch, best-validation-epoch/],
  ])('%s=%s is refused with its range', (key, text, path, sentence) => {
    const { problems } = refusal(() => setKey(mnist, key, text))
    expect(problems[0]?.path).toBe(path)
    expect(problems[0]?.message).toMatch(sentence)
  })

  it.each([
    ['nueralLr', 'neuralLr'],
    ['epochs', 'training.epochs'],
    ['training.batchsize', 'training.batchSize'],
    ['rule.settings.lamda', 'lambda'],
  ])('%s is unknown: did you mean %s', (key, meant) => {
    const problem = refusal(() => setKey(mnist, key, '1'))
    expect(problem.message).toContain(`"${key}"`)
    expect(problem.message).toContain(`Did you mean "${meant}"?`)
    expect(problem.next).toContain('neuralLr')
    expect(problem.next).toContain('training.epochs')
  })

  it.each([
    'version',
    'preset',
    'rule',
    'rule.name',
    'rule.settings',
    '__proto__',
    '__proto__.polluted',
    'constructor',
    'training',
    'toString',
    '',
  ])('"%s" cannot be set', (key) => {
    refusal(() => setKey(mnist, key, '1'))
    refusal(() => setKey(mnist, `rule.settings.${key}`, '1'))
  })

  it('values cannot reach prototypes', () => {
    refusal(() => setKey(mnist, 'schedule', '[{"fromEpoch":0,"base":1,"__proto__":{"polluted":1}}]'))
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  it('keys are those of the rule, then of the experiment', () => {
    expect(keysOf('backprop').slice(0, 2)).toEqual(['criterion', 'outputActivation'])
    expect(keysOf('backprop')).toContain('training.epochs')
    expect(keysOf('backprop')).not.toContain('lambda')
    const split = setKey(mnist, 'training.validation.seed', '7')
    for (const key of keysOf('corinfomax')) if (key.startsWith('training.')) expect(valueAt(split, key)).toBeDefined()
  })

  it('a value of what is off turns it on, with the others at their defaults', () => {
    const once = setKey(mnist, 'training.validation.fraction', '0.2')
    expect(once.training.validation).toEqual({ fraction: 0.2, seed: 0, stratified: true })
    const twice = setKey(once, 'training.validation.stratified', 'false')
    expect(twice.training.validation).toEqual({ fraction: 0.2, seed: 0, stratified: false })
    expect(setKey(twice, 'training.validation', 'null')).toEqual(mnist)
    expect(setKey(mnist, 'training.validation', '{"fraction":0.3}').training.validation?.fraction).toBe(0.3)
    expect(setKey(mnist, 'training.selection', 'best-validation-epoch').training.selection).toBe(
      'best-validation-epoch',
    )
  })
})

describe('the network by single numbers', () => {
  const deep = preset('corinfomax-mnist-3-layers')

  it('hidden sets every hidden layer and no end', () => {
    expect(setKey(deep, 'hidden', '250').widths).toEqual([784, 250, 250, 10])
    expect(readKey(deep, 'hidden')).toBe(500)
    expect(refusal(() => setKey(deep, 'hidden', '2.5')).problems[0]?.message).toMatch(/whole number, found 2\.5/)
  })

  it('a place of a list is set alone, and refused where there is none', () => {
    expect(setKey(deep, 'widths.2', '100').widths).toEqual([784, 500, 100, 10])
    expect(setKey(deep, 'lrForward.0', '0.5').rule.settings['lrForward']).toEqual([0.5, 0.75, 0.6])
    expect(setKey(deep, 'rule.settings.lrForward.0', '0.5')).toEqual(setKey(deep, 'lrForward.0', '0.5'))
    expect(refusal(() => setKey(deep, 'widths.4', '100')).message).toMatch(/no entry 4 in widths, which has 4/)
    expect(refusal(() => setKey(deep, 'lambda.0', '1')).message).toMatch(/lambda, which is not a list/)
    expect(refusal(() => setKey(deep, 'widths.1', '0')).problems[0]).toMatchObject({ path: 'widths.1' })
    expect(refusal(() => setKey(deep, 'width.1', '5')).message).toMatch(/No setting/)
  })

  it('depth repeats the last hidden layer with its rates', () => {
    const { lrFeedback } = deep.rule.settings as { lrFeedback: number[] }
    const four = setKey(deep, 'depth', '4')
    expect(four.widths).toEqual([784, 500, 500, 500, 500, 10])
    expect(four.rule.settings['lrForward']).toEqual([1.1, 0.75, 0.75, 0.75, 0.6])
    expect(four.rule.settings['lrFeedback']).toEqual([lrFeedback[0], lrFeedback[0], lrFeedback[0], lrFeedback[1]])
    expect(readKey(four, 'depth')).toBe(4)
    expect(setKey(four, 'depth', '2')).toEqual(deep)
    expect(setKey(deep, 'depth', '1').rule.settings).toMatchObject({
      lrForward: [1.1, 0.6],
      lrFeedback: [lrFeedback[1]],
    })
  })

  it('depth leaves every setting of every rule fitting, or says which it cannot stretch', () => {
    let stretched = 0
    for (const { experiment } of presetCards())
      for (const depth of ['1', '2', '3', '5'])
        try {
          expect(checkExperiment(setKey(experiment, 'depth', depth)).problems ?? []).toEqual([])
          stretched++
        } catch (error) {
          if (!(error instanceof ExperimentProblem)) throw error
          expect(error.problems[0]?.message).toMatch(/Expected a number of hidden layer 1 .* pair the depth with/)
          expect(experiment.widths.length).toBe(3)
        }
    expect(stretched).toBeGreaterThan(presetCards().length * 2)
  })

  it('numbers of layers follow: the output stays the output, copies are what they copy', () => {
    const sparse = preset('corinfomax-sparse-mnist')
    expect(sparse.rule.settings['sparseLayers']).toEqual([1, 2])
    const sparseAt = (experiment: Experiment, depth: string): unknown =>
      setKeys(experiment, [
        ['depth', depth],
        ['lrFeedback', '[1]'],
      ]).rule.settings['sparseLayers']
    expect(sparseAt(sparse, '3')).toEqual([1, 2, 3, 4])
    const outputOnly = setKey(sparse, 'sparseLayers', '[2]')
    expect(sparseAt(outputOnly, '3')).toEqual([4])
    expect(sparseAt(setKey(sparse, 'sparseLayers', '[1]'), '2')).toEqual([1, 2])
  })

  it('a list given beside the depth is taken as it is, whatever comes first', () => {
    const changes = [
      ['lrFeedback', '[0.1,0.2]'],
      ['depth', '2'],
    ] as const
    const two = setKeys(mnist, changes)
    expect(two.rule.settings['lrFeedback']).toEqual([0.1, 0.2])
    expect(two.rule.settings['lrForward']).toEqual([1, 1, 0.7])
    expect(setKeys(mnist, changes.toReversed())).toEqual(two)
    expect(refusal(() => setKey(mnist, 'depth', '2')).problems[0]?.path).toBe('rule.settings.lrFeedback')
  })

  it('keys have one shortest form', () => {
    expect(canonicalKey(mnist, 'rule.settings.neuralLr')).toBe('neuralLr')
    expect(canonicalKey(mnist, 'training.epochs')).toBe('training.epochs')
    expect(canonicalKey(mnist, 'widths.1')).toBe('widths.1')
    expect(canonicalKey(mnist, 'depth')).toBe('depth')
  })
})

describe('values of a list', () => {
  it.each([
    ['1,2,3', ['1', '2', '3']],
    ['784-10-10, 784-20-10', ['784-10-10', '784-20-10']],
    ['[1,2],[3,4]', ['[1,2]', '[3,4]']],
    ['"a,b",c', ['"a,b"', 'c']],
    ['', ['']],
    ['1,', ['1', '']],
  ])('%j are the values %j', (text, values) => {
    expect(splitValues(text)).toEqual(values)
  })
})
