/** The machine's Python, for what other programs must be able to read. Nothing is installed for it. */
import { spawnSync } from 'node:child_process'

/** A Python (APICAL_PYTHON, else python3) that can import all of these; null when there is none. */
export function pythonWith(...packages: readonly string[]): string | null {
  for (const program of [process.env['APICAL_PYTHON'] ?? 'python3', 'python'])
    if (spawnSync(program, ['-c', `import ${packages.join(', ')}`]).status === 0) return program
  return null
}
