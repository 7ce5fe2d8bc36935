/** Papers that a person opened or made: one file each in `.papers` of the results folder, beside the one that ships. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { PAPER_FORMAT, PAPER_VERSION, Paper } from '../../paper/paper.ts'
import { shippedPaper } from '../../paper/shipped.ts'
import { fileProblem, LabProblem } from '../problem.ts'
import { readJson, writeJson } from '../storage.ts'

/** A figure of fifty curves of a thousand points is two megabytes. */
export const LARGEST_PAPER = 50_000_000
/** So many problems are named; the rest of a file that is no paper follows from them. */
const MOST_PROBLEMS = 10

export class Papers {
  readonly #folder: string

  constructor(results: string) {
    this.#folder = join(results, '.papers')
  }

  /** The one that ships, then the others by title; a file that is no paper of this version is left where it is and not listed. */
  list(): readonly Paper[] {
    const own = existsSync(this.#folder)
      ? readdirSync(this.#folder).filter((name) => /^[a-z0-9-]+\.json$/.test(name))
      : []
    const papers = own.flatMap((name) => {
      try {
        const parsed = Paper.safeParse(readJson(join(this.#folder, name), LARGEST_PAPER))
        return parsed.success ? [parsed.data] : []
      } catch {
        return []
      }
    })
    return [shippedPaper(), ...papers.sort((a, b) => a.title.localeCompare(b.title))]
  }

  /** @throws LabProblem when there is none of that name, or its file is damaged */
  find(id: string): Paper {
    const shipped = shippedPaper()
    if (id === shipped.id) return shipped
    if (!/^[a-z0-9-]+$/.test(id) || !existsSync(this.#pathOf(id)))
      throw new LabProblem(`There is no paper "${id}" here.`, 'Open its file, or choose one of the list.')
    return readPaper(readJson(this.#pathOf(id), LARGEST_PAPER), this.#pathOf(id))
  }

  /** Keeps a paper under its own name; the very same again is no other one. @throws LabProblem when another has the name */
  keep(paper: Paper): Paper {
    if (this.has(paper.id)) {
      if (JSON.stringify(this.find(paper.id)) === JSON.stringify(paper)) return paper
      throw new LabProblem(
        `There is another paper with the id "${paper.id}" here.`,
        'Remove that one first, or change the id in the file; nothing was overwritten.',
      )
    }
    try {
      mkdirSync(this.#folder, { recursive: true })
    } catch (error) {
      throw fileProblem(error, 'Cannot write', this.#folder) ?? error
    }
    writeJson(this.#pathOf(paper.id), paper)
    return paper
  }

  has(id: string): boolean {
    return id === shippedPaper().id || existsSync(this.#pathOf(id))
  }

  /** @throws LabProblem for the one that ships, and for one that is not there */
  forget(id: string): void {
    const paper = this.find(id)
    if (paper.id === shippedPaper().id)
      throw new LabProblem(`"${paper.title}" came with Apical and stays.`, 'Remove papers that you opened or made.')
    try {
      rmSync(this.#pathOf(id))
    } catch (error) {
      throw fileProblem(error, 'Cannot delete', this.#pathOf(id)) ?? error
    }
  }

  #pathOf(id: string): string {
    return join(this.#folder, `${id}.json`)
  }
}

/** What a file holds, as a paper. @throws LabProblem with all that is wrong, place by place */
export function readPaper(value: unknown, name = 'The file'): Paper {
  const head = z.object({ format: z.unknown(), version: z.unknown() }).safeParse(value)
  if (!head.success || head.data.format !== PAPER_FORMAT)
    throw new LabProblem(
      `${name} is not a paper: expected a JSON object with "format": "${PAPER_FORMAT}".`,
      'Choose a file made by "Save as paper".',
    )
  if (typeof head.data.version === 'number' && head.data.version > PAPER_VERSION)
    throw new LabProblem(
      `${name}: expected version ${PAPER_VERSION} or lower, found ${head.data.version}.`,
      'It was written by a later Apical; open it with that one.',
    )
  const parsed = Paper.safeParse(value)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues
    .slice(0, MOST_PROBLEMS)
    .map(({ path, message }) => ({ path: path.join('.'), message }))
  const [first] = problems
  throw new LabProblem(
    `${name} is not a paper that can be shown: ${first === undefined ? '' : `${first.path}: ${first.message}`}`,
    'Correct the places named, or save it again.',
    problems,
  )
}
