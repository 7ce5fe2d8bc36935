/**
 * Rules of a person's own: `*.ts` and `*.js` in the folder `rules` of Apical's home, or in APICAL_RULES. A file is run only
 * once the person has allowed it, as it is: what is allowed is the SHA-256 of its contents, so a changed file asks again.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import type { OwnRuleFile } from '../../contract.ts'
import {
  admitRule,
  OwnCard,
  ownRuleName,
  ruleNamed,
  ruleOfFile,
  TracedData,
  traceKey,
  type Rule,
  type RuleFile,
  type Trace,
} from '../../rules/index.ts'
import { LabProblem } from '../problem.ts'
import { apicalHome, isMissing, makeFolders, readJson, readText, writeJson } from '../storage.ts'
import type { SaidByFile } from './asked.ts'
import { askFile, askFileNow } from './sandbox.ts'

const LARGEST_FILE = 1_000_000
const LARGEST_LEDGER = 10_000_000

/** What was allowed: by path, the contents then, and what the rule said of itself. */
const Allowed = z.record(z.string(), z.object({ sha256: z.string(), card: OwnCard }))
type Allowed = z.infer<typeof Allowed>

/** APICAL_RULES, else `rules` in Apical's home. */
export function rulesFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const said = environment['APICAL_RULES']
  return said === undefined || said === '' ? join(apicalHome(environment), 'rules') : resolve(said)
}

/** Makes every rule known to this process that is allowed and unchanged; runs nothing. */
export function admitOwnRules(folder: string = rulesFolder()): void {
  for (const [path, { sha256, card }] of Object.entries(readAllowed(folder))) {
    const found = lookAtOwnRule(path)
    if (found?.sha256 === sha256) admit(path, found, card)
  }
}

interface Contents {
  readonly text: string
  readonly sha256: string
}

/** What is in a file; null where there is none. */
export function lookAtOwnRule(path: string): Contents | null {
  const text = readText(path, LARGEST_FILE)
  return text === null ? null : { text, sha256: createHash('sha256').update(text).digest('hex') }
}

/** Every file of the folder and those allowed elsewhere, with what stands in their way. */
export function listOwnRules(folder: string = rulesFolder()): OwnRuleFile[] {
  const allowed = readAllowed(folder)
  const paths = new Set([...filesIn(folder), ...Object.keys(allowed)])
  return [...paths].sort().flatMap((path): OwnRuleFile[] => {
    const found = lookAtOwnRule(path)
    if (found === null) return []
    const known = allowed[path]
    const { sha256 } = found
    if (known === undefined) return [{ path, sha256, state: 'new', rule: null, label: null }]
    const { label } = known.card
    return known.sha256 === sha256
      ? [{ path, sha256, state: 'allowed', rule: ownRuleName(known.card, sha256), label }]
      : [{ path, sha256, state: 'changed', rule: null, label }]
  })
}

/**
 * Allows a file as it is, and asks it what rule it is.
 *
 * @param sha256 of the contents that the person saw
 * @throws LabProblem when it has changed since, and when it is no rule, with its line
 */
export async function allowOwnRule(path: string, sha256: string, folder: string = rulesFolder()): Promise<string> {
  const file = resolve(path)
  const found = lookAtOwnRule(file)
  if (found === null) throw new LabProblem(`There is no file ${file}.`, 'Choose a file that is there.')
  if (found.sha256 !== sha256)
    throw new LabProblem(`${file} has changed since its SHA-256 was shown.`, 'Look at it again, then allow it.')
  const card = cardOf(file, await askFile({ file, text: found.text, network: null }))
  makeFolders(folder)
  writeJson(ledgerOf(folder), { ...readAllowed(folder), [file]: { sha256, card } })
  admit(file, found, card)
  return ownRuleName(card, sha256)
}

/** Traces ahead what a call will ask of an own rule, so that a host answers others meanwhile; says nothing where that fails. */
export async function traceAhead(name: string, written: unknown, widths: readonly number[]): Promise<void> {
  const rule = ruleNamed(name)
  const file = rule?.file
  const cache = file === undefined ? undefined : caches.get(file)
  // As it will be asked: with every setting filled in.
  const filled = rule?.settings.safeParse(written)
  if (file === undefined || cache === undefined || filled?.success !== true) return
  const settings: unknown = filled.data
  if (cache.has(traceKey(settings, widths))) return
  try {
    cache.set(traceKey(settings, widths), traceOf(file.file, await askFile(question(file, settings, widths))))
  } catch {
    // Said in words when it is asked for itself.
  }
}

/** What the file of an own rule leaves when it is asked once more, whatever it left before; null for a rule of Apical's. */
export async function traceAgain(rule: Rule, settings: unknown, widths: readonly number[]): Promise<Trace | null> {
  const { file } = rule
  return file === undefined ? null : traceOf(file.file, await askFile(question(file, settings, widths)))
}

/** Of a file as a person names it: its path, or its name in the rules folder. */
export function ownRulePath(named: string, folder: string = rulesFolder()): string {
  return [resolve(named), join(folder, named)].find((path) => existsSync(path)) ?? resolve(named)
}

/**
 * The rule of a file that is allowed as it is now; it need not lie in the rules folder.
 *
 * @throws LabProblem that says what to look at, and how to allow it
 */
export function allowedRule(named: string, folder: string = rulesFolder()): Rule {
  const file = ownRulePath(named, folder)
  const found = lookAtOwnRule(file)
  if (found === null)
    throw new LabProblem(`There is no file ${file}.`, '"apical rule" lists those of the rules folder.')
  const known = readAllowed(folder)[file]
  if (known?.sha256 !== found.sha256)
    throw new LabProblem(
      `${file} ${known === undefined ? 'is not allowed yet' : 'has changed since it was allowed'}; its SHA-256 is ${found.sha256}.`,
      `Read it; "apical rule allow ${named}" lets it run as it is.`,
    )
  const name = ownRuleName(known.card, found.sha256)
  admit(file, found, known.card)
  const rule = ruleNamed(name)
  if (rule === undefined) throw new RangeError(`the rule ${name} was not admitted`)
  return rule
}

const MOST_TRACES = 60
/** A file that does not end takes ten seconds, and what a person asks once is asked of it several times. */
const REFUSED_FOR_MS = 30_000
const caches = new WeakMap<RuleFile, Map<string, Trace>>()

function admit(file: string, { text, sha256 }: Contents, card: OwnCard): void {
  if (ruleNamed(ownRuleName(card, sha256))?.file?.file === file) return
  const cache = new Map<string, Trace>()
  let refused: { readonly key: string; readonly why: unknown; readonly at: number } | null = null
  const ask = (key: string, settings: unknown, widths: readonly number[]): Trace => {
    if (refused?.key === key && performance.now() - refused.at < REFUSED_FOR_MS) throw refused.why
    try {
      return traceOf(file, askFileNow(question(origin, settings, widths)))
    } catch (why) {
      refused = { key, why, at: performance.now() }
      throw why
    }
  }
  const origin: RuleFile = {
    ...{ file, sha256, text, card },
    trace(settings, widths) {
      const key = traceKey(settings, widths)
      const trace = cache.get(key) ?? ask(key, settings, widths)
      // The latest are kept.
      cache.delete(key)
      cache.set(key, trace)
      const oldest = cache.size > MOST_TRACES ? cache.keys().next().value : undefined
      if (oldest !== undefined) cache.delete(oldest)
      return trace
    },
  }
  caches.set(origin, cache)
  admitRule(ruleOfFile(origin))
}

const question = ({ file, text }: Pick<RuleFile, 'file' | 'text'>, settings: unknown, widths: readonly number[]) => ({
  ...{ file, text, network: { settings, widths } },
})

function traceOf(file: string, said: SaidByFile): Trace {
  if (said.kind === 'problems') return { problems: said.problems }
  const parsed = TracedData.safeParse(said.kind === 'traced' ? said.traced : null)
  if (parsed.success) return { traced: parsed.data, lines: said.kind === 'traced' ? said.lines : {} }
  throw notARule(file, parsed.error)
}

function cardOf(file: string, said: SaidByFile): OwnCard {
  const parsed = OwnCard.safeParse(said.kind === 'card' ? said.card : null)
  if (parsed.success) return parsed.data
  throw notARule(file, parsed.error)
}

function notARule(file: string, error: z.ZodError): LabProblem {
  const issue = error.issues[0]
  return new LabProblem(
    `${file}: ${issue?.path.join('.') ?? 'the rule'}: ${issue?.message ?? 'not a rule'}.`,
    'Correct the file and allow it again.',
    [],
    error,
  )
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.[jt]s$/.test(entry.name) && !/\.d\.ts$|^\./.test(entry.name))
      .map(({ name }) => join(folder, name))
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

function readAllowed(folder: string): Allowed {
  const parsed = Allowed.safeParse(readJson(ledgerOf(folder), LARGEST_LEDGER) ?? {})
  // What cannot be read allows nothing.
  return parsed.success ? parsed.data : {}
}

const ledgerOf = (folder: string): string => join(folder, 'allowed.json')
