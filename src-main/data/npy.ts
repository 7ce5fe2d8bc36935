/**
 * NPY, what numpy.save writes: a magic text, a version, the length of a header, and the header, which is a Python
 * dictionary of `descr`, `fortran_order` and `shape`. Source: NEP 1 and numpy.lib.format.
 */
import { ENTRY_KINDS, entriesIn, textKind, type ArrayHeader } from './array.ts'
import { DataProblem } from './problem.ts'

const MAGIC = '\x93NUMPY'
/** What a header needs at most; numpy itself refuses longer ones. */
export const LONGEST_NPY_HEADER = 12 + 10_000

const AS_NUMPY = 'Save it anew with numpy.save, numpy.savez or numpy.savez_compressed.'

/** Numbers of a matrix as NPY has them, C order. */
type NpyNumbers = Float32Array | Float64Array

/**
 * An array as numpy.load reads it, in pieces to be written one after another: version 1.0, the header padded with spaces so
 * that the numbers begin on a 64-byte boundary. The machine must be little-endian, as all that Node runs on are.
 *
 * @param shape row by row; its product is the number of entries
 */
export function npyPieces(shape: readonly number[], data: NpyNumbers): readonly Uint8Array[] {
  if (entriesIn(shape) !== data.length)
    throw new RangeError(`a shape of ${shape.join(' × ')} has ${entriesIn(shape)} entries, found ${data.length}`)
  const descr = data instanceof Float32Array ? '<f4' : '<f8'
  // A tuple of one needs its comma.
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`
  const start = Math.ceil((10 + dictionary.length + 1) / 64) * 64
  const head = new Uint8Array(start).fill(0x20)
  const text = `${MAGIC}\x01\x00`
  for (let at = 0; at < text.length; at++) head[at] = text.charCodeAt(at)
  new DataView(head.buffer).setUint16(8, start - 10, true)
  for (let at = 0; at < dictionary.length; at++) head[10 + at] = dictionary.charCodeAt(at)
  head[start - 1] = 0x0a
  return [head, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]
}

/** @param bytes the beginning of the file, LONGEST_NPY_HEADER of it or all. @throws DataProblem */
export function readNpyHeader(bytes: Uint8Array, file: string): ArrayHeader {
  const text = (from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to))
  if (text(0, 6) !== MAGIC) throw new DataProblem(file, 'an NPY array', 'other bytes at its beginning', AS_NUMPY)
  const version = bytes[6] ?? 0
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const begins = version === 1 ? 10 : 12
  if (version < 1 || version > 3 || bytes.length < begins)
    throw new DataProblem(file, 'version 1, 2 or 3 of the NPY format', `version ${version}`, AS_NUMPY)
  const start = begins + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true))
  if (start > Math.min(bytes.length, LONGEST_NPY_HEADER))
    throw new DataProblem(file, 'a whole NPY header', 'one that is cut short', AS_NUMPY)
  const header = text(begins, start)
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1]
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1]
  const sizes = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(header)?.[1]
  if (descr === undefined && /'descr'\s*:\s*\[/.test(header))
    throw new DataProblem(
      file,
      'an array of numbers or of texts',
      'a structured one, with named fields',
      'Save its fields as one array of numbers and one of labels.',
    )
  if (descr === undefined || order === undefined || sizes === undefined)
    throw new DataProblem(file, "a header with 'descr', 'fortran_order' and 'shape'", 'another one', AS_NUMPY)
  const entry = entryOf(descr, file)
  const shape = (sizes.match(/\d+/g) ?? []).map(Number)
  if (shape.length > 4)
    throw new DataProblem(file, 'an array of at most 4 dimensions', `${shape.length} of them`, 'Reshape it.')
  const length = start + entriesIn(shape) * entry.bytes
  return { entry, little: !descr.startsWith('>'), columnMajor: order === 'True', shape, start, length }
}

function entryOf(descr: string, file: string): ArrayHeader['entry'] {
  const [, code = '', size = ''] = /^[<>|=]?([a-zA-Z])(\d*)$/.exec(descr) ?? []
  if (code === 'O')
    throw new DataProblem(
      file,
      'an array of numbers or of texts',
      'Python objects, which only running their code could read',
      'Save it as numbers or texts, for example with labels.astype(str).',
    )
  const kind = code === 'S' || code === 'U' ? textKind(code, Number(size)) : ENTRY_KINDS[`${code}${size}`]
  if (kind !== undefined && kind.bytes > 0 && kind.bytes <= 4000) return kind
  throw new DataProblem(
    file,
    'whole numbers, floats of at most 8 bytes, booleans or texts',
    `entries of the type ${descr}`,
    'Convert it with astype before saving.',
  )
}
