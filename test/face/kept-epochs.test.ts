// Which epochs one can choose among: read off names of files that are written out here.
import { describe, expect, it } from 'vitest'
import { evenly, keptEpochs } from '../../src-renderer/experiments/kept-epochs.ts'

const files = [
  'experiment.json',
  'seed-1/weights.safetensors',
  'seed-1/weights-epoch-00020.safetensors',
  'seed-1/weights-epoch-00005.safetensors',
  'seed-1/weights-epoch-00030.safetensors',
  'seed-11/weights-epoch-00010.safetensors',
  'seed-1/old/weights-epoch-00015.safetensors',
].map((path) => ({ path, bytes: 1 }))
const seeds = [1, 11].map((seed) => ({ seed, epochs: [28, 29, 30] })) as unknown as Parameters<
  typeof keptEpochs
>[0]['seeds']

describe('kept epochs', () => {
  it('are those of the seed, the earliest first, without the one there is now', () => {
    expect(keptEpochs({ files, seeds }, 1)).toEqual([5, 20])
    expect(keptEpochs({ files, seeds }, 11)).toEqual([10])
    expect(keptEpochs({ files, seeds: [] }, 1)).toEqual([5, 20, 30])
  })

  it('are thinned evenly, their ends kept', () => {
    expect(evenly([1, 2, 3], 4)).toEqual([1, 2, 3])
    expect(evenly([1, 2, 3, 4, 5, 6, 7], 4)).toEqual([1, 3, 5, 7])
    expect(evenly([1, 2], 1)).toEqual([1])
  })
})
