/** What a result depends on beside experiment and seed: the machine, its system and the data's checksums. */
import { cpus, release, totalmem, type } from 'node:os'
import type { Environment } from '../contract.ts'

export interface Circumstances {
  readonly version: string
  readonly engine: string
  readonly device: string
  readonly precision: string
  /** Name of a data file, or of a generator, to its checksum or version. */
  readonly data: Readonly<Record<string, string>>
  /** Where data was read from when the person said so; a path of this machine. */
  readonly dataFolder: string | null
}

/** As environment.json has it; `dataFolder` is there for people and read by nobody. */
export function describeMachine(run: Circumstances): Environment & { readonly dataFolder: string | null } {
  const processors = cpus()
  return {
    apical: run.version,
    node: process.version,
    os: `${type()} ${release()} ${process.arch}`,
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryBytes: totalmem(),
    engine: run.engine,
    device: run.device,
    precision: run.precision,
    data: run.data,
    dataFolder: run.dataFolder,
    started: new Date().toISOString(),
  }
}
