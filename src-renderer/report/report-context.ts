/** What a report takes besides what it is of. */
import type { PresetCard } from '../../src-main/contract.ts'
import type { Measure } from '../figure/scene.ts'
import type { Vocabulary } from '../text/setting-words.ts'

export interface ReportContext {
  readonly words: Vocabulary
  /** That of a name, settings of grids ('NAME#3') included; undefined for none. */
  readonly presetOf: (name: string | null) => PresetCard | undefined
  /** Of the sans letters that figures are set in. */
  readonly measure: Measure
  /** ISO 8601. */
  readonly made: string
  /** Of Apical. */
  readonly version: string
}
