/** What became of each seed of an experiment, as Run and a report list them. */
import type { ExperimentRecord, SeedRecord } from '../../src-main/contract.ts'

interface SeedRow {
  readonly seed: number
  /** Test accuracy after each epoch that was counted. */
  readonly curve: readonly number[]
  readonly epochs: number
  /** At the reported epoch; null where nothing was counted. */
  readonly test: number | null
  readonly train: number | null
  readonly validation: number | null
  /** Which epoch is reported. */
  readonly chosen: number | null
  readonly best: number | null
  readonly status: string
  readonly reason: string
  readonly tone: '' | 'good' | 'warn' | 'bad'
}

export function seedRows({
  experiment,
  seeds,
  outcomes,
}: Pick<ExperimentRecord, 'experiment' | 'seeds' | 'outcomes'>): readonly SeedRow[] {
  return experiment.seeds.map((seed) => {
    const history = seeds.find((other) => other.seed === seed)
    const outcome = outcomes.find((other) => other.seed === seed)
    const curve = (history?.testAccuracy ?? []).filter((value) => value !== null)
    return {
      seed,
      curve,
      epochs: history?.epochs.at(-1) ?? 0,
      test: outcome?.testAccuracy ?? history?.testAccuracy.at(-1) ?? null,
      validation: outcome?.validationAccuracy ?? null,
      chosen: outcome?.epoch ?? null,
      train: outcome?.trainAccuracy ?? history?.trainAccuracy.at(-1) ?? null,
      best: curve.length === 0 ? null : curve.reduce((most, value) => Math.max(most, value)),
      ...statusOf(history, outcome?.status, outcome?.reason ?? null),
    }
  })
}

function statusOf(
  history: SeedRecord | undefined,
  status: string | undefined,
  reason: string | null,
): Pick<SeedRow, 'status' | 'reason' | 'tone'> {
  if (history?.collapsed)
    return { status: `collapsed in epoch ${history.collapsed.epoch}`, reason: history.collapsed.reason, tone: 'warn' }
  if (history?.atChance && status === 'done')
    return { status: 'at chance', reason: history.atChance.reason, tone: 'warn' }
  if (status === undefined) return { status: '', reason: '', tone: '' }
  return { status, reason: reason ?? '', tone: status === 'done' ? 'good' : status === 'stopped' ? 'warn' : 'bad' }
}
