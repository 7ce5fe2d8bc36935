/** The engines that this machine has, and what they are judged by: one program on one engine with random data. */
import { checkedOpen } from '../../src-main/engines/checked-session.ts'
import { engines } from '../../src-main/engines/index.ts'
import type { Engine } from '../../src-main/engines/engine.ts'
import { tensorflow } from '../../src-main/engines/tensorflow.ts'
import { findBinding } from '../../src-main/engines/tensorflow/binding.ts'
import { TensorFlowSession } from '../../src-main/engines/tensorflow/session.ts'

export { differences, outcomeOf, randomSamples, writeInitial } from '../../src-main/training/trial.ts'
export type { Outcome, Trial } from '../../src-main/training/trial.ts'

/** Engines that this machine can run: those named by APICAL_ENGINES, which must be there, or all that are. */
export const presentEngines: readonly Engine[] = await enginesHere()

/** Those, and beside `tensorflow` the same with replicas computed the way that its binding here does not choose. */
export const judgedEngines: readonly { readonly title: string; readonly engine: Engine }[] = [
  ...presentEngines.map((engine) => ({ title: engine.name, engine })),
  ...(presentEngines.includes(tensorflow) ? [await otherWay()] : []),
]

async function otherWay(): Promise<{ title: string; engine: Engine }> {
  const binding = await findBinding()
  const batchReplicas = !binding.batchReplicas
  const open = checkedOpen('tensorflow', async (program, { replicas }) => {
    return new TensorFlowSession(await binding.start(), { device: binding.device, batchReplicas }, program, replicas)
  })
  return {
    title: `tensorflow, replicas ${batchReplicas ? 'in one pass' : 'one after another'}`,
    engine: { ...tensorflow, open },
  }
}

async function enginesHere(): Promise<readonly Engine[]> {
  const asked = process.env['APICAL_ENGINES']?.split(',').map((name) => name.trim())
  const found = await Promise.all(engines.map(async (engine) => ({ engine, ...(await engine.available()) })))
  const here = found.filter(({ engine, available }) => available && asked?.includes(engine.name) !== false)
  const missing = asked?.filter((name) => !here.some(({ engine }) => engine.name === name)) ?? []
  if (missing.length > 0) throw new Error(`APICAL_ENGINES names ${missing.join(', ')}, which this machine has not`)
  return here.map(({ engine }) => engine)
}
