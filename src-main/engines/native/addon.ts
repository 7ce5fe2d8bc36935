/** Finding and loading the compiled addon, and what it offers. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { EngineProblem, type Numbers } from '../engine.ts'
import type { Lowered } from '../lowering/plan.ts'
import { addonPath } from './path.ts'

/** Samples as the addon copies them: bytes with the value of each, `[channel][byte]`, or numbers already scaled. */
export interface NativeSamples {
  readonly count: number
  readonly features: number
  /** Empty where `scaled` is not. */
  readonly pixels: Uint8Array
  readonly scaled: Float32Array
  readonly labels: Uint16Array
  readonly values: Float32Array
}

interface NativeOptions {
  readonly set: string
  readonly training: Lowered
  readonly prediction: Lowered
  readonly parameters: readonly { readonly rows: number; readonly columns: number; readonly transposed: boolean }[]
  readonly measurements: readonly {
    readonly batch: boolean
    readonly rows: number
    readonly columns: number
    readonly iterations: number
  }[]
  readonly classes: number
  readonly scalarCount: number
  readonly replicas: number
  readonly threads: number
}

export interface NativeHandle {
  /** Split 0 is for training, 1 for testing. */
  bind(split: 0 | 1, samples: NativeSamples): void
  write(parameter: number, replica: number, values: Float32Array): void
  read(parameter: number, replica: number): Float32Array
  train(request: {
    readonly batchSize: number
    readonly batches: number
    readonly samples: Uint32Array
    readonly scalars: Float64Array
    /** −1 for none. */
    readonly measureBatch: number
  }): Promise<{
    readonly measurements: readonly (readonly Float32Array[])[]
    readonly broken: readonly number[]
    /** By replica. */
    readonly hits: readonly number[]
  }>
  score(request: {
    readonly split: 0 | 1
    readonly replica: number
    readonly samples: Uint32Array
    readonly scalars: Float64Array
  }): Promise<Numbers>
  /** For good: training ends after the batches that are running. */
  close(): void
}

export interface Addon {
  readonly Session: new (options: NativeOptions) => NativeHandle
  /** What this processor runs, the widest first. */
  instructionSets(): readonly string[]
  /** GFLOP/s of multiply-adds that touch no memory. */
  peak(set: string, threads: number): Promise<number>
  /** GB/s read and written in place, each thread over so many bytes of its own. */
  bandwidth(set: string, threads: number, bytes: number): Promise<number>
}

interface FoundAddon {
  readonly addon: Addon
  /** The instruction set that sessions use. */
  readonly set: string
}

let found: FoundAddon | null = null

/** @throws EngineProblem when it was not built or cannot be loaded, saying why and what to do */
export function findAddon(): FoundAddon {
  if (found !== null) return found
  const path = addonPath()
  if (!existsSync(path))
    throw new EngineProblem(
      'The native engine was not built. It needs a C++ compiler (Debian: apt-get install g++): install one and start Apical again. If there is one, delete node_modules/.apical/native, start again, and build/setup.log says why.',
    )
  let addon: Addon
  try {
    addon = createRequire(import.meta.url)(path) as Addon
  } catch (error) {
    throw new EngineProblem(
      `The native engine's addon could not be loaded (${error instanceof Error ? error.message : String(error)}); delete build/native and start Apical again.`,
    )
  }
  const [set] = addon.instructionSets()
  if (set === undefined) throw new EngineProblem('The native engine was built for another processor.')
  found = { addon, set }
  return found
}
