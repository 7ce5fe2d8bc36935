/** Settings of any rule drawn at random from its schema alone, so that a new rule is judged as soon as it is listed. */
import type { SettingSchema } from '../../src-main/contract.ts'
import type { Generator } from '../../src-main/program/random.ts'
import type { Rule } from '../../src-main/rules/index.ts'
import { schemaOf } from '../../src-main/rules/setting.ts'

export { everyName } from '../../src-main/training/trial.ts'

/** No more iterations than a test has time for; no rate or interval needs a larger number to be seen at work. */
const MOST_WHOLE = 6

/** What the rule may be set to on a network of this shape; lists follow the depth. @throws when its own check refuses them */
export function randomSettings(rule: Rule, shape: readonly number[], random: Generator): unknown {
  const drawn = Object.fromEntries(
    Object.entries(schemaOf(rule.settings).properties ?? {}).map(([key, schema]) => [
      key,
      value(schema, shape, random),
    ]),
  )
  const settings = rule.settings.parse(drawn) as unknown
  const problems = rule.check(settings, shape)
  if (problems.length > 0) throw new Error(`${rule.name}: ${JSON.stringify(problems)} in ${JSON.stringify(drawn)}`)
  return settings
}

function value(schema: SettingSchema, shape: readonly number[], random: Generator): unknown {
  const depth = shape.length - 1
  switch (schema.control ?? 'number') {
    case 'switch':
      return random.coin() === 1
    case 'choice':
      return schema.enum?.[random.integer(schema.enum.length)]
    case 'whole': {
      const least = schema.minimum ?? 1
      return least + random.integer(Math.min(MOST_WHOLE, (schema.maximum ?? Infinity) - least + 1))
    }
    case 'number':
      return number(schema, Number(schema.default), random)
    case 'per-layer': {
      const usual = schema.default as readonly number[]
      const length = Math.max(1, depth - (schema.hidden === true ? 1 : (schema.from ?? 1) - 1))
      return Array.from({ length }, (_, i) =>
        number(schema.items ?? {}, usual[Math.min(i, usual.length - 1)] ?? 1, random),
      )
    }
    case 'layers':
      return Array.from({ length: depth }, (_, i) => i + 1).filter(() => random.coin() === 1)
    case 'schedule':
      return [
        { fromEpoch: 0, base: random.between(0.5, 1) },
        { fromEpoch: 1 + random.integer(3), base: random.between(0.5, 1) },
      ]
  }
}

/** Near what it usually is, or of order one: both within the bounds. */
function number(
  { minimum, exclusiveMinimum, maximum = Infinity }: SettingSchema,
  usual: number,
  random: Generator,
): number {
  const least = minimum ?? exclusiveMinimum ?? -Infinity
  const drawn =
    usual === 0
      ? // Off, or just on.
        random.coin() === 1
        ? 0
        : random.between(0.001, 0.01)
      : maximum <= 1 && usual > 0.5
        ? // A memory: what it forgets grows by up to three powers of ten.
          1 - Math.min(1, (1 - usual) * 10 ** random.between(0, 3))
        : random.coin() === 1
          ? usual * 10 ** random.between(-1.5, 0)
          : Math.sign(usual) * random.between(0.1, 1)
  const inside = Math.min(Math.max(drawn, least), maximum)
  return inside === exclusiveMinimum ? usual : inside
}
