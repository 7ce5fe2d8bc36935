/** This machine, as results and benchmarks name it. */
import { cpus, release, type } from 'node:os'

interface Hardware {
  readonly cpu: string
  /** Logical ones. */
  readonly cores: number
  /** Kernel, release and architecture: 'Linux 6.8.0 x64'. */
  readonly os: string
}

export function describeHardware(): Hardware {
  const processors = cpus()
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    os: `${type()} ${release()} ${process.arch}`,
  }
}
