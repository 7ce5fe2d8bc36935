/**
 * Which process works in a folder. A worker names itself in worker.json while it lives; whether it still does is asked
 * of the system, and a recycled process number is told from the worker by when the process began.
 */
import { readFileSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { z } from 'zod'
import { LabProblem } from '../problem.ts'
import { readJson, writeJson } from './files.ts'
import { paths } from './folder.ts'

const Owner = z.object({ pid: z.int().min(1), began: z.string(), host: z.string() })
type Owner = z.infer<typeof Owner>

function ownerOf(folder: string): Owner | null {
  let found: unknown
  try {
    found = readJson(paths(folder).worker)
  } catch {
    return null
  }
  const parsed = Owner.safeParse(found)
  return parsed.success ? parsed.data : null
}

/** The living worker of a folder; null when there is none (any more). On another machine's share it counts as living. */
export function livingOwner(folder: string): number | null {
  const owner = ownerOf(folder)
  if (owner === null) return null
  if (owner.host !== hostname()) return owner.pid
  return isAlive(owner.pid) && began(owner.pid) === owner.began ? owner.pid : null
}

/** Takes a folder for this process, or refuses while another works in it. */
export function takeOwnership(folder: string): void {
  const living = livingOwner(folder)
  if (living !== null && living !== process.pid)
    throw new LabProblem(`${folder} is being worked on by process ${living}.`, 'Stop it there first, or wait until it is done.')
  writeJson(paths(folder).worker, { pid: process.pid, began: began(process.pid), host: hostname() })
}

export function giveUpOwnership(folder: string): void {
  rmSync(paths(folder).worker, { force: true })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
  return processState(pid) !== 'Z'
}

/** When a process began, in the system's own unit; '' where the system does not tell, and the number alone must do. */
function began(pid: number): string {
  return statFields(pid)?.[19] ?? ''
}

/** A killed process whose parent has not looked yet is a zombie: gone, though its number is taken. */
function processState(pid: number): string | null {
  return statFields(pid)?.[0] ?? null
}

/** Fields of /proc/PID/stat after the name, which may itself hold spaces and parentheses. */
function statFields(pid: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}
