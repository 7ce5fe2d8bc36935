/**
 * Which TensorFlow.js runs here: libtensorflow with CUDA, libtensorflow on the processor, or WebAssembly. Tried in that
 * order, once per process; what was passed over is said, with its reason.
 *
 * Packages are loaded through `createRequire` so that all share one copy of tfjs-core. A native one is loaded to find out
 * whether it works; WebAssembly starts with the first session.
 */
import type * as TensorFlow from '@tensorflow/tfjs-core'
import type * as WebAssemblyBackend from '@tensorflow/tfjs-backend-wasm'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import util from 'node:util'

export type Tf = typeof TensorFlow

export interface Binding {
  /** For people: 'CPU, WebAssembly SIMD, 1 thread'. */
  readonly device: string
  /** On a GPU. */
  readonly gpu: boolean
  /** Whether several replicas are computed in one pass, by batched products, or one after another. */
  readonly batchReplicas: boolean
  /** A sentence: what was taken, and why nothing better. */
  readonly reason: string
  /** TensorFlow.js with its backend up; quick after the first call. */
  start(): Promise<Tf>
}

/** No TensorFlow.js at all could be brought up; the message says what failed. */
class NoBinding extends Error {
  override readonly name = 'NoBinding'
}

const load = createRequire(import.meta.url)
let binding: Promise<Binding> | null = null

/** The binding of this process, found at the first call. */
export function findBinding(): Promise<Binding> {
  return (binding ??= search())
}

async function search(): Promise<Binding> {
  const passed: string[] = []
  for (const attempt of attempts()) {
    try {
      const found = await attempt()
      return { ...found, reason: `${[...passed, found.reason].join('; ')}.` }
    } catch (error) {
      passed.push(error instanceof Error ? error.message : String(error))
    }
  }
  throw new NoBinding(`TensorFlow.js cannot run here: ${passed.join('; ')}. Use the reference engine.`)
}

function attempts(): readonly (() => Binding | Promise<Binding>)[] {
  const named = process.env['APICAL_TFJS_NODE']
  // Who names the folder of a tfjs-node that was built by hand wants that one, and no other in its place.
  if (named !== undefined) return [() => native(`the package of APICAL_TFJS_NODE, ${named},`, resolve(named))]
  const leftOut = 'npm leaves it out where its libtensorflow cannot be downloaded'
  return [
    () => native('tfjs-node-gpu', '@tensorflow/tfjs-node-gpu', ` (${leftOut})`),
    () => native('tfjs-node', '@tensorflow/tfjs-node'),
    webAssembly,
  ]
}

/** @param place what `require` takes: a package or an absolute folder */
async function native(name: string, place: string, whyAbsent = ''): Promise<Binding> {
  if (!installed(place)) throw new Error(`${name} is not installed${whyAbsent}`)
  restoreUtil()
  let tf: Tf
  try {
    tf = load(place) as Tf
    await tf.ready()
  } catch (error) {
    throw new Error(`${name} does not load (${firstLine(error)})`, { cause: error })
  }
  if (tf.getBackend() !== 'tensorflow') throw new Error(`${name} gave the backend ${tf.getBackend()}`)
  const backend: unknown = tf.backend()
  const gpu =
    typeof backend === 'object' &&
    backend !== null &&
    'isUsingGpuDevice' in backend &&
    backend.isUsingGpuDevice === true
  // Without a GPU this package computes on the processor just as tfjs-node does.
  return {
    start: async () => tf,
    gpu,
    // Each of TensorFlow's operations costs a crossing: two replicas in one pass took half the processor time of two apart.
    batchReplicas: true,
    device: gpu ? 'GPU, CUDA through libtensorflow' : 'CPU, libtensorflow',
    reason: gpu ? `${name} is installed` : `${name} is installed and finds no CUDA device`,
  }
}

/** Which tfjs-node 4.22 still calls and Node 23 took away. */
function restoreUtil(): void {
  const old = util as unknown as Record<string, unknown>
  old['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined
  old['isArray'] ??= Array.isArray
}

function webAssembly(): Binding {
  if (!hasSimd()) throw new Error('this Node has no WebAssembly SIMD')
  if (!installed('@tensorflow/tfjs-backend-wasm')) throw new Error('tfjs-backend-wasm is not installed')
  let started: Promise<Tf> | null = null
  // The threaded build starts its workers from a blob: URL, which Node's worker threads refuse.
  return {
    start: () => (started ??= startWebAssembly()),
    gpu: false,
    // A crossing costs little here; not shown to be faster in one pass.
    batchReplicas: false,
    device: 'CPU, WebAssembly SIMD, 1 thread',
    reason: 'WebAssembly with SIMD, on one thread since the threaded build does not start in Node',
  }
}

async function startWebAssembly(): Promise<Tf> {
  const tf = load('@tensorflow/tfjs-core') as Tf
  const wasm = load('@tensorflow/tfjs-backend-wasm') as typeof WebAssemblyBackend
  wasm.setWasmPaths(join(dirname(load.resolve('@tensorflow/tfjs-backend-wasm')), '/'))
  tf.enableProdMode()
  if (!(await tf.setBackend('wasm')))
    throw new NoBinding('The WebAssembly backend does not start; use the reference engine.')
  await tf.ready()
  return tf
}

/** Whether a package is installed, without loading it. */
function installed(name: string): boolean {
  try {
    load.resolve(`${name}/package.json`)
    return true
  } catch {
    return false
  }
}

/** Offers a module whose one function makes a 128-bit vector: valid only where SIMD is. */
function hasSimd(): boolean {
  const code = [
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
  ]
  // Node's types leave WebAssembly to those of the DOM.
  const { WebAssembly } = globalThis as unknown as { WebAssembly?: { validate(code: Uint8Array): boolean } }
  return WebAssembly?.validate(Uint8Array.from(code)) ?? false
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
}
