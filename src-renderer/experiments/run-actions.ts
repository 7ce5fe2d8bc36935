/** What can be done to a run from anywhere, each with its words when it is done. */
import type { ExperimentRow } from '../../src-main/contract.ts'
import type { LabStore } from '../lab.svelte.ts'
import { toasts } from '../toasts.svelte.ts'

export async function resumeRun(lab: LabStore, { id, name, epochsDone }: ExperimentRow): Promise<boolean> {
  const done = await toasts.attempt(() => lab.call('resume', { id }))
  if (done) toasts.say(`${name} resumes after epoch ${epochsDone}.`)
  return done
}

/** Trains a run on to so many epochs in all, also one that is finished. */
export async function trainMore(lab: LabStore, { id, name }: ExperimentRow, epochs: number): Promise<boolean> {
  const done = await toasts.attempt(() => lab.call('resume', { id, epochs }))
  if (done) toasts.say(`${name} continues to epoch ${epochs}.`)
  return done
}

export function control(lab: LabStore, call: 'pause' | 'continue' | 'stop', id: string): Promise<boolean> {
  return toasts.attempt(() => lab.call(call, { id }))
}
