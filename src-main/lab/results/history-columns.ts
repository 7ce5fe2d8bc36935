/**
 * A seed's history as columns, filled line by line as the file is read: nothing of a line is kept beside its numbers, so
 * that a hundred thousand epochs take megabytes. Work beyond a checkpoint is done again after a resume, so what was said of it
 * then no longer counts, and is taken off the ends of the columns.
 */
import type { Confusion, Profile, SeedRecord } from '../../contract.ts'
import type { Line } from './history-line.ts'

/** Of what only the latest counts of, so many are kept: a resume goes back one checkpoint, not further. */
const MOST_EARLIER = 64

interface EndOfSeed {
  readonly epoch: number
  readonly batch: number
  readonly reason: string
}

interface Points {
  readonly batch: number[]
  readonly value: number[]
  /** Every how many-th is kept, and how many there were. */
  every: number
  seen: number
}

export class HistoryColumns {
  readonly #mostPoints: number
  readonly #epochs: number[] = []
  readonly #trainAccuracy: (number | null)[] = []
  readonly #testAccuracy: (number | null)[] = []
  readonly #validationAccuracy: (number | null)[] = []
  readonly #seconds: number[] = []
  readonly #batches = {
    batch: [] as number[],
    epochs: [] as number[],
    accuracy: [] as number[],
    samples: [] as number[],
  }
  readonly #measures = new Map<string, Map<string, Points>>()
  readonly #profiles = new Map<string, Map<string, Profile[]>>()
  readonly #confusions: { readonly batch: number; readonly confusion: Confusion }[] = []
  readonly #collapses: EndOfSeed[] = []
  readonly #atChance: EndOfSeed[] = []
  /** Some series had more points than are kept. */
  thinned = false

  constructor(mostPoints: number) {
    this.#mostPoints = mostPoints
  }

  take(line: Line): void {
    switch (line.kind) {
      case 'epoch':
        this.#epochs.push(line.epoch)
        this.#trainAccuracy.push(line.trainAccuracy)
        this.#testAccuracy.push(line.testAccuracy)
        this.#validationAccuracy.push(line.validationAccuracy)
        this.#seconds.push(line.seconds)
        return
      case 'batches':
        this.#batches.batch.push(line.batch)
        this.#batches.epochs.push(line.epochs)
        this.#batches.accuracy.push(line.accuracy)
        this.#batches.samples.push(line.samples)
        return
      case 'measure':
        this.#measure(line)
        return
      case 'confusion':
        if (line.counts.length === line.classes.length ** 2) {
          const { epoch, batch, split, classes, counts } = line
          keepLatest(this.#confusions, { batch, confusion: { epoch, split, classes, counts } })
        }
        return
      case 'collapsed':
        keepLatest(this.#collapses, line)
        return
      case 'at-chance':
        keepLatest(this.#atChance, line)
        return
      case 'resumed':
        this.#resume(line)
        return
      default:
        line satisfies never
    }
  }

  record(seed: number): SeedRecord {
    // Names come from a file: without a prototype none of them can reach one.
    const measures = Object.create(null) as Record<string, Record<string, { batch: number[]; value: number[] }>>
    for (const [measure, all] of this.#measures) {
      const series = (measures[measure] = Object.create(null) as Record<string, { batch: number[]; value: number[] }>)
      for (const [name, { batch, value }] of all) series[name] = { batch, value }
    }
    const profiles = Object.create(null) as Record<string, Record<string, Profile>>
    for (const [measure, all] of this.#profiles) {
      const latest = (profiles[measure] = Object.create(null) as Record<string, Profile>)
      for (const [name, kept] of all) latest[name] = kept.at(-1) as Profile
    }
    return {
      seed,
      epochs: this.#epochs,
      trainAccuracy: this.#trainAccuracy,
      testAccuracy: this.#testAccuracy,
      validationAccuracy: this.#validationAccuracy,
      seconds: this.#seconds,
      batches: this.#batches,
      measures,
      profiles,
      confusion: this.#confusions.at(-1)?.confusion ?? null,
      collapsed: latestOf(this.#collapses),
      atChance: latestOf(this.#atChance),
    }
  }

  #measure({ batch, measure, values, profiles }: Extract<Line, { kind: 'measure' }>): void {
    const series = inside(this.#measures, measure)
    for (const [name, value] of Object.entries(values)) {
      let points = series.get(name)
      if (points === undefined) series.set(name, (points = { batch: [], value: [], every: 1, seen: 0 }))
      if (points.seen++ % points.every !== 0) continue
      points.batch.push(batch)
      points.value.push(value)
      if (points.batch.length <= this.#mostPoints) continue
      halve(points.batch)
      halve(points.value)
      points.every *= 2
      this.thinned = true
    }
    if (profiles === undefined) return
    const latest = inside(this.#profiles, measure)
    for (const [name, value] of Object.entries(profiles)) {
      const kept = latest.get(name) ?? []
      keepLatest(kept, { batch, value })
      latest.set(name, kept)
    }
  }

  #resume({ epoch, batch, undone }: Extract<Line, { kind: 'resumed' }>): void {
    while ((this.#epochs.at(-1) ?? 0) > epoch)
      for (const column of [
        this.#epochs,
        this.#trainAccuracy,
        this.#testAccuracy,
        this.#validationAccuracy,
        this.#seconds,
      ])
        column.pop()
    while ((this.#batches.batch.at(-1) ?? 0) > batch) for (const column of Object.values(this.#batches)) column.pop()
    for (const [measure, series] of this.#measures) {
      const last = measure === 'top-k' && undone.includes('top-k') ? batch - 1 : batch
      for (const [name, points] of series) {
        while ((points.batch.at(-1) ?? 0) > last) {
          points.batch.pop()
          points.value.pop()
        }
        if (points.batch.length === 0) series.delete(name)
      }
      if (series.size === 0) this.#measures.delete(measure)
    }
    for (const [measure, all] of this.#profiles) {
      for (const [name, kept] of all) {
        dropAfter(kept, batch)
        if (kept.length === 0) all.delete(name)
      }
      if (all.size === 0) this.#profiles.delete(measure)
    }
    dropAfter(this.#confusions, undone.includes('confusion') ? batch - 1 : batch)
    dropAfter(this.#collapses, undone.includes('collapsed') ? batch - 1 : batch)
    dropAfter(this.#atChance, undone.includes('at-chance') ? batch - 1 : batch)
  }
}

function inside<T>(all: Map<string, Map<string, T>>, name: string): Map<string, T> {
  let found = all.get(name)
  if (found === undefined) all.set(name, (found = new Map<string, T>()))
  return found
}

function latestOf(ends: readonly EndOfSeed[]): SeedRecord['collapsed'] {
  const last = ends.at(-1)
  return last === undefined ? null : { epoch: last.epoch, reason: last.reason }
}

function keepLatest<T>(kept: T[], one: T): void {
  kept.push(one)
  if (kept.length >= 2 * MOST_EARLIER) kept.splice(0, MOST_EARLIER)
}

function dropAfter(kept: { readonly batch: number }[], batch: number): void {
  while ((kept.at(-1)?.batch ?? 0) > batch) kept.pop()
}

/** Every second entry, in place. */
function halve(column: number[]): void {
  const half = Math.ceil(column.length / 2)
  for (let at = 0; at < half; at++) column[at] = column[2 * at] as number
  column.length = half
}
