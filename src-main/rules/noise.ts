/**
 * Random numbers that a program draws for itself, batch after batch, from its seed.
 *
 *   z_{t+1} = z_t + z_{t−1}, wrapped into [−½, ½], entry by entry; z_0 and z_1 are drawn by the seed, U(−½, ½)
 *
 * Every z_t is an integer combination of the two first, no two of them proportional. Modulo 1 such combinations of
 * independent uniform numbers are uniform, and any two of them are independent: what a new draw has to be.
 *
 * Why no word for it (2026-11-29): an engine that drew would need a generator and a place in it, in four languages; adding
 * and wrapping is exact in float32, so that all engines draw the same. Three draws in a row depend on each other, which
 * matters to nothing here that averages over thousands of entries.
 */
import type { Parameter, Tracer } from '../program/trace.ts'
import { map, sum } from '../program/words.ts'
import type { ParameterRole } from '../program/program.ts'

export interface Noise {
  /** This batch's draw, each entry U(−½, ½): mean 0, variance 1/12. */
  readonly drawn: Parameter
  /** From here on, the next batch's. */
  redraw(): void
}

/** Declares noise of a shape; its `role` is a weight's where the draw is part of the network. */
export function noise(
  p: Tracer,
  name: string,
  shape: readonly [number, number],
  role: ParameterRole = 'optimiser',
): Noise {
  const drawn = p.parameter(name, shape, { kind: 'uniform', bound: 0.5 }, role)
  const next = p.parameter(`${name}.next`, shape, { kind: 'uniform', bound: 0.5 }, 'optimiser')
  return {
    drawn,
    redraw() {
      const half = p.fill(0.5, [1, 1])
      const added = sum([1, drawn], [1, next])
      const above = map('reluSlope', sum([1, added], [-1, half]))
      const below = map('reluSlope', sum([-1, added], [-1, half]))
      drawn.become(next)
      next.become(sum([1, added], [-1, above], [1, below]))
    },
  }
}
