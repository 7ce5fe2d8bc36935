// A folder with a page in it, for what is tested of a host apart from the face that it serves.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export async function aFace(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const above = await mkdtemp(join(tmpdir(), 'apical-face-'))
  const folder = join(above, 'face')
  await mkdir(join(folder, 'assets'), { recursive: true })
  await writeFile(join(above, 'secret.txt'), 'secret')
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Apical</title>')
  await writeFile(join(folder, 'assets/app.js'), 'export {}')
  return { folder, remove: () => rm(above, { recursive: true, force: true }) }
}
