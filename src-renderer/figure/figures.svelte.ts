/** The figure on the table: opened from a chart or from a file, worked on in the dialog. */
import { toasts } from '../toasts.svelte.ts'
import type { Figure } from './figure.ts'

class Figures {
  open = $state.raw<Figure | null>(null)

  /** By its name alone: what is inside is looked at when it is read. */
  isFigureFile({ name }: File): boolean {
    return /\.(svg|png|pdf)$/i.test(name)
  }

  async read(file: File): Promise<void> {
    const { NoFigureInside, readFigure } = await import('./figure-file.ts')
    try {
      this.open = readFigure(file.name, new Uint8Array(await file.arrayBuffer()))
    } catch (error) {
      if (error instanceof NoFigureInside) toasts.say(error.message, { tone: 'bad', next: error.next })
      else toasts.say(`${file.name} cannot be read.`, { tone: 'bad', next: 'Check that the file still exists.' })
    }
  }

  /** Asks for a file with a figure inside. */
  choose(): void {
    const input = document.createElement('input')
    input.type = 'file'
    input.accept = '.svg,.png,.pdf'
    input.onchange = () => {
      const [file] = input.files ?? []
      if (file !== undefined) void this.read(file)
    }
    input.click()
  }
}

export const figures = new Figures()
