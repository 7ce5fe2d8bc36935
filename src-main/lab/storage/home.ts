/** The folder that holds what Apical keeps of its own: results, data sets and where data sets lie. */
import { existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/** APICAL_HOME, else Apical in the platform's documents folder. */
export function apicalHome(environment: NodeJS.ProcessEnv = process.env): string {
  const home = environment['APICAL_HOME']
  if (home !== undefined && home !== '') return resolve(home)
  const documents = environment['XDG_DOCUMENTS_DIR']
  return join(documents !== undefined && documents !== '' ? documents : join(homedir(), 'Documents'), 'Apical')
}

/** Parents first. Node's own recursive mkdir never ends where a parent is there but takes no folders (/proc). */
export function makeFolders(path: string): void {
  if (existsSync(path)) return
  makeFolders(dirname(path))
  try {
    mkdirSync(path)
  } catch (error) {
    // Another process was quicker.
    if (!existsSync(path)) throw error
  }
}
