/** The latest benchmark of each engine, kept in the results folder; losing the file loses nothing but a table. */
import { join } from 'node:path'
import { z } from 'zod'
import type { BenchResult } from '../../contract.ts'
import { readJson, writeJson } from '../storage.ts'

const BenchFile = z.array(
  z.object({
    engine: z.string(),
    device: z.string(),
    rule: z.string(),
    widths: z.array(z.number()),
    batch: z.number(),
    replicas: z.number(),
    threads: z.number(),
    trainMsPerBatch: z.number(),
    evalMsPerBatch: z.number(),
    gflops: z.number(),
    peakGflops: z.number().nullable(),
    measured: z.string(),
    machine: z.object({ cpu: z.string(), cores: z.number(), os: z.string(), apical: z.string() }),
    besideRun: z.boolean(),
  }),
)

export class BenchmarkStore {
  readonly #path: string

  constructor(results: string) {
    this.#path = join(results, '.benches.json')
  }

  list(): readonly BenchResult[] {
    try {
      const parsed = BenchFile.safeParse(readJson(this.#path, 1_000_000))
      return parsed.success ? parsed.data : []
    } catch {
      return []
    }
  }

  /** Replaces the engine's previous one. */
  keep(result: BenchResult): void {
    writeJson(this.#path, [...this.list().filter(({ engine }) => engine !== result.engine), result])
  }
}
