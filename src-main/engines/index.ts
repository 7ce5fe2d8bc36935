/** The one list of engines, and which of them 'auto' takes. */
import { EngineProblem, type Availability, type Engine, type EngineName } from './engine.ts'
import { native } from './native.ts'
import { reference } from './reference.ts'
import { tensorflow } from './tensorflow.ts'
import { webgpu } from './webgpu.ts'

/** The fastest on what they run on first. */
export const engines: readonly Engine[] = [webgpu, native, tensorflow, reference]

/** The engine of that name, or undefined when this build has none. */
export function engineNamed(name: string): Engine | undefined {
  return engines.find((engine) => engine.name === name)
}

interface ChosenEngine {
  readonly engine: Engine
  /** A sentence: what was taken and why. */
  readonly why: string
}

/** What each engine finds on this machine, in the order in which 'auto' takes them: on a GPU first, on an imitated one last. */
async function ranked(): Promise<readonly { engine: Engine; availability: Availability }[]> {
  const found = await Promise.all(engines.map(async (engine) => ({ engine, availability: await engine.available() })))
  const rank = ({ availability }: { availability: Availability }): number =>
    !availability.available || availability.software === true ? 2 : availability.gpu === true ? 0 : 1
  return found.toSorted((a, b) => rank(a) - rank(b))
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
      `The engine "${requested}" cannot be used. Choose one of ${engines.map((known) => known.name).join(', ')}.`,
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
  /** On a graphics card, which trains many networks side by side in little more time than one. */
  readonly gpu: boolean
  /** The one 'auto' takes. */
  readonly isDefault: boolean
}

/** Every engine, with what this machine can do. */
export async function engineCards(): Promise<readonly EngineCard[]> {
  const cards: EngineCard[] = []
  for (const { engine, availability } of await ranked())
    cards.push({
      name: engine.name,
      available: availability.available,
      device: availability.available ? availability.device : null,
      reason: availability.reason,
      gpu: availability.available && availability.gpu === true,
      isDefault: availability.available && !cards.some((card) => card.isDefault),
    })
  return cards
}
