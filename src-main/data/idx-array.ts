/** Any IDX file as an array: of bytes, of other numbers, in any number of dimensions. `idx.ts` reads the published sets. */
import { ENTRY_KINDS, entriesIn, type ArrayHeader } from './array.ts'
import { DataProblem } from './problem.ts'

/** The third byte of the magic number. */
const CODES: Readonly<Record<number, string>> = { 8: 'u1', 9: 'i1', 11: 'i2', 12: 'i4', 13: 'f4', 14: 'f8' }

/** Bytes that hold the header of up to four dimensions. */
export const LONGEST_IDX_HEADER = 20

export function beginsAsIdx(bytes: Uint8Array): boolean {
  const dimensions = bytes[3] ?? 0
  return bytes[0] === 0 && bytes[1] === 0 && (bytes[2] ?? 0) in CODES && dimensions >= 1 && dimensions <= 4
}

/** @param bytes the beginning of the file, of LONGEST_IDX_HEADER bytes or all. @throws DataProblem */
export function readIdxArrayHeader(bytes: Uint8Array, file: string): ArrayHeader {
  const entry = ENTRY_KINDS[CODES[bytes[2] ?? 0] ?? '']
  if (!beginsAsIdx(bytes) || entry === undefined)
    throw new DataProblem(file, 'an IDX array of at most 4 dimensions', 'another magic number')
  const dimensions = bytes[3] as number
  const start = 4 + 4 * dimensions
  if (bytes.length < start) throw new DataProblem(file, `an IDX header of ${start} bytes`, `${bytes.length} bytes`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i))
  return {
    entry,
    little: false,
    columnMajor: false,
    shape,
    start,
    length: start + entriesIn(shape) * entry.bytes,
  }
}
