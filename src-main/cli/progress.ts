/** Work that tells how far it is, with that on the terminal's last line. */
import type { Terminal } from './terminal.ts'

/** @param doing what is going on: 'measuring the networks' */
export async function withProgress<T>(
  steps: AsyncGenerator<number, T, undefined>,
  doing: string,
  terminal: Terminal,
): Promise<T> {
  let step = await steps.next()
  for (; step.done !== true; step = await steps.next()) terminal.status(`${doing}, ${Math.round(100 * step.value)} %`)
  terminal.status('')
  return step.value
}
