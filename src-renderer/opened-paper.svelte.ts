/** A paper file that a person opened or dropped on the window. Opening one keeps it and starts nothing. */
import type { LabStore } from './lab.svelte.ts'
import { router } from './route.svelte.ts'
import { toasts } from './toasts.svelte.ts'
import { Refusal } from './transport/wire.ts'

/** The one that comes with Apical. */
export const SHIPPED = 'corinfomax-2023'

const LARGEST_BYTES = 50_000_000
const NEXT = 'Choose a file made by “Save as paper”.'

/** Whether it was one; what is wrong with it is said in words. */
export async function openPaperFile(lab: LabStore, file: File): Promise<boolean> {
  try {
    const { id } = await lab.call('openPaper', { value: await read(file) })
    router.go({ screen: 'paper', paper: id, exhibit: null })
    return true
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    toasts.say(error.message, { tone: 'bad', next: error.next })
    return false
  }
}

async function read(file: File): Promise<unknown> {
  const refuse = (message: string): never => {
    throw new Refusal({ message, next: NEXT, problems: [] })
  }
  if (file.size > LARGEST_BYTES) return refuse(`${file.name} is too large for a paper.`)
  try {
    return JSON.parse(await file.text()) as unknown
  } catch {
    return refuse(`${file.name} is not a JSON file, or cannot be read.`)
  }
}
