/** One embedding that is looked at: of which network and layer, how it is to be made, and what was made last. */
import type { NetworkChoice } from '../../../../src-main/experiment/look.ts'
import type { Embedding, EmbeddingMethod, EmbeddingSettings } from '../../../../src-main/experiment/representations.ts'
import type { LabStore } from '../../../lab.svelte.ts'
import { Refusal } from '../../../transport/wire.ts'

interface Source {
  readonly id: string
  readonly name: string
  readonly network: NetworkChoice
}

export class Picture {
  method = $state<EmbeddingMethod>('pca')
  layer = $state(1)
  /** Of t-SNE the perplexity, of UMAP the neighbours; null for the usual. */
  neighbours = $state<number | null>(null)
  /** The latest, and what it is of. */
  made = $state.raw<{ readonly embedding: Embedding; readonly source: Source; readonly key: string } | null>(null)
  refusal = $state.raw<Refusal | null>(null)
  busy = $state(false)
  readonly #lab: LabStore

  constructor(lab: LabStore) {
    this.#lab = lab
  }

  settings(samples: number, seed: number): EmbeddingSettings {
    const { method, layer } = this
    // What a method does not have does not tell two pictures apart.
    return method === 'pca'
      ? { method, layer, samples, seed: 0, neighbours: null }
      : { method, layer, samples, seed, neighbours: this.neighbours }
  }

  /** @param key what tells this picture from another, by which it is known whether it is what is wanted */
  async make(source: Source, settings: EmbeddingSettings, key: string): Promise<void> {
    if (this.busy) return
    this.busy = true
    this.refusal = null
    try {
      const embedding = await this.#lab.call('embed', { id: source.id, network: { ...source.network }, settings })
      // Stopped by the person: what was there before stays.
      if (embedding !== null) this.made = { embedding, source, key }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.refusal = error
    } finally {
      this.busy = false
    }
  }

  async stop(source: Source): Promise<void> {
    await this.#lab.call('stopEmbedding', { id: source.id })
  }
}
