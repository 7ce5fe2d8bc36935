/** The one list of engines, and which of them 'auto' takes. */
import { EngineProblem, type Availability, type Engine, type EngineName } from './engine.ts'
import { native } from './native.ts'
import { reference } from './reference.ts'
import { tensorflow } from './tensorflow.ts'

/** Those of this build, the one for big networks first. */
export const engines: readonly Engine[] = [native, tensorflow, reference]

/** Named by the language of experiments, and not in this build. */
const absent: Readonly<Partial<Record<EngineName, string>>> = {
  webgpu: 'Not part of this build yet: WebGPU through Dawn. Use native or tensorflow.',
}

/** The engine of that name, or undefined when this build has none. */
export function engineNamed(name: string): Engine | undefined {
  return engines.find((engine) => engine.name === name)
}

export interface ChosenEngine {
  readonly engine: Engine
  /** A sentence: what was taken and why. */
  readonly why: string
}

/** What each engine finds on this machine, those on a GPU first: the order in which 'auto' takes them. */
async function ranked(): Promise<readonly { engine: Engine; availability: Availability }[]> {
  const found = await Promise.all(engines.map(async (engine) => ({ engine, availability: await engine.available() })))
  const onGpu = ({ availability }: { availability: Availability }): boolean =>
    availability.available && availability.gpu === true
  return [...found.filter(onGpu), ...found.filter((one) => !onGpu(one))]
}

/**
 * The engine asked for, or for 'auto' the fastest that this machine can run: one on a GPU, else native code, else
 * TensorFlow.js on whatever it finds, else plain loops.
 *
 * @throws EngineProblem when the engine asked for is not there, saying why and what to use
 */
export async function chooseEngine(requested: 'auto' | EngineName): Promise<ChosenEngine> {
  if (requested === 'auto') {
    const passed: string[] = []
    for (const { engine, availability } of await ranked()) {
      if (availability.available)
        return {
          engine,
          why: [...passed, `${engine.name} on ${availability.device}: ${availability.reason}`].join(' '),
        }
      passed.push(`Not ${engine.name}: ${availability.reason}`)
    }
    throw new EngineProblem('This build has no engine at all; install it again.')
  }
  const engine = engineNamed(requested)
  if (engine === undefined)
    throw new EngineProblem(
      `The engine "${requested}" cannot be used. ${absent[requested] ?? `Choose one of ${engines.map((known) => known.name).join(', ')}.`}`,
    )
  const availability = await engine.available()
  if (!availability.available)
    throw new EngineProblem(`The engine "${requested}" cannot be used. ${availability.reason}`)
  return { engine, why: `${engine.name} was asked for, on ${availability.device}: ${availability.reason}` }
}

export interface EngineCard {
  readonly name: EngineName
  readonly available: boolean
  readonly device: string | null
  readonly reason: string
  /** The one 'auto' takes. */
  readonly isDefault: boolean
}

/** Every engine that an experiment may name, with what this machine can do. */
export async function engineCards(): Promise<readonly EngineCard[]> {
  const cards: EngineCard[] = []
  for (const { engine, availability } of await ranked())
    cards.push({
      name: engine.name,
      available: availability.available,
      device: availability.available ? availability.device : null,
      reason: availability.reason,
      isDefault: availability.available && !cards.some((card) => card.isDefault),
    })
  for (const [name, reason] of Object.entries(absent))
    cards.push({ name: name as EngineName, available: false, device: null, reason, isDefault: false })
  return cards
}
