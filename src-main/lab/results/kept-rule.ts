/**
 * `rule.json`: the rule of a file outside of the source, kept with the run that it trained: the file's text, to be read by
 * people, and what it left for this network with these settings, which is data and all that workers run. So a run is resumed
 * and reviewed where the file is not, and opening a folder never runs code.
 */
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { z } from 'zod'
import type { Experiment } from '../../experiment/experiment.ts'
import { Sha256 } from '../../experiment/sha256.ts'
import {
  admitRule,
  OwnCard,
  ownRuleName,
  ruleNamed,
  ruleOfFile,
  TracedData,
  traceKey,
  type RuleFile,
  type Trace,
} from '../../rules/index.ts'
import { LabProblem } from '../problem.ts'
import { readJson, writeWhole } from '../storage.ts'

const LARGEST = 128 * 1024 ** 2

const KeptRule = z.object({
  version: z.literal(1),
  file: z.string().max(400),
  sha256: Sha256,
  text: z.string(),
  card: OwnCard,
  traced: TracedData,
})

/** Of rules that are known from results folders alone: by name, then by settings and network. */
const traces = new Map<string, Map<string, Trace>>()

/** Writes the rule beside the experiment, if it came from a file. */
export function keepRule(path: string, { rule: { name, settings }, widths }: Experiment): void {
  const file = ruleNamed(name)?.file
  if (file === undefined) return
  const trace = file.trace(settings, widths)
  if ('problems' in trace) return
  const kept: z.input<typeof KeptRule> = {
    ...{ version: 1, file: basename(file.file), sha256: file.sha256, text: file.text },
    ...{ card: file.card, traced: trace.traced },
  }
  writeWhole(path, [`${JSON.stringify(kept)}\n`])
}

/**
 * Makes the rule of a run known to this process, where it is none of Apical's and its file has not been met.
 *
 * @throws LabProblem for a file that cannot be what was written
 */
export function admitKeptRule(path: string, { rule: { name, settings }, widths }: Experiment): void {
  if (!name.includes('@')) return
  const known = traces.get(name)
  if (known === undefined && ruleNamed(name) !== undefined) return
  const key = traceKey(settings, widths)
  if (known?.has(key) === true) return
  const found = read(path)
  if (found === null) return
  const { card, sha256, traced } = found
  if (ownRuleName(card, sha256) !== name || sha256 !== createHash('sha256').update(found.text).digest('hex'))
    throw new LabProblem(`${path}: it is not the rule "${name}" that the run names.`, 'Restore the file from a copy.')
  const all = known ?? new Map<string, Trace>()
  all.set(key, { traced })
  if (known !== undefined) return
  traces.set(name, all)
  admitRule(ruleOfFile({ ...found, trace: (asked, of) => all.get(traceKey(asked, of)) ?? refuse(found) }))
}

function refuse({ file }: Pick<RuleFile, 'file'>): never {
  throw new LabProblem(
    `${file} is not in the rules folder or not allowed, and a run keeps its rule for its own settings and network alone.`,
    'Put the same file into the rules folder and allow it to use other ones.',
  )
}

function read(path: string): z.infer<typeof KeptRule> | null {
  const wrong = (what: string, cause?: unknown): LabProblem =>
    new LabProblem(`${path}: ${what}.`, 'Restore the file from a copy; nothing was changed.', [], cause)
  let parsed: z.ZodSafeParseResult<z.infer<typeof KeptRule>>
  try {
    const json = readJson(path, LARGEST)
    if (json === null) return null
    parsed = KeptRule.safeParse(json)
  } catch (error) {
    // Of one made up to be deeper than any stack, too.
    throw error instanceof LabProblem ? error : wrong('it cannot be read as the rule of a run', error)
  }
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw wrong(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not the rule of a run'}`)
}
