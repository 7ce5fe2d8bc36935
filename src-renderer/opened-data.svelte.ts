/** Files of samples that a person dropped on the window: the Data screen asks how to make a data set of them. */
import { router } from './route.svelte.ts'

/** A file or folder that a person gave to the window. */
export interface Given {
  readonly name: string
  /** Where it lies; null where the window was not told. */
  readonly path: string | null
}

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
export function isDataFile({ name }: Given): boolean {
  return /\.(csv|tsv|txt|data|parquet|npy|npz|idx|gz)$|ubyte$/i.test(name)
}

export function openDroppedData(files: readonly Given[]): void {
  const known = files.map(({ path }) => path).filter((path) => path !== null)
  droppedData.current = {
    paths: known.length === files.length ? known : [],
    names: files.map(({ name }) => name),
  }
  router.go({ screen: 'data' })
}
