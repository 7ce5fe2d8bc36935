/** The WebGPU engine with a given dispatch strategy, whatever it would choose itself. */
import { checkedOpen } from '../../src-main/engines/checked-session.ts'
import type { Engine } from '../../src-main/engines/engine.ts'
import { webgpu } from '../../src-main/engines/webgpu.ts'
import { adapterNamed } from '../../src-main/engines/webgpu/dawn.ts'
import type { Limits } from '../../src-main/engines/webgpu/workgroup.ts'
import { WebGpuSession } from '../../src-main/engines/webgpu/session.ts'
import { acquire } from '../../src-main/engines/webgpu/shared-device.ts'
import type { DispatchStrategy } from '../../src-main/engines/webgpu/steps.ts'

/** What WebGPU promises on any device. */
export const LEAST: Limits = { workgroupBytes: 16_384, threads: 256 }

/** As on a graphics card, with what any of them has. */
export const SETTLING: DispatchStrategy = { fuse: LEAST, teams: null, join: true, tile: true, block: 1 }
export const STEP_BY_STEP: DispatchStrategy = { fuse: null, teams: null, join: true, tile: true, block: 1 }

/**
 * Those that `webgpu.test.ts` holds to the reference and `npm run bench:gpu -- --strategies` compares, the first being the
 * present one.
 *
 * @param subgroup as a `Gpu` tells; 0 leaves out what needs subgroups
 */
export function strategiesOn(fuse: Limits, subgroup: number): Readonly<Record<string, DispatchStrategy>> {
  return {
    'settling in one dispatch': { ...SETTLING, fuse },
    ...(subgroup === 0 ? {} : { 'settling, sums within subgroups': { ...SETTLING, fuse: { ...fuse, subgroup } } }),
    'step by step': STEP_BY_STEP,
  }
}

/** Those that a card is to be measured with beside them. Software is not: its workgroups seldom run at the same time. */
export function cardStrategies(fuse: Limits): Readonly<Record<string, DispatchStrategy>> {
  const settling = { ...SETTLING, fuse }
  const teams = { ...fuse, together: 128, patience: 300_000, tries: 2, members: null }
  return {
    'updates eight rows at a time': { ...settling, block: 8 },
    'teams of workgroups': { ...settling, teams },
    'teams, updates eight rows at a time': { ...settling, teams, block: 8 },
  }
}

export function webgpuWith(strategy: DispatchStrategy): Engine {
  return {
    ...webgpu,
    open: checkedOpen('webgpu', async (program, { replicas, device }) => {
      const { gpu, release } = await acquire(await adapterNamed(device))
      return WebGpuSession.open(gpu, release, program, { replicas, strategy })
    }),
  }
}
