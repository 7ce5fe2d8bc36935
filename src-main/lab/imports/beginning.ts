/** What a file is, by its first bytes; its name may say anything. */
import { closeSync, readSync } from 'node:fs'
import { createGunzip, constants, gunzipSync } from 'node:zlib'
import { beginsAsIdx } from '../../data/idx-array.ts'
import { DataProblem } from '../../data/problem.ts'
import { openRegular, streamRegular } from '../storage.ts'

type FileKind = 'npz' | 'npy' | 'idx' | 'parquet' | 'png' | 'text'

/** A file to be read from its beginning, unpacked on the way where it is packed with gzip. */
export interface InputFile {
  readonly path: string
  readonly kind: FileKind
  readonly packed: boolean
  /** Bytes on disk. */
  readonly size: number
  /** The first bytes, unpacked. */
  readonly beginning: Uint8Array
}

const LOOKED_AT = 1 << 16

/** @throws DataProblem when it is no kind of file that is read here, LabProblem when it cannot be read */
export function openInput(path: string): InputFile {
  const opened = openRegular(path, Infinity)
  if (opened === null) throw new DataProblem(path, 'a file or a folder', 'nothing', 'Check the path.')
  const { file, size } = opened
  let begun: Buffer
  try {
    const bytes = Buffer.alloc(LOOKED_AT)
    begun = bytes.subarray(0, readSync(file, bytes, 0, LOOKED_AT, 0))
  } finally {
    closeSync(file)
  }
  if (size === 0) throw new DataProblem(path, 'a file with data', 'an empty one', 'Choose another file.')
  const packed = begun[0] === 0x1f && begun[1] === 0x8b
  const beginning = packed ? unpacked(begun, path).subarray(0, LOOKED_AT) : begun
  return { path, kind: kindOf(beginning, path), packed, size, beginning }
}

function unpacked(begun: Buffer, path: string): Buffer {
  try {
    // Without an end in sight zlib is asked for what it has so far.
    return gunzipSync(begun, { finishFlush: constants.Z_SYNC_FLUSH })
  } catch {
    throw new DataProblem(path, 'a .gz file', 'one that is damaged')
  }
}

const ASCII = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0))
const SIGNATURES: readonly (readonly [readonly number[], FileKind])[] = [
  [[0x50, 0x4b, 0x03, 0x04], 'npz'],
  [[0x93, ...ASCII('NUMPY')], 'npy'],
  [ASCII('PAR1'), 'parquet'],
  [[0x89, ...ASCII('PNG')], 'png'],
]
/** What people have, that is not read here, and what to do with it. */
const OTHERS: readonly (readonly [readonly number[], string, string])[] = [
  [[0xff, 0xd8, 0xff], 'a JPEG image', 'Convert the images to PNG, and give the folder that holds a folder per class.'],
  [[0x89, 0x48, 0x44, 0x46], 'an HDF5 file', 'Save its arrays with numpy.savez, for example through h5py.'],
  [ASCII('%PDF'), 'a PDF', 'Choose a file with data.'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'an old Excel file', 'Save the sheet as CSV.'],
  [[0x80, 0x04], 'a Python pickle, which only running code could read', 'Save its arrays with numpy.savez.'],
  [[0x80, 0x03], 'a Python pickle, which only running code could read', 'Save its arrays with numpy.savez.'],
  [[0xfd, 0x37, 0x7a, 0x58], 'a file packed with xz', 'Unpack it first.'],
  [ASCII('BZh'), 'a file packed with bzip2', 'Unpack it first.'],
]

export const KNOWN_FORMATS = 'CSV or other text columns, NPZ, NPY, IDX, Parquet, or a folder of PNG images'

function kindOf(beginning: Uint8Array, path: string): FileKind {
  const begins = (magic: readonly number[]): boolean => magic.every((byte, at) => beginning[at] === byte)
  const known = SIGNATURES.find(([magic]) => begins(magic))?.[1]
  if (known !== undefined) return known
  if (beginsAsIdx(beginning)) return 'idx'
  const other = OTHERS.find(([magic]) => begins(magic))
  if (other !== undefined) throw new DataProblem(path, KNOWN_FORMATS, other[1], other[2])
  const wide = (beginning[0] === 0xff && beginning[1] === 0xfe) || (beginning[0] === 0xfe && beginning[1] === 0xff)
  if (!wide && beginning.includes(0))
    throw new DataProblem(path, KNOWN_FORMATS, 'a binary file of another kind', 'Convert it to one of these.')
  return 'text'
}

/** The file's bytes in pieces, unpacked. @throws DataProblem where a packed file is damaged */
export async function* piecesOf({ path, packed }: Pick<InputFile, 'path' | 'packed'>): AsyncGenerator<Uint8Array> {
  const source = streamRegular(path)
  if (!packed) {
    yield* source as AsyncIterable<Uint8Array>
    return
  }
  const unpacking = createGunzip({ chunkSize: 1 << 20 })
  source.once('error', (error) => unpacking.destroy(error))
  try {
    yield* source.pipe(unpacking) as AsyncIterable<Uint8Array>
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code === 'Z_BUF_ERROR') throw new DataProblem(path, 'a whole .gz file', 'one that is cut short')
    if (code === 'Z_DATA_ERROR') throw new DataProblem(path, 'a .gz file', 'one that is damaged')
    throw error
  } finally {
    source.destroy()
  }
}
