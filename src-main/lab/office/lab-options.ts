/** How a lab is opened. */
import type { SideBySide } from '../runs.ts'
import type { LabDescription } from '../../contract.ts'
import type { Source } from '../datasets.ts'

export interface LabOptions {
  readonly host: LabDescription['host']
  /** Null or absent for the usual place. */
  readonly resultsFolder?: string | null | undefined
  /** Where data sets lie; null or absent for the usual places. */
  readonly dataFolder?: string | null | undefined
  /** Where this installation lies; found by itself unless the code was bundled. */
  readonly root?: string | undefined
  /** Where data sets are downloaded from; their publishers, unless said otherwise. */
  readonly source?: Source | undefined
  /** Whether it may time an engine by itself while nothing runs; it may, unless said otherwise. */
  readonly idleMeasuring?: boolean | undefined
  /** Whether members of a sweep train side by side in one session; on a graphics card, unless said otherwise. */
  readonly sideBySide?: SideBySide | undefined
  /** A worker that does not respond for this long is terminated. */
  readonly stallMs?: number | undefined
  /** So long a worker that was told to stop may give no sign of life. */
  readonly patienceMs?: number | undefined
}
