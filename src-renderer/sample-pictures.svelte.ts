/** Test samples of a data set as pictures, by their places; asked for again when others are wanted. */
import type { DataPreview, Experiment } from '../src-main/contract.ts'
import type { LabStore } from './lab.svelte.ts'

export class SamplePictures {
  /** Null until they came, and where the data set has gone since: words stand without their pictures. */
  latest = $state.raw<DataPreview | null>(null)

  /** Made while a component is. At most 120 samples at a time. */
  constructor(
    lab: Pick<LabStore, 'call'>,
    wanted: () => { readonly dataset: Experiment['data']['name']; readonly samples: readonly number[] },
  ) {
    $effect(() => {
      const { dataset, samples } = wanted()
      if (samples.length === 0) return
      let current = true
      lab
        .call('preview', {
          ...{ name: dataset, split: 'test', label: null, from: 0, count: 1 },
          samples: [...samples],
        })
        .then(
          (found) => {
            if (current) this.latest = found
          },
          () => {
            if (current) this.latest = null
          },
        )
      return () => (current = false)
    })
  }

  /** Where the picture of a sample stands among the latest; −1 where it has none. */
  placeOf(index: number): number {
    return this.latest?.samples.findIndex((sample) => sample.index === index) ?? -1
  }
}
