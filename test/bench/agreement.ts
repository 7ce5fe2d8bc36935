/**
 * Whether both sides compute the same: one batch of PyTorch, repeated by an engine from the same parameters on the same
 * samples. A comparison of times means nothing where the work differs.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UNIT_SCALING, type Samples } from '../../src-main/data/data-set.ts'
import type { Engine } from '../../src-main/engines/engine.ts'
import { compileCase, type BenchCase } from './cases.ts'
import { dumpTorch, type Torch, type TorchWay } from './torch.ts'

export interface Agreement {
  /** ‖ours − theirs‖ / ‖theirs‖ of the scores before the batch, of all networks. */
  readonly scores: number
  /** The largest ‖ours − theirs‖ / ‖theirs‖ of what the batch added to a parameter of all networks. */
  readonly steps: number
}

/** Rounding in a step that is a hundred-thousandth of its parameter stays below this; another equation does not. */
export const AGREEMENT_TOLERANCE = 0.03

export async function agreementOf(one: BenchCase, torch: Torch, way: TorchWay, engine: Engine): Promise<Agreement> {
  const replicas = way.graphed?.seeds ?? 1
  const folder = mkdtempSync(join(tmpdir(), 'apical-bench-'))
  try {
    await dumpTorch(torch, one, way, folder)
    const bytes = (name: string): Uint8Array => Uint8Array.from(readFileSync(join(folder, name)))
    const floats = (name: string): Float32Array => new Float32Array(bytes(name).buffer)

    const compiled = compileCase(one)
    const data: Samples = {
      count: replicas * one.batch,
      features: one.widths[0] ?? 1,
      pixels: bytes('pixels'),
      labels: Uint16Array.from(bytes('labels')),
      classes: one.widths.at(-1) ?? 1,
      image: null,
      scaling: UNIT_SCALING,
    }
    const session = await engine.open(compiled, { replicas, precision: 'float32', threads: 1 })
    try {
      session.bind({ train: data, test: data })
      const weights = compiled.program.parameters.filter(({ role }) => role === 'weight').map(({ name }) => name)
      const samples = Uint32Array.from({ length: replicas * one.batch }, (_, i) => i)
      const scalars = compiled.scalarsAt({ epoch: 0, batch: 0, sign: 1 })
      const scores: number[] = []
      for (let replica = 0; replica < replicas; replica++) {
        for (const { name, role, shape } of compiled.program.parameters) {
          const entries = shape[0] * shape[1]
          if (role === 'weight')
            session.write(name, replica, floats(`before.${name}`).subarray(replica * entries, (replica + 1) * entries))
          if (role === 'optimiser') session.write(name, replica, new Float32Array(entries))
        }
        const own = samples.subarray(replica * one.batch, (replica + 1) * one.batch)
        scores.push(...(await session.predict({ split: 'test', samples: own, scalars, replica })))
      }
      const forAll = Float64Array.from(
        { length: replicas * scalars.length },
        (_, i) => scalars[i % scalars.length] ?? 0,
      )
      await session.train({ batchSize: one.batch, batches: 1, samples, scalars: forAll, measureBatch: null })
      let steps = 0
      for (const name of weights) {
        const before = floats(`before.${name}`)
        const after = floats(`after.${name}`)
        const ours = new Float32Array(before.length)
        for (let replica = 0; replica < replicas; replica++)
          ours.set(await session.read(name, replica), (replica * before.length) / replicas)
        steps = Math.max(
          steps,
          relativeDistance(
            before.map((value, i) => (ours[i] ?? NaN) - value),
            before.map((value, i) => (after[i] ?? NaN) - value),
          ),
        )
      }
      return { scores: relativeDistance(scores, floats('scores')), steps }
    } finally {
      session.close()
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** ‖ours − theirs‖ / ‖theirs‖; 0 where both are the same, all zeros too. */
export function relativeDistance(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  let distance = 0
  let norm = 0
  for (let i = 0; i < theirs.length; i++) {
    distance += ((ours[i] ?? NaN) - (theirs[i] ?? NaN)) ** 2
    norm += (theirs[i] ?? NaN) ** 2
  }
  return distance === 0 ? 0 : Math.sqrt(distance / norm)
}
