/**
 * One image, of any origin, and how the network settles on it: what a person sees who draws. The session stays open
 * between images, since the next one comes while the pen moves.
 */
import { classNamesOf, type Samples } from '../data/data-set.ts'
import type { Session } from '../engines/engine.ts'
import type { Drawn, DrawnLayer } from '../experiment/look.ts'
import type { Compiled } from '../program/program.ts'
import { compileLayers, feedbackName, layerName, residualName, stateName } from '../rules/index.ts'
import { pack, packSigned, type Listed } from './pack.ts'
import { measuredBatch, openTrained, ruleOf, type TrainedNetwork } from './trained-network.ts'

interface DrawTask extends TrainedNetwork {
  /** Whose test samples the images are like: their shape and scaling. */
  readonly test: Samples
  readonly classNames: readonly string[]
}

export class Drawing {
  readonly #task: DrawTask
  readonly #compiled: Compiled
  readonly #session: Session
  /** The phase in which classifying settles; null where it is one pass. */
  readonly #phase: string | null
  readonly #fromInput: ArrayLike<number>

  private constructor(
    task: DrawTask,
    opened: {
      readonly compiled: Compiled
      readonly session: Session
      readonly phase: string | null
      readonly fromInput: ArrayLike<number>
    },
  ) {
    this.#task = task
    this.#compiled = opened.compiled
    this.#session = opened.session
    this.#phase = opened.phase
    this.#fromInput = opened.fromInput
  }

  static async open(task: DrawTask): Promise<Drawing> {
    const { experiment } = task
    const { widths } = experiment
    const rule = ruleOf(experiment)
    const settings: unknown = rule.settings.parse(experiment.rule.settings)
    const phase = rule.classification?.name ?? null
    const hidden = Array.from({ length: widths.length - 2 }, (_, i) => i + 1)
    const keep =
      phase === null
        ? []
        : [
            residualName(phase),
            ...hidden.map((k) => feedbackName(phase, k)),
            ...[...hidden, widths.length - 1].map((k) => stateName(phase, k)),
          ]
    const compiled = compileLayers(rule, settings, widths, keep)
    const nothing = image(task.test, new Uint8Array(task.test.features))
    const { session } = await openTrained(task, compiled, { train: nothing, test: nothing })
    const fromInput = await session.read('W1', 0)
    return new Drawing(task, { compiled, session, phase, fromInput })
  }

  /**
   * @param pixels one byte for each input: as in the files of the data set, or from black to white where these hold no bytes
   * @throws RangeError for another number of them
   */
  async see(pixels: Uint8Array, now: () => number): Promise<Drawn> {
    const { test, classNames, network, experiment } = this.#task
    const { widths } = experiment
    if (pixels.length !== test.features)
      throw new RangeError(`the network has ${test.features} inputs, found an image of ${pixels.length}`)
    const seen = image(test, pixels)
    this.#session.bind({ train: seen, test: seen })
    const began = now()
    const found = await measuredBatch(this.#session, this.#compiled, Uint32Array.of(0))
    const ms = now() - began
    const L = widths.length - 1
    const phase = this.#phase
    const statesOf = (k: number): Listed => found.get(phase === null ? layerName(k) : stateName(phase, k)) ?? []
    /** Of the last iteration; null where nothing feeds back. */
    const feedbackOf = (k: number): Listed | null => {
      const all = phase === null ? undefined : found.get(feedbackName(phase, k))
      return all === undefined ? null : all.subarray(all.length - (widths[k] as number))
    }
    const outputs = statesOf(L)
    const classes = widths[L] as number
    const first = statesOf(1)
    const hidden = widths[1] as number
    const feedback = feedbackOf(1)
    const back = (activity: ArrayLike<number>): Float64Array => backProjected(this.#fromInput, activity, test.features)
    return {
      epoch: network.position.epoch,
      classes: classNamesOf({ classNames }, classes),
      iterations: outputs.length / classes,
      outputs: Array.from({ length: outputs.length / classes }, (_, t) =>
        Array.from({ length: classes }, (_value, c) => outputs[t * classes + c] as number),
      ),
      residual: phase === null ? [] : Array.from(found.get(residualName(phase)) ?? []),
      layers: Array.from({ length: L }, (_, i): DrawnLayer => {
        const above = i + 1 < L ? feedbackOf(i + 1) : null
        return {
          ...{ layer: i + 1, units: widths[i + 1] as number, states: pack(statesOf(i + 1)) },
          feedback: above === null ? null : pack(above),
        }
      }),
      backProjection: {
        activity: packSigned(
          back(Array.from({ length: hidden }, (_, u) => first[first.length - hidden + u] as number)),
        ),
        feedback: feedback === null ? null : packSigned(back(feedback)),
      },
      ms,
    }
  }

  close(): void {
    this.#session.close()
  }
}

/** One sample like those of the set; its label counts for nothing, since nothing is learned or scored. */
function image(like: Samples, pixels: Uint8Array): Samples {
  return { ...like, count: 1, pixels: asKept(like, pixels), labels: Uint8Array.of(0) }
}

/** Where a set keeps no bytes, black is what a network sees as 0 and white what it sees as 1, as its samples are shown. */
function asKept({ pixels: kept, features, image: shape, scaling }: Samples, bytes: Uint8Array): Samples['pixels'] {
  if (kept instanceof Uint8Array) return bytes
  const plane = features / (shape?.channels ?? 1)
  return Float32Array.from(bytes, (byte, i) => {
    const channel = scaling.scale.length === 1 ? 0 : Math.floor(i / plane)
    return (byte / 255 - (scaling.offset[channel] ?? 0)) / (scaling.scale[channel] ?? 1)
  })
}

/** Wᵀ a of W [units, inputs]. */
function backProjected(weights: ArrayLike<number>, activity: ArrayLike<number>, inputs: number): Float64Array {
  const result = new Float64Array(inputs)
  for (let u = 0; u < activity.length; u++) {
    const a = activity[u] as number
    if (a === 0) continue
    for (let i = 0; i < inputs; i++) result[i] = (result[i] as number) + a * (weights[u * inputs + i] as number)
  }
  return result
}
