/** Where this installation lies, its version, and the Node its workers run under. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { LabProblem } from '../problem.ts'

/** The clone, or the unpacked part of an installed app: `src-main`, `resources` and `node_modules` lie in it. */
export function rootFolder(): string {
  // Looked for upwards: as source, and bundled for Electron, this code lies at different depths.
  let folder = fileURLToPath(new URL('.', import.meta.url))
  while (!existsSync(join(folder, 'src-main')) && dirname(folder) !== folder) folder = dirname(folder)
  // Inside an archive only Electron sees files; what plain Node runs and reads lies beside it.
  return folder.replace(/\.asar(?=[/\\]?$)/, '.asar.unpacked')
}

export function versionIn(root: string): string {
  // An installed app keeps package.json inside the archive, beside the unpacked folder that plain Node sees.
  for (const folder of [root, root.replace(/\.unpacked[/\\]?$/, '')]) {
    try {
      const parsed = z
        .object({ version: z.string() })
        .safeParse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')))
      if (parsed.success) return parsed.data.version
    } catch {
      // Not in this one.
    }
  }
  return 'unknown'
}

/** Packages that bring Node for this system, as the lock file has them. */
const PACKAGES = [
  `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`,
  `node-bin-${process.platform}-${process.arch}`,
]

/** The Node of the workers: the one that runs this host, or inside Electron the one that the app ships. */
export function nodeProgram(root: string): string {
  if (!('electron' in process.versions)) return process.execPath
  const file = process.platform === 'win32' ? 'node.exe' : 'node'
  for (const name of PACKAGES) {
    const program = join(root, 'node_modules', name, 'bin', file)
    if (existsSync(program)) return program
  }
  throw new LabProblem(
    `Apical's own Node for ${process.platform} on ${process.arch} is missing in ${join(root, 'node_modules')}.`,
    'Install Apical again; its package for this system brings it.',
  )
}
