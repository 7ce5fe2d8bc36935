/**
 * An experiment named on the command line: a preset, or a file somebody wrote, exported or copied out of a results folder.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { readText } from '../lab/storage.ts'
import { UsageProblem } from './command.ts'

/** Far above any experiment, far below what would hurt. */
const MOST_BYTES = 1 << 20
const DEEPEST = 32

/** True when a word on the command line is meant as a file rather than as a preset's name. */
export function looksLikeFile(word: string): boolean {
  return /[/\\]/.test(word) || word.endsWith('.json') || statSync(word, { throwIfNoEntry: false }) !== undefined
}

/**
 * The JSON of an experiment file, or of the `experiment.json` in a results folder; what it means is checked elsewhere.
 *
 * @throws UsageProblem when it cannot be read, is too large, too deep or no JSON
 */
export function readExperimentFile(path: string): unknown {
  try {
    let file = path
    let found = statSync(file)
    if (found.isDirectory()) {
      file = join(path, 'experiment.json')
      found = statSync(file)
    }
    if (!found.isFile()) throw new UsageProblem(`${file}: expected a file holding an experiment, found something else.`)
    if (found.size > MOST_BYTES)
      throw new UsageProblem(
        `${file}: expected an experiment of at most ${MOST_BYTES / 1024} KiB, found ${Math.ceil(found.size / 1024)} KiB.`,
      )
    return parse(file, readText(file, MOST_BYTES) ?? '')
  } catch (error) {
    if (error instanceof UsageProblem) throw error
    const why =
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'there is no such file'
        : error instanceof Error
          ? error.message
          : String(error)
    throw new UsageProblem(
      `${path}: expected an experiment file, but it cannot be read: ${why}.`,
      '"apical presets" lists what can be run by name.',
    )
  }
}

function parse(file: string, text: string): unknown {
  if (nesting(text) > DEEPEST)
    throw new UsageProblem(`${file}: expected an experiment nested at most ${DEEPEST} deep, found it deeper.`)
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new UsageProblem(
      `${file}: expected JSON, found something else: ${error instanceof Error ? error.message : String(error)}.`,
      'An experiment.json of any results folder shows what belongs in it.',
    )
  }
}

/** How deep brackets open into each other, outside strings; looked at before parsing, so that depth costs no stack. */
function nesting(text: string): number {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const letter = text[i]
    if (inString) {
      if (letter === '\\') i++
      else if (letter === '"') inString = false
    } else if (letter === '"') inString = true
    else if (letter === '{' || letter === '[') deepest = Math.max(deepest, ++depth)
    else if (letter === '}' || letter === ']') depth--
  }
  return deepest
}
