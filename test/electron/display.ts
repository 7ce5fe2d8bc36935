// A screen for the window where the machine has none: Xvfb, on a number of its own choosing.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'

interface Display {
  /** As DISPLAY names it. */
  readonly name: string
  close(): void
}

export async function openDisplay(): Promise<Display> {
  const words = ['-displayfd', '3', '-screen', '0', '1920x1200x24', '-nolisten', 'tcp', '-ac']
  const child = spawn('Xvfb', words, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
  const [number] = (await Promise.race([
    once(child.stdio[3] as Readable, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('Xvfb did not start.'))),
  ])) as [Buffer]
  return { name: `:${number.toString().trim()}`, close: () => child.kill() }
}
