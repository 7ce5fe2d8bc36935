/** `--set KEY=VALUE` and sweeps: read as the field needs it, refused with the nearest key or the range. */
import { describe, expect, it } from 'vitest'
import type { Experiment } from '../../src-main/experiment/experiment.ts'
import { presetNamed } from '../../src-main/experiment/presets.ts'
import { ExperimentProblem } from '../../src-main/experiment/problem.ts'
import { keysOf, setKey, splitValues } from '../../src-main/experiment/setting-key.ts'
import { expandSweep } from '../../src-main/experiment/sweep.ts'

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
    ['measures.names', 'alignment,information', 'measures.names', ['alignment', 'information']],
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
    for (const key of keysOf('corinfomax')) if (key.startsWith('training.')) expect(valueAt(mnist, key)).toBeDefined()
  })
})

describe('a sweep', () => {
  it('is every combination, the last axis fastest, each named for its values', () => {
    const swept = expandSweep(mnist, [
      { key: 'neuralLr', values: ['0.05', '0.1'] },
      { key: 'training.epochs', values: ['1', '2', '3'] },
    ])
    expect(swept.map(({ rule, training }) => [rule.settings['neuralLr'], training.epochs])).toEqual([
      [0.05, 1],
      [0.05, 2],
      [0.05, 3],
      [0.1, 1],
      [0.1, 2],
      [0.1, 3],
    ])
    expect(swept[4]?.name).toBe(`${mnist.name} · neuralLr=0.1 · training.epochs=2`)
    expect(new Set(swept.map(({ name }) => name)).size).toBe(6)
  })

  it('without axes is the experiment', () => {
    expect(expandSweep(mnist, [])).toEqual([mnist])
  })

  it('keeps long names within bounds and the values in sight', () => {
    const [first] = expandSweep({ ...mnist, name: 'n'.repeat(200) }, [{ key: 'beta', values: ['2'] }])
    expect(first?.name.length).toBe(200)
    expect(first?.name).toMatch(/ · beta=2$/)
  })

  it.each([
    ['of an unknown key', [{ key: 'nueralLr', values: ['1'] }], /Did you mean/],
    [
      'of the same key twice',
      [
        { key: 'beta', values: ['1'] },
        { key: 'beta', values: ['2'] },
      ],
      /beta again/,
    ],
    ['of no values', [{ key: 'beta', values: [] }], /Expected values for beta/],
    ['of an empty value', [{ key: 'beta', values: ['1', ''] }], /Expected values for beta/],
    ['of too many', [{ key: 'beta', values: Array.from({ length: 1001 }, (_, i) => String(i + 1)) }], /at most 1000/],
    ['that does not fit the network', [{ key: 'widths', values: ['784-500-500-10'] }], /widths=784-500-500-10/],
  ])('%s is refused', (_, axes, sentence) => {
    expect(refusal(() => expandSweep(mnist, axes)).message).toMatch(sentence)
  })

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
