/** Files of samples that a person dropped on the window: the Data screen asks how to make a data set of them. */
import type { LabStore } from './lab.svelte.ts'
import { router } from './route.svelte.ts'

export interface DroppedData {
  /** Where they lie; empty where the window was not told. */
  readonly paths: readonly string[]
  readonly names: readonly string[]
}

class LatestData {
  current = $state.raw<DroppedData | null>(null)
}

export const droppedData = new LatestData()

/** Names of files that hold samples, whatever is in them; figures, experiments and papers have other ones. */
export function isDataFile({ name }: File): boolean {
  return /\.(csv|tsv|txt|data|parquet|npy|npz|idx|gz)$|ubyte$/i.test(name)
}

export function openDroppedData(lab: LabStore, files: readonly File[]): void {
  const paths = files.map((file) => lab.pathOf(file))
  const known = paths.filter((path) => path !== null)
  droppedData.current = {
    paths: known.length === files.length ? known : [],
    names: files.map(({ name }) => name),
  }
  router.go({ screen: 'data' })
}
