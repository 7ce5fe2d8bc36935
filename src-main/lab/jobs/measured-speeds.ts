/** How fast this machine was, by rule and engine: for the forecast of the next run. */
import { join } from 'node:path'
import { z } from 'zod'
import type { Experiment } from '../../experiment/experiment.ts'
import { forecastExperiment } from '../../experiment/forecast.ts'
import type { BenchmarkStore } from './benchmark-store.ts'
import { readJson, writeJson } from '../storage.ts'

interface MeasuredSpeed {
  readonly secondsPerFlop: number
  readonly basis: 'run' | 'benchmark'
}

const Speeds = z.record(z.string(), z.number().positive())

/** Seconds per floating-point operation, kept in the results folder; losing the file loses nothing but forecasts. */
export class MeasuredSpeeds {
  readonly #path: string
  readonly #benches: BenchmarkStore

  constructor(results: string, benches: BenchmarkStore) {
    this.#path = join(results, '.speeds.json')
    this.#benches = benches
  }

  /** By a run of that rule where there was one, else by the engine's benchmark; null when nothing was measured here yet. */
  of({ rule, engine }: Pick<Experiment, 'rule' | 'engine'>): MeasuredSpeed | null {
    const byRun = this.#read()[`${rule.name}/${engine.name}`]
    if (byRun !== undefined) return { secondsPerFlop: byRun, basis: 'run' }
    // 'auto' takes the fastest engine there is.
    const gflops = this.#benches
      .list()
      .filter((bench) => engine.name === 'auto' || bench.engine === engine.name)
      .map((bench) => bench.gflops)
    return gflops.length === 0 ? null : { secondsPerFlop: 1e-9 / Math.max(...gflops), basis: 'benchmark' }
  }

  /** Learns from a run that was trained without interruption, in so many seconds. */
  learn(experiment: Experiment, engine: string, seconds: number): void {
    const { flop } = forecastExperiment(experiment, null)
    if (flop === null || flop <= 0 || seconds <= 0) return
    const speed = seconds / flop
    try {
      writeJson(this.#path, {
        ...this.#read(),
        [`${experiment.rule.name}/${engine}`]: speed,
        [`${experiment.rule.name}/auto`]: speed,
      })
    } catch {
      // A forecast is not worth an error.
    }
  }

  #read(): Record<string, number> {
    try {
      const parsed = Speeds.safeParse(readJson(this.#path, 100_000))
      return parsed.success ? parsed.data : {}
    } catch {
      return {}
    }
  }
}
