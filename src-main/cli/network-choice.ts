/** Which network of a run a command looks at, where its data lie, and the file that it writes. */
import { existsSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import type { NetworkChoice } from '../experiment/look.ts'
import { readExperiment, readState } from '../lab/results.ts'
import { UsageProblem, type Option, type Words } from './command.ts'

export const SEED_OPTION: Option = { name: 'seed', value: 'S', help: "whose network (default: the run's first seed)" }
export const EPOCH_OPTION: Option = {
  name: 'epoch',
  value: 'N',
  help: 'its weights after N epochs, where they were kept; 0 for as they were drawn (default: as they are now)',
}
export const DATA_OPTION: Option = {
  name: 'data',
  value: 'DIR',
  help: "the data set's folder (default: where the run found it)",
}

export function networkIn(words: Words, folder: string): NetworkChoice {
  const seed = words.whole('seed', 0, Number.MAX_SAFE_INTEGER) ?? readExperiment(folder).seeds[0] ?? 0
  return { seed, epoch: words.whole('epoch', 0, 1_000_000) ?? null }
}

/** @throws UsageProblem for a layer that the network has not */
export function requireLayer(folder: string, layer: number, option: string): void {
  const last = readExperiment(folder).widths.length - 1
  if (layer > last)
    throw new UsageProblem(
      `--${option}: the network has layers 1 to ${last}, found ${layer}.`,
      `Layer ${last} is the output.`,
    )
}

export function dataFolderIn(words: Words, folder: string): string | null {
  const chosen = words.text('data')
  return chosen === undefined ? readState(folder).dataFolder : resolve(chosen)
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
  if (existsSync(file))
    throw new UsageProblem(
      `${file} is there already.`,
      'Choose another name, or move it away; nothing was overwritten.',
    )
  return { file, ending }
}
