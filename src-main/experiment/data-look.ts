/** What a person's files hold, as it is shown before they become a data set. */
import type { DataMapping } from './data-mapping.ts'

export interface LookedColumn {
  readonly name: string
  readonly role: 'label' | 'feature' | 'left out' | 'split'
  /** Of its numbers; null where it has none. */
  readonly range: readonly [least: number, most: number] | null
  readonly mean: number | null
  readonly missing: number
  /** Cells with words. */
  readonly words: number
}

export interface DataLook {
  /** With everything that was recognised filled in. */
  readonly mapping: DataMapping
  /** Of a table; empty where samples are arrays or images. */
  readonly columns: readonly LookedColumn[]
  readonly features: number
  readonly trainCount: number
  readonly testCount: number
  /** Samples left out for want of a number or a label. */
  readonly dropped: number
  readonly classes: readonly { readonly name: string; readonly train: number; readonly test: number }[]
  /** Over all features; null where there is no number. */
  readonly range: readonly [least: number, most: number] | null
  /** Features with the same value in every sample. */
  readonly constant: number
  /** What samples are drawn as: set, said by the files, or, as a guess, a square of the width; null for none. */
  readonly image: DataMapping['image']
  readonly imageIsGuess: boolean
  readonly samples: readonly { readonly label: string; readonly values: readonly (number | null)[] }[]
  /** Bytes of the set once kept. */
  readonly bytes: number
  readonly notes: readonly string[]
  /** Why it cannot be added as it is mapped now; null where it can. */
  readonly problem: { readonly message: string; readonly next: string } | null
}
