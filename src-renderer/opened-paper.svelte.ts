/** A paper file that a person opened or dropped on the window, kept until it is removed. Opening one starts nothing. */
import type { Paper } from '../src-main/contract.ts'
import type { LabStore } from './lab.svelte.ts'
import { router } from './route.svelte.ts'
import { toasts } from './toasts.svelte.ts'
import { Refusal } from './transport/wire.ts'

/** The one that comes with Apical. */
export const SHIPPED = 'corinfomax-2023'

const LARGEST_BYTES = 50_000_000
const NEXT = 'Choose a file made by “Save as paper”.'

/** What is wrong with it is said in words, and nothing changes. */
export async function openPaperFile(lab: LabStore, file: File): Promise<void> {
  try {
    const { id } = await lab.call('openPaper', { value: await read(file) })
    router.go({ screen: 'paper', paper: id, exhibit: null })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    toasts.say(error.message, { tone: 'bad', next: error.next })
  }
}

/** Its runs stay; as long as it is said, it can be taken back, and its page with it. */
export async function removePaper(lab: LabStore, paper: Paper): Promise<void> {
  if (!(await toasts.attempt(() => lab.call('forgetPaper', { id: paper.id })))) return
  router.go({ screen: 'paper', paper: null, exhibit: null })
  const takeBack = async (): Promise<void> => {
    if (await toasts.attempt(() => lab.call('openPaper', { value: paper })))
      router.go({ screen: 'paper', paper: paper.id, exhibit: null })
  }
  toasts.say(`“${paper.title}” is removed.`, { action: { label: 'Undo', run: () => void takeBack() } })
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
