/** Raw figures as a file. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { format, resolveConfig } from 'prettier'

export async function store(path: string, results: unknown): Promise<void> {
  mkdirSync(dirname(path), { recursive: true })
  // As the format check wants it, so that a result can be committed as it is.
  const style = await resolveConfig(path)
  writeFileSync(path, await format(JSON.stringify(results), { ...style, filepath: path }))
}
