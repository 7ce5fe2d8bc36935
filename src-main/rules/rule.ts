/**
 * What a learning rule is: settings with their meaning, equations to show, and a `build` that declares parameters and
 * says, in the words of `program/`, what one batch does and how a sample is classified.
 *
 * A rule knows no engine, no file and no screen. Adding one touches its own file and one line of `every-rule.ts`.
 */
import type { z } from 'zod'
import { compile } from '../program/compile.ts'
import type { Compiled } from '../program/program.ts'
import type { Operand, Tracer } from '../program/trace.ts'
import type { Traced } from '../program/replay.ts'
import type { OwnCard } from './own-card.ts'

/** Problems with settings that only make sense together with the network: what, where, and what would be right. */
export interface SettingProblem {
  /** Key inside the settings, or '' for the whole. */
  readonly key: string
  readonly message: string
}

/** Anything that a run can plot beside accuracy. Per-batch ones are named in the program; 'parameters' ones are computed from what `read` gives. */
export interface MeasureCard {
  /** Stable key in files: 'alignment', 'information'. */
  readonly name: string
  readonly label: string
  readonly unit: string
  readonly help: string
}

/** One plotted line: 'layer 2'. Of a phase that settles, one value an iteration. */
export interface MeasuredSeries {
  readonly series: string
  readonly value: number | readonly number[]
}

export interface Measure<S> extends MeasureCard {
  /** It asks for the classified test set, which costs what evaluating it does. */
  readonly classifies?: true
  /** Why it cannot be taken with these settings, as the end of a sentence; null where it can. */
  readonly unavailable?: (settings: S) => string | null
  /** Names of program measurements and log parameters that must be kept alive for this measure. */
  keep(settings: S, widths: readonly number[]): readonly string[]
  /** Computes the measure from parameters (by name) and kept measurements of one batch (by name). */
  take(settings: S, widths: readonly number[], source: MeasureSource): Promise<readonly MeasuredSeries[]>
}

export interface MeasureSource {
  /** Batches trained since the beginning: how much a running average has seen. */
  readonly batches: number
  parameter(name: string): Promise<ArrayLike<number>>
  measurement(name: string): ArrayLike<number>
  /** What layers 1 … L are at when the test set is classified, some samples at a time, row by row; takes as long as evaluating it. */
  classified(): AsyncIterable<readonly ArrayLike<number>[]>
}

export type PaletteSlot = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8
/** Of rules of a person's own files, so that none is taken for a rule of Apical's beside it; they differ in shade, dash and marker. */
export const OWN_SLOT = 9

/** Synapses that join layers, as the sketch of the network draws them. */
export interface Synapses {
  readonly kind: 'forward' | 'feedback' | 'lateral'
  /** As in the equations: 'W'. */
  readonly letter: string
  /** Of hidden layers only. */
  readonly hidden?: true
}

export interface Equation {
  readonly caption: string
  /** TeX. */
  readonly tex: string
  /** Keys of the settings that occur in it. */
  readonly settings: readonly string[]
}

/** A stretch of iterations in which states settle, as the relaxation scope shows it. */
export interface Phase {
  /** What its reports are called by: 'free'. */
  readonly name: string
  readonly label: string
  /** Which layers settle: a clamped output does not. */
  readonly layers: 'all' | 'hidden'
  /** What a layer's state is called: 'rate', 'value'. */
  readonly state: string
  /** Key of the setting that says how many iterations it has. */
  readonly iterations: string
}

/** How samples are classified, where that settles; how long is the rule's own affair. */
export type Classification = Omit<Phase, 'iterations'>

/** What the file says to one network with its settings: what it leaves, or why they do not go together. */
export type Trace =
  | {
      readonly traced: Traced
      /** Lines of the file, by the parameter or report that they name; absent where only its trace was kept. */
      readonly lines?: Readonly<Record<string, number>>
    }
  | { readonly problems: readonly SettingProblem[] }

/** Where a rule came from, when it is not part of Apical. */
export interface RuleFile {
  readonly file: string
  readonly sha256: string
  /** The whole file. */
  readonly text: string
  readonly card: OwnCard
  /** @throws when it cannot be had: the file is not here, not allowed, or wrong */
  trace(settings: unknown, widths: readonly number[]): Trace
}

/** What a rule's `build` leaves. */
export interface Behaviour {
  /** One batch: what is settled, reported and learned. */
  train(): void
  /** What layers 1 … L are at when samples are classified, ['batch', n_k] each; the last are the scores. */
  layers(): readonly Operand[]
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a list of rules holds rules of every settings type
export interface Rule<S = any> {
  /** Stable key in files and on the command line: 'corinfomax'. */
  readonly name: string
  readonly label: string
  /** One plain sentence. */
  readonly summary: string
  readonly source: { readonly text: string; readonly url: string }
  /** Its colour in every chart and table, and its place in lists: a slot of the palette. Two rules may share one. */
  readonly palette: PaletteSlot | typeof OWN_SLOT
  /** A zod object whose fields are made by `setting.ts`, so that one schema drives form, validation, file and engine. */
  readonly settings: z.ZodType<S>
  readonly equations: readonly Equation[]
  readonly measures: readonly Measure<S>[]
  /** How a training batch settles, phase after phase; none where it does not. */
  phases(settings: S): readonly Phase[]
  /** How samples are classified, where that settles. */
  readonly classification: Classification | null
  /** What kinds of synapse join layers, for the sketch of the network. */
  readonly synapses: readonly Synapses[]
  /** What the settings schema alone cannot see, e.g. lists whose length follows the depth. */
  check(settings: S, widths: readonly number[]): readonly SettingProblem[]
  /** Its `train` says by `count` what scores the batch before it is learned from: what Live shows before an epoch ends. */
  build(tracer: Tracer, settings: S, widths: readonly number[]): Behaviour
  /** Of a rule that is not part of Apical: the file that it came from. */
  readonly file?: RuleFile
}

/** The program of a rule with its settings for one network; `keep` names the measurements and log parameters to keep. */
export function compileRule<S>(
  rule: Rule<S>,
  settings: S,
  widths: readonly number[],
  keep: readonly string[] = [],
  learns = true,
): Compiled {
  const build = (tracer: Tracer) => {
    const network = rule.build(tracer, settings, widths)
    return { train: () => network.train(), predict: () => network.layers().at(-1) as Operand }
  }
  return compile(rule.name, widths, build, keep, learns)
}

/** How a layer is called among the measurements of `compileLayers`. */
export const layerName = (k: number): string => `layer ${k}`

/**
 * The program that classifies and learns nothing: a training batch of it measures what every layer is at, each under
 * `layerName(k)`, and what else of classifying is to be kept.
 */
export function compileLayers<S>(
  rule: Rule<S>,
  settings: S,
  widths: readonly number[],
  keep: readonly string[] = [],
): Compiled {
  const names = widths.slice(1).map((_, i) => layerName(i + 1))
  const build = (tracer: Tracer) => {
    const network = rule.build(tracer, settings, widths)
    const train = (): void => {
      network.layers().forEach((layer, i) => {
        tracer.measure(names[i] as string, layer)
      })
    }
    return { train, predict: () => network.layers().at(-1) as Operand }
  }
  return compile(rule.name, widths, build, [...names, ...keep])
}

/**
 * What a measure asks of a rule, apart by when it runs: correlations that every batch brings up to date, and reports of
 * the one batch that is measured.
 */
export function keptBy<S>(
  rule: Rule<S>,
  measure: Measure<S>,
  settings: S,
  widths: readonly number[],
): { readonly logs: readonly string[]; readonly reports: readonly string[] } {
  const names = measure.keep(settings, widths)
  const { program } = compileRule(rule, settings, widths, names)
  const logs = program.parameters.filter(({ role }) => role === 'log').map(({ name }) => name)
  return { logs, reports: names.filter((name) => !logs.includes(name)) }
}
