/** `apical engines`: what this machine can compute with, and why something is missing. */
import { engineCards } from '../engines/index.ts'
import { EXIT, JSON_OPTION, type Command } from './command.ts'
import { wrap } from './layout.ts'

export const engines: Command = {
  name: 'engines',
  operands: '',
  summary: 'what this machine can compute with, and why something is missing',
  details:
    'Lists the engines: whether this machine can use each, on what device, and why. "--engine auto" takes the one marked ' +
    'with *. With --json, one object per engine: name, available, device, reason, isDefault.',
  options: [JSON_OPTION],
  async run(words, terminal) {
    words.none()
    for (const card of await engineCards()) {
      terminal.data(card)
      if (terminal.json) continue
      const state = card.available
        ? terminal.paint('green', card.device ?? 'available')
        : terminal.paint('yellow', 'not available')
      terminal.print(`${card.isDefault ? '*' : ' '} ${terminal.paint('bold', card.name.padEnd(10))}  ${state}`)
      for (const line of wrap(card.reason, Math.min(100, terminal.width), ' '.repeat(14))) terminal.print(line)
    }
    return EXIT.done
  },
}
