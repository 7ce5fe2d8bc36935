/**
 * The command line as a real process, the way a person or a script meets it; and, for what is refused before anything
 * starts, without one.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { main } from '../../src-main/cli/main.ts'
import { Terminal } from '../../src-main/cli/terminal.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** The project's own Node: what ships, whatever Node the machine has. */
export const NODE = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url))
const CLI = fileURLToPath(new URL('../../src-main/cli.ts', import.meta.url))

export interface Finished {
  readonly code: number | null
  readonly out: string
  readonly err: string
  /** Every line of standard output, parsed; throws in the test when one is no JSON object. */
  readonly lines: readonly Record<string, unknown>[]
}

export interface Running {
  readonly child: ChildProcess
  /** Resolves with the first line of standard output for which `wanted` holds. */
  until(wanted: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>
  readonly finished: Promise<Finished>
}

export function start(words: readonly string[], environment: Record<string, string> = {}): Running {
  return watch(spawn(NODE, [CLI, ...words], { env: clean(environment), stdio: ['ignore', 'pipe', 'pipe'] }))
}

export function apical(words: readonly string[], environment: Record<string, string> = {}): Promise<Finished> {
  return start(words, environment).finished
}

/**
 * All that `apical WORDS` says and its exit code, from its first word to its last, in this process: a start of a process
 * takes a hundred times as long as most refusals. What it is told of its place stands in the words.
 */
export async function answered(words: readonly string[]): Promise<Finished> {
  for (const name of MISPLACING) delete process.env[name]
  const [out, err] = [new PassThrough({ encoding: 'utf8' }), new PassThrough({ encoding: 'utf8' })]
  const stream = (one: PassThrough): NodeJS.WriteStream => one as unknown as NodeJS.WriteStream
  const code = await main(words, (json) => new Terminal(json, stream(out), stream(err)))
  const said = (one: PassThrough): string => String(one.read() ?? '')
  const printed = said(out)
  return {
    code,
    out: printed,
    err: said(err),
    get lines() {
      return jsonLines(printed)
    },
  }
}

const MISPLACING = ['APICAL_HOME', 'APICAL_DATA', 'NO_COLOR', 'FORCE_COLOR', 'NODE_OPTIONS']

/** The environment without what would colour or misplace a run. */
function clean(environment: Record<string, string>): NodeJS.ProcessEnv {
  const rest = { ...process.env }
  for (const name of MISPLACING) delete rest[name]
  // Sixty starts in a row: compiled once, each takes less than half the time.
  return { ...rest, NODE_COMPILE_CACHE: join(ROOT, 'build/compile-cache'), ...environment }
}

export function watch(child: ChildProcess): Running {
  let out = ''
  let err = ''
  const listeners = new Set<() => void>()
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text
    for (const listener of listeners) listener()
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      for (const listener of listeners) listener()
      resolve({
        code,
        out,
        err,
        get lines() {
          return jsonLines(out)
        },
      })
    })
  })
  const until = (wanted: (line: Record<string, unknown>) => boolean) =>
    new Promise<Record<string, unknown>>((resolve, reject) => {
      const look = () => {
        const found = jsonLines(out.slice(0, out.lastIndexOf('\n') + 1)).find(wanted)
        if (found !== undefined) resolve(found)
        return found !== undefined
      }
      if (look()) return
      const listener = () => {
        if (look()) listeners.delete(listener)
      }
      listeners.add(listener)
      void finished.then(({ code }) => {
        reject(new Error(`ended with ${code} before the awaited line came; it wrote:\n${out}\n${err}`))
      }, reject)
    })
  return { child, until, finished }
}

export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const value: unknown = JSON.parse(line)
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        throw new Error(`expected one JSON object a line, found: ${line}`)
      return value as Record<string, unknown>
    })
}
