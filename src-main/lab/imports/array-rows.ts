/**
 * Arrays (NPY, NPZ, IDX) as rows: the first index counts samples, what is left are a sample's numbers. A file is read
 * from beginning to end and never whole, but for Fortran's order, where the numbers of a sample lie apart.
 */
import { entriesIn, shapeWords, type ArrayHeader } from '../../data/array.ts'
import { DataProblem, formatCount } from '../../data/problem.ts'
import { batchRows, type ImageShape, type RowBatch, type RowSource } from '../../data/rows.ts'

/** An array in a file. */
export interface ArrayFile {
  /** As a person finds it: the path, with the array's name where a file holds several. */
  readonly file: string
  readonly header: ArrayHeader
  pieces(): AsyncIterable<Uint8Array>
}

/** What the array of labels is called among the columns. */
export const LABELS = 'label'

/** Samples and their labels as rows. @throws DataProblem when they do not belong together */
export function openArrays(samples: ArrayFile, labels: ArrayFile): RowSource {
  const { shape } = samples.header
  const [count = 0, ...sample] = shape
  if (shape.length < 2 || samples.header.entry.text !== undefined)
    throw new DataProblem(
      samples.file,
      'numbers in at least two dimensions: samples, and the numbers of each',
      samples.header.entry.text === undefined ? shapeWords(shape) : 'texts',
      'Give the array of samples.',
    )
  const labelled = labels.header.shape
  if (labelled.length !== 1 && !(labelled.length === 2 && labelled[1] === 1))
    throw new DataProblem(
      labels.file,
      'one label for each sample',
      `an array of ${shapeWords(labelled)}`,
      'Turn one-hot rows into labels with y.argmax(axis=1), and save again.',
    )
  if (labelled[0] !== count)
    throw new DataProblem(
      labels.file,
      `${formatCount(count)} labels, one for each sample of ${samples.file}`,
      `${formatCount(labelled[0] ?? 0)} labels`,
      'Give the labels that belong to these samples.',
    )
  const features = entriesIn(sample)
  if (features === 0)
    throw new DataProblem(samples.file, 'samples with numbers', `an array of ${shape.join('×')}`, 'Choose another.')
  const image = imageOf(sample)
  return {
    file: samples.file,
    columns: [...Array.from({ length: features }, (_, i) => String(i + 1)), LABELS],
    named: false,
    labelColumn: LABELS,
    image,
    rows: () => rows(samples, labels, features, count, planesLast(sample, image)),
  }
}

/** Height and width, with channels first or last. */
function imageOf(sample: readonly number[]): ImageShape | null {
  const [a = 0, b = 0, c = 0] = sample
  if (sample.length === 2) return { height: a, width: b, channels: 1 }
  if (sample.length !== 3) return null
  if (c === 1 || c === 3) return { height: a, width: b, channels: c }
  return a === 1 || a === 3 ? { height: b, width: c, channels: a } : null
}

/** Where channels run fastest, as PNG readers and Keras have it: how many there are. */
function planesLast(sample: readonly number[], image: ImageShape | null): number {
  return image !== null && sample.length === 3 && image.channels > 1 && sample[2] === image.channels
    ? image.channels
    : 1
}

async function* rows(
  samples: ArrayFile,
  labels: ArrayFile,
  features: number,
  count: number,
  channels: number,
): AsyncGenerator<RowBatch> {
  const said = await whole(labels)
  const labelView = viewOf(said)
  const { entry, little } = labels.header
  const columns = features + 1
  let first = 0
  for await (const { bytes, rows: many, stride, step } of rowBytes(samples, features, count)) {
    const numbers = new Float64Array(many * columns)
    const view = viewOf(bytes)
    const { entry: of, little: order } = samples.header
    const plane = features / channels
    for (let row = 0; row < many; row++) {
      const from = row * columns
      for (let i = 0; i < features; i++) {
        const to = channels === 1 ? i : (i % channels) * plane + Math.floor(i / channels)
        numbers[from + to] = finite(of.number(view, row * stride + i * step, order))
      }
      numbers[from + features] = finite(entry.number(labelView, (first + row) * entry.bytes, little))
    }
    const begun = first
    yield {
      count: many,
      numbers,
      text: (row, column) => {
        if (column < features) {
          const position = channels === 1 ? column : (column % plane) * channels + Math.floor(column / plane)
          return String(of.number(view, row * stride + position * step, order))
        }
        const at = (begun + row) * entry.bytes
        return entry.text?.(said, at, little) ?? String(entry.number(labelView, at, little))
      },
      where: (row) => `sample ${formatCount(begun + row)} (counted from 0)`,
    }
    first += many
  }
}

/** Infinity is no number that can be trained on; what stands there is said as it stands. */
function finite(value: number): number {
  return value - value === 0 ? value : NaN
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

interface RowBytes {
  readonly bytes: Uint8Array
  readonly rows: number
  /** Bytes from one sample to the next, and from one of its numbers to the next. */
  readonly stride: number
  readonly step: number
}

async function* rowBytes(array: ArrayFile, features: number, count: number): AsyncGenerator<RowBytes> {
  const { entry, columnMajor, shape } = array.header
  if (columnMajor && shape.length > 2)
    throw new DataProblem(
      array.file,
      'the order of C for images',
      "Fortran's order",
      'Save numpy.ascontiguousarray of it.',
    )
  if (columnMajor) {
    const all = await whole(array)
    const many = batchRows(features)
    for (let first = 0; first < count; first += many) {
      const rows = Math.min(many, count - first)
      yield { bytes: all.subarray(first * entry.bytes), rows, stride: entry.bytes, step: count * entry.bytes }
    }
    return
  }
  const stride = features * entry.bytes
  const batch = new Uint8Array(batchRows(features) * stride)
  let filled = 0
  for await (const piece of entries(array)) {
    for (let from = 0; from < piece.length;) {
      const taken = piece.subarray(from, from + batch.length - filled)
      batch.set(taken, filled)
      filled += taken.length
      from += taken.length
      if (filled < batch.length) continue
      yield { bytes: batch, rows: filled / stride, stride, step: entry.bytes }
      filled = 0
    }
  }
  if (filled > 0) yield { bytes: batch.subarray(0, filled), rows: filled / stride, stride, step: entry.bytes }
}

/** The bytes after the header, exactly as many as it says. @throws DataProblem */
async function* entries(array: ArrayFile): AsyncGenerator<Uint8Array> {
  const { file, header } = array
  let at = 0
  for await (const piece of array.pieces()) {
    const body = piece.subarray(Math.max(0, header.start - at))
    at += piece.length
    if (at > header.length) break
    if (body.length > 0) yield body
  }
  if (at === header.length) return
  throw new DataProblem(
    file,
    `${formatCount(header.length)} bytes (an array of ${shapeWords(header.shape)}, as its header says)`,
    at > header.length ? 'more than that' : `${formatCount(at)} bytes: it is cut short`,
  )
}

async function whole(array: ArrayFile): Promise<Uint8Array> {
  const { start, length } = array.header
  const chunks: Uint8Array[] = []
  let have = 0
  for await (const piece of entries(array)) {
    // What a stream gives may be used again for the next piece.
    chunks.push(Uint8Array.from(piece))
    have += piece.length
  }
  const all = new Uint8Array(Math.min(have, length - start))
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}
