/** Arrays of numbers or short texts as NPY and IDX files hold them: what an entry is, and how entries lie. */

interface EntryKind {
  /** Bytes of one entry. */
  readonly bytes: number
  /** NaN for texts. */
  number(view: DataView, at: number, little: boolean): number
  /** Where an entry is a text. */
  readonly text?: (bytes: Uint8Array, at: number, little: boolean) => string
}

export interface ArrayHeader {
  readonly entry: EntryKind
  readonly little: boolean
  /** The first index runs fastest (Fortran order), not the last. */
  readonly columnMajor: boolean
  readonly shape: readonly number[]
  /** Where the entries begin, and how long the whole must be. */
  readonly start: number
  readonly length: number
}

const number = (bytes: number, read: EntryKind['number']): EntryKind => ({ bytes, number: read })

/** By their codes in NPY's `descr`. */
export const ENTRY_KINDS: Readonly<Record<string, EntryKind>> = {
  b1: number(1, (view, at) => view.getUint8(at)),
  u1: number(1, (view, at) => view.getUint8(at)),
  i1: number(1, (view, at) => view.getInt8(at)),
  u2: number(2, (view, at, little) => view.getUint16(at, little)),
  i2: number(2, (view, at, little) => view.getInt16(at, little)),
  u4: number(4, (view, at, little) => view.getUint32(at, little)),
  i4: number(4, (view, at, little) => view.getInt32(at, little)),
  u8: number(8, (view, at, little) => Number(view.getBigUint64(at, little))),
  i8: number(8, (view, at, little) => Number(view.getBigInt64(at, little))),
  f2: number(2, (view, at, little) => view.getFloat16(at, little)),
  f4: number(4, (view, at, little) => view.getFloat32(at, little)),
  f8: number(8, (view, at, little) => view.getFloat64(at, little)),
}

/** Texts of a fixed length: bytes (`S`) or characters of four bytes each (`U`), filled up with zeros. */
export function textKind(code: 'S' | 'U', length: number): EntryKind {
  const unit = code === 'U' ? 4 : 1
  return {
    bytes: length * unit,
    number: () => NaN,
    text: (bytes, at, little) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      const characters: number[] = []
      for (let i = 0; i < length; i++)
        characters.push(unit === 4 ? view.getUint32(at + 4 * i, little) : view.getUint8(at + i))
      while (characters.at(-1) === 0) characters.pop()
      return characters.map((code) => String.fromCodePoint(code > 0x10ffff ? 0xfffd : code)).join('')
    },
  }
}

export function entriesIn(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** How an array's shape is written: 60000×28×28; a single number has none. */
export function shapeWords(shape: readonly number[]): string {
  return shape.length === 0 ? 'a single value' : shape.length === 1 ? `${shape[0]} entries` : shape.join('×')
}
