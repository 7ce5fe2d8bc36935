/** What the times were taken on, as it is stored beside them. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { findAddon } from '../../src-main/engines/native/addon.ts'
import { compiler } from '../../src-main/engines/native/build.ts'

export interface Machine {
  readonly cpu: string
  /** Family, model and stepping where the system tells: virtual machines often name no more than the maker. */
  readonly cpuIdentity: Readonly<Record<string, string>>
  readonly cores: number
  readonly memoryGib: number
  /** That the native engine chose, of those it was built for. */
  readonly instructionSet: string
  readonly compiler: string | null
  readonly system: string
  readonly node: string
}

export function describeMachine(): Machine {
  const cxx = compiler()
  const version = cxx === undefined ? undefined : spawnSync(cxx, ['--version'], { encoding: 'utf8' }).stdout
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cpuIdentity: cpuIdentity(),
    cores: availableParallelism(),
    memoryGib: Math.round((totalmem() / 2 ** 30) * 10) / 10,
    instructionSet: findAddon().set,
    compiler: version?.split('\n')[0] ?? null,
    system: `${process.platform} ${process.arch}`,
    node: process.version,
  }
}

function cpuIdentity(): Record<string, string> {
  if (!existsSync('/proc/cpuinfo')) return {}
  const wanted = ['cpu family', 'model', 'stepping', 'cache size']
  const first = readFileSync('/proc/cpuinfo', 'utf8').split('\n\n')[0] ?? ''
  const fields = first.split('\n').map((line) => line.split(':').map((part) => part.trim()))
  return Object.fromEntries(fields.flatMap(([name = '', value = '']) => (wanted.includes(name) ? [[name, value]] : [])))
}

/** The commit that was measured, marked where the working tree differs from it; null outside git. */
export function describeCommit(root: string): string | null {
  const git = (...args: string[]): string | null => {
    const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' })
    return status === 0 ? stdout.trim() : null
  }
  const commit = git('rev-parse', 'HEAD')
  if (commit === null) return null
  // Stored results of earlier runs change nothing.
  const changed = git('status', '--porcelain', '--', '.', ':!test/bench/results')
  return changed === '' ? commit : `${commit} with changes`
}

/** 'AMD EPYC 9B14' → 'amd-epyc-9b14'. */
export function slugOf(cpu: string): string {
  return cpu
    .toLowerCase()
    .replace(/\((r|tm)\)/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}
