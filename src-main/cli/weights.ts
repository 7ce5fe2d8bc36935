/** `apical weights`: what the weights of a run's network are like, and what its units look for, as a picture. */
import { encode } from 'fast-png'
import { gridRaster, PAPER_SIGNED } from '../../src-renderer/figure/field-grid.ts'
import type { LookAnswers } from '../experiment/look.ts'
import { FIELD_SORTS, MOST_FIELDS } from '../experiment/representations.ts'
import { LookBench } from '../lab/jobs.ts'
import { findRun, resultsFolder } from '../lab/results.ts'
import { writeWhole } from '../lab/storage.ts'
import { EXIT, JSON_OPTION, onlyOf, OUT_OPTION, UsageProblem, type Command, type Words } from './command.ts'
import { table } from './layout.ts'
import { DATA_OPTION, dataFolderIn, EPOCH_OPTION, networkIn, requireLayer, SEED_OPTION } from './network-choice.ts'
import { fileIn } from './new-file.ts'
import { pairsOf, wholeIn } from './pairs.ts'
import type { Terminal } from './terminal.ts'

const FIELD_KEYS = ['layer', 'count'] as const
const COLUMNS = 20
const ZOOM = 3

export const weights: Command = {
  name: 'weights',
  operands: 'RUN',
  summary: "show how a network's weights are spread, or draw what its units look for",
  details:
    'Lists every parameter of one network before training and as it is now: size, mean, standard deviation, share of zeros. ' +
    `With --fields layer=K [count=N] --to FILE.png it draws receptive fields instead: the rows of W1 as images, blue below zero and red above, each on a scale of its own; of deeper layers the rows of Wk · … · W1, their linear back-projection. At most ${MOST_FIELDS}, those with the largest norm first. ` +
    'RUN is a name that "apical runs" lists, or the path of a results folder. ' +
    'With --json, one object for each parameter, or for the picture.',
  options: [
    { name: 'fields', value: 'layer=K', help: 'draw the receptive fields of layer K' },
    { name: 'sort', value: 'BY', help: `with --fields: by ${FIELD_SORTS.join(', ')} (default: norm)` },
    { name: 'scale', value: 'HOW', help: 'with --fields: own, each on its own scale, or common (default: own)' },
    { name: 'to', value: 'FILE', help: 'with --fields: a file that ends in .png, never over one that is there' },
    SEED_OPTION,
    EPOCH_OPTION,
    DATA_OPTION,
    OUT_OPTION,
    JSON_OPTION,
  ],
  async run(words, terminal) {
    const { pairs, operands } = pairsOf(words, 'fields', FIELD_KEYS)
    const run = onlyOf(operands, 'RUN, the name of an experiment')
    if (pairs === null) {
      const alone = ['sort', 'scale', 'to', 'data'].find((name) => words.text(name) !== undefined)
      if (alone !== undefined) throw new UsageProblem(`--${alone} belongs to --fields.`, 'Add --fields layer=1.')
      await list(findRun(resultsFolder(words.text('out')), run), words, terminal)
    } else await draw(run, pairs, words, terminal)
    return EXIT.done
  },
}

async function list(folder: string, words: Words, terminal: Terminal): Promise<void> {
  const { seed, epoch } = networkIn(words, folder)
  const network = { seed, epoch: null }
  const ask = { kind: 'weights' as const, epochs: [0, epoch] }
  const { matrices } = (await new LookBench().answer({
    ...{ folder, dataFolder: dataFolderIn(words, folder), network, ask },
  })) as LookAnswers['weights']
  if (terminal.json) {
    for (const matrix of matrices) terminal.data({ kind: 'weights', seed, ...matrix })
    return
  }
  const shown = (value: number): string => String(Number(value.toPrecision(3)))
  const rows = matrices.flatMap(({ name, rows: high, columns, epochs }) =>
    epochs.map(({ epoch: of, drawn, mean, sd, zeros }) => [
      ...[name, `${high} × ${columns}`, drawn ? 'as drawn' : `epoch ${of}`],
      ...[shown(mean), shown(sd), `${(100 * zeros).toFixed(1)} %`],
    ]),
  )
  for (const line of table(['parameter', '>size', 'weights', '>mean', '>sd', '>zeros'], rows)) terminal.print(line)
}

async function draw(
  run: string,
  pairs: ReadonlyMap<(typeof FIELD_KEYS)[number], string>,
  words: Words,
  terminal: Terminal,
): Promise<void> {
  const layer = wholeIn(pairs, 'layer', { option: 'fields', least: 1, most: 1000 })
  if (layer === undefined) throw new UsageProblem('--fields needs a layer.', 'For the first: --fields layer=1.')
  const count = wholeIn(pairs, 'count', { option: 'fields', least: 1, most: MOST_FIELDS }) ?? MOST_FIELDS
  const sort = words.choice('sort', FIELD_SORTS) ?? 'norm'
  const scale = words.choice('scale', ['own', 'common']) ?? 'own'
  const { file } = fileIn(words, ['.png'])
  const folder = findRun(resultsFolder(words.text('out')), run)
  requireLayer(folder, layer, 'fields')
  if (sort === 'selectivity') terminal.status('classifying the test set')
  const fields = (await new LookBench().answer({
    ...{ folder, dataFolder: dataFolderIn(words, folder), network: networkIn(words, folder) },
    ask: { kind: 'fields', layer, sort, from: 0, count },
  })) as LookAnswers['fields']
  terminal.status('')
  const pixels = Buffer.from(fields.pixels, 'base64')
  const raster = gridRaster({ ...fields, pixels }, { scale, columns: COLUMNS, zoom: ZOOM, colours: PAPER_SIGNED })
  const { width, height, rgba } = raster
  writeWhole(file, [encode({ width, height, data: rgba, channels: 4 })])
  const drawn = fields.fields.length
  if (terminal.json)
    terminal.data({ kind: 'fields', file, layer, sort, units: fields.units, drawn, epoch: fields.epoch, width, height })
  else
    terminal.print(
      `${file}: ${drawn === fields.units ? `the ${drawn} units` : `${drawn} of ${fields.units} units`} of layer ${layer}${layer > 1 ? ', linear back-projection' : ''}, after epoch ${fields.epoch}`,
    )
}
