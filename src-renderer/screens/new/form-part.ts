/** What every part of the form is given: the experiment as it is written, what it began with, and how to change it. */
import type { LabDescription } from '../../../src-main/contract.ts'
import type { Draft } from './draft.ts'

export interface FormPart {
  readonly description: LabDescription
  readonly draft: Draft
  /** What the draft began with, for marking and undoing changes. */
  readonly base: Draft
  /** Why the value at a path, or one inside it, is wrong; null where none is. */
  readonly problemAt: (path: string) => string | null
  readonly change: (path: string, value: unknown) => void
}
