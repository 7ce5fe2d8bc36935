/**
 * The finished experiments that come with Apical, in resources/sample, in the very layout of results/: one folder an
 * experiment, made by really running it. They are read only; deleting one hides it in this results folder, and
 * restoring shows it again.
 */
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { ExperimentRow } from '../../contract.ts'
import { LabProblem } from '../problem.ts'
import { rowIn } from './list.ts'
import { readJson, writeJson } from '../storage.ts'

const Hidden = z.array(z.string()).max(10_000)

export class SampleExperiments {
  readonly #folder: string
  readonly #hiddenPath: string

  constructor(root: string, results: string) {
    this.#folder = join(root, 'resources', 'sample')
    this.#hiddenPath = join(results, '.hidden-samples.json')
  }

  /** Rows of the samples that are not hidden. */
  list(): ExperimentRow[] {
    const hidden = this.#hidden()
    return sampleIds(this.#folder)
      .filter((id) => !hidden.includes(id))
      .flatMap((id) => rowIn(join(this.#folder, id), 'sample') ?? [])
  }

  /** The folder of a sample, hidden or not; null when there is none of that name. */
  folderOf(id: string): string | null {
    return sampleIds(this.#folder).includes(id) ? join(this.#folder, id) : null
  }

  /** @throws LabProblem `"ID" WHY.` when it is a sample: those are never written to */
  refuse(id: string, why: string): void {
    if (this.folderOf(id) !== null)
      throw new LabProblem(`"${id}" ${why}.`, 'Duplicate it to make an experiment of your own.')
  }

  hide(id: string): void {
    this.#write([...this.#hidden().filter((other) => other !== id), id])
  }

  show(id: string): void {
    this.#write(this.#hidden().filter((other) => other !== id))
  }

  #write(hidden: readonly string[]): void {
    mkdirSync(join(this.#hiddenPath, '..'), { recursive: true })
    writeJson(this.#hiddenPath, hidden)
  }

  #hidden(): string[] {
    try {
      const parsed = Hidden.safeParse(readJson(this.#hiddenPath))
      return parsed.success ? parsed.data : []
    } catch {
      // A damaged list hides nothing.
      return []
    }
  }
}

function sampleIds(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name)
  } catch {
    // A build without samples has none to show.
    return []
  }
}
