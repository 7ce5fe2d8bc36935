/** Networks that carry an error backward, put at weights of a test's own. On the reference engine in float64. */
import type { Session } from '../../src-main/engines/engine.ts'
import { drawInitial } from '../../src-main/program/initial.ts'
import { Generator } from '../../src-main/program/random.ts'
import { batch, compiledWith, started } from './small-network.ts'

export type Weights = ReadonlyMap<string, Float64Array>
export const of = (weights: Weights, name: string): Float64Array => weights.get(name) as Float64Array

/** Gradients of W_1 … W_L and b_1 … b_L of one batch, by name; `put` writes what is not to be as it was drawn. */
export async function gradients(
  rule: string,
  given: object,
  widths: readonly number[],
  put: (session: Session, initial: Weights) => void = () => undefined,
): Promise<Map<string, number[]>> {
  const names = widths.slice(1).flatMap((_, i) => [`W${i + 1}`, `b${i + 1}`])
  const compiled = compiledWith(
    rule,
    given,
    widths,
    names.map((name) => `gradient.${name}`),
  )
  const { session, initial } = await started(compiled, 17)
  put(session, initial)
  const measured = await batch(session, compiled)
  session.close()
  return new Map(names.map((name) => [name, Array.from(measured(`gradient.${name}`))]))
}

/** W and b of the same names as another rule would have drawn, so that two rules start from one network. */
export const sameNetwork =
  (widths: readonly number[], more: (session: Session, put: Weights) => void = () => undefined) =>
  (session: Session): void => {
    const random = Generator.seeded(5)
    const put = new Map<string, Float64Array>()
    for (let k = 1; k < widths.length; k++)
      for (const [name, rows] of [
        [`W${k}`, widths[k] as number],
        [`b${k}`, 1],
      ] as const) {
        const columns = (name.startsWith('W') ? widths[k - 1] : widths[k]) as number
        put.set(name, drawInitial({ kind: 'uniform', bound: 0.6 }, [rows, columns], random.split(name)))
      }
    for (const [name, values] of put) session.write(name, 0, values)
    more(session, put)
  }

export const apart = (a: readonly number[] | undefined, b: readonly number[] | undefined): number =>
  Math.max(...(a ?? [NaN]).map((v, i) => Math.abs(v - (b?.[i] ?? NaN))))
