/** What a window asks a lab first, read while the window is still being opened. */
import type { Lab } from '../../contract.ts'

/** Lists the experiments, then detects engines and data sets; what goes wrong is told when the window asks. */
export function readAhead(lab: Pick<Lab, 'list' | 'describe'>): void {
  lab
    .list({ limit: 1 })
    .then(() => lab.describe({}))
    .catch(() => undefined)
}
