/** What a window is told of an engine, and how fast it was here. */
export interface EngineCard {
  readonly name: string
  readonly available: boolean
  readonly device: string | null
  readonly reason: string
  /** On a graphics card, which trains many networks side by side in little more time than one. */
  readonly gpu: boolean
  /** The one 'auto' takes. */
  readonly isDefault: boolean
}

/** How fast an engine trained a network of a preset's size here, on random data. */
export interface BenchResult {
  readonly engine: string
  readonly device: string
  readonly rule: string
  readonly widths: readonly number[]
  readonly batch: number
  readonly replicas: number
  readonly threads: number
  /** Wall time of a batch of one network, median of several chunks. */
  readonly trainMsPerBatch: number
  readonly evalMsPerBatch: number
  /** Matrix products that the program needs, 10⁹ operations per second. */
  readonly gflops: number
  /** What as many threads of this processor could do at most; null where the engine cannot tell. */
  readonly peakGflops: number | null
  /** ISO 8601. */
  readonly measured: string
  readonly machine: { readonly cpu: string; readonly cores: number; readonly os: string; readonly apical: string }
  /** A run was training meanwhile, and took its share of the machine. */
  readonly besideRun: boolean
}
