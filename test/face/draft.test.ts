import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DataSetCard, RuleCard } from '../../src-main/contract.ts'
import { Experiment } from '../../src-main/experiment/experiment.ts'
import { experimentFields } from '../../src-main/experiment/fields.ts'
import { presetCards } from '../../src-main/experiment/presets.ts'
import { ruleCards } from '../../src-main/lab/office/rule-cards.ts'
import { rules } from '../../src-main/rules/index.ts'
import { parseSeeds } from '../../src-main/cli/seeds.ts'
import {
  changesFrom,
  draftOf,
  experimentOf,
  fitToDepth,
  freshDraft,
  layersOf,
  nameFor,
  setAt,
  type Draft,
} from '../../src-renderer/screens/new/draft.ts'
import { valueAt } from '../../src-renderer/text/configuration.ts'
import { problemsOf } from '../../src-renderer/screens/new/check.ts'
import { readSeeds, writeSeeds } from '../../src-renderer/experiments/seeds.ts'

const cards = ruleCards()
const fields = experimentFields()
const glyphs: DataSetCard = {
  name: 'glyphs',
  label: 'Glyphs',
  dash: 'dotted',
  classes: 10,
  features: 784,
  hidden: null,
  trainCount: 10_000,
  testCount: 2_000,
  state: 'built in',
  folder: null,
  looked: [],
  download: null,
  detail: '',
  licence: '',
  own: false,
}

function fresh(rule: string): { draft: Draft; card: RuleCard } {
  const card = cards.find(({ name }) => name === rule)
  if (card === undefined) throw new Error(`no rule ${rule}`)
  return { draft: freshDraft(card, glyphs, fields), card }
}

describe.each(cards.map(({ name }) => name))('a fresh draft of %s', (name) => {
  const { draft, card } = fresh(name)

  test('has nothing wrong and is an experiment', () => {
    expect(problemsOf(draft, card, { fields })).toEqual([])
    expect(Experiment.parse(experimentOf(draft)).rule.name).toBe(name)
    const rule = rules.find((other) => other.name === name)
    expect(rule?.settings.safeParse(draft.rule.settings).success).toBe(true)
  })

  test('is the same after the file and back', () => {
    expect(draftOf(Experiment.parse(JSON.parse(JSON.stringify(experimentOf(draft)))))).toEqual(draft)
  })

  test.each([[[784, 10]], [[784, 500, 10]], [[784, 300, 200, 100, 10]]])('keeps one rate per layer at %j', (widths) => {
    const other = structuredClone(draft)
    other.widths = widths
    fitToDepth(other, card)
    for (const [key, schema] of Object.entries(card.settings.properties ?? {}))
      if (schema.control === 'per-layer') {
        // W₁ to W_L, V₂ to V_L, or one per hidden layer; a network without a hidden layer keeps one entry, which the rule refuses in words.
        expect(other.rule.settings[key]).toHaveLength(
          Math.max(1, widths.length - (schema.hidden === true ? 2 : (schema.from ?? 1))),
        )
        expect(other.rule.settings[key]).toHaveLength(layersOf(schema, widths))
      }
  })
})

test.each(presetCards().map(({ name, experiment }) => [name, experiment] as const))(
  '%s survives the form unchanged and has nothing wrong in it',
  (_, experiment) => {
    const draft = draftOf(experiment)
    expect(Experiment.parse(experimentOf(draft))).toEqual(experiment)
    expect(
      problemsOf(
        draft,
        cards.find(({ name }) => name === experiment.rule.name),
        { fields },
      ),
    ).toEqual([])
  },
)

describe('changes from a base', () => {
  const { draft: base, card } = fresh('corinfomax')

  test('are the paths that differ, and none for the name', () => {
    const draft = structuredClone(base)
    draft.name = 'Mine'
    expect(changesFrom(base, draft)).toEqual([])
    setAt(draft, 'training.epochs', 3)
    setAt(draft, 'rule.settings.epsilon', 0.2)
    setAt(draft, 'widths', [784, 64, 10])
    expect([...changesFrom(base, draft)].sort()).toEqual(['rule.settings.epsilon', 'training.epochs', 'widths'])
    expect(valueAt(draft, 'rule.settings.epsilon')).toBe(0.2)
  })

  test('vanish when the values are put back', () => {
    const paths = ['training.epochs', 'data.limitTrain', 'rule.settings.beta', 'engine.threads']
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.integer({ min: 1, max: 99 }), (path, value) => {
        const draft = structuredClone(base)
        setAt(draft, path, value)
        setAt(draft, path, structuredClone(valueAt(base, path)))
        expect(changesFrom(base, draft)).toEqual([])
      }),
    )
  })

  test('reach the name as long as it names them', () => {
    const draft = { ...structuredClone(base), widths: [784, 64, 10] }
    const named = { ...base, name: 'CorInfoMax · Glyphs · 784-500-10' }
    const label = (name: string): string => (name === 'glyphs' ? 'Glyphs' : 'MNIST')
    expect(nameFor(named, draft, label)).toBe('CorInfoMax · Glyphs · 784-64-10')
    draft.data.name = 'mnist'
    expect(nameFor(named, draft, label)).toBe('CorInfoMax · MNIST · 784-64-10')
    expect(nameFor(named, structuredClone(named), label)).toBe(named.name)
    expect(card.label).toBe('CorInfoMax')
  })
})

describe('seeds as text', () => {
  test('what is written is read back, whatever the list', () => {
    const list = fc.uniqueArray(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(list, (seeds) => {
        expect(readSeeds(writeSeeds(seeds))).toEqual({ seeds })
      }),
    )
  })

  test('ranges are written short', () => {
    expect(writeSeeds([0, 10, 20, 30, 40, 50, 60, 70, 80, 90])).toBe('0..90:10')
    expect(writeSeeds([3, 4, 5, 6])).toBe('3-6')
    expect(writeSeeds([5])).toBe('5')
    expect(writeSeeds([9, 8, 7, 6])).toBe('9, 8, 7, 6')
  })

  test('means the same in the window as on the command line', () => {
    const number = fc.integer({ min: 0, max: 60 }).map(String)
    const piece = fc.oneof(
      number,
      fc.tuple(number, fc.constantFrom('-', '..'), number).map((parts) => parts.join('')),
      fc.tuple(number, number, number).map(([a, b, step]) => `${a}..${b}:${step}`),
      fc.constantFrom('', ' ', 'x', '-1', '1.5', '1e3'),
    )
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 4 }), (pieces) => {
        const text = pieces.join(',')
        let expected: readonly number[] | null = null
        try {
          expected = parseSeeds(text)
        } catch {
          // Refused there: it has to be refused here too.
        }
        const read = readSeeds(text)
        expect('seeds' in read ? read.seeds : null).toEqual(expected)
      }),
    )
  })
})
