/** What a person says of an experiment beside notes: labels.json in its folder, so that it travels with it. */
import { z } from 'zod'
import { ExperimentTitle, Tag, type LabelChange } from '../../contract.ts'
import { LabProblem } from '../problem.ts'
import { paths } from './folder.ts'
import { readJson, writeJson } from '../storage.ts'

const LABELS_VERSION = 1
const MOST_TAGS = 100

const Labels = z.object({
  version: z.literal(LABELS_VERSION),
  tags: z.array(Tag).max(MOST_TAGS).default([]),
  pinned: z.boolean().default(false),
  archived: z.boolean().default(false),
  /** Null for the one it was made with. */
  name: ExperimentTitle.nullable().default(null),
})
type Labels = z.infer<typeof Labels>

const NONE: Labels = { version: LABELS_VERSION, tags: [], pinned: false, archived: false, name: null }

/** None where there is no file, or one that this version does not understand: labels never keep a run from being shown. */
export function readLabels(folder: string): Labels {
  try {
    return Labels.safeParse(readJson(paths(folder).labels, 100_000)).data ?? NONE
  } catch {
    return NONE
  }
}

/**
 * Changes what is named and keeps the rest.
 *
 * @throws LabProblem rather than write over a file of a later version, or when there would be too many tags
 */
export function changeLabels(folder: string, change: LabelChange): void {
  const path = paths(folder).labels
  const found = foundIn(path)
  const removed = new Set(change.removeTags)
  const tags = [...new Set([...found.tags.filter((tag) => !removed.has(tag)), ...(change.addTags ?? [])])].sort()
  if (tags.length > MOST_TAGS)
    throw new LabProblem(`An experiment has at most ${MOST_TAGS} tags; this would be ${tags.length}.`, 'Remove some.')
  const labels: Labels = {
    version: LABELS_VERSION,
    tags,
    pinned: change.pinned ?? found.pinned,
    archived: change.archived ?? found.archived,
    name: change.name ?? found.name,
  }
  if (JSON.stringify(labels) !== JSON.stringify(found)) writeJson(path, labels)
}

function foundIn(path: string): Labels {
  let found: unknown
  try {
    found = readJson(path, 100_000)
  } catch {
    // Damaged beyond reading: nothing in it can be kept.
    return NONE
  }
  const version = z.object({ version: z.number() }).safeParse(found)
  if (version.success && version.data.version > LABELS_VERSION)
    throw new LabProblem(
      `${path}: expected version ${LABELS_VERSION} or lower, found ${version.data.version}.`,
      'It was written by a later Apical; label the experiment with that one. Nothing was changed.',
    )
  return Labels.safeParse(found).data ?? NONE
}
