/** What the seeds of one run have measured so far: what was read from disk, and what has happened since. */
import type { Confusion, ExperimentRecord, Profile } from '../../src-main/contract.ts'
import type { MeasureCost, RunEvent } from '../../src-main/experiment/event.ts'
import { Column } from './column.ts'

export interface SeedHistory {
  readonly seed: number
  readonly epochs: Column
  readonly train: Column
  readonly test: Column
  /** NaN throughout without a validation set. */
  readonly validation: Column
  readonly seconds: Column
  /** The training batches as they passed: means of the accuracy over so many samples until each batch. */
  readonly batches: Readonly<Record<'batch' | 'epochs' | 'accuracy' | 'samples', Column>>
  /** measure → series → columns. */
  readonly measures: Map<string, Map<string, { readonly batch: Column; readonly value: Column }>>
  /** measure → phase → the latest, one value an iteration. */
  readonly profiles: Map<string, Map<string, Profile>>
  /** The latest. */
  confusion: Confusion | null
  collapsed: { readonly epoch: number; readonly reason: string } | null
  atChance: { readonly epoch: number; readonly reason: string } | null
}

export class History {
  readonly seeds = new Map<number, SeedHistory>()
  /** What each measure costs, as told last. */
  costs: readonly MeasureCost[] = []

  static from(record: ExperimentRecord): History {
    const history = new History()
    history.costs = record.costs
    for (const seed of record.seeds) {
      const measures: SeedHistory['measures'] = new Map()
      for (const [measure, series] of Object.entries(seed.measures)) {
        const columns = Object.entries(series).map(
          ([name, { batch, value }]) => [name, { batch: new Column(batch), value: new Column(value) }] as const,
        )
        measures.set(measure, new Map(columns))
      }
      history.seeds.set(seed.seed, {
        seed: seed.seed,
        epochs: new Column(seed.epochs),
        train: new Column(seed.trainAccuracy),
        test: new Column(seed.testAccuracy),
        validation: new Column(seed.validationAccuracy),
        seconds: new Column(seed.seconds),
        batches: {
          batch: new Column(seed.batches.batch),
          epochs: new Column(seed.batches.epochs),
          accuracy: new Column(seed.batches.accuracy),
          samples: new Column(seed.batches.samples),
        },
        measures,
        profiles: new Map(
          Object.entries(seed.profiles).map(([measure, phases]) => [measure, new Map(Object.entries(phases))]),
        ),
        confusion: seed.confusion,
        collapsed: seed.collapsed,
        atChance: seed.atChance,
      })
    }
    return history
  }

  #seed(seed: number): SeedHistory {
    let history = this.seeds.get(seed)
    if (history === undefined) {
      history = {
        seed,
        epochs: new Column(),
        train: new Column(),
        test: new Column(),
        validation: new Column(),
        seconds: new Column(),
        batches: { batch: new Column(), epochs: new Column(), accuracy: new Column(), samples: new Column() },
        measures: new Map(),
        profiles: new Map(),
        confusion: null,
        collapsed: null,
        atChance: null,
      }
      this.seeds.set(seed, history)
    }
    return history
  }

  /** Takes an event in; an event that the disk already told is taken once. Returns whether anything can have changed. */
  apply(event: RunEvent): boolean {
    switch (event.kind) {
      case 'epoch': {
        const seed = this.#seed(event.seed)
        const at = seed.epochs.indexOf(event.epoch)
        if (seed.epochs.at(at) !== event.epoch) {
          // Epochs come in order; one before the last was superseded by going on from an earlier place.
          cutEpochs(seed, at)
          seed.epochs.push(event.epoch)
          for (const column of [seed.train, seed.test, seed.validation, seed.seconds]) column.push(NaN)
        }
        seed.train.set(at, event.trainAccuracy ?? NaN)
        seed.test.set(at, event.testAccuracy ?? NaN)
        seed.validation.set(at, event.validationAccuracy ?? NaN)
        seed.seconds.set(at, event.seconds)
        return true
      }
      case 'batches': {
        const { batches } = this.#seed(event.seed)
        const at = batches.batch.indexOf(event.batch)
        // As with epochs: what is told again from an earlier place supersedes.
        if (batches.batch.at(at) !== event.batch) {
          cutBatches(batches, at)
          batches.batch.push(event.batch)
          for (const column of [batches.epochs, batches.accuracy, batches.samples]) column.push(NaN)
        }
        batches.epochs.set(at, event.epochs)
        batches.accuracy.set(at, event.accuracy)
        batches.samples.set(at, event.samples)
        return true
      }
      case 'measure': {
        const seed = this.#seed(event.seed)
        const series = seed.measures.get(event.measure) ?? new Map<string, { batch: Column; value: Column }>()
        seed.measures.set(event.measure, series)
        for (const [phase, value] of Object.entries(event.profiles ?? {})) {
          const latest = seed.profiles.get(event.measure) ?? new Map<string, Profile>()
          seed.profiles.set(event.measure, latest.set(phase, { batch: event.batch, value }))
        }
        for (const [name, value] of Object.entries(event.values)) {
          const columns = series.get(name) ?? { batch: new Column(), value: new Column() }
          series.set(name, columns)
          const at = columns.batch.indexOf(event.batch)
          if (columns.batch.at(at) === event.batch) columns.value.set(at, value)
          else {
            columns.batch.truncate(at)
            columns.value.truncate(at)
            columns.batch.push(event.batch)
            columns.value.push(value)
          }
        }
        return true
      }
      case 'confusion': {
        const { epoch, split, classes, counts } = event
        this.#seed(event.seed).confusion = { epoch, split, classes, counts }
        return true
      }
      case 'costs':
        this.costs = event.costs
        return true
      case 'resumed': {
        const seed = this.#seed(event.seed)
        cutEpochs(seed, seed.epochs.indexOf(event.epoch + 1))
        cutBatches(seed.batches, seed.batches.batch.indexOf(event.batch + 1))
        for (const [measure, series] of seed.measures)
          for (const { batch, value } of series.values()) {
            const taken = measure === 'top-k' && event.undone?.includes('top-k') === true
            const length = batch.indexOf(taken ? event.batch : event.batch + 1)
            batch.truncate(length)
            value.truncate(length)
          }
        // An earlier one is not known here; it comes again with the work that is repeated.
        for (const phases of seed.profiles.values())
          for (const [phase, { batch }] of phases) if (batch > event.batch) phases.delete(phase)
        const { undone = [] } = event
        if (seed.confusion !== null && seed.confusion.epoch > event.epoch - (undone.includes('confusion') ? 1 : 0))
          seed.confusion = null
        if (undone.includes('collapsed')) seed.collapsed = null
        if (undone.includes('at-chance')) seed.atChance = null
        return true
      }
      case 'collapsed':
        this.#seed(event.seed).collapsed = { epoch: event.epoch, reason: event.reason }
        return true
      case 'at-chance':
        this.#seed(event.seed).atChance = { epoch: event.epoch, reason: event.reason }
        return true
      case 'started':
      case 'progress':
      case 'checkpoint':
      case 'paused':
      case 'continued':
      case 'note':
      case 'done':
      case 'stopped':
      case 'failed':
        return false
    }
  }
}

function cutBatches(batches: SeedHistory['batches'], length: number): void {
  for (const column of Object.values(batches)) column.truncate(length)
}

function cutEpochs(seed: SeedHistory, length: number): void {
  for (const column of [seed.epochs, seed.train, seed.test, seed.validation, seed.seconds]) column.truncate(length)
}
