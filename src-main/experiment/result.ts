/**
 * The result of an experiment over its seeds, defined once: which seeds count, and at which epoch. Window, command line,
 * tables, tests and verdicts all ask here, so that no two of them print different numbers for one experiment.
 */

/** What it takes to tell whether a seed counts. */
export interface Standing {
  /** Epochs that it finished. */
  readonly epochs: number
  readonly collapsed: boolean
}

export interface Counted<S> {
  /** How many epochs each of them was trained; null where none counts, or only collapsed ones, whose training ended where it ended. */
  readonly epoch: number | null
  readonly seeds: readonly S[]
}

/**
 * The seeds that count: those trained as far as the furthest that did not collapse, so that no mean is over seeds at unequal
 * epochs. A seed that was stopped earlier, has only just been added or waits for the others is left out until it gets there.
 * Collapsed seeds count where they are asked for, and where no other has finished an epoch: what was measured is shown.
 */
export function countedSeeds<S extends Standing>(seeds: readonly S[], withCollapsed = false): Counted<S> {
  const epoch = seeds.reduce((most, seed) => (seed.collapsed ? most : Math.max(most, seed.epochs)), 0)
  if (epoch === 0) return { epoch: null, seeds: seeds.filter(({ collapsed }) => collapsed) }
  return { epoch, seeds: seeds.filter((seed) => (seed.collapsed ? withCollapsed : seed.epochs === epoch)) }
}

/** Seeds that finished an epoch and do not count because they are not as far as the others. */
export function behind<S extends Standing>(seeds: readonly S[]): readonly S[] {
  const { epoch } = countedSeeds(seeds)
  return seeds.filter((seed) => !seed.collapsed && seed.epochs > 0 && seed.epochs !== epoch)
}
