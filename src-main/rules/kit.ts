/**
 * What a rule outside of the source is written with: the module `apical/rule` of its file. Only what is exported here can be
 * imported there; nothing of it knows Node, a file or a screen.
 */
import type { z } from 'zod'
import type { FormulaVariable, Formula } from '../program/formula.ts'
import type { Described } from '../program/replay.ts'
import type { Tracer } from '../program/trace.ts'
import type { Classification, Equation, MeasureCard, PaletteSlot, Phase, SettingProblem, Synapses } from './rule.ts'

export * as formula from '../program/formula.ts'
export { layers } from '../program/layers.ts'
export {
  apply,
  applyTransposed,
  difference,
  divide,
  hardSigmoid,
  map,
  mean,
  meanOverBatch,
  multiply,
  outer,
  outerSum,
  relu,
  softmax,
  sum,
  sumOverBatch,
  sumOverUnits,
  total,
} from '../program/words.ts'
export {
  crossEntropy,
  feedbackName,
  layerResidualName,
  reportEnergy,
  reportResidual,
  residualName,
  sampleEnergyName,
  stateName,
} from './measures.ts'
export { choice, layerNumbers, number, onOff, perLayer, schedule, whole } from './setting.ts'
export type { Operand, Parameter, Scalar, State, Tracer, Value } from '../program/trace.ts'
export type { Described, Formula, FormulaVariable }

type Settings = Readonly<Record<string, z.ZodType>>

/** What the file of a rule exports as its default. */
export interface OwnRule<T extends Settings = Settings> {
  /** Small letters, digits and hyphens: 'oja'. Files and the command line call it so, with a mark of the file's contents. */
  readonly name: string
  readonly label: string
  /** One plain sentence. */
  readonly summary: string
  /** Where it was published. */
  readonly source?: string
  /** Its colour in charts: that of a rule of Apical's, by its slot; without it the colour of own rules, which none of those has. */
  readonly palette?: PaletteSlot
  /** By key, each made by `number`, `whole`, `choice`, `onOff`, `perLayer`, `layerNumbers` or `schedule`. */
  readonly settings: T
  readonly equations?: readonly Equation[]
  /** What a run can plot beside accuracy: each takes what `build` reports under its name, or under `name.series`, averaged over all entries. */
  readonly measures?: readonly MeasureCard[]
  /** How a training batch settles, for the relaxation scope. */
  readonly phases?: readonly Phase[]
  readonly classification?: Classification
  readonly synapses?: readonly Synapses[]
  /** What the settings alone cannot see, e.g. lists whose length follows the depth. */
  check?(settings: z.infer<z.ZodObject<T>>, widths: readonly number[]): readonly SettingProblem[]
  /** Declares parameters, and returns what one batch does and how samples are classified. */
  build(p: Tracer, settings: z.infer<z.ZodObject<T>>, widths: readonly number[]): Described
}

/** Says that an object is a rule, so that an editor knows the types of its settings. */
export function rule<T extends Settings>(own: OwnRule<T>): OwnRule<T> {
  return own
}
