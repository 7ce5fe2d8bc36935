/** Deleting is moving into `.trash` of the same results folder, whence it can be taken back. */
import { mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileProblem, LabProblem } from '../problem.ts'

const TRASH = '.trash'

/** Moves an experiment's folder to the trash; its name there stays the same, so that `restoreFromTrash` finds it. */
export function moveToTrash(results: string, id: string): void {
  move(join(results, id), join(results, TRASH, id), 'Cannot move to the trash', () => {
    mkdirSync(join(results, TRASH), { recursive: true })
  })
}

export function restoreFromTrash(results: string, id: string): void {
  if (statSync(join(results, TRASH, id), { throwIfNoEntry: false }) === undefined)
    throw new LabProblem(
      `There is no experiment "${id}" in the trash of ${results}.`,
      'It was already restored, or deleted permanently.',
    )
  move(join(results, TRASH, id), join(results, id), 'Cannot take back from the trash', () => undefined)
}

function move(from: string, to: string, doing: string, prepare: () => void): void {
  if (statSync(to, { throwIfNoEntry: false }) !== undefined)
    throw new LabProblem(`${to} exists already, and is not overwritten.`, 'Move one of the two away by hand.')
  try {
    prepare()
    renameSync(from, to)
  } catch (error) {
    throw fileProblem(error, doing, from) ?? error
  }
}
