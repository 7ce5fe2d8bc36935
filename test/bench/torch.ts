/** The PyTorch scripts as child processes: finding a Python that has torch, timing a case, and one batch to compare with. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import type { BenchCase } from './cases.ts'

/** How PyTorch computes: by `eager_torch.py`, or several networks side by side by `graphed_torch.py`. */
export interface TorchWay {
  readonly device: 'cpu' | 'cuda'
  readonly threads: number
  readonly graphed: { readonly seeds: number; readonly tf32: boolean } | null
}

const Versions = z.object({
  python: z.string(),
  torch: z.string(),
  capability: z.string().nullable(),
  blas: z.array(z.string()),
  /** The GPU that it finds. */
  cuda: z.string().nullable(),
})
export type TorchVersions = z.infer<typeof Versions>

const Figures = z.object({
  threads: z.int(),
  seeds: z.int(),
  tf32: z.boolean(),
  train_ms_per_batch: z.number(),
  eval_ms_per_batch: z.number(),
  train_chunks_ms: z.array(z.number()),
  eval_chunks_ms: z.array(z.number()),
  train_batches_a_chunk: z.int(),
  eval_batches_a_chunk: z.int(),
  finite: z.boolean(),
})
export type TorchFigures = z.infer<typeof Figures>

export interface Torch {
  readonly python: string
  readonly versions: TorchVersions
}

/**
 * What makes eager PyTorch faster without touching its code, so that it is compared at its best: glibc keeps freed blocks
 * instead of giving pages back, and where Debian's OpenBLAS for OpenMP is installed it replaces the one with a thread pool
 * of its own, which competes with torch's pool for the cores.
 */
export function torchEnvironment(): Readonly<Record<string, string>> {
  const folder = globSync('/usr/lib/*/openblas-openmp').find((path) => existsSync(join(path, 'libblas.so.3')))
  const path = [folder, process.env['LD_LIBRARY_PATH']].filter((entry) => entry !== undefined && entry !== '')
  return {
    MALLOC_MMAP_THRESHOLD_: '1073741824',
    MALLOC_TRIM_THRESHOLD_: '4294967296',
    MALLOC_TOP_PAD_: '67108864',
    ...(path.length === 0 ? {} : { LD_LIBRARY_PATH: path.join(delimiter) }),
  }
}

/** The first Python with torch: the one asked for, else the path's, else Debian's; null where none has it. */
export function findTorch(asked: string | undefined): Torch | null {
  for (const python of asked === undefined ? ['python3', '/usr/bin/python3'] : [asked]) {
    const { status, stdout } = spawnSync(python, [join(import.meta.dirname, 'eager_torch.py'), '--version'], {
      encoding: 'utf8',
      env: environment(),
    })
    if (status === 0) return { python, versions: Versions.parse(JSON.parse(stdout)) }
  }
  return null
}

export async function timeTorch({ python }: Torch, name: string, way: TorchWay): Promise<TorchFigures> {
  return Figures.parse(JSON.parse(await output(python, way, [name])))
}

/** Writes one batch of a case into a folder: what went in, and what came out. */
export async function dumpTorch({ python }: Torch, one: BenchCase, way: TorchWay, folder: string): Promise<void> {
  await output(python, way, ['--settings', JSON.stringify(one.settings), '--dump', folder, one.name])
}

/** Nothing is written beside the scripts, which would be a change of the tree that is measured. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, ...torchEnvironment(), PYTHONDONTWRITEBYTECODE: '1' }
}

async function output(
  python: string,
  { device, threads, graphed }: TorchWay,
  args: readonly string[],
): Promise<string> {
  const script = graphed === null ? 'eager_torch.py' : 'graphed_torch.py'
  const own = graphed === null ? [] : ['--seeds', String(graphed.seeds), ...(graphed.tf32 ? ['--tf32'] : [])]
  const words = [script, '--device', device, '--threads', String(threads), ...own, ...args]
  const child = spawn(python, words, {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: environment(),
  })
  const ended = once(child, 'exit') as Promise<[number | null]>
  const out = await text(child.stdout)
  const [code] = await ended
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code ?? 'a signal'}`)
  return out
}
