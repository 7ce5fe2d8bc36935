/** An experiment file that a person opened or dropped on the window, as the lab read it. */
import type { ReadExperiment } from '../src-main/contract.ts'
import type { LabStore } from './lab.svelte.ts'
import { router } from './route.svelte.ts'
import { toasts } from './toasts.svelte.ts'
import { Refusal } from './transport/wire.ts'

/** No experiment is nearly as long. */
const LARGEST_BYTES = 1_000_000

interface OpenedFile {
  readonly name: string
  readonly read: ReadExperiment
}

class LatestFile {
  current = $state.raw<OpenedFile | null>(null)
}

export const openedFile = new LatestFile()

/** Reads a file and opens the form with it; what is wrong with it is said in words. */
export async function openExperimentFile(lab: LabStore, file: File): Promise<void> {
  try {
    openedFile.current = { name: file.name, read: await read(lab, file) }
    router.go({ screen: 'new', from: 'file', name: file.name })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    toasts.say(error.message, { tone: 'bad', next: error.next })
  }
}

async function read(lab: LabStore, file: File): Promise<ReadExperiment> {
  const refuse = (message: string, next: string): never => {
    throw new Refusal({ message, next, problems: [] })
  }
  if (file.size > LARGEST_BYTES)
    return refuse(`${file.name} is too large for an experiment.`, 'Choose the experiment.json of a run.')
  let value: unknown
  try {
    value = JSON.parse(await file.text())
  } catch {
    return refuse(`${file.name} is not a JSON file, or cannot be read.`, 'Choose the experiment.json of a run.')
  }
  return lab.call('readExperiment', { value })
}
