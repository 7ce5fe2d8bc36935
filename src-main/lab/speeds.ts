/** How fast this machine was, by rule, engine and number of seeds side by side: for the forecast of the next run. */
import { join } from 'node:path'
import { z } from 'zod'
import type { Experiment } from '../experiment/experiment.ts'
import { forecastExperiment } from '../experiment/forecast.ts'
import { readJson, writeJson } from './results/files.ts'

const Speeds = z.record(z.string(), z.number().positive())

/** Seconds per floating-point operation, kept in the results folder; losing the file loses nothing but forecasts. */
export class MeasuredSpeeds {
  readonly #path: string

  constructor(results: string) {
    this.#path = join(results, '.speeds.json')
  }

  /** Null when no such run was measured here yet. */
  secondsPerFlop(rule: string, engine: string): number | null {
    return this.#read()[`${rule}/${engine}`] ?? null
  }

  /** Takes a run that went from beginning to end at once, in so many seconds. */
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
