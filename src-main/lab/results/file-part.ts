/** A part of one of an experiment's files, to be read in a window. */
import { closeSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { FilePart } from '../../contract.ts'
import { LabProblem } from '../problem.ts'
import { openRegular } from '../storage.ts'
import { filesOf } from './read.ts'

const MOST_BYTES = 1 << 16
const NEW_LINE = 0x0a

/**
 * The first or the last 64 kB of a file, cut at the end of a line.
 *
 * @param path as the record lists it: what is not listed is not read, wherever the path leads
 * @throws LabProblem when the experiment has no such file
 */
export function readFilePart(folder: string, path: string, part: 'start' | 'end'): FilePart {
  const listed = filesOf(folder, []).some((file) => file.path === path)
  const opened = listed ? openRegular(join(folder, path), Infinity) : null
  if (opened === null)
    throw new LabProblem(`The experiment has no file "${path}".`, 'It may have been moved or deleted meanwhile.')
  const { file, size } = opened
  try {
    const bytes = Buffer.alloc(Math.min(size, MOST_BYTES))
    const read = readSync(file, bytes, 0, bytes.length, part === 'start' ? 0 : size - bytes.length)
    const found = bytes.subarray(0, read)
    const cut = size > found.length
    return {
      text: found.includes(0) ? null : (cut ? wholeLines(found, part) : found).toString('utf8'),
      bytes: size,
      cut,
    }
  } finally {
    closeSync(file)
  }
}

/** Without the line that was cut through; of a single line longer than the part all there is. */
function wholeLines(bytes: Buffer, part: 'start' | 'end'): Buffer {
  const at = part === 'start' ? bytes.lastIndexOf(NEW_LINE) : bytes.indexOf(NEW_LINE)
  if (at < 0) return bytes
  return part === 'start' ? bytes.subarray(0, at + 1) : bytes.subarray(at + 1)
}
