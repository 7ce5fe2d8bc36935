/** The file that a command writes: of a kind that it can make, and never over one that is there. */
import { existsSync } from 'node:fs'
import { extname } from 'node:path'
import { UsageProblem, type Words } from './command.ts'

/** @throws UsageProblem */
export function refuseOverwriting(file: string): void {
  if (existsSync(file))
    throw new UsageProblem(
      `${file} is there already.`,
      'Choose another name, or move it away; nothing was overwritten.',
    )
}

/** The file of --to, which must end in one of these and not be there yet. @throws UsageProblem */
export function fileIn<const E extends string>(
  words: Words,
  endings: readonly E[],
): { readonly file: string; readonly ending: E } {
  const listed = endings.length === 1 ? endings[0] : `${endings.slice(0, -1).join(', ')} or ${endings.at(-1) ?? ''}`
  const file = words.text('to')
  if (file === undefined) throw new UsageProblem(`Say where it goes: --to FILE, which ends in ${listed ?? ''}.`)
  const ending = endings.find((one) => one === extname(file).toLowerCase())
  if (ending === undefined) throw new UsageProblem(`--to takes a file that ends in ${listed ?? ''}, found "${file}".`)
  refuseOverwriting(file)
  return { file, ending }
}
