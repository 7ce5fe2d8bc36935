/** Which network of a run a command looks at, and where its data lie. */
import { resolve } from 'node:path'
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
