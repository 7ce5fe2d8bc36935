/** `apical show RUN --embedding …`: a layer as a picture of two dimensions, in a file. */
import { figureTable } from '../../src-renderer/figure/figure-data.ts'
import { figureOfEmbedding, pointsOf } from '../../src-renderer/figure/from-chart.ts'
import { EMBEDDING_METHODS, type EmbeddingSettings } from '../experiment/representations.ts'
import { embedRun } from '../lab/jobs.ts'
import { keepEmbedding, networkStamp, readEmbedding, readExperiment } from '../lab/results.ts'
import { writeWhole } from '../lab/storage.ts'
import { suggestion } from '../experiment/nearest.ts'
import { UsageProblem, type Words } from './command.ts'
import { figureBytes } from './figure-file.ts'
import { dataFolderIn, networkIn, requireLayer } from './network-choice.ts'
import { fileIn } from './new-file.ts'
import { wholeIn } from './pairs.ts'
import { withProgress } from './progress.ts'
import type { Terminal } from './terminal.ts'

export const EMBEDDING_KEYS = ['layer', 'method', 'samples', 'neighbours', 'random'] as const
type Pairs = ReadonlyMap<(typeof EMBEDDING_KEYS)[number], string>

const METHODS = { pca: 'PCA', tsne: 't-SNE', umap: 'UMAP' } as const
const SAMPLES = 1000

/** Refuses what is wrong before anything is looked for or computed. @throws UsageProblem */
export function embeddingSettings(pairs: Pairs): EmbeddingSettings {
  const option = 'embedding'
  const layer = wholeIn(pairs, 'layer', { option, least: 0, most: 1000 })
  if (layer === undefined)
    throw new UsageProblem('--embedding needs a layer.', 'layer=0 is the input: --embedding layer=1 method=umap.')
  const word = pairs.get('method') ?? 'pca'
  const method = EMBEDDING_METHODS.find((one) => one === word)
  if (method === undefined)
    throw new UsageProblem(
      `--embedding method= takes one of ${EMBEDDING_METHODS.join(', ')}; found "${word}".${suggestion(word, EMBEDDING_METHODS)}`,
    )
  const samples = wholeIn(pairs, 'samples', { option, least: 10, most: 20_000 }) ?? SAMPLES
  const neighbours = wholeIn(pairs, 'neighbours', { option, least: 2, most: 100 }) ?? null
  const seed = wholeIn(pairs, 'random', { option, least: 0, most: Number.MAX_SAFE_INTEGER }) ?? 0
  if (method === 'pca' && (neighbours !== null || pairs.has('random')))
    throw new UsageProblem('PCA has no neighbours and nothing random in it.', 'Leave neighbours= and random= out.')
  return { layer, method, samples, seed, neighbours }
}

export async function showEmbedding(
  folderOf: () => string,
  settings: EmbeddingSettings,
  words: Words,
  terminal: Terminal,
): Promise<void> {
  const { file, ending } = fileIn(words, ['.svg', '.pdf', '.csv'])
  const folder = folderOf()
  requireLayer(folder, settings.layer, 'embedding')
  const network = networkIn(words, folder)
  let embedding = readEmbedding(folder, network, settings)
  if (embedding === null) {
    const stamp = networkStamp(folder, network)
    const making = embedRun(folder, dataFolderIn(words, folder), network, settings)
    embedding = await withProgress(making, 'computing the embedding', terminal)
    keepEmbedding(folder, network, embedding, stamp)
  }
  const { layer, method } = settings
  const { epoch, drawn, count, explained, reduced, trustworthiness } = embedding
  const title = `${METHODS[method]} of ${layer === 0 ? 'the input' : `layer ${layer}`}`
  const figure = figureOfEmbedding(pointsOf(embedding), {
    ...{ title, origin: `${readExperiment(folder).name}, seed ${network.seed}, epoch ${epoch}` },
    axes: method === 'pca' ? ['First principal component', 'Second principal component'] : [],
  })
  writeWhole(file, [
    ending === '.csv' ? figureTable(figure, ',') : await figureBytes(figure, ending === '.pdf' ? 'pdf' : 'svg'),
  ])
  if (terminal.json) {
    const { value = null } = trustworthiness ?? {}
    terminal.data({ kind: 'embedding', file, ...settings, epoch, count, explained, reduced, trustworthiness: value })
  } else {
    terminal.print(`${file}: ${title}, ${drawn ? 'as drawn' : `after epoch ${epoch}`}, ${count} test samples`)
    if (explained !== null)
      terminal.print(
        `${explained.map((share) => `${(100 * share).toFixed(1)} %`).join(' and ')} of the variance along the axes`,
      )
    if (reduced !== null) terminal.print(`neighbours are those in its first ${reduced} principal components`)
    if (trustworthiness !== null)
      terminal.print(
        `trustworthiness ${trustworthiness.value.toFixed(3)} (k = ${trustworthiness.k}, of ${trustworthiness.of} samples)`,
      )
  }
}
