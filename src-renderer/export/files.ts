/** What leaves the window: text to the clipboard, and files to the downloads folder. */
import { toasts } from '../toasts.svelte.ts'

export async function copyText(text: string, said: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    toasts.say(said)
  } catch {
    toasts.say('This window may not write to the clipboard.', {
      tone: 'bad',
      next: 'Allow it, or save as a file instead.',
    })
  }
}

export function saveText(name: string, text: string, type = 'application/json'): void {
  saveBytes(name, text, type)
}

export function saveBytes(name: string, content: BlobPart, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

/** A name that every file system takes. */
export function fileName(title: string): string {
  return (
    title
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, '')
      .toLowerCase() || 'experiment'
  )
}
