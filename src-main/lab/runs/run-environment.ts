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
}

/** As environment.json has it: no path of this machine, which is nobody's business where the folder is handed on. */
export function describeEnvironment(run: RunCircumstances): Environment {
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
    started: new Date().toISOString(),
  }
}
