/** Which epochs of a seed have weights on the disk besides those there are now. */
import type { ExperimentRecord } from '../../src-main/contract.ts'

const KEPT = /^seed-(\d+)[/\\]weights-epoch-(\d+)\.safetensors$/

/** The earliest first; that of now stands apart and is left out. */
export function keptEpochs(
  { files, seeds }: Pick<ExperimentRecord, 'files' | 'seeds'>,
  seed: number,
): readonly number[] {
  const done = seeds.find((one) => one.seed === seed)?.epochs.at(-1)
  return files
    .flatMap(({ path }) => {
      const [, of, epoch] = KEPT.exec(path) ?? []
      return of !== undefined && Number(of) === seed && Number(epoch) !== done ? [Number(epoch)] : []
    })
    .sort((a, b) => a - b)
}

/** At most so many of them, evenly spread, the first and the last among them. */
export function evenly(epochs: readonly number[], most: number): readonly number[] {
  if (epochs.length <= most) return epochs
  return Array.from(
    { length: most },
    (_, i) => epochs[Math.round((i * (epochs.length - 1)) / Math.max(1, most - 1))] ?? 0,
  )
}
