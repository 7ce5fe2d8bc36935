// The form's own checks against the schemas that the lab uses: neither may accept what the other refuses.
import fc from 'fast-check'
import { z } from 'zod'
import { describe, expect, test } from 'vitest'
import type { JsonSchema, SettingSchema } from '../../src-main/contract.ts'
import { rules } from '../../src-main/rules/index.ts'
import { problemWith, rangeInWords, readNumber } from '../../src-renderer/screens/new/check.ts'

const typed = fc.oneof(
  fc.double({ min: -200, max: 20_000, noNaN: true }),
  fc.integer({ min: -5, max: 200_000 }),
  fc.constantFrom(0, 1, -1, 0.05, 100, 100.0001, 1e-9, '', 'a word', null, true, false, NaN),
)
const piece = fc.record({ fromEpoch: typed, base: typed })

for (const rule of rules) {
  const settings = rule.settings as unknown as z.ZodObject
  const { properties = {} } = z.toJSONSchema(settings) as JsonSchema
  describe(rule.label, () => {
    test('describes every setting for a form', () => {
      for (const [key, schema] of Object.entries(properties))
        expect(schema, key).toMatchObject({
          label: expect.any(String) as string,
          help: expect.any(String) as string,
          control: expect.stringMatching(/^(number|whole|choice|switch|per-layer|layers|schedule)$/) as string,
        })
    })

    test.each(Object.entries(properties))('%s is judged as its schema judges', (key, schema: SettingSchema) => {
      const value = fc.oneof(
        typed,
        fc.array(typed, { minLength: 1, maxLength: 4 }),
        fc.array(piece, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(...(schema.enum ?? ['none']), schema.default),
      )
      const real = settings.shape[key] as z.ZodType
      expect(problemWith(schema, schema.default)).toBeNull()
      fc.assert(
        fc.property(value, (candidate) => {
          // A form has no absent values, only empty ones; zod would fill an absent one in.
          fc.pre(candidate !== undefined)
          expect(problemWith(schema, candidate) === null).toBe(z.safeParse(real, candidate).success)
        }),
        { numRuns: 300 },
      )
    })
  })
}

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
