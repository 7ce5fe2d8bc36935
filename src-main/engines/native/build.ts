/**
 * Compiles the addon with this machine's C++ compiler: no generator, no download. Run by the set-up (bootstrap.mjs), and
 * with a sanitizer's flags by its script.
 */
import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { addonPath } from './path.ts'

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '../../..')
const sources = join(here, 'addon')

/** Each instruction set: its namespace, floats per vector, registers, vectors per panel, and the compiler's flags. */
type InstructionSet = readonly [name: string, width: number, registers: number, panel: number, flags: readonly string[]]
const SETS: Readonly<Record<string, readonly InstructionSet[]>> = {
  x64: [
    ['avx512', 16, 32, 2, ['-mavx512f', '-mavx512dq', '-mavx512vl', '-mavx2', '-mfma']],
    ['avx2', 8, 16, 3, ['-mavx2', '-mfma']],
    ['sse2', 4, 16, 3, []],
  ],
  arm64: [['neon', 4, 32, 4, []]],
}
const PLAIN: readonly InstructionSet[] = [['plain', 4, 16, 2, []]]

/** The first compiler that answers, or undefined. */
export function compiler(): string | undefined {
  return [process.env['CXX'] ?? '', 'g++', 'clang++', 'c++'].find(
    (name) => name !== '' && spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
  )
}

/**
 * Builds, a file on each core, and returns the addon's path.
 * @param variant the folder's suffix for a build of other flags
 */
export async function build({
  variant,
  flags = [],
}: { variant?: string; flags?: readonly string[] } = {}): Promise<string> {
  const cxx = compiler()
  if (cxx === undefined)
    throw new Error(
      'this machine has no C++ compiler; install g++ or clang++ (Debian: apt-get install g++) and start again',
    )
  const out = addonPath(variant)
  const objects = join(dirname(out), 'objects')
  mkdirSync(objects, { recursive: true })
  const common = [
    '-std=c++17',
    '-O3',
    '-fPIC',
    '-fvisibility=hidden',
    // An expression must be rounded alike in every tile: multiply-adds are fused only where the source says so.
    '-ffp-contract=off',
    '-fno-math-errno',
    '-Wall',
    '-Wextra',
    '-Wno-psabi',
    '-Wno-unused-function',
    // GCC 12's own AVX-512 header sets it off.
    '-Wno-maybe-uninitialized',
    '-DNAPI_VERSION=8',
    '-DNAPI_CPP_EXCEPTIONS',
    `-I${join(root, 'node_modules/node-api-headers/include')}`,
    `-I${join(root, 'node_modules/node-addon-api')}`,
    ...flags,
  ]
  // Those of the kernels take longest, so that none of them begins when the others end.
  const kernels = (SETS[process.arch] ?? PLAIN).map(([set, width, registers, panel, own]) => ({
    ...{ source: 'kernels.cpp', name: `kernels-${set}` },
    own: [
      `-DAPICAL_SET=${set}`,
      `-DAPICAL_WIDTH=${width}`,
      `-DAPICAL_REGISTERS=${registers}`,
      `-DAPICAL_PANEL=${panel}`,
      ...own,
    ],
  }))
  const others = readdirSync(sources)
    .filter((name) => name.endsWith('.cpp') && name !== 'kernels.cpp')
    .map((source) => ({ source, name: source, own: [] }))
  const objectOf = (name: string): string => join(objects, `${name}.o`)
  const waiting = [...kernels, ...others]
  const linked = waiting.map(({ name }) => objectOf(name)).sort()
  const work = async (): Promise<void> => {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift())
      await run(cxx, [...common, ...part.own, '-c', join(sources, part.source), '-o', objectOf(part.name)])
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  const shared = process.platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared', '-pthread']
  // Put in place whole: a process that has the old one loaded keeps it.
  await run(cxx, [...shared, ...flags, ...linked, '-o', `${out}.new`])
  renameSync(`${out}.new`, out)
  rmSync(objects, { recursive: true })
  return out
}

async function run(command: string, args: readonly string[]): Promise<void> {
  try {
    const { stderr } = await promisify(execFile)(command, args, { maxBuffer: 2 ** 26 })
    if (stderr !== '') process.stderr.write(stderr)
  } catch (error) {
    const { stderr, message } = error as Error & { readonly stderr?: string }
    const said = stderr === undefined || stderr === '' ? message : stderr
    throw new Error(`${command} could not compile ${args.at(-3) ?? ''}: ${said.slice(0, 2000)}`, { cause: error })
  }
}

if (import.meta.main) process.stdout.write(`${await build()}\n`)
