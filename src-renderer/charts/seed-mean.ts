/** The mean over seeds with a band around it, kept up with columns that grow: what was averaged once is not averaged again. */
import { quantileSorted } from 'd3-array'
import { Column } from './column.ts'
import type { Band } from './chart-model.ts'

/** Bands that are told from the seeds' values alone, point by point. */
export type SeedBand = Exclude<Band, 'ci'>

export interface Growing {
  /** Never falls. */
  readonly x: Column
  readonly y: Column
}

export class SeedMean {
  readonly x = new Column()
  readonly y = new Column()
  readonly low = new Column()
  readonly high = new Column()
  readonly #band: SeedBand
  #seeds: readonly { readonly columns: Growing; readonly version: readonly [number, number] }[] = []
  /** So many first points of every seed stand at the same x and are averaged for good. */
  #aligned = 0
  /** So many points of the mean came of them. */
  #settled = 0

  constructor(band: SeedBand) {
    this.#band = band
  }

  /** Mean and band at every x that any of the seeds has; values that are not finite do not count. */
  update(seeds: readonly Growing[]): void {
    if (!this.#goesOn(seeds)) {
      this.#aligned = 0
      this.#settled = 0
    }
    this.#seeds = seeds.map((columns) => ({ columns, version: [columns.x.version, columns.y.version] }))
    this.#truncate(this.#settled)
    const xs = seeds.map(({ x }) => x.view())
    const ys = seeds.map(({ y }) => y.view())
    const [first = new Float64Array()] = xs
    const common = Math.min(...xs.map(({ length }) => length))
    const values: number[] = []
    for (let i = this.#aligned; i < common; i++) {
      const at = first[i]!
      values.length = 0
      let same = true
      for (let s = 0; s < xs.length; s++) {
        same &&= xs[s]![i] === at
        const value = ys[s]![i]!
        if (Number.isFinite(value)) values.push(value)
      }
      if (!same) break
      this.#push(at, values)
      this.#aligned = i + 1
    }
    this.#settled = this.x.length
    this.#tail(xs, ys)
  }

  /** What some seeds have and others have not (yet), for this time only. */
  #tail(xs: readonly Float64Array[], ys: readonly Float64Array[]): void {
    const all = new Map<number, number[]>()
    xs.forEach((x, s) => {
      for (let i = this.#aligned; i < x.length; i++) {
        const value = ys[s]![i]!
        if (!Number.isFinite(value)) continue
        const values = all.get(x[i]!)
        if (values === undefined) all.set(x[i]!, [value])
        else values.push(value)
      }
    })
    for (const [x, values] of [...all].sort(([a], [b]) => a - b)) this.#push(x, values)
  }

  #goesOn(seeds: readonly Growing[]): boolean {
    return (
      seeds.length === this.#seeds.length &&
      this.#seeds.every(({ columns, version: [x, y] }, s) => {
        const now = seeds[s]
        const from = Math.min(columns.x.changedSince(x), columns.y.changedSince(y))
        return now?.x === columns.x && now.y === columns.y && from >= this.#aligned
      })
    )
  }

  #push(x: number, values: number[]): void {
    if (values.length === 0) return
    const mean = meanOf(values)
    const [low, high] = bandOf(values, mean, this.#band)
    this.x.push(x)
    this.y.push(mean)
    this.low.push(low)
    this.high.push(high)
  }

  #truncate(length: number): void {
    for (const column of [this.x, this.y, this.low, this.high]) column.truncate(length)
  }
}

/** Around the first value: accuracies differ in the fourth digit, which a plain sum of squares would lose. */
function meanOf(values: readonly number[]): number {
  const base = values[0]!
  let sum = 0
  for (const value of values) sum += value - base
  return base + sum / values.length
}

function bandOf(values: number[], mean: number, band: SeedBand): readonly [number, number] {
  if (values.length < 2) return [mean, mean]
  switch (band) {
    case 'sd': {
      let squares = 0
      for (const value of values) squares += (value - mean) ** 2
      const sd = Math.sqrt(squares / (values.length - 1))
      return [mean - sd, mean + sd]
    }
    case 'quartiles':
      values.sort((a, b) => a - b)
      return [quantileSorted(values, 0.25) ?? NaN, quantileSorted(values, 0.75) ?? NaN]
    case 'range':
      return [Math.min(...values), Math.max(...values)]
  }
}
