/**
 * A folder with a very small MNIST in plain IDX files, whole or broken in one place.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type Break = 'none' | 'truncated' | 'wrong magic' | 'labels too short'

function idx(magic: number, dimensions: readonly number[], body: Uint8Array): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * dimensions.length))
  header.setUint32(0, magic)
  for (const [index, length] of dimensions.entries()) header.setUint32(4 + 4 * index, length)
  return Buffer.concat([new Uint8Array(header.buffer), body])
}

function write(folder: string, name: 'train' | 't10k', count: number, broken: Break): void {
  // The class shows in every tenth pixel, faintly.
  const pixels = Uint8Array.from({ length: count * 784 }, (_, index) =>
    (index % 784) % 10 === Math.floor(index / 784) % 10 ? 120 : (index * 37) % 100,
  )
  const labels = Uint8Array.from(
    { length: broken === 'labels too short' ? count - 1 : count },
    (_, index) => index % 10,
  )
  const images = idx(
    broken === 'wrong magic' ? 0x1234 : 0x803,
    [count, 28, 28],
    broken === 'truncated' ? pixels.subarray(0, 1000) : pixels,
  )
  writeFileSync(join(folder, `${name}-images-idx3-ubyte`), images)
  writeFileSync(join(folder, `${name}-labels-idx1-ubyte`), idx(0x801, [labels.length], labels))
}

/** Makes the folder; the break is in the training files. */
export function makeIdxFolder(folder: string, broken: Break = 'none'): string {
  mkdirSync(folder, { recursive: true })
  write(folder, 'train', 60, broken)
  write(folder, 't10k', 20, 'none')
  return folder
}
