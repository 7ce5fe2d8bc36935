/**
 * IDX, the format of MNIST and Fashion-MNIST: a big-endian header (magic, then the length of each dimension), then one
 * byte an entry, the last dimension running fastest. Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database".
 *
 * Every length is checked before anything is read; pixels and labels are views on the bytes given, never copies.
 */
import { DataProblem, formatCount } from './problem.ts'
import { UNIT_SCALING, type Samples } from './data-set.ts'

/** Unsigned bytes in three dimensions (count, rows, columns) and in one (count). */
const IMAGES_MAGIC = 2051
const LABELS_MAGIC = 2049

/** Bytes that hold the whole header of either kind. */
export const LONGEST_HEADER = 16

interface IdxHeader {
  readonly count: number
  readonly rows: number
  readonly columns: number
  /** Where the entries begin. */
  readonly start: number
  /** What the whole file must measure, in bytes. */
  readonly length: number
}

interface IdxImages {
  readonly count: number
  readonly rows: number
  readonly columns: number
  /** count × rows × columns, row by row. */
  readonly pixels: Uint8Array
}

/**
 * The header of a file of images (of labels: rows and columns are 1). `bytes` may be the beginning of the file only.
 *
 * @throws DataProblem on another magic number, a cut header or a dimension of zero
 */
export function readIdxHeader(bytes: Uint8Array, file: string, kind: 'images' | 'labels'): IdxHeader {
  const magic = kind === 'images' ? IMAGES_MAGIC : LABELS_MAGIC
  const start = kind === 'images' ? 16 : 8
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length >= 4 && view.getUint32(0) !== magic)
    throw new DataProblem(file, `the magic number ${magic} of IDX ${kind}`, describeMagic(view.getUint32(0)))
  if (bytes.length < start)
    throw new DataProblem(file, `a header of ${start} bytes (IDX ${kind})`, `${bytes.length} bytes`)
  const dimension = (index: number): number => (4 + 4 * index < start ? view.getUint32(4 + 4 * index) : 1)
  const [count, rows, columns] = [dimension(0), dimension(1), dimension(2)]
  if (count === 0 || rows === 0 || columns === 0)
    throw new DataProblem(
      file,
      `at least one of IDX ${kind}, none of them empty`,
      `${count} of ${rows}×${columns} entries in its header`,
    )
  return { count, rows, columns, start, length: start + count * rows * columns }
}

function describeMagic(magic: number): string {
  if (magic === IMAGES_MAGIC) return `${magic}, which is that of images`
  if (magic === LABELS_MAGIC) return `${magic}, which is that of labels`
  if (magic >>> 16 === 0x1f8b) return `${magic}, the beginning of a gzip file`
  return String(magic)
}

/** Images of a whole file. @throws DataProblem when it is not exactly as long as its header says */
export function readIdxImages(bytes: Uint8Array, file: string): IdxImages {
  const { count, rows, columns, start } = checkLength(bytes, file, readIdxHeader(bytes, file, 'images'))
  return { count, rows, columns, pixels: bytes.subarray(start) }
}

/** Labels of a whole file, each below `classes`. @throws DataProblem as `readIdxImages`, and on a label out of range */
export function readIdxLabels(bytes: Uint8Array, file: string, classes: number): Uint8Array {
  const { start } = checkLength(bytes, file, readIdxHeader(bytes, file, 'labels'))
  const labels = bytes.subarray(start)
  const wrong = labels.findIndex((label) => label >= classes)
  if (wrong >= 0)
    throw new DataProblem(
      file,
      `labels from 0 to ${classes - 1}`,
      `${labels[wrong]} as label ${formatCount(wrong)} (counted from 0)`,
    )
  return labels
}

function checkLength(bytes: Uint8Array, file: string, header: IdxHeader): IdxHeader {
  if (bytes.length === header.length) return header
  const { count, rows, columns, start } = header
  const entries = start === 16 ? `${formatCount(count)} images of ${rows}×${columns}` : `${formatCount(count)} labels`
  throw new DataProblem(
    file,
    `${formatCount(header.length)} bytes (${entries}, as its header says)`,
    `${formatCount(bytes.length)} bytes: it is ${bytes.length < header.length ? 'cut short' : 'longer than that'}`,
  )
}

/** A file of images and its file of labels, put together. @throws DataProblem when one holds more than the other */
export function readIdx(
  images: { readonly file: string; readonly bytes: Uint8Array },
  labels: { readonly file: string; readonly bytes: Uint8Array },
  classes: number,
): Samples {
  const { count, rows, columns, pixels } = readIdxImages(images.bytes, images.file)
  const labelled = readIdxLabels(labels.bytes, labels.file, classes)
  if (labelled.length !== count)
    throw new DataProblem(
      labels.file,
      `${formatCount(count)} labels, one for each image of ${images.file}`,
      `${formatCount(labelled.length)} labels`,
    )
  return {
    count,
    features: rows * columns,
    pixels,
    labels: labelled,
    classes,
    image: { height: rows, width: columns, channels: 1 },
    scaling: UNIT_SCALING,
  }
}
