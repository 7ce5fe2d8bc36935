/** What the seeds of one run have measured so far: what was read from disk, and what has happened since. */
import type { ExperimentRecord } from '../src-main/contract.ts'
import type { RunEvent } from '../src-main/experiment/event.ts'
import { Column } from './column.ts'

export interface SeedHistory {
  readonly seed: number
  readonly epochs: Column
  readonly train: Column
  readonly test: Column
  readonly seconds: Column
  /** measure → series → columns. */
  readonly measures: Map<string, Map<string, { readonly batch: Column; readonly value: Column }>>
  collapsed: { readonly epoch: number; readonly reason: string } | null
}

export class History {
  readonly seeds = new Map<number, SeedHistory>()

  static from(record: ExperimentRecord): History {
    const history = new History()
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
        seconds: new Column(seed.seconds),
        measures,
        collapsed: seed.collapsed,
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
        seconds: new Column(),
        measures: new Map(),
        collapsed: null,
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
          for (const column of [seed.train, seed.test, seed.seconds]) column.push(NaN)
        }
        seed.train.set(at, event.trainAccuracy ?? NaN)
        seed.test.set(at, event.testAccuracy ?? NaN)
        seed.seconds.set(at, event.seconds)
        return true
      }
      case 'measure': {
        const seed = this.#seed(event.seed)
        const series = seed.measures.get(event.measure) ?? new Map<string, { batch: Column; value: Column }>()
        seed.measures.set(event.measure, series)
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
      case 'resumed': {
        const seed = this.#seed(event.seed)
        cutEpochs(seed, seed.epochs.indexOf(event.epoch + 1))
        for (const series of seed.measures.values())
          for (const { batch, value } of series.values()) {
            const length = batch.indexOf(event.batch + 1)
            batch.truncate(length)
            value.truncate(length)
          }
        return true
      }
      case 'collapsed':
        this.#seed(event.seed).collapsed = { epoch: event.epoch, reason: event.reason }
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

function cutEpochs(seed: SeedHistory, length: number): void {
  for (const column of [seed.epochs, seed.train, seed.test, seed.seconds]) column.truncate(length)
}
