// The map of the code, src-main/README.md, against the folders and the arrows: it may not name what is gone, leave out what
// is there, or say other arrows than those that are executed.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { arrows, labArrows } from './arrows.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const map = readFileSync(join(root, 'src-main/README.md'), 'utf8')

interface Row {
  readonly paths: readonly string[]
  readonly imports: readonly string[]
}

/** Rows of the tables: the paths that the first cell names, and the rooms in the last. */
function rowsOf(text: string): readonly Row[] {
  return text
    .split('\n')
    .filter((line) => /^\| .*`/.test(line))
    .map((line) => {
      const cells = line.split('|').map((cell) => cell.trim())
      const imports = cells.at(-2) ?? ''
      return {
        paths: [...(cells[1] ?? '').matchAll(/`(src-[^`]+)`/g)].map(([, path = '']) => path),
        imports: imports === '' ? [] : imports.split(', '),
      }
    })
}

const rows = rowsOf(map)
const importsOf = (path: string): ReadonlySet<string> =>
  new Set(rows.find(({ paths }) => paths.includes(path))?.imports)

/** Folders directly below one. */
function foldersIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${folder}/${name}`)
}

describe('the map of the code', () => {
  test('has every room, and none that is gone', () => {
    const named = new Set([...map.matchAll(/`(src-(?:main|renderer)\/[^`*]+)`/g)].map(([, path = '']) => path))
    for (const path of named)
      if (!path.includes('ROOM')) expect(statSync(join(root, path), { throwIfNoEntry: false }), path).toBeDefined()
    for (const folder of ['src-main', 'src-main/lab', 'src-renderer'].flatMap(foldersIn))
      expect(named, `${folder} is not on the map`).toContain(folder)
  })

  test('names files that are there', () => {
    const listed = map.replace('src-main/lab/ROOM.ts', '')
    for (const [, file = ''] of listed.matchAll(/`((?:[\w-]+\/)+[\w.-]+\.(?:ts|svelte|mjs))`/g)) {
      const places = [file, `src-main/${file}`, `src-renderer/${file}`]
      expect(
        places.some((place) => statSync(join(root, place), { throwIfNoEntry: false })?.isFile() ?? false),
        file,
      ).toBe(true)
    }
  })

  test('says the arrows that are executed', () => {
    for (const [room, allowed] of Object.entries(arrows)) {
      if (room === 'hosts') expect(importsOf('src-main/cli')).toEqual(new Set(allowed))
      else if (!room.startsWith('face/'))
        expect(importsOf(`src-main/${room}${['contract', 'preload'].includes(room) ? '.ts' : ''}`), room).toEqual(
          new Set(allowed),
        )
      else if (room !== 'face/stores' && room !== 'face/app')
        expect(importsOf(`src-renderer/${room.slice('face/'.length)}`), room).toEqual(
          new Set(allowed.map((other) => other.replace('face/', ''))),
        )
    }
    for (const [room, allowed] of Object.entries(labArrows))
      expect(importsOf(`src-main/lab/${room}${room === 'problem' ? '.ts' : ''}`), room).toEqual(new Set(allowed))
  })

  test('would be caught telling less', () => {
    const [program] = rowsOf('| `src-main/program` | words | rules, data |')
    expect(program).toEqual({ paths: ['src-main/program'], imports: ['rules', 'data'] })
  })
})
