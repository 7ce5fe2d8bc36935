// The form's own checks against the schemas that the lab uses: neither may accept what the other refuses.
import fc from 'fast-check'
import { z } from 'zod'
import { describe, expect, test } from 'vitest'
import type { SettingSchema } from '../../src-main/contract.ts'
import { experimentFields } from '../../src-main/experiment/fields.ts'
import { leavesOfExperiment } from '../../src-main/experiment/leaves.ts'
import { rules } from '../../src-main/rules/index.ts'
import { schemaOf } from '../../src-main/rules/setting.ts'
import { problemWith, rangeInWords, readNumber } from '../../src-renderer/screens/new/check.ts'

const typed = fc.oneof(
  fc.double({ min: -200, max: 20_000, noNaN: true }),
  fc.integer({ min: -5, max: 200_000 }),
  fc.constantFrom(0, 1, -1, 0.05, 100, 100.0001, 1e-9, '', 'a word', null, true, false, NaN),
)
const piece = fc.record({ fromEpoch: typed, base: typed })

for (const rule of rules) {
  const settings = rule.settings as unknown as z.ZodObject
  const { properties = {} } = schemaOf(settings)
  describe(rule.label, () => {
    test('describes every setting for a form', () => {
      for (const [key, schema] of Object.entries(properties))
        expect(schema, key).toMatchObject({
          label: expect.any(String) as string,
          help: expect.any(String) as string,
          control: expect.stringMatching(/^(number|whole|choice|switch|per-layer|layers|schedule)$/) as string,
        })
    })

    test.each(Object.entries(properties))('%s is judged as its schema judges', (key, schema) => {
      expect(problemWith(schema, schema.default)).toBeNull()
      judgesAlike(schema, settings.shape[key] as z.ZodType)
    })
  })
}

/** The form finds a value wrong where the lab's own schema does, and nowhere else. */
function judgesAlike(schema: SettingSchema, real: z.core.$ZodType, mayBeNull = false): void {
  const value = fc.oneof(
    typed,
    fc.array(typed, { minLength: 1, maxLength: 4 }),
    fc.array(piece, { minLength: 1, maxLength: 3 }),
    fc.constantFrom(...(schema.enum ?? ['none']), schema.default),
  )
  fc.assert(
    fc.property(value, (candidate) => {
      // A form has no absent values, only empty ones; zod would fill an absent one in.
      fc.pre(candidate !== undefined && !(mayBeNull && candidate === null))
      expect(problemWith(schema, candidate) === null).toBe(z.safeParse(real, candidate).success)
    }),
    { numRuns: 300 },
  )
}

describe('what every experiment has', () => {
  const fields = experimentFields()

  test('is described, each setting once', () => {
    expect(new Set(fields.map(({ path }) => path)).size).toBe(fields.length)
    for (const { path, schema } of fields)
      if (schema.control !== undefined && path !== 'engine.device')
        expect((schema.help ?? schema.unit ?? '').length, path).toBeGreaterThan(0)
    const told = new Set(fields.map(({ path }) => path))
    const silent = leavesOfExperiment().map(({ path }) => path.join('.'))
    // What a file is and where it came from is no setting; a sweep's and a rule's own parts are told by their keys.
    expect(silent.filter((path) => !told.has(path))).toEqual([
      ...['version', 'preset', 'sweep.id', 'sweep.settings', 'sweep.members', 'rule.settings'],
    ])
  })

  test.each(fields.filter(({ schema }) => schema.control !== undefined && schema.control !== 'choice'))(
    '$path is judged as its schema judges',
    ({ path, schema, empty }) => {
      const leaf = leavesOfExperiment().find((one) => one.path.join('.') === path)
      if (leaf !== undefined) judgesAlike(schema, leaf.schema, empty !== undefined)
      else expect(path).toBe('measures.everyBatches')
    },
  )
})

test('sentences name what was expected and what was found', () => {
  const schema: SettingSchema = { control: 'whole', minimum: 1, maximum: 100 }
  expect(problemWith(schema, 0)).toBe('Expected a whole number from 1 to 100, found 0.')
  expect(problemWith(schema, 2.5)).toBe('Expected a whole number from 1 to 100, found 2.5.')
  expect(problemWith(schema, 'ten')).toBe('Expected a whole number from 1 to 100, found “ten”.')
  expect(problemWith(schema, '')).toBe('Expected a whole number from 1 to 100, found nothing.')
  expect(rangeInWords({ exclusiveMinimum: 0 })).toBe(' above 0')
})

describe('typed numbers', () => {
  test('are read as JavaScript reads them, whatever the number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(readNumber(String(value)) === value).toBe(true)
      }),
    )
  })

  test('may be written as in a paper', () => {
    expect([' 0.5 ', '−2', '1 × 10^-5', '.5', '5.', '1E3'].map(readNumber)).toEqual([0.5, -2, 1e-5, 0.5, 5, 1000])
  })

  test('stay text when they are none', () => {
    for (const text of ['', ' ', '0,5', '1..2', '0x10', 'Infinity', '1e999', '--1', '1 2'])
      expect(readNumber(text)).toBe(text)
  })
})
