/** What is told of papers: one in a list, and one as a lab has it. */
import type { Paper } from './paper.ts'
import type { ExhibitState, Missing } from './state.ts'

/** A paper in a list. */
export interface PaperCard extends Pick<Paper, 'id' | 'title' | 'authors' | 'source'> {
  readonly exhibits: number
  /** Opened or made here; false for the one that comes with Apical. */
  readonly own: boolean
}

/** A paper as this lab has it. */
export interface PaperState {
  /** In the order of the paper. */
  readonly exhibits: readonly ExhibitState[]
  /** Of all exhibits together, each run once. */
  readonly missing: Missing
}
