/** Experiments that a person keeps to begin others with: plain JSON files in `.templates` of the results folder. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { TemplateCard } from '../../contract.ts'
import { Experiment } from '../../experiment/experiment.ts'
import { fileProblem, LabProblem } from '../problem.ts'
import { writeJson } from './files.ts'
import { readJson } from './regular-file.ts'

const TemplateFile = z.object({ name: z.string().min(1).max(100), saved: z.string(), experiment: Experiment })
const LARGEST_TEMPLATE = 1_000_000

export class Templates {
  readonly #folder: string

  constructor(results: string) {
    this.#folder = join(results, '.templates')
  }

  /** By name; a file that is no template of this version is left where it is and not listed. */
  list(): TemplateCard[] {
    if (!existsSync(this.#folder)) return []
    return readdirSync(this.#folder)
      .filter((file) => file.endsWith('.json') && !file.startsWith('.'))
      .flatMap((file) => {
        try {
          const parsed = TemplateFile.safeParse(readJson(join(this.#folder, file), LARGEST_TEMPLATE))
          return parsed.success ? [parsed.data] : []
        } catch {
          return []
        }
      })
      .sort((a, b) => a.name.localeCompare(b.name))
  }

  /** @throws LabProblem when another template has the name, or when the one to be renamed is gone */
  save(name: string, experiment: Experiment, was?: string): TemplateCard {
    if (name !== was && existsSync(this.#pathOf(name)))
      throw new LabProblem(`There is a template "${name}" already.`, 'Choose another name; nothing is overwritten.')
    if (was !== undefined) this.#require(was)
    const template: TemplateCard = { name, experiment, saved: new Date().toISOString() }
    try {
      mkdirSync(this.#folder, { recursive: true })
    } catch (error) {
      throw fileProblem(error, 'Cannot write', this.#folder) ?? error
    }
    writeJson(this.#pathOf(name), template)
    if (was !== undefined && was !== name) this.delete(was)
    return template
  }

  /** @throws LabProblem when there is none of that name */
  delete(name: string): void {
    this.#require(name)
    try {
      rmSync(this.#pathOf(name))
    } catch (error) {
      throw fileProblem(error, 'Cannot delete', this.#pathOf(name)) ?? error
    }
  }

  #require(name: string): void {
    if (!existsSync(this.#pathOf(name)))
      throw new LabProblem(`There is no template "${name}".`, 'It was deleted or renamed meanwhile.')
  }

  /** Names may hold what file names may not; the hash keeps apart those that would be written alike. */
  #pathOf(name: string): string {
    const words = name
      .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
      .slice(0, 60)
      .toLowerCase()
    return join(this.#folder, `${words}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}.json`)
  }
}
