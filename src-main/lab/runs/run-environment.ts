/** What a result depends on beside experiment and seed: the machine, its system and the data's checksums. */
import { totalmem } from 'node:os'
import type { Environment } from '../../contract.ts'
import { describeHardware } from '../machine.ts'

interface RunCircumstances {
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
export function describeEnvironment(run: RunCircumstances): Environment & { readonly dataFolder: string | null } {
  const { cpu, cores, os } = describeHardware()
  return {
    apical: run.version,
    node: process.version,
    os,
    cpu,
    cores,
    memoryBytes: totalmem(),
    engine: run.engine,
    device: run.device,
    precision: run.precision,
    data: run.data,
    dataFolder: run.dataFolder,
    started: new Date().toISOString(),
  }
}
