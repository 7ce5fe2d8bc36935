/** The outcome of a sweep: one group per setting, with its accuracy or why it has none. */
import { basename } from 'node:path'
import type { SeedOutcome, Spread } from '../experiment/event.ts'
import type { Experiment } from '../experiment/experiment.ts'
import type { RunOutcome } from '../lab/runs.ts'
import { spread, spreadOfSeeds, table } from './layout.ts'
import type { Terminal } from './terminal.ts'

/** One setting of the sweep, over its seeds. */
export interface SweepGroup {
  readonly settings: Readonly<Record<string, unknown>>
  readonly name: string
  readonly folder: string
  /** 'collapsed' when all seeds did. */
  readonly status: 'done' | 'collapsed' | 'stopped' | 'failed'
  /** Over the seeds that count: see `experiment/result.ts`. */
  readonly testAccuracy: Spread | null
  readonly trainAccuracy: Spread | null
  readonly validationAccuracy: Spread | null
  readonly seeds: readonly number[]
  readonly collapsedSeeds: readonly number[]
  /** Those that ended at chance after too few updates to call them collapsed; they count. */
  readonly chanceSeeds: readonly number[]
}

export function groupOf({ name, sweep, seeds }: Experiment, { folder, ending }: RunOutcome): SweepGroup {
  const done = ending.kind === 'done' ? ending : null
  const settings = Object.fromEntries((sweep?.settings ?? []).map(({ key, value }) => [key, value]))
  return {
    ...{ settings, name, folder },
    status: ending.kind === 'done' ? statusOf(ending.seeds) : ending.kind,
    testAccuracy: done?.testAccuracy ?? null,
    trainAccuracy: done?.trainAccuracy ?? null,
    validationAccuracy: done?.validationAccuracy ?? null,
    seeds,
    collapsedSeeds: (done?.seeds ?? []).filter(({ status }) => status === 'collapsed').map(({ seed }) => seed),
    chanceSeeds: (done?.seeds ?? []).filter(({ atChance }) => atChance).map(({ seed }) => seed),
  }
}

function statusOf(seeds: readonly SeedOutcome[]): SweepGroup['status'] {
  return seeds.some(({ status }) => status === 'done') ? 'done' : 'collapsed'
}

/**
 * The setting of largest mean validation accuracy, the first of equals, among those of which every seed counts; null where no
 * samples were held out: settings are not chosen on the test set.
 */
function chosenGroup(groups: readonly SweepGroup[]): SweepGroup | null {
  let best: SweepGroup | null = null
  for (const group of groups) {
    const { status, validationAccuracy: value, seeds } = group
    if (status !== 'done' || value?.n !== seeds.length) continue
    if (value.mean > (best?.validationAccuracy?.mean ?? -Infinity)) best = group
  }
  return best
}

/** Tells every group, as one JSON object or as a table. */
export function tellSweep(id: string, groups: readonly SweepGroup[], terminal: Terminal): void {
  const chosen = chosenGroup(groups)
  terminal.data({ kind: 'sweep', id, groups, chosen: chosen?.settings ?? null })
  if (terminal.json) return
  const held = groups.some(({ validationAccuracy }) => validationAccuracy !== null)
  terminal.print()
  terminal.print(terminal.paint('bold', `Sweep ${id}`))
  const chance = groups.some(({ chanceSeeds }) => chanceSeeds.length > 0)
  const headings = [
    ...['setting', ...(held ? ['>validation'] : []), '>test', 'collapsed seeds'],
    ...(chance ? ['seeds at chance', 'run'] : ['run']),
  ]
  const rows = groups.map((group) => [
    settingsText(group),
    ...(held ? [accuracy(group, group.validationAccuracy)] : []),
    accuracy(group, group.testAccuracy),
    group.collapsedSeeds.length === 0 ? '' : `${group.collapsedSeeds.length} of ${group.seeds.length}`,
    ...(chance ? [group.chanceSeeds.length === 0 ? '' : `${group.chanceSeeds.length} of ${group.seeds.length}`] : []),
    basename(group.folder),
  ])
  for (const line of table(headings, rows)) terminal.print(line)
  if (chosen !== null)
    terminal.print(`Best validation accuracy: ${settingsText(chosen)}, test ${spread(chosen.testAccuracy)}`)
}

function accuracy({ status, seeds }: SweepGroup, value: Spread | null): string {
  if (status === 'done') return spreadOfSeeds(value, seeds.length)
  return value === null ? status : `${spreadOfSeeds(value, seeds.length)}, ${status}`
}

function settingsText({ settings }: SweepGroup): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ')
}
