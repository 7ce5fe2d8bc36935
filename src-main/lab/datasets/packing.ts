/**
 * How a file is packed, by its first bytes. Why not by its name, dated 2026-11: browsers unpack what they fetch and leave the
 * `.gz` in the name, or take the ending away and leave the file packed.
 */
import { closeSync, readSync } from 'node:fs'
import { openRegular } from '../storage.ts'
import type { PublishedFile } from './cards.ts'

export type Packing = 'gz' | 'xz' | null

const GZIP = [0x1f, 0x8b]
const XZ = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]
/** Unsigned bytes: how images and labels begin. */
const IDX = [0x00, 0x00, 0x08]

/**
 * What the file is packed with; what its name says where its bytes say nothing. No record of CIFAR begins like a packed file:
 * labels are below 100.
 */
export function packingOf(path: string, size: number, { holds, bytes }: PublishedFile, named: Packing): Packing {
  const beginning = beginningOf(path)
  const begins = (magic: readonly number[]): boolean => magic.every((byte, at) => beginning[at] === byte)
  if (begins(GZIP)) return 'gz'
  if (begins(XZ)) return 'xz'
  return (holds === 'records' ? size === bytes : begins(IDX)) ? null : named
}

/** The first bytes; none where it cannot be read, which whoever reads it all will say. */
function beginningOf(path: string): Buffer {
  try {
    const opened = openRegular(path, Infinity)
    if (opened === null) return Buffer.alloc(0)
    try {
      const beginning = Buffer.alloc(XZ.length)
      return beginning.subarray(0, readSync(opened.file, beginning, 0, beginning.length, 0))
    } finally {
      closeSync(opened.file)
    }
  } catch {
    return Buffer.alloc(0)
  }
}

/** What a person is told of a file that is not packed as its name says; null where it is. */
export function packingNote(name: string, packing: Packing, named: Packing): string | null {
  if (packing === named) return null
  if (packing === null) return `${name} is not compressed, although its name says so; it is read as it is.`
  const by = packing === 'gz' ? 'gzip' : 'xz'
  return named === null
    ? `${name} is compressed with ${by}, although its name does not say so; it is unpacked.`
    : `${name} is compressed with ${by}, not with ${named === 'gz' ? 'gzip' : 'xz'} as its name says; it is unpacked.`
}
