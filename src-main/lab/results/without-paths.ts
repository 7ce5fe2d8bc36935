/** Text that goes into a results folder, without the paths of this machine: a folder is handed on, and where it lay is nobody's business. */
import { homedir } from 'node:os'
import { basename, dirname, sep } from 'node:path'
import { rootFolder } from '../machine.ts'
import { apicalHome } from '../storage.ts'

/** An absolute path in quotation marks, which may hold spaces, or up to the next one. */
const QUOTED = /(["'“‘])(?:[A-Za-z]:[\\/]|\/)[^"'”’\n]*(?=["'”’])/g
const BARE = /(^|[\s(=[])(?:[A-Za-z]:[\\/]|\/(?=[^/\s]*\/))[^\s"'()\]]*[^\s"'()\].,:;]/g

/**
 * Files of the run by their names, places that a person knows by what they are called, and of any other path the last part.
 *
 * @param dataFolder where the run's data was looked for; null for the usual places
 */
export function withoutPaths(text: string, folder: string, dataFolder: string | null): string {
  const data = process.env['APICAL_DATA']
  const places: readonly (readonly [string | null | undefined, string])[] = [
    [dataFolder, 'the data folder'],
    [data, 'the data folder'],
    [dirname(folder), 'the results folder'],
    [apicalHome(), 'APICAL_HOME'],
    [rootFolder(), 'Apical'],
    [homedir(), '~'],
  ]
  let said = text.replaceAll(`${folder}${sep}`, '').replaceAll(folder, 'Its folder')
  for (const [path, name] of places.toSorted(([a], [b]) => (b?.length ?? 0) - (a?.length ?? 0)))
    // The root of a disk is in every path.
    if (path !== null && path !== undefined && path.length > 3) said = said.replaceAll(path, name)
  const last = (path: string): string => basename(path.replaceAll('\\', '/'))
  return said
    .replace(QUOTED, (path, quote: string) => `${quote}${last(path)}`)
    .replace(BARE, (path, before: string) => `${before}${last(path)}`)
}
