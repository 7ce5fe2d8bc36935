// Executes the arrows of the architecture: who may import whom, by value or by type. The rules live in one table, the
// check takes sources as data, and every rule is shown to bite on a planted violation before the clone is judged by it.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { arrows, labArrows, shared, withoutWindow } from './arrows.ts'
import { importsOf } from './imports.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** A folder of src-main that the table does not name is part of a host: it may look down, and nobody looks up to it. */
function roomOf(path: string): string {
  if (path.startsWith('src-renderer/')) return roomOfFace(path.slice('src-renderer/'.length))
  if (path === 'src-main/contract.ts') return 'contract'
  if (path === 'src-main/preload.ts') return 'preload'
  const folder = /^src-main\/([^/]+)\//.exec(path)?.[1]
  return folder !== undefined && folder in arrows ? folder : 'hosts'
}

/** At its root stand the app, its entry and the stores, and nothing loose; each screen is a room of its own, the list of them is the app's. */
function roomOfFace(path: string): string {
  const [first = '', second, ...deeper] = path.split('/')
  if (second === undefined)
    return /^(App\.svelte|main\.ts)$/.test(first)
      ? 'face/app'
      : first.endsWith('.svelte.ts')
        ? 'face/stores'
        : 'face/loose'
  if (first !== 'screens') return `face/${first}`
  return deeper.length === 0 ? 'face/app' : `face/screens/${second}`
}

/** The line of the table that says what a room may import: every screen may import the same. */
function arrowsOf(room: string): readonly string[] | undefined {
  return arrows[room.replace(/^(face\/screens)\/.+$/, '$1')]
}

/** Rooms as the table names them: the screens together. */
function isScreen(room: string): boolean {
  return room.startsWith('face/screens/')
}

const isFace = (room: string): boolean => room.startsWith('face/')

/** Packages that only some files may name. */
const reserved: readonly { package: RegExp; only: RegExp }[] = [
  { package: /^electron$/, only: /^src-main\/(main|preload)\.ts$/ },
  { package: /^@tensorflow\//, only: /^src-main\/engines\/tensorflow/ },
  { package: /^webgpu$/, only: /^src-main\/engines\/webgpu\// },
  { package: /^(svelte|chart\.js|katex|@fontsource-variable)(\/|$)/, only: /^src-renderer\// },
]

/** Packages and files that a browser or a bundler is needed for. */
const forWindows = /^(svelte|chart\.js|katex|bits-ui|@fontsource-variable)(\/|$)|\.(css|svg|png|ttf|woff2)$/

/** Rooms that run anywhere, in a worker, a browser or a test: nothing of Node in them, nor in what they reach. */
const portable = new Set(['program', 'rules', 'data', 'experiment', 'paper', 'contract'])

/** What others see of the rules: the list, what a rule is, and its settings; never one paper's file. */
const doorsOfRules = /^src-main\/rules\/(index|kit|rule|setting)\.ts$/

/** The office's door is `lab/lab.ts`; null outside of the lab. */
function labRoomOf(path: string): string | null {
  const name = /^src-main\/lab\/([^/]+?)(?:\/|\.ts$)/.exec(path)?.[1] ?? null
  return name === 'lab' ? 'office' : name
}

/** What is wrong with an import into a room of the lab, from another one or from a host; null when nothing is. */
function labViolation(path: string, target: string): string | null {
  const [from, to] = [labRoomOf(path), labRoomOf(target)]
  if (to === null || from === to) return null
  if (posix.dirname(target) !== 'src-main/lab') return `goes past the door of the lab's ${to} (${target})`
  return from === null || labArrows[from]?.includes(to)
    ? null
    : `the lab's ${from} may not import its ${to} (${target})`
}

/** All that is wrong with these sources, one sentence each. Keys are paths from the clone's root. */
function violationsIn(sources: ReadonlyMap<string, string>, dependencies: ReadonlySet<string>): string[] {
  const violations: string[] = []
  const graph = new Map<string, string[]>()
  for (const [path, source] of sources) {
    const room = roomOf(path)
    const targets: string[] = []
    graph.set(path, targets)
    for (const { specifier, line, typesOnly } of importsOf(path, source)) {
      const at = `${path}:${line}`
      if (shared.includes(path) && !typesOnly && !isShared(path, specifier))
        violations.push(`${at}: what both sides share may import values of its like alone (${specifier ?? 'computed'})`)
      if (specifier === null) violations.push(`${at} imports something computed, which no check can follow`)
      else if (specifier.startsWith('.')) {
        const target = posix.normalize(posix.join(posix.dirname(path), specifier.replace(/\?.*$/, '')))
        if (/\.(css|svg|png|json|wasm|woff2|md)$/.test(target)) continue
        if (!sources.has(target)) {
          violations.push(`${at} imports ${target}, which is not a source of the app`)
          continue
        }
        targets.push(target)
        const crossing = labViolation(path, target)
        if (crossing !== null) violations.push(`${at}: ${crossing}`)
        const other = roomOf(target)
        if (other === room) continue
        const allowed = arrowsOf(room) ?? []
        if (!allowed.includes(isScreen(other) && room === 'face/app' ? 'face/screens' : other))
          violations.push(`${at}: ${room} may not import ${other} (${target})`)
        else if (isFace(room) && !isFace(other) && !typesOnly && !shared.includes(target))
          violations.push(`${at}: the face may import types alone from ${other} (${target})`)
        else if (isFace(other) && !isFace(room) && !withoutWindow.includes(target))
          violations.push(`${at}: a host may import of the face what draws without a window alone (${target})`)
        else if (other === 'rules' && !doorsOfRules.test(target))
          violations.push(`${at} knows one rule by name (${target})`)
      } else violations.push(...packageViolations(path, specifier, dependencies).map((wrong) => `${at} ${wrong}`))
    }
  }
  return [...violations, ...windowsIn(sources), ...cyclesIn(graph)]
}

/** What plain Node could not load, among the files that hosts may import of the face and all that these reach. */
function windowsIn(sources: ReadonlyMap<string, string>): string[] {
  return [...drawnWithoutWindow(sources)].flatMap((path) => [
    ...(path.endsWith('.ts') && !path.endsWith('.svelte.ts')
      ? []
      : [`${path}: a host reaches it, and it needs a window`]),
    ...importsOf(path, sources.get(path) ?? '').flatMap(({ specifier, line, typesOnly }) =>
      typesOnly || specifier === null || (!specifier.includes('?') && !forWindows.test(specifier))
        ? []
        : [`${path}:${line}: a host reaches it, and ${specifier} needs a window`],
    ),
  ])
}

/** `withoutWindow` and all that it reaches by value. */
function drawnWithoutWindow(sources: ReadonlyMap<string, string>): ReadonlySet<string> {
  const reached = new Set(withoutWindow.filter((path) => sources.has(path)))
  for (const path of reached)
    for (const { specifier, typesOnly } of importsOf(path, sources.get(path) ?? ''))
      if (!typesOnly && specifier?.startsWith('.') === true) {
        const target = posix.join(posix.dirname(path), specifier)
        if (sources.has(target)) reached.add(target)
      }
  return reached
}

function isShared(path: string, specifier: string | null): boolean {
  return specifier?.startsWith('.') === true && shared.includes(posix.join(posix.dirname(path), specifier))
}

function packageViolations(path: string, specifier: string, dependencies: ReadonlySet<string>): string[] {
  if (specifier.startsWith('node:'))
    return portable.has(roomOf(path)) || isFace(roomOf(path)) ? [`imports ${specifier} in a room without Node`] : []
  const rule = reserved.find((entry) => entry.package.test(specifier))
  if (rule !== undefined && !rule.only.test(path))
    return [`imports ${specifier}, which is for ${rule.only.source} only`]
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
  // The bare name of a Node module ends here too, so that the `node:` form is the only one.
  return dependencies.has(name) ? [] : [`imports ${name}, which package.json does not bring to the app`]
}

/** One sentence for each group of files that reach one another (Tarjan's strongly connected components). */
function cyclesIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const cycles: string[] = []
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const open: string[] = []
  const visit = (path: string): number => {
    const mine = order.size
    order.set(path, mine)
    open.push(path)
    let low = mine
    for (const target of graph.get(path) ?? []) {
      if (!order.has(target)) low = Math.min(low, visit(target))
      else if (open.includes(target)) low = Math.min(low, lowest.get(target) ?? order.get(target) ?? low)
    }
    lowest.set(path, low)
    if (low === mine) {
      const group = open.splice(open.indexOf(path))
      if (group.length > 1 || (graph.get(path) ?? []).includes(path)) cycles.push(`cycle: ${group.sort().join(' ↔ ')}`)
    }
    return low
  }
  for (const path of graph.keys()) if (!order.has(path)) visit(path)
  return cycles
}

describe('the check sees', () => {
  const brought = new Set(['zod', 'electron', '@tensorflow/tfjs-core', 'webgpu', 'svelte', 'chart.js'])
  /** A small house in order; each case spoils one file of it. */
  const house = {
    'src-main/program/shape.ts': 'export interface Shape { readonly rows: number }',
    'src-main/rules/index.ts': "import './paper.ts'\nexport const rules = []",
    'src-main/rules/paper.ts': "import type { Shape } from '../program/shape.ts'\nimport { z } from 'zod'",
    'src-main/data/idx.ts': '',
    'src-main/engines/tensorflow.ts': "import '@tensorflow/tfjs-core'",
    'src-main/engines/webgpu/device.ts': "import 'webgpu'",
    'src-main/experiment/experiment.ts': "import { rules } from '../rules/index.ts'",
    'src-main/experiment/selection.ts': "import type { Experiment } from './experiment.ts'",
    'src-main/experiment/result.ts': "import { selectedIndex } from './selection.ts'",
    'src-main/training/train.ts': "import '../engines/tensorflow.ts'",
    'src-main/lab/lab.ts': "import type { Lab } from '../contract.ts'\nimport { readFile } from 'node:fs/promises'",
    'src-main/contract.ts': "import type { Experiment } from './experiment/experiment.ts'",
    'src-main/main.ts': "import { app } from 'electron'\nimport './lab/lab.ts'",
    'src-main/cli/run.ts': "import '../lab/lab.ts'",
    'src-main/cli/figure-file.ts': "import '../../src-renderer/figure/pdf.ts'",
    'src-renderer/figure/pdf.ts': "import type { Lab } from '../lab.svelte.ts'\nimport './scene.ts'",
    'src-renderer/App.svelte':
      '<script lang="ts">\nimport type { Lab } from "../src-main/contract.ts"\nimport "./screens/lab/Lab.svelte"\n</script>\n<p>import x from "electron"</p>',
    'src-renderer/lab.svelte.ts': "import type { Lab } from '../src-main/contract.ts'",
    'src-renderer/charts/scale.ts': "import { selectedIndex } from '../../src-main/experiment/selection.ts'",
    'src-renderer/figure/scene.ts': "import '../charts/scale.ts'",
    'src-renderer/parts/Chart.svelte': "<script>import '../figure/scene.ts'\nimport '../lab.svelte.ts'</script>",
    'src-renderer/screens/lab/Lab.svelte': "<script>import '../../parts/Chart.svelte'\nimport './rows.ts'</script>",
    'src-renderer/screens/lab/rows.ts': '',
    'src-renderer/screens/live/Live.svelte': '',
  }
  const judge = (spoilt: Record<string, string>): string[] =>
    violationsIn(new Map(Object.entries({ ...house, ...spoilt })), brought)

  test('nothing wrong in a house in order', () => {
    expect(judge({})).toEqual([])
  })

  test.each([
    ['an upward import', 'src-main/program/shape.ts', "import '../lab/lab.ts'", 'program may not import lab'],
    ['siblings', 'src-main/engines/tensorflow.ts', "import '../data/idx.ts'", 'engines may not import data'],
    ['a type', 'src-main/data/idx.ts', "import type { A } from '../rules/index.ts'", 'data may not import rules'],
    ['an inline type', 'src-main/data/idx.ts', "let a: import('../rules/index.ts').A", 'data may not import rules'],
    ['a re-export', 'src-main/data/idx.ts', "export * from '../rules/index.ts'", 'data may not import rules'],
    ['a dynamic import', 'src-main/data/idx.ts', "await import('../rules/index.ts')", 'data may not import rules'],
    ['a computed import', 'src-main/lab/lab.ts', 'await import(name)', 'computed'],
    ['a missing file', 'src-main/lab/lab.ts', "import './gone.ts'", 'not a source of the app'],
    ['one paper', 'src-main/training/train.ts', "import '../rules/paper.ts'", 'knows one rule by name'],
    [
      'the face looking down',
      'src-renderer/App.svelte',
      "<script>\n\nimport '../src-main/lab/lab.ts'</script>",
      'App.svelte:3: face/app may not import lab',
    ],
    [
      'a module script',
      'src-renderer/App.svelte',
      "<script module>import '../src-main/main.ts'</script>\n<script></script>",
      'face/app may not import hosts',
    ],
    [
      'a value of the office in the face',
      'src-renderer/lab.svelte.ts',
      "import { LAB_CALLS } from '../src-main/contract.ts'",
      'the face may import types alone from contract',
    ],
    [
      'a value of the experiment in the face',
      'src-renderer/lab.svelte.ts',
      "import { Experiment } from '../src-main/experiment/experiment.ts'",
      'the face may import types alone from experiment',
    ],
    [
      'a schema in what both sides share',
      'src-main/experiment/result.ts',
      "import { Experiment } from './experiment.ts'",
      'what both sides share may import values of its like alone',
    ],
    [
      'a package in what both sides share',
      'src-main/experiment/result.ts',
      "import { z } from 'zod'",
      'what both sides share may import values of its like alone',
    ],
    [
      'a screen in another',
      'src-renderer/screens/live/Live.svelte',
      "<script>import { one } from '../lab/rows.ts'</script>",
      'face/screens/live may not import face/screens/lab',
    ],
    [
      'a screen in a part',
      'src-renderer/parts/Chart.svelte',
      "<script>import '../screens/lab/rows.ts'</script>",
      'face/parts may not import face/screens/lab',
    ],
    [
      'a part in a figure',
      'src-renderer/figure/scene.ts',
      "import '../parts/Chart.svelte'",
      'may not import face/parts',
    ],
    [
      'a figure in a chart',
      'src-renderer/charts/scale.ts',
      "import '../figure/scene.ts'",
      'may not import face/figure',
    ],
    ['a store in a chart', 'src-renderer/charts/scale.ts', "import '../lab.svelte.ts'", 'may not import face/stores'],
    ['a loose module', 'src-renderer/loose.ts', "import './lab.svelte.ts'", 'face/loose may not import face/stores'],
    [
      'the face in a host',
      'src-main/cli/figure-file.ts',
      "import '../../src-renderer/charts/scale.ts'",
      'hosts may not import face/charts',
    ],
    [
      'more of the figures in a host than what draws without a window',
      'src-main/cli/figure-file.ts',
      "import type { Scene } from '../../src-renderer/figure/scene.ts'",
      'what draws without a window alone',
    ],
    [
      'a store under what draws without a window',
      'src-renderer/figure/scene.ts',
      "import '../lab.svelte.ts'",
      'lab.svelte.ts: a host reaches it',
    ],
    [
      'a file that a bundler names under what draws without a window',
      'src-renderer/figure/scene.ts',
      "import font from '@fonts/a.ttf?url'",
      'scene.ts:1: a host reaches it, and @fonts/a.ttf?url needs a window',
    ],
    [
      'a package of the window under what draws without a window',
      'src-renderer/charts/scale.ts',
      "import { Chart } from 'chart.js'",
      'scale.ts:1: a host reaches it, and chart.js needs a window',
    ],
    ['preload looking around', 'src-main/preload.ts', "import './lab/lab.ts'", 'preload may not import lab'],
    ['a host imported from below', 'src-main/lab/lab.ts', "import '../cli/run.ts'", 'lab may not import hosts'],
    ['electron', 'src-main/lab/lab.ts', "import 'electron'", 'imports electron'],
    ['TensorFlow', 'src-main/training/train.ts', "import '@tensorflow/tfjs-core'", 'imports @tensorflow/tfjs-core'],
    ['webgpu', 'src-main/engines/tensorflow.ts', "import 'webgpu'", 'imports webgpu'],
    ['Svelte outside the face', 'src-main/lab/lab.ts', "import 'svelte'", 'imports svelte'],
    ['Node in a portable room', 'src-main/rules/paper.ts', "import 'node:fs'", 'a room without Node'],
    ['Node without its prefix', 'src-main/lab/lab.ts', "import 'fs'", 'imports fs, which package.json'],
    ['an undeclared package', 'src-main/lab/lab.ts', "import 'left-pad'", 'imports left-pad'],
    [
      'a cycle of types',
      'src-main/program/shape.ts',
      "import type { A } from './b.ts'",
      'cycle: src-main/program/b.ts ↔',
    ],
    ['a file importing itself', 'src-main/data/idx.ts', "import './idx.ts'", 'cycle: src-main/data/idx.ts'],
  ])('%s', (_, path, source, complaint) => {
    const spoilt = { 'src-main/program/b.ts': "import type { Shape } from './shape.ts'", [path]: source }
    expect(judge(spoilt)).toContainEqual(expect.stringContaining(complaint))
  })
})

describe('the check sees in the lab', () => {
  const judge = (path: string, source: string): string[] => {
    const lab = {
      'src-main/lab/lab.ts': "import './office/calls.ts'",
      'src-main/lab/office/calls.ts': "import '../results.ts'",
      'src-main/lab/results.ts': "export { readRow } from './results/read.ts'",
      'src-main/lab/results/read.ts': "import '../storage.ts'\nimport './folder.ts'",
      'src-main/lab/results/folder.ts': '',
      'src-main/lab/storage.ts': "export { readJson } from './storage/files.ts'",
      'src-main/lab/storage/files.ts': "import '../problem.ts'",
      'src-main/lab/problem.ts': '',
      'src-main/cli/runs.ts': "import '../lab/results.ts'",
    }
    return violationsIn(new Map(Object.entries({ ...lab, [path]: source })), new Set())
  }

  test('nothing wrong in rooms in order', () => {
    expect(judge('src-main/lab/results/folder.ts', '')).toEqual([])
  })

  test.each([
    ['a host past results.ts', 'src-main/cli/runs.ts', "import '../lab/results/read.ts'", "door of the lab's results"],
    ['the office past a door', 'src-main/lab/lab.ts', "import './storage/files.ts'", "door of the lab's storage"],
    ['a room past a door', 'src-main/lab/results/read.ts', "import '../storage/files.ts'", "door of the lab's storage"],
    ['a host in the office', 'src-main/cli/runs.ts', "import '../lab/office/calls.ts'", "door of the lab's office"],
    ['upward', 'src-main/lab/storage/files.ts', "import '../results.ts'", 'storage may not import its results'],
    [
      'a type upward',
      'src-main/lab/results/read.ts',
      "import type { L } from '../lab.ts'",
      'results may not import its office',
    ],
    [
      'a room that is not in the table',
      'src-main/lab/cellar/wine.ts',
      "import '../storage.ts'",
      'cellar may not import',
    ],
  ])('%s', (_, path, source, complaint) => {
    expect(judge(path, source)).toContainEqual(expect.stringContaining(complaint))
  })
})

describe('the clone', () => {
  const paths = globSync(['src-main/**/*.ts', 'src-renderer/**/*.{ts,svelte}'], { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path !== 'src-renderer/vite.config.ts' && path !== 'src-main/vite.config.ts')
  const sources = new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]))

  test('has its rooms, so that the check below judges something', () => {
    const rooms = paths.map(roomOf).map((room) => (isScreen(room) ? 'face/screens' : room))
    expect(new Set(rooms)).toEqual(new Set(Object.keys(arrows)))
    expect(paths.length).toBeGreaterThan(60)
    expect([...sources].flatMap(([path, source]) => importsOf(path, source)).length).toBeGreaterThan(paths.length)
  })

  test('has the rooms of the lab, each resting on lower ones only', () => {
    const rooms = Object.keys(labArrows)
    expect(new Set(paths.map(labRoomOf))).toEqual(new Set([...rooms, null]))
    for (const [place, room] of rooms.entries())
      expect(rooms.slice(0, place), room).toEqual(expect.arrayContaining([...(labArrows[room] ?? [])]))
  })

  test('keeps to the arrows', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
      string,
      Record<string, string>
    >
    const { dependencies, optionalDependencies } = manifest
    // Electron brings itself; Svelte is compiled into the face. All else that the app imports has to ship with it.
    const brought = new Set([...Object.keys({ ...dependencies, ...optionalDependencies }), 'electron', 'svelte'])
    expect(violationsIn(sources, brought)).toEqual([])
  })

  test('ships what the command line draws figures with, beside the archive, which plain Node cannot read', () => {
    const reached = [...drawnWithoutWindow(sources)].filter((path) => path.startsWith('src-renderer/'))
    expect(reached).toEqual(expect.arrayContaining([...withoutWindow]))
    const folders = new Set(reached.map((path) => posix.dirname(path)))
    const lists = readFileSync(join(root, 'electron-builder.yml'), 'utf8').split(/^(?=\w)/m)
    const named = (key: string): readonly string[] =>
      [
        ...(lists.find((list) => list.startsWith(`${key}:`)) ?? '').matchAll(
          /^ +- (src-renderer\/.+)\/\*\*\/\*\.ts$/gm,
        ),
      ].map(([, folder = '']) => folder)
    expect(new Set(named('files'))).toEqual(folders)
    expect(named('asarUnpack')).toEqual(named('files'))
  })

  test('compiles the portable rooms without Node and without a browser', () => {
    const { config } = ts.readConfigFile(join(root, 'src-main/tsconfig.pure.json'), (path) =>
      readFileSync(path, 'utf8'),
    ) as {
      config: { compilerOptions: { types: string[]; lib: string[] }; include: string[] }
    }
    expect(config.compilerOptions.types).toEqual([])
    expect(config.compilerOptions.lib.filter((name) => /dom|worker/i.test(name))).toEqual([])
    expect(config.include).toEqual(['program/**/*.ts', 'rules/**/*.ts', 'data/**/*.ts'])
  })
})
