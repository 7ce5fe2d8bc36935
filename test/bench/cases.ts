/** What is measured: the cases of `cases.json`, which the PyTorch script reads too, and the authors' times for the same. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Compiled } from '../../src-main/program/program.ts'
import { compileRule, ruleNamed } from '../../src-main/rules/index.ts'

const root = join(import.meta.dirname, '../..')

const BenchCase = z.strictObject({
  name: z.string(),
  /** Its name in the reference timing. */
  published: z.string(),
  rule: z.string(),
  widths: z.array(z.int()).min(2),
  batch: z.int(),
  settings: z.record(z.string(), z.unknown()),
})
export type BenchCase = z.infer<typeof BenchCase>

export function benchCases(): readonly BenchCase[] {
  return z.array(BenchCase).parse(JSON.parse(readFileSync(join(import.meta.dirname, 'cases.json'), 'utf8')))
}

/** The cases named, each by its own name or by its rule's. @throws Error for a word that names none */
export function casesNamed(words: readonly string[]): readonly BenchCase[] {
  const all = benchCases()
  const matches = (word: string, { name, rule }: BenchCase): boolean => word === name || word === rule
  const unknown = words.find((word) => !all.some((one) => matches(word, one)))
  if (unknown !== undefined)
    throw new Error(
      `There is no case or rule "${unknown}". Cases: ${all.map(({ name }) => name).join(', ')}; rules: ${[...new Set(all.map(({ rule }) => rule))].join(', ')}.`,
    )
  return words.length === 0 ? all : all.filter((one) => words.some((word) => matches(word, one)))
}

export function compileCase({ rule: name, settings, widths }: BenchCase): Compiled {
  const rule = ruleNamed(name)
  if (rule === undefined) throw new Error(`There is no rule "${name}".`)
  return compileRule(rule, rule.settings.parse(settings), widths)
}

const Times = z.object({ train_ms_per_batch: z.number(), eval_ms_per_batch: z.number() })
const Timing = z.object({
  settings: z.looseObject({
    arch: z.array(z.int()),
    free: z.int().optional(),
    nudged: z.int().optional(),
    T1: z.int().optional(),
    T2: z.int().optional(),
    its: z.int().optional(),
  }),
  batch: z.int(),
  threads_1: Times,
  threads_1_best: Times,
  threads_2: Times,
  threads_2_best: Times,
})
const TimingFile = z.object({ machine: z.object({ model_name: z.string() }), timings: z.record(z.string(), Timing) })

export type PublishedTiming = z.infer<typeof Timing>
export interface PublishedTimings {
  readonly cpu: string
  readonly timings: Readonly<Record<string, PublishedTiming>>
}

/** The authors' released code on some other machine, where `../shared` has it. */
export function publishedTimings(): PublishedTimings | null {
  const path = join(root, '../shared/reference/upstream-cpu-timing.json')
  if (!existsSync(path)) return null
  const { machine, timings } = TimingFile.parse(JSON.parse(readFileSync(path, 'utf8')))
  return { cpu: machine.model_name, timings }
}

/** In what a case asks for other work than the published timing did, a sentence each; empty when the work is the same. */
export function otherWork({ widths, batch, settings }: BenchCase, published: PublishedTiming): string[] {
  const theirs = published.settings
  const pairs: readonly (readonly [what: string, ours: unknown, theirs: unknown])[] = [
    ['widths', widths.join('-'), theirs.arch.join('-')],
    ['samples a batch', batch, published.batch],
    ['free iterations', settings['iterationsFree'], theirs.free ?? theirs.T1],
    ['nudged iterations', settings['iterationsNudged'], theirs.nudged ?? theirs.T2],
    ['iterations', settings['iterations'], theirs.its],
  ]
  return pairs
    .filter(([, ours, other]) => ours !== other)
    .map(([what, ours, other]) => `${what}: ${String(ours)} here, ${String(other)} there`)
}
