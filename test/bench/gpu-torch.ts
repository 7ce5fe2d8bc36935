/** PyTorch with CUDA beside the WebGPU engine: whether it is there, whether it does the same work, and its fastest form. */
import type { Engine } from '../../src-main/engines/engine.ts'
import { AGREEMENT_TOLERANCE, agreementOf } from './agreement.ts'
import type { BenchCase } from './cases.ts'
import { findTorch, timeTorch, type Torch, type TorchFigures, type TorchWay } from './torch.ts'

/** PyTorch with CUDA, or null, saying what is missing. */
export function torchToUse(wanted: boolean, python: string | undefined, say: (line: string) => void): Torch | null {
  if (!wanted) return null
  const torch = findTorch(python)
  if (torch === null) say('Skipped: the comparison with PyTorch, since no python3 with torch was found.')
  else if (torch.versions.cuda === null)
    say(`Skipped: the comparison with PyTorch, since torch ${torch.versions.torch} finds no CUDA device.`)
  else return torch
  return null
}

export const EAGER: TorchWay = { device: 'cuda', threads: 1, graphed: null }

export interface GraphedLine extends TorchFigures {
  readonly case: string
}

/** PyTorch at its fastest: that many networks in batched products, one CUDA graph a batch, in float32 and in TF32. */
export async function timeGraphed(
  torch: Torch,
  one: BenchCase,
  counts: readonly number[],
  print: (line: string) => void,
): Promise<GraphedLine[]> {
  const lines: GraphedLine[] = []
  for (const seeds of counts)
    for (const tf32 of [false, true]) {
      const figures = await timeTorch(torch, one.name, { ...EAGER, graphed: { seeds, tf32 } })
      lines.push({ case: one.name, ...figures })
      print(
        `${one.name}, ${seeds} side by side, graphed PyTorch${tf32 ? ' in TF32' : ''}: ${figures.train_ms_per_batch.toFixed(3)} ms a batch of all`,
      )
    }
  return lines
}

/** @throws Error where PyTorch computes something else than our engine */
export async function requireSameWork(torch: Torch, one: BenchCase, engine: Engine): Promise<void> {
  const ways = one.rule === 'corinfomax' ? [EAGER, { ...EAGER, graphed: { seeds: 2, tf32: false } }] : [EAGER]
  for (const way of ways) {
    const agreement = await agreementOf(one, torch, way, engine)
    // Not ≤, so that NaN disagrees.
    if (!(Math.max(agreement.scores, agreement.steps) < AGREEMENT_TOLERANCE))
      throw new Error(
        `${one.name}: the engine and ${way.graphed === null ? 'eager' : 'graphed'} PyTorch disagree on one batch: ${JSON.stringify(agreement)}.`,
      )
  }
}
