/** The machine's Python, for what other programs must be able to read. Nothing is installed for it but by `npm run test:readers`. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** The Python that `npm run test:readers` makes; it may not be there. */
export const READERS = join(import.meta.dirname, '../../build/readers/bin/python')

/** A Python (APICAL_PYTHON, else that of build/readers, else python3) that can import all of these; null when there is none. */
export function pythonWith(...packages: readonly string[]): string | null {
  for (const program of [process.env['APICAL_PYTHON'] ?? READERS, 'python3', 'python'])
    if (spawnSync(program, ['-c', `import ${packages.join(', ')}`]).status === 0) return program
  return null
}
