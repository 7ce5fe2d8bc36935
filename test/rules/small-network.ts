/** A rule on a network small enough to compute by hand, on the reference engine in float64. */
import type { Session } from '../../src-main/engines/engine.ts'
import { reference } from '../../src-main/engines/reference.ts'
import { drawInitial } from '../../src-main/program/initial.ts'
import type { Compiled } from '../../src-main/program/program.ts'
import { Generator } from '../../src-main/program/random.ts'
import { compileRule, ruleNamed } from '../../src-main/rules/index.ts'

export const BATCH = 8

export function compiledWith(
  name: string,
  settings: object,
  widths: readonly number[],
  keep: readonly string[] = [],
): Compiled {
  const rule = ruleNamed(name)
  if (rule === undefined) throw new Error(`there is no rule ${name}`)
  return compileRule(rule, rule.settings.parse(settings) as unknown, widths, keep)
}

/** A float64 session with eight random samples, uniform in [lowest, 2), and the rule's own initial parameters. */
export async function started(
  compiled: Compiled,
  seed: number,
  lowest = 0,
): Promise<{ session: Session; initial: Map<string, Float64Array>; x: Float32Array; y: Float64Array }> {
  const { parameters, widths } = compiled.program
  const random = Generator.seeded(seed)
  const [features, classes] = [widths[0] as number, widths.at(-1) as number]
  const x = Float32Array.from({ length: BATCH * features }, () => random.between(lowest, 2))
  const labels = Uint8Array.from({ length: BATCH }, (_, row) => row % classes)
  const y = Float64Array.from({ length: BATCH * classes }, (_, i) =>
    labels[Math.floor(i / classes)] === i % classes ? 1 : 0,
  )
  const data = { count: BATCH, features, pixels: x, labels, classes, image: null, scaling: { scale: [1], offset: [0] } }
  const session = await reference.open(compiled, { replicas: 1, precision: 'float64' })
  session.bind({ train: data, test: data })
  const initial = new Map(
    parameters.map(({ name, initial: kind, shape }) => [name, drawInitial(kind, shape, random.split(name))]),
  )
  restore(session, initial)
  return { session, initial, x, y }
}

export function restore(session: Session, initial: ReadonlyMap<string, Float64Array>): void {
  for (const [name, values] of initial) session.write(name, 0, values)
}

export async function batch(
  session: Session,
  compiled: Compiled,
  samples = Uint32Array.from({ length: BATCH }, (_, i) => i),
  sign: 1 | -1 = 1,
  at = { epoch: 0, batch: 0 },
): Promise<(name: string) => Float64Array> {
  const scalars = compiled.scalarsAt({ ...at, sign })
  const { measurements } = await session.train({
    batchSize: samples.length,
    batches: 1,
    samples,
    scalars,
    measureBatch: 0,
  })
  return (name) => measurements[0]?.get(name) as Float64Array
}
