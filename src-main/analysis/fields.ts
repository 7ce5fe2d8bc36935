/**
 * What units look for in the input: rows of W₁ as images, and for deeper layers rows of W_k ⋯ W₁. That product is what a
 * network without nonlinearities would look for, and no more: it is called the linear back-projection wherever it is shown.
 */
import { classNamesOf, type DataSet } from '../data/data-set.ts'
import type { Field, FieldSort, Fields } from '../experiment/representations.ts'
import type { SeedCheckpoint } from '../training/checkpoint.ts'
import { base64, signedBytes } from './pack.ts'
import type { Survey } from './survey.ts'

/** The fields of a whole layer, one after another. */
export interface LayerFields {
  readonly layer: number
  readonly units: number
  readonly features: number
  readonly values: ArrayLike<number>
  readonly norms: Float64Array
  /** By unit: the largest magnitude. */
  readonly most: Float64Array
}

/** @throws RangeError for a layer that the network has not */
export function layerFields({ parameters }: Pick<SeedCheckpoint, 'parameters'>, layer: number): LayerFields {
  const matrixOf = (k: number) => {
    const found = parameters.find(({ name }) => name === `W${k}`)
    if (found === undefined)
      throw new RangeError(`the network has no W${k}: choose a layer from 1 to ${Math.max(1, k - 1)}`)
    return found
  }
  const top = matrixOf(layer)
  const units = top.shape[0]
  let [values, features]: [ArrayLike<number>, number] = [top.values, top.shape[1]]
  for (let k = layer - 1; k >= 1; k--) {
    const below = matrixOf(k)
    values = product(values, below.values, { rows: units, inner: features, columns: below.shape[1] })
    features = below.shape[1]
  }
  const norms = new Float64Array(units)
  const most = new Float64Array(units)
  for (let u = 0; u < units; u++) {
    let [squares, largest] = [0, 0]
    for (let i = u * features; i < (u + 1) * features; i++) {
      const size = Math.abs(values[i] as number)
      squares += size * size
      if (size > largest) largest = size
    }
    norms[u] = Math.sqrt(squares)
    most[u] = largest
  }
  return { layer, units, features, values, norms, most }
}

function product(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { rows, inner, columns }: { readonly rows: number; readonly inner: number; readonly columns: number },
): Float64Array {
  const result = new Float64Array(rows * columns)
  for (let i = 0; i < rows; i++) {
    const row = result.subarray(i * columns, (i + 1) * columns)
    for (let k = 0; k < inner; k++) {
      const factor = a[i * inner + k] as number
      if (factor === 0) continue
      const from = k * columns
      for (let j = 0; j < columns; j++) row[j] = (row[j] as number) + factor * (b[from + j] as number)
    }
  }
  return result
}

interface Page {
  readonly sort: FieldSort
  readonly from: number
  readonly count: number
}

/** A page of them, those with the largest norm or selectivity first. `survey` is there where classes are asked about. */
export function fieldsPage(
  fields: LayerFields,
  { sort, from, count }: Page,
  data: DataSet,
  epoch: number,
  survey: Survey | null,
): Fields {
  const { units, features, values, norms, most } = fields
  const activity = survey?.layers[fields.layer - 1] ?? null
  const selective = Array.from({ length: units }, (_, unit) => activity?.selectivity(unit) ?? null)
  const order = Array.from({ length: units }, (_, unit) => unit)
  const by = {
    index: () => 0,
    norm: (unit: number) => norms[unit] as number,
    // A unit that is never active has no class; it comes last.
    selectivity: (unit: number) => selective[unit]?.index ?? -1,
  }[sort]
  order.sort((a, b) => by(b) - by(a) || a - b)
  const shown = order.slice(from, from + count)
  const pixels = new Uint8Array(shown.length * features)
  shown.forEach((unit, at) => {
    const field = Array.prototype.slice.call(values, unit * features, (unit + 1) * features) as number[]
    pixels.set(signedBytes(field, most[unit] as number), at * features)
  })
  return {
    ...{ epoch, layer: fields.layer, units, from, features },
    image: data.test.image,
    classes: classNamesOf(data, data.test.classes),
    most: most.reduce((largest, value) => Math.max(largest, value), 0),
    fields: shown.map((unit): Field => ({
      ...{ unit, norm: norms[unit] as number, most: most[unit] as number },
      selectivity: selective[unit]?.index ?? null,
      prefers: selective[unit]?.prefers ?? null,
    })),
    pixels: base64(pixels),
  }
}
