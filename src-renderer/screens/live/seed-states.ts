/** Where each seed of a run stands, as far as the window knows: from its history, and from the progress of those that train. */
import type { ExperimentRow } from '../../../src-main/contract.ts'
import type { SeedHistory } from '../../charts/history.ts'

interface SeedState {
  readonly seed: number
  readonly state: 'training' | 'waiting' | 'stopping' | 'stopped' | 'collapsed' | 'done'
  readonly words: string
  /** On the test set after its last epoch; null before the first. */
  readonly accuracy: number | null
}

/** @param stopping seeds that were told to stop by themselves and have not been heard of since */
export function seedStates(
  row: Pick<ExperimentRow, 'seeds' | 'epochs' | 'state'>,
  seeds: ReadonlyMap<number, Pick<SeedHistory, 'epochs' | 'test' | 'collapsed'>>,
  progress: { readonly epoch: number } | null,
  stopping: readonly number[] = [],
): readonly SeedState[] {
  const active = row.state === 'running' || row.state === 'paused'
  return row.seeds.map((seed): SeedState => {
    const history = seeds.get(seed)
    const epochs = history === undefined || history.epochs.length === 0 ? 0 : history.epochs.last
    const last = history?.test.last ?? NaN
    const accuracy = Number.isFinite(last) ? last : null
    const at = (state: SeedState['state'], words: string): SeedState => ({ seed, state, words, accuracy })
    if (history !== undefined && history.collapsed !== null)
      return at('collapsed', `collapsed in epoch ${history.collapsed.epoch}`)
    if (epochs >= row.epochs) return at('done', 'done')
    if (!active) return row.state === 'queued' ? at('waiting', 'waits') : at('stopped', `stopped after epoch ${epochs}`)
    if (stopping.includes(seed)) return at('stopping', `stops in epoch ${epochs + 1}`)
    // Those trained now have all finished the epoch before; whoever has not is not among them.
    if (progress !== null && epochs !== progress.epoch - 1 && epochs !== progress.epoch)
      return at('waiting', epochs === 0 ? 'waits for the others' : `waits after epoch ${epochs}`)
    return at('training', `epoch ${epochs + 1}`)
  })
}
