/**
 * Where one batch of any rule moves its weights, against the gradient of how the network classifies.
 *
 * The rule is taken as it is: of its program only the parameters W1 … WL are known, W_k being n_k × n_{k−1}. So the gradient
 * is found by differences, ∂C/∂w ≈ (C(w + h) − C(w − h)) / 2h, in float64 on the reference engine, with every other
 * parameter as it is. Of a network that does not settle this is what backpropagation computes (the rounding is of order
 * 10⁻¹⁰ of C); of one that settles it is the gradient through the states that it classifies by.
 *
 * The truth meter (`rules/truth.ts`) knows a rule's activations and reports both gradients while it trains. A file's rule says
 * neither, and its networks here are small.
 */
import type { Samples } from '../data/data-set.ts'
import type { Session } from '../engines/engine.ts'
import { reference } from '../engines/reference.ts'
import { angleBetween } from '../program/measures.ts'
import type { Compiled, Program } from '../program/program.ts'
import { Generator } from '../program/random.ts'
import { randomSamples, writeInitial } from './trial.ts'

/** Beside steepest descent of each cost of the scores v; NaN where update or gradient is all zeros. */
export interface UpdateAngle {
  readonly layer: number
  /** In degrees, of ½ ‖t − v‖². */
  readonly squaredError: number
  /** In degrees, of −log softmax(v)_t. */
  readonly crossEntropy: number
}

/** Two passes over the batch for each weight: what a second or two are enough for. */
const MOST_WEIGHTS = 4000
const SAMPLES = 24
const STEP = 1e-5

/** Why an angle cannot be taken, as the end of a sentence; null where it can. */
export function noAngle({ parameters, widths }: Program): string | null {
  let weights = 0
  for (let k = 1; k < widths.length; k++) {
    const shape = parameters.find(({ name }) => name === `W${k}`)?.shape
    if (shape === undefined) return `the rule has no parameter W${k}`
    const wanted = `${widths[k]} × ${widths[k - 1]}`
    if (shape.join(' × ') !== wanted) return `its W${k} is ${shape.join(' × ')}, where ${wanted} would join the layers`
    weights += shape[0] * shape[1]
  }
  return weights <= MOST_WEIGHTS ? null : `it is for networks of at most ${MOST_WEIGHTS} weights, found ${weights}`
}

/** Of the first batch of a network that begins. @throws RangeError where `noAngle` says why not */
export async function updateAngles(compiled: Compiled, seed: number): Promise<readonly UpdateAngle[]> {
  const { program } = compiled
  const why = noAngle(program)
  if (why !== null) throw new RangeError(why)
  const random = Generator.seeded(seed)
  const features = program.widths[0] as number
  const classes = program.widths.at(-1) as number
  const data = randomSamples(features, classes, SAMPLES, random.split('samples'))
  const session = await reference.open(compiled, { replicas: 1, precision: 'float64' })
  try {
    session.bind({ train: data, test: data })
    writeInitial(session, compiled, 1, random)
    const costs = new Costs(session, compiled, data)
    const layers = program.widths.slice(1).map((_, i) => i + 1)
    const before: Float64Array[] = []
    const descents: (readonly [Float64Array, Float64Array])[] = []
    for (const k of layers) {
      before.push(Float64Array.from(await session.read(`W${k}`, 0)))
      descents.push(await costs.descent(`W${k}`, before.at(-1) as Float64Array))
    }
    await session.train({
      ...{ batchSize: SAMPLES, batches: 1, measureBatch: null },
      samples: Uint32Array.from({ length: SAMPLES }, (_, i) => i),
      scalars: compiled.scalarsAt({ epoch: 0, batch: 0, sign: 1 }),
    })
    const angles: UpdateAngle[] = []
    for (const [at, layer] of layers.entries()) {
      const after = await session.read(`W${layer}`, 0)
      const update = after.map((value, i) => value - (before[at]?.[i] as number))
      const [squared, entropy] = descents[at] as readonly [Float64Array, Float64Array]
      angles.push({ layer, squaredError: angleBetween(update, squared), crossEntropy: angleBetween(update, entropy) })
    }
    return angles
  } finally {
    session.close()
  }
}

/** What the scores of all samples cost, mean over them. */
class Costs {
  readonly #session: Session
  readonly #data: Samples
  readonly #plan

  constructor(session: Session, compiled: Compiled, data: Samples) {
    this.#session = session
    this.#data = data
    this.#plan = {
      ...({ split: 'test', replica: 0 } as const),
      samples: Uint32Array.from({ length: data.count }, (_, i) => i),
      scalars: compiled.scalarsAt({ epoch: 0, batch: 0, sign: 1 }),
    }
  }

  /** −∂C/∂w of every entry of a parameter, of both costs; leaves the parameter as it was. */
  async descent(name: string, values: Float64Array): Promise<readonly [Float64Array, Float64Array]> {
    const descents = [new Float64Array(values.length), new Float64Array(values.length)] as const
    const moved = Float64Array.from(values)
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number
      const at = async (step: number): Promise<readonly [number, number]> => {
        moved[i] = value + step
        this.#session.write(name, 0, moved)
        return this.#costs()
      }
      const [above, below] = [await at(STEP), await at(-STEP)]
      moved[i] = value
      descents[0][i] = (below[0] - above[0]) / (2 * STEP)
      descents[1][i] = (below[1] - above[1]) / (2 * STEP)
    }
    this.#session.write(name, 0, values)
    return descents
  }

  async #costs(): Promise<readonly [number, number]> {
    const { classes, count, labels } = this.#data
    const scores = await this.#session.predict(this.#plan)
    let [squared, entropy] = [0, 0]
    for (let row = 0; row < count; row++) {
      const own = scores.subarray(row * classes, (row + 1) * classes)
      const label = labels[row] as number
      const largest = Math.max(...own)
      let exponentials = 0
      own.forEach((score, c) => {
        squared += ((c === label ? 1 : 0) - score) ** 2 / 2
        exponentials += Math.exp(score - largest)
      })
      entropy += Math.log(exponentials) + largest - (own[label] as number)
    }
    return [squared / count, entropy / count]
  }
}
