/** What a face is told of a preset, and of the grid that it was chosen from. */
import type { Spread } from './event.ts'
import type { Experiment } from './experiment.ts'

export interface PresetCard {
  readonly name: string
  readonly label: string
  readonly experiment: Experiment
  /** The number its authors printed; null for our own presets and where they printed none. */
  readonly published:
    | (Spread & {
        readonly source: string
        readonly epochs: number
        readonly train: Spread | null
        readonly top5: Spread | null
      })
    | null
  /** Which setting of its authors' grid this is, from 1, and how many there are; others are named NAME#N. */
  readonly setting: number
  readonly settings: number
  /** The authors' example notebook it is from, for which no result over seeds was published; null for the others. */
  readonly notebook: string | null
}

/** All settings of a preset's grid, the one of highest published training accuracy first. */
export interface PresetGridCard {
  readonly settings: readonly PresetCard[]
  /** What is not the same in all of them, by the keys that `--set` takes: 'widths' and settings of the rule. */
  readonly keys: readonly string[]
}
