/**
 * The entry of the process that runs the file of a rule: a plain Node with no more rights than to read Apical's own code (no
 * other files, no network, no processes, no threads), which ends after one answer. It is asked over standard input and
 * answers over standard output; the file sees neither, nor anything of Node, only `apical/rule`.
 *
 * Node's permissions are the wall. That a file has globals of its own, without `process`, keeps it honest, not in.
 */
import { readFileSync, writeSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { createContext, SourceTextModule, SyntheticModule, type Module } from 'node:vm'
import { z } from 'zod'
import { traced } from '../../program/replay.ts'
import type { Tracer } from '../../program/trace.ts'
import * as kit from '../../rules/kit.ts'
import { schemaOf } from '../../rules/setting.ts'
import type { AskedOfFile, SaidByFile } from './asked.ts'

/** What is wrong with a file as a whole: there is no line to show. */
class Refusal extends Error {}

const { file, text, network } = JSON.parse(readFileSync(0, 'utf8')) as AskedOfFile

async function answer(): Promise<SaidByFile> {
  const rule = await exported()
  if (network === null) {
    // Functions are no data: what is left of the rule by JSON is its card.
    return { kind: 'card', card: { ...rule, settings: schemaOf(z.strictObject(rule.settings)).properties ?? {} } }
  }
  const { widths } = network
  const settings = named(z.strictObject(rule.settings).parse(network.settings))
  const problems = rule.check?.(settings, widths) ?? []
  if (problems.length > 0) return { kind: 'problems', problems: [...problems] }
  const lines: Record<string, number> = {}
  const left = traced(rule.name, widths, (p) => {
    noteLines(p, lines)
    return rule.build(p, settings, widths)
  })
  return { kind: 'traced', traced: left, lines }
}

/** Notes at which line of the file each parameter is declared and each report made, so that a check can say where. */
function noteLines(p: Tracer, lines: Record<string, number>): void {
  const note = (name: string): void => {
    const line = lineIn(new Error().stack)
    if (line !== null) lines[name] ??= line
  }
  const [parameter, measure] = [p.parameter.bind(p), p.measure.bind(p)]
  p.parameter = (name, ...more) => {
    note(name)
    return parameter(name, ...more)
  }
  p.measure = (name, operand) => {
    note(name)
    measure(name, operand)
  }
}

/** A setting that the rule has not is an error where it is read, not a number that is none. */
function named<T extends object>(settings: T): T {
  return new Proxy(settings, {
    get(target, key) {
      if (typeof key === 'symbol' || key in target) return Reflect.get(target, key) as unknown
      throw new Error(`there is no setting "${key}"; it has ${Object.keys(target).join(', ') || 'none'}`)
    },
  })
}

async function exported(): Promise<kit.OwnRule> {
  const context = createContext({}, { codeGeneration: { strings: false, wasm: false } })
  const module = new SourceTextModule(withoutTypes(), { identifier: file, context })
  await module.link((specifier: string): Module => {
    if (specifier !== 'apical/rule')
      throw new Refusal(`it imports "${specifier}"; the file of a rule may import only "apical/rule"`)
    return words(context)
  })
  await module.evaluate()
  const found: unknown = (module.namespace as { readonly default?: unknown }).default
  if (typeof found !== 'object' || found === null)
    throw new Refusal('it exports no rule; expected "export default rule({ name, label, summary, settings, build })"')
  const rule = found as Partial<kit.OwnRule>
  if (typeof rule.build !== 'function') throw new Refusal('its rule has no "build" function')
  if (typeof rule.settings !== 'object')
    throw new Refusal('its rule has no "settings"; expected an object, {} for none')
  for (const [key, setting] of Object.entries(rule.settings))
    if (!(setting instanceof z.ZodType))
      throw new Refusal(
        `its setting "${key}" is not made by number, whole, choice, onOff, perLayer, layerNumbers or schedule`,
      )
  return rule as kit.OwnRule
}

/** As JavaScript, every line where it was. */
function withoutTypes(): string {
  try {
    return file.endsWith('.ts') ? stripTypeScriptTypes(text) : text
  } catch (error) {
    throw new Refusal(
      asError(error)
        .message.trim()
        .replaceAll(/\s*\n\s*/g, ' '),
    )
  }
}

function words(context: object): Module {
  const names = Object.keys(kit)
  return new SyntheticModule(
    names,
    function () {
      for (const name of names) this.setExport(name, kit[name as keyof typeof kit])
    },
    { context },
  )
}

/** Of any error the words, and the innermost line of the file that it passed through. */
function wrong(error: unknown): SaidByFile {
  const { message, stack, name } = asError(error)
  // A word says where it was misused itself, as a file name with a line.
  const said = message.replace(/ \([^()]*:\d+\)$/, '')
  const kind = error instanceof Refusal || !/^(Syntax|Type|Reference|Range)Error$/.test(name) ? '' : `${name}: `
  return { kind: 'wrong', message: `${kind}${said}`, line: lineIn(stack) }
}

/** The innermost line of the file that a stack passes through. */
function lineIn(stack: string | undefined): number | null {
  const places = (stack ?? '').split('\n').map((line) => placeIn(line))
  return places.find((line) => line !== null) ?? null
}

function asError(error: unknown): { message: string; stack?: string | undefined; name: string } {
  if (error instanceof z.ZodError) return { message: z.prettifyError(error), name: 'settings' }
  // Thrown in the file's own realm, it is no Error of this one.
  const thrown = error as { message?: unknown; stack?: unknown; name?: unknown } | null | undefined
  return {
    message: typeof thrown?.message === 'string' ? thrown.message : `it throws ${String(error)}`,
    stack: typeof thrown?.stack === 'string' ? thrown.stack : undefined,
    name: typeof thrown?.name === 'string' ? thrown.name : '',
  }
}

function placeIn(line: string): number | null {
  const place = line.indexOf(`${file}:`)
  if (place < 0) return null
  const number = Number(/^\d+/.exec(line.slice(place + file.length + 1))?.[0])
  return Number.isInteger(number) && number > 0 ? number : null
}

/** The whole of it before the process ends. */
function say(said: SaidByFile): void {
  const bytes = Buffer.from(JSON.stringify(said))
  for (let written = 0; written < bytes.length;) written += writeSync(1, bytes, written)
  process.exit(0)
}

try {
  say(await answer())
} catch (error) {
  say(wrong(error))
}
