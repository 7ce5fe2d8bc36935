/** Named looks at the Lab table: .views.json in the results folder, so that they outlive a browser's memory. */
import { join } from 'node:path'
import { z } from 'zod'
import { SavedView } from '../../contract.ts'
import { LabProblem } from '../problem.ts'
import { writeJson } from './files.ts'
import { readJson } from './regular-file.ts'

const VERSION = 1
const MOST = 200
const File = z.object({ version: z.literal(VERSION), views: z.array(z.unknown()) })

/** By name. What this version does not understand is passed over, and kept when another is added. */
export function readViews(results: string): SavedView[] {
  return known(stored(results))
}

export function keepView(results: string, view: SavedView): SavedView[] {
  const others = stored(results).filter((other) => nameOf(other) !== view.name)
  if (others.length >= MOST)
    throw new LabProblem(`There are ${MOST} saved views already.`, 'Remove one that you no longer need.')
  return write(results, [...others, view])
}

export function forgetView(results: string, name: string): SavedView[] {
  return write(
    results,
    stored(results).filter((other) => nameOf(other) !== name),
  )
}

function pathIn(results: string): string {
  return join(results, '.views.json')
}

function stored(results: string): unknown[] {
  let found: unknown
  try {
    found = readJson(pathIn(results))
  } catch {
    return []
  }
  const version = z.object({ version: z.number() }).safeParse(found)
  if (version.success && version.data.version > VERSION)
    throw new LabProblem(
      `${pathIn(results)} was written by a later Apical (version ${version.data.version}).`,
      'Open it with that one. Nothing was changed.',
    )
  return File.safeParse(found).data?.views ?? []
}

function write(results: string, views: readonly unknown[]): SavedView[] {
  writeJson(pathIn(results), { version: VERSION, views })
  return known(views)
}

function known(views: readonly unknown[]): SavedView[] {
  return views
    .flatMap((view) => SavedView.safeParse(view).data ?? [])
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
}

function nameOf(view: unknown): string | null {
  return z.object({ name: z.string() }).safeParse(view).data?.name ?? null
}
