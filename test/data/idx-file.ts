/** IDX files by hand, for tests: header and entries as told, whether or not they agree. */
export function idxFile(magic: number, dimensions: readonly number[], entries: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * dimensions.length + entries.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, magic)
  dimensions.forEach((length, index) => view.setUint32(4 + 4 * index, length))
  bytes.set(entries, 4 + 4 * dimensions.length)
  return bytes
}

/** Pixels that differ from place to place. */
export function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + (index >>> 8)) % 256)
}

export const imagesFile = (count: number, rows = 28, columns = 28): Uint8Array =>
  idxFile(2051, [count, rows, columns], pattern(count * rows * columns))

export const labelsFile = (count: number, classes = 10): Uint8Array =>
  idxFile(
    2049,
    [count],
    Uint8Array.from({ length: count }, (_, index) => index % classes),
  )
