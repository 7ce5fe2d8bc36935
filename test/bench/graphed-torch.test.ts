// The comparison of bench:gpu is with the same work: what the batched PyTorch form trains is what the engine trains, for
// each of several networks. Without CUDA the same code runs uncaptured.
import { expect, test } from 'vitest'
import { native } from '../../src-main/engines/native.ts'
import { AGREEMENT_TOLERANCE, agreementOf } from './agreement.ts'
import { casesNamed } from './cases.ts'
import { findTorch } from './torch.ts'

const torch = findTorch(undefined)
const { available } = await native.available()
const missing = torch === null ? 'no python3 with torch was found' : available ? null : 'the native engine is missing'
if (missing !== null) test.skip(`batched PyTorch is not compared here: ${missing}`)

test.runIf(missing === null)('batched PyTorch trains two networks as the engine does', async () => {
  const [one] = casesNamed(['corinfomax-mnist'])
  if (one === undefined || torch === null) throw new Error('there is no case')
  const way = { device: 'cpu', threads: 1, graphed: { seeds: 2, tf32: false } } as const
  // With a λ at which lateral synapses count: at the preset's they are hardly more than rounding.
  const lateral = { ...one, settings: { ...one.settings, lambda: 0.9 } }
  const { scores, steps } = await agreementOf(lateral, torch, way, native)
  expect(scores).toBeLessThan(1e-4)
  expect(steps).toBeLessThan(AGREEMENT_TOLERANCE)
})
