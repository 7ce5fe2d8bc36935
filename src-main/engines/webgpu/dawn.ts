/**
 * Which graphics devices there are: Dawn's Node binding asks Vulkan, Metal or Direct3D 12. Loaded on
 * demand, once per process.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EngineProblem } from '../engine.ts'

export interface Adapter {
  /** As the driver calls it: 'NVIDIA H100'. */
  readonly name: string
  /** A driver that computes on the processor: for tests, slower than the engines made for processors. */
  readonly software: boolean
  /** What Dawn is to be asked with to find just this one. */
  readonly flags: readonly string[]
}

/** No device can be used; the message says why and what would help. */
class NoAdapter extends Error {
  override readonly name = 'NoAdapter'
}

/**
 * Workgroup memory is written before it is read and every index is made from checked sizes, so shaders need not clear the
 * one nor clamp the other: both would cost time in each dispatch (and the clearing loop makes SwiftShader compile twenty times as long).
 */
const TOGGLES = [
  'enable-dawn-features=allow_unsafe_apis,disable_workgroup_init,disable_robustness',
  // The device's clock in full: browsers round it against pages that spy.
  'disable-dawn-features=timestamp_quantization',
]

const USE_OTHERS = 'Until then native or tensorflow compute on the processor.'

let found: Promise<readonly Adapter[]> | null = null

/** All devices, graphics cards first; searched once per process. Rejects with NoAdapter where there is none. */
export function findAdapters(): Promise<readonly Adapter[]> {
  return (found ??= search())
}

/** The one that a name or a part of it means, by default the first. */
export async function adapterNamed(device: string | undefined): Promise<Adapter> {
  const adapters = await findAdapters()
  const [first] = adapters
  if (first === undefined) throw new NoAdapter('WebGPU finds no device.')
  if (device === undefined) return first
  const wanted = device.toLowerCase()
  const chosen =
    adapters.find(({ name }) => name.toLowerCase() === wanted) ??
    adapters.find((adapter) => labelOf(adapter).toLowerCase().includes(wanted))
  if (chosen === undefined)
    throw new EngineProblem(
      `WebGPU has no device "${device}"; it has ${adapters.map((adapter) => `"${labelOf(adapter)}"`).join(', ')}. Give one of these, or none for the first.`,
    )
  return chosen
}

/** For people. */
export function labelOf({ name, software }: Adapter): string {
  return software ? `${name} (software, on the CPU)` : name
}

/** An instance of Dawn and its device; the instance must be held on to as long as anything of the device is used. */
export async function requestAdapter({ flags }: Adapter): Promise<{ instance: GPU; adapter: GPUAdapter }> {
  const dawn = await load()
  const instance = dawn.create([...TOGGLES, ...flags])
  const adapter = await instance.requestAdapter({ powerPreference: 'high-performance' })
  if (adapter === null)
    throw new EngineProblem('The graphics device is no longer there; see "apical engines", or use another engine.')
  return { instance, adapter }
}

async function load(): Promise<typeof import('webgpu')> {
  try {
    return await import('webgpu')
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    const missing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
    throw new NoAdapter(
      missing
        ? `The package webgpu is not installed (npm leaves it out where it cannot be had); run npm install. ${USE_OTHERS}`
        : `The package webgpu does not load here (${why}). ${USE_OTHERS}`,
      { cause: error },
    )
  }
}

async function search(): Promise<readonly Adapter[]> {
  requireLoader()
  const dawn = await load()
  const best = await dawn.create(TOGGLES).requestAdapter({ powerPreference: 'high-performance' })
  const adapters: Adapter[] = []
  if (best !== null) {
    for (const { backend, name } of await listed(dawn)) {
      const flags = [`backend=${backend}`, `adapter=${name}`]
      const adapter = await dawn.create([...TOGGLES, ...flags]).requestAdapter()
      if (adapter !== null) adapters.push({ name, software: adapter.info.isFallbackAdapter, flags })
    }
    if (adapters.length === 0)
      adapters.push({ name: best.info.description, software: best.info.isFallbackAdapter, flags: [] })
    // What Dawn takes for the fastest comes first, then other cards, then drivers that compute on the processor.
    const rank = ({ name, software }: Adapter): number => (software ? 2 : slugOf(name) === best.info.device ? 0 : 1)
    adapters.sort((a, b) => rank(a) - rank(b))
  }
  if (adapters.length === 0)
    throw new NoAdapter(
      `WebGPU finds no graphics device: ${
        process.platform === 'linux'
          ? "this machine has no GPU, or its Vulkan driver is not installed (Debian: apt-get install mesa-vulkan-drivers, or the vendor's driver)"
          : "this machine has no GPU, or its driver is too old; install the vendor's newest"
      }. ${USE_OTHERS}`,
    )
  return adapters
}

/** What runs compute shaders as WebGPU wants them; OpenGL lists the same cards again. */
const BACKENDS = ['vulkan', 'metal', 'd3d12']

/** All adapters: Dawn lists them when it is asked for one that cannot be. */
async function listed(
  dawn: typeof import('webgpu'),
): Promise<readonly { readonly backend: string; readonly name: string }[]> {
  try {
    await dawn.create([...TOGGLES, 'adapter=\u0001']).requestAdapter()
    return []
  } catch (error) {
    const said = error instanceof Error ? error.message : ''
    const found = [...said.matchAll(/backend: '(\w+)', name: '(.*)'/g)].map(([, backend = '', name = '']) => ({
      backend,
      name,
    }))
    return found.filter(
      ({ backend, name }, index) =>
        BACKENDS.includes(backend) && found.findIndex((one) => one.name === name && one.backend === backend) === index,
    )
  }
}

/** As Dawn writes a device in an adapter's information. */
function slugOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '-')
}

/** Dawn writes warnings of its own where there is no Vulkan at all, so it is not even asked then. */
function requireLoader(): void {
  if (process.platform !== 'linux') return
  const folders = [
    ...(process.env['LD_LIBRARY_PATH'] ?? '').split(':'),
    '/run/opengl-driver/lib',
    '/usr/lib',
    '/usr/lib64',
    '/usr/local/lib',
  ]
  const there = folders.some((folder) => folder !== '' && existsSync(join(folder, 'libvulkan.so.1')))
  if (!there && !linkerKnows('libvulkan.so.1'))
    throw new NoAdapter(
      `This machine has no Vulkan (libvulkan.so.1), which WebGPU needs: install the graphics driver (Debian: apt-get install libvulkan1 mesa-vulkan-drivers, or the vendor's driver). ${USE_OTHERS}`,
    )
}

function linkerKnows(library: string): boolean {
  try {
    return readFileSync('/etc/ld.so.cache').includes(library)
  } catch {
    // Linux without glibc's cache: let Dawn try.
    return true
  }
}
