/** Where the time of a training batch goes on the device: a batch as it is trained, and each of its dispatches timed apart. */
import type { BatchPlan, BatchProfile, BoundData } from '../engine.ts'
import type { DeviceProgram } from './device-program.ts'
import type { Evaluator } from './evaluator.ts'
import { USAGE } from './gpu.ts'
import { MOST_PASSES, PassClock } from './pass-clock.ts'
import type { Ready } from './runner.ts'
import type { Trainer } from './trainer.ts'

/** Each batch of the plan is timed as often, in both ways in turn. */
export const ROUNDS = 3

/** Null where the device tells no times. Trains the batches of the plan, several times over. */
export async function profileBatch(
  on: DeviceProgram,
  { trainer, evaluator }: { readonly trainer: Trainer; readonly evaluator: Evaluator },
  plan: BatchPlan,
  data: BoundData,
): Promise<BatchProfile | null> {
  const { gpu, runner, memory, replicas } = on
  if (!gpu.device.features.has('timestamp-query')) return null
  const { plain } = await trainer.load({ ...plan, measureBatch: null }, data)
  const { list } = plain.steps
  const teams = plain.steps.exchangeWords > 0
  if (teams) await on.keepParameters()
  const batches = Array.from({ length: plan.batches }, (_, batch) => batch)
  const clock = await PassClock.open(gpu)
  try {
    const time = async (passes: Parameters<PassClock['time']>[0]): Promise<number[]> => on.whileOpen(clock.time(passes))
    const one = async (encode: (pass: GPUComputePassEncoder) => void): Promise<number> =>
      (await time([encode]))[0] ?? NaN
    const whole: number[] = []
    const apart: number[][] = list.map(() => [])
    for (let round = 0; round < ROUNDS; round++) {
      const ms = await one((pass) => {
        for (const batch of batches) runner.encode(pass, plain, 'train', batch, replicas)
      })
      whole.push(ms / plan.batches)
      for (const batch of batches)
        for (let from = 0; from < list.length; from += MOST_PASSES) {
          const passes = list.slice(from, from + MOST_PASSES).map((_, index) => (pass: GPUComputePassEncoder): void => {
            runner.encode(pass, plain, 'train', batch, replicas, from + index, from + index + 1)
          })
          const times = await time(passes)
          times.forEach((ms, index) => apart[from + index]?.push(ms))
        }
    }
    const finiteMs = await one((pass) => {
      runner.encodeFinite(pass, plain, 'train', 0, replicas)
    })

    const rows = evaluator.rowsFor(Infinity, replicas)
    const prediction = await on.prepare('prediction', rows)
    const { stride } = prediction.steps.place
    await on.reserveValues(stride, replicas)
    const samples = Uint32Array.from({ length: rows }, (_, row) => plan.samples[row % plan.samples.length] ?? 0)
    await memory.holding('samples', samples, USAGE.storage, 'Indices')
    const frame = { batch: 0, batches: plan.batches, first: 0, between: 0, firstReplica: 0, stride }
    await runner.frames([{ ...frame, data: (await on.upload(data)).train }])
    const scoring = await one((pass) => {
      runner.encode(pass, prediction, 'train', 0, replicas)
    })

    if ((await lostMember(on, plain)) || (await lostMember(on, prediction))) {
      if (teams) on.restoreParameters()
      await on.teamsFailed()
      return await profileBatch(on, { trainer, evaluator }, plan, data)
    }

    const parts = new Map<string, { work: string; dispatches: number; ms: number }>()
    list.forEach(({ work }, index) => {
      const { dispatches, ms } = parts.get(work) ?? { dispatches: 0, ms: 0 }
      parts.set(work, { work, dispatches: dispatches + 1, ms: ms + median(apart[index] ?? []) })
    })
    const wholeMs = median(whole)
    return {
      wholeMs,
      parts: [...parts.values()],
      betweenMs: wholeMs - [...parts.values()].reduce((sum, { ms }) => sum + ms, 0),
      finiteMs,
      evaluationMs: (scoring * plan.batchSize) / rows,
    }
  } finally {
    clock.close()
  }
}

/** Whether a team that these steps were computed by lost a member: the times of a batch are then not those of one. */
async function lostMember(on: DeviceProgram, { steps, exchange }: Ready): Promise<boolean> {
  if (steps.exchangeWords === 0) return false
  const { gpu, memory } = on
  const to = await on.staging(4)
  const encoder = gpu.device.createCommandEncoder()
  encoder.copyBufferToBuffer(memory.get(exchange), 0, to, 0, 4)
  gpu.device.queue.submit([encoder.finish()])
  return (await on.whileOpen(gpu.read(to, 4)))[0] !== 0
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}
