// Nothing leaves the machine without a click: in all of the app's sources, one file opens connections to the outside,
// and the window talks to its own lab alone. Shown to bite on planted violations.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Who may do what, and only that. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  // Downloads of data sets, asked for by a person; its table of addresses is all https.
  'src-main/lab/datasets/fetch.ts': ['node:https'],
  // The browser host: it listens, on loopback.
  'src-main/serve.ts': ['node:http'],
  'src-main/serve/socket.ts': ['ws'],
  // What an address looks like, no connection.
  'src-main/serve/gate.ts': ['node:net'],
  // The face to the server that sent it; whether that one still lets it in is asked of '/' alone, see below.
  'src-renderer/transport/websocket.ts': ['WebSocket', 'fetch'],
  // A font of the face's own, from where the face came.
  'src-renderer/figure/canvas.ts': ['fetch'],
}

const IMPORT = /^import (?!type)[^'"]*['"](node:(?:https?|http2|net|tls|dgram|dns(?:\/promises)?)|undici|ws)['"]/gm
const GLOBAL = /(?<![\w])(?:new |navigator\.)?(fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon)\(/g

function connections(sources: ReadonlyMap<string, string>): string[] {
  return [...sources].flatMap(([path, source]) => {
    const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    const found = [...code.matchAll(IMPORT), ...code.matchAll(GLOBAL)].map((match) => match[1] ?? '')
    return found.filter((what) => !(ALLOWED[path] ?? []).includes(what)).map((what) => `${path} uses ${what}`)
  })
}

const paths = globSync(['src-main/**/*.{ts,mjs}', 'src-renderer/**/*.{ts,svelte}'], { cwd: root })
const sources = new Map(
  paths.map((path) => [path.replaceAll('\\', '/'), readFileSync(join(root, path), 'utf8')] as const),
)
// The set-up of a clone fetches packages with npm; no part of the app imports it.
sources.delete('src-main/bootstrap.mjs')

test('one file of the app opens connections to the outside', () => {
  expect(sources.size).toBeGreaterThan(200)
  expect(sources.has('src-main/lab/datasets/fetch.ts')).toBe(true)
  expect(connections(sources)).toEqual([])
})

test('the face’s wire asks nobody but its own server, by a path and for nothing but the status', () => {
  const wire = sources.get('src-renderer/transport/websocket.ts') ?? ''
  expect(wire.match(/fetch\([^)]*\)/g)).toEqual(["fetch('/', { method: 'HEAD', cache: 'no-store' })"])
  expect(wire.match(/new WebSocket\([^)]*\)/g)).toEqual(['new WebSocket(address)'])
})

test.each([
  ["import { request } from 'node:https'", 'node:https'],
  ["import net from 'node:net'", 'node:net'],
  ["const page = await fetch('https://example.org')", 'fetch'],
  ["const socket = new WebSocket('wss://example.org')", 'WebSocket'],
  ['navigator.sendBeacon(address)', 'sendBeacon'],
  ["import type { IncomingMessage } from 'node:http'", null],
])('the check sees %j', (line, what) => {
  const planted = connections(new Map([['src-main/lab/lab.ts', `${line}\n`]]))
  expect(planted).toEqual(what === null ? [] : [`src-main/lab/lab.ts uses ${what}`])
})
