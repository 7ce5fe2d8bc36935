// What experiments are called beside each other: each name says what differs, and what all share is said once.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ExperimentRow } from '../../src-main/contract.ts'
import { labelOfPerson, nameBesideColumns, namesOf, untoldSentence } from '../../src-renderer/experiments/names.ts'
import { madeUpDescription, madeUpRows } from './made-up-lab.ts'

const [template] = madeUpRows as readonly [ExperimentRow]
const row = (settings: ExperimentRow['settings'], more: Partial<ExperimentRow> = {}): ExperimentRow => ({
  ...template,
  ...more,
  settings: { ...template.settings, ...settings },
})
const told = (...rows: readonly ExperimentRow[]) => namesOf(rows, madeUpDescription)

describe('names', () => {
  test('say only what differs, in the words of a paper', () => {
    const few = row({ 'data.limitTrain': 10_000, 'training.epochs': 3 })
    const more = row({ 'data.limitTrain': 2_500, 'training.epochs': 1 })
    expect(told(few, more)).toEqual({
      shared: 'CorInfoMax · MNIST · 784-500-10',
      names: ['10,000 samples, 3 epochs', '2,500 samples, 1 epoch'],
      untold: [],
    })
    expect(told(row({ beta: 0.5 }), row({ beta: 1 })).names).toEqual(['β = 0.5', 'β = 1'])
    expect(told(row({ randomSign: false }), row({ randomSign: true })).names).toEqual([
      'random sign of β off',
      'random sign of β on',
    ])
    expect(told(row({ 'data.limitTrain': 100 }), row({})).names).toEqual(['100 samples', 'all samples'])
  })

  test('are rules where rules differ, and of one rule twice what tells the two apart', () => {
    const other: Partial<ExperimentRow> = { rule: 'backprop', ruleLabel: 'Backpropagation' }
    const backprop = {
      ...row({}, other),
      settings: { learningRate: 0.01, 'training.epochs': 50, 'training.batchSize': 20 },
    }
    expect(told(row({}), backprop)).toMatchObject({
      shared: 'MNIST · 784-500-10 · 50 epochs',
      names: ['CorInfoMax', 'Backpropagation'],
    })
    // A setting that the other rule does not have is the rule's, and no difference to it.
    expect(told(row({ beta: 0.5 }), row({ beta: 1 }), backprop).names).toEqual([
      'CorInfoMax, β = 0.5',
      'CorInfoMax, β = 1',
      'Backpropagation',
    ])
  })

  test('that people wrote are theirs where they tell all apart', () => {
    const mine = row({ beta: 0.5 }, { name: 'CorInfoMax · MNIST · x64' })
    expect(told(mine, row({}, { name: 'CorInfoMax · MNIST · x128' })).names).toEqual(['x64', 'x128'])
    // One without, and what differs is said of both.
    expect(told(mine, row({ beta: 1 })).names).toEqual(['β = 0.5', 'β = 1'])
  })

  test('of twins are told apart by what is left: engine, seeds, a count', () => {
    expect(told(row({}), row({}, { engine: 'native' })).names).toEqual(['CorInfoMax, tensorflow', 'CorInfoMax, native'])
    expect(told(row({}), row({}, { seeds: [1, 2] })).names[1]).toBe('CorInfoMax, seeds 1, 2')
    expect(told(row({}), row({})).names).toEqual(['CorInfoMax', 'CorInfoMax (2)'])
  })

  test('leave out what would make a table of a name, and say that they do', () => {
    const many = { beta: 0.1, lambda: 0.5, epsilon: 0.2, hopfieldGain: 3, neuralLr: 0.3, 'training.batchSize': 5 }
    const names = told(
      row({ ...many }),
      row({ ...many, beta: 0.2, lambda: 0.6, epsilon: 0.3, hopfieldGain: 4, neuralLr: 0.4, 'training.batchSize': 6 }),
    )
    expect(names.names[0]?.split(', ')).toHaveLength(3)
    expect(names.untold).toHaveLength(3)
    expect(untoldSentence(names)).toMatch(/^They also differ in .+, .+ and .+\.$/)
    expect(untoldSentence({ untold: [] })).toBe('')
  })

  test('are all different, whatever was run and however it was called', () => {
    const any = fc.record({
      name: fc.constantFrom('CorInfoMax · MNIST', 'A', 'A (2)', 'A · B', ''),
      beta: fc.constantFrom(0.5, 1),
      epochs: fc.constantFrom(1, 2),
      seeds: fc.constantFrom([0], [0, 1]),
      widths: fc.constantFrom([784, 10], [784, 5, 10]),
    })
    fc.assert(
      fc.property(fc.array(any, { minLength: 2, maxLength: 8 }), (all) => {
        const { names } = told(
          ...all.map(({ name, beta, epochs, seeds, widths }) =>
            row({ beta, 'training.epochs': epochs }, { name, seeds, widths }),
          ),
        )
        expect(names).toHaveLength(all.length)
        expect(new Set(names).size).toBe(all.length)
        expect(names).not.toContain('')
      }),
    )
  })
})

test('a person’s label is what rule, data, network, preset and sweep did not put into the name', () => {
  expect(labelOfPerson(template, madeUpDescription)).toBe('')
  expect(labelOfPerson({ ...template, name: 'CorInfoMax · mnist · 784-500-10, quick' }, madeUpDescription)).toBe(
    'quick',
  )
  const swept = {
    ...template,
    name: 'CorInfoMax · MNIST · beta=1',
    sweep: { id: 's', settings: [{ key: 'beta', value: 1 }] },
  }
  expect(labelOfPerson(swept, madeUpDescription)).toBe('')
})

test('what a column says the name beside it need not say, unless nothing were left', () => {
  const named = { ...template, name: 'CorInfoMax · MNIST · 784-500-10, quick' }
  expect(nameBesideColumns(named, ['data', 'network'], madeUpDescription)).toBe('CorInfoMax · quick')
  expect(nameBesideColumns(named, ['network'], madeUpDescription)).toBe('CorInfoMax · MNIST · quick')
  expect(nameBesideColumns({ ...template, name: 'MNIST' }, ['data'], madeUpDescription)).toBe('CorInfoMax')
  expect(nameBesideColumns({ ...template, name: 'The good one' }, ['data', 'network'], madeUpDescription)).toBe(
    'The good one',
  )
})
