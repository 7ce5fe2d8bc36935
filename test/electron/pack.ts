// The installed app as electron-builder lays it out, around the old Electron: what is missing from the archive, or lies on
// the wrong side of it, is found here. Only what Electron 22 cannot take is changed, and listed.
import { build, Platform, type Configuration } from 'electron-builder'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { layFace, oldElectronDist } from './old-electron.ts'

const clone = join(import.meta.dirname, '../..')
const folder = join(clone, 'build/electron-22')
export const PACKED = join(folder, 'packed/linux-unpacked')

/** Its fuses are fewer: this one came with Electron 29. */
export const NEWER_FUSES = ['grantFileProtocolExtraPrivileges'] as const

/** Packs the app of this clone into a folder. Its host and face are the variants for the old Electron. */
export async function pack(): Promise<void> {
  const config = parse(readFileSync(join(clone, 'electron-builder.yml'), 'utf8')) as Configuration
  const face = join(folder, 'face')
  rmSync(face, { recursive: true, force: true })
  layFace(face, join(folder, 'host/newer-javascript.js'))
  const fuses = { ...config.electronFuses }
  for (const name of NEWER_FUSES) Reflect.deleteProperty(fuses, name)
  rmSync(join(folder, 'packed'), { recursive: true, force: true })
  const files = (config.files as string[]).filter((pattern) => !/^build\/(main|face)\//.test(pattern))
  const changed: Configuration = {
    ...config,
    directories: { ...config.directories, output: join(folder, 'packed') },
    electronDist: oldElectronDist(),
    electronVersion: '22.3.25',
    electronFuses: fuses,
    extraMetadata: { main: 'build/main/main.cjs' },
    files: [
      ...files,
      { from: 'build/electron-22/host', to: 'build/main', filter: ['**/*'] },
      { from: 'build/electron-22/face', to: 'build/face', filter: ['**/*', '!**/*.map'] },
    ],
  }
  // Given as a file: an object would be laid over the product's own.
  const path = join(folder, 'electron-builder.json')
  writeFileSync(path, JSON.stringify(changed))
  await build({ targets: Platform.LINUX.createTarget('dir'), publish: 'never', projectDir: clone, config: path })
  if (!existsSync(join(PACKED, 'apical-window'))) throw new Error('electron-builder left no program.')
}

if (import.meta.main) await pack()
