/** How fast this machine was, by network, rule and engine: for the forecast of the next run. */
import { join } from 'node:path'
import { z } from 'zod'
import type { Experiment } from '../../experiment/experiment.ts'
import { forecastExperiment } from '../../experiment/forecast.ts'
import type { BenchmarkStore } from './benchmark-store.ts'
import { readJson, writeJson } from '../storage.ts'

interface MeasuredSpeed {
  readonly secondsPerFlop: number
  /** 'pace' is a short measurement of training, taken while the machine was idle. */
  readonly basis: 'run' | 'pace' | 'benchmark'
  /** Whether it is of this very network, not of another with the same rule. */
  readonly ofNetwork: boolean
}

const Speeds = z.record(z.string(), z.number().positive())

/** Of each network that was ever looked at one number: the latest are kept. */
const MOST_KEPT = 500
const LARGEST_FILE = 200_000

type Asked = Pick<Experiment, 'rule' | 'engine' | 'widths' | 'training' | 'seeds'>

/** Seconds per floating-point operation, kept in the results folder; losing the file loses nothing but forecasts. */
export class MeasuredSpeeds {
  readonly #path: string
  readonly #benches: BenchmarkStore

  constructor(results: string, benches: BenchmarkStore) {
    this.#path = join(results, '.speeds.json')
    this.#benches = benches
  }

  /**
   * What is nearest to it: a run of this network, its measured pace, a run of its rule, a pace of its rule, the engine's
   * benchmark; null when nothing was measured here yet.
   */
  of(experiment: Asked): MeasuredSpeed | null {
    const { rule, engine } = experiment
    const known = this.#read()
    const ofRule = `${rule.name}/${engine.name}`
    const ofNetwork = networkKey(experiment, engine.name)
    for (const key of [ofNetwork, ofRule])
      for (const [name, basis] of [
        [key, 'run'],
        [`pace/${key}`, 'pace'],
      ] as const) {
        const secondsPerFlop = known[name]
        if (secondsPerFlop !== undefined) return { secondsPerFlop, basis, ofNetwork: key === ofNetwork }
      }
    // 'auto' takes the fastest engine there is.
    const gflops = this.#benches
      .list()
      .filter((bench) => engine.name === 'auto' || bench.engine === engine.name)
      .map((bench) => bench.gflops)
    if (gflops.length === 0) return null
    return { secondsPerFlop: 1e-9 / Math.max(...gflops), basis: 'benchmark', ofNetwork: false }
  }

  /** Learns from a run that was trained without interruption, in so many seconds. */
  learn(experiment: Experiment, engine: string, seconds: number): void {
    const { flop } = forecastExperiment(experiment, null)
    if (flop === null || flop <= 0 || seconds <= 0) return
    this.#keep('', experiment, [engine, 'auto'], seconds / flop)
  }

  /** Learns from the pace of a few batches, of an experiment that asked for this engine or left the choice. */
  keepPace(experiment: Experiment, engine: string, secondsPerFlop: number): void {
    if (secondsPerFlop > 0) this.#keep('pace/', experiment, [engine, experiment.engine.name], secondsPerFlop)
  }

  #keep(prefix: string, experiment: Asked, engines: readonly string[], speed: number): void {
    const known = this.#read()
    for (const engine of engines)
      for (const key of [`${prefix}${experiment.rule.name}/${engine}`, prefix + networkKey(experiment, engine)]) {
        // The latest stand last.
        Reflect.deleteProperty(known, key)
        known[key] = speed
      }
    try {
      writeJson(this.#path, Object.fromEntries(Object.entries(known).slice(-MOST_KEPT)))
    } catch {
      // A forecast is not worth an error.
    }
  }

  #read(): Record<string, number> {
    try {
      const parsed = Speeds.safeParse(readJson(this.#path, LARGEST_FILE))
      return parsed.success ? parsed.data : {}
    } catch {
      return {}
    }
  }
}

/** What decides how quickly an operation is done, beside the rule: sizes, and how many networks go side by side. */
function networkKey({ rule, widths, training, seeds, engine: { threads, device } }: Asked, engine: string): string {
  const chosen = [threads === null ? '' : `${threads} threads`, device ?? ''].filter(Boolean)
  return [rule.name, engine, widths.join('-'), `batch ${training.batchSize}`, `${seeds.length} seeds`, ...chosen].join(
    '/',
  )
}
