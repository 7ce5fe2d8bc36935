/** `apical show`: everything about one experiment, from its folder. */
import type { ExperimentRecord, SeedRecord } from '../contract.ts'
import type { SeedOutcome } from '../experiment/event.ts'
import { countedNetworks } from '../experiment/inspected.ts'
import { spreadOf } from '../experiment/spread.ts'
import { findRun, readRecord, resultsFolder } from '../lab/results.ts'
import { EXIT, JSON_OPTION, onlyOf, OUT_OPTION, UsageProblem, type Command } from './command.ts'
import { duration, percent, size, spread, spreadOfSeeds, table } from './layout.ts'
import { DATA_OPTION, EPOCH_OPTION, SEED_OPTION } from './network-choice.ts'
import { pairsOf } from './pairs.ts'
import { behindLines, costsLine, earlyLines } from './report.ts'
import { EMBEDDING_KEYS, embeddingSettings, showEmbedding } from './show-embedding.ts'
import type { Terminal } from './terminal.ts'

export const show: Command = {
  name: 'show',
  operands: 'RUN',
  summary: 'show everything about one experiment, from its folder',
  details:
    'Shows one experiment: its configuration, the machine it ran on, every seed epoch by epoch, notes and files. ' +
    'RUN is a name that "apical runs" lists, or the path of a results folder. ' +
    'With --embedding layer=K method=pca|tsne|umap --to FILE.svg it draws a layer of one network as a picture of two dimensions instead: layer=0 is the input; samples=N (default 1000), neighbours=N (the perplexity of t-SNE, default 30; the neighbours of UMAP, default 15) and random=N (a seed, default 0) may follow. It is kept in the folder of the run, where Run shows it too. ' +
    'With --json, one object: row, folder, experiment, environment, seeds, outcomes, costs, notes, files, command, inspection, warnings.',
  options: [
    { name: 'embedding', value: 'layer=K', help: 'draw a layer in two dimensions; method=, samples=, … follow' },
    { name: 'to', value: 'FILE', help: 'with --embedding: ends in .svg, .pdf or .csv, never over one that is there' },
    SEED_OPTION,
    EPOCH_OPTION,
    DATA_OPTION,
    OUT_OPTION,
    JSON_OPTION,
  ],
  async run(words, terminal) {
    const { pairs, operands } = pairsOf(words, 'embedding', EMBEDDING_KEYS)
    const run = onlyOf(operands, 'RUN, the name of an experiment')
    const folder = (): string => findRun(resultsFolder(words.text('out')), run)
    if (pairs !== null) {
      await showEmbedding(folder, embeddingSettings(pairs), words, terminal)
      return EXIT.done
    }
    const alone = ['to', 'seed', 'epoch', 'data'].find((name) => words.text(name) !== undefined)
    if (alone !== undefined)
      throw new UsageProblem(`--${alone} belongs to --embedding.`, 'Add --embedding layer=1 method=pca.')
    const record = readRecord(folder())
    if (terminal.json) terminal.data(record)
    else print(record, terminal)
    return EXIT.done
  },
}

function print(
  {
    row,
    folder,
    experiment,
    environment,
    seeds,
    outcomes,
    costs,
    notes,
    files,
    command,
    inspection,
    warnings,
  }: ExperimentRecord,
  terminal: Terminal,
): void {
  const title = (text: string) => {
    terminal.print()
    terminal.print(terminal.paint('bold', text))
  }
  terminal.print(terminal.paint('bold', experiment.name))
  terminal.print(terminal.paint('dim', folder))
  terminal.print(`${row.state}${row.reason === null ? '' : `: ${row.reason}`}`)

  title('Result')
  const held = row.validationAccuracy === null ? '' : `   validation ${spread(row.validationAccuracy)}`
  terminal.print(
    `test ${spreadOfSeeds(row.testAccuracy, row.seeds.length)}   train ${spread(row.trainAccuracy)}${held}   best ${percent(row.best)}`,
  )
  for (const line of behindLines(outcomes)) terminal.print(line)
  if (row.published !== null)
    terminal.print(`published ${spread(row.published)} (${row.published.n} seeds): ${row.published.verdict}`)
  for (const line of earlyLines(row.early ?? [], terminal)) terminal.print(line)
  terminal.print(`${row.epochsDone} of ${row.epochs} epochs in ${duration(row.seconds)}`)
  for (const line of table(
    ['seed', 'epochs', 'reported', '>test', '>train', ''],
    seeds.map((seed) =>
      seedCells(
        seed,
        outcomes.find((outcome) => outcome.seed === seed.seed),
      ),
    ),
  ))
    terminal.print(line)

  if (costs.length > 0) terminal.print(costsLine(costs))

  title('Experiment')
  for (const [key, value] of flat(experiment)) terminal.print(`${key} = ${value}`)

  if (environment !== null) {
    title('Machine')
    for (const [key, value] of flat(environment)) terminal.print(`${key} = ${value}`)
  }
  if (inspection !== null) {
    title('Networks as measured')
    terminal.print(
      `test ${spreadOfSeeds(spreadOf(countedNetworks(inspection).map(({ accuracy }) => accuracy)), inspection.seeds.length)}, ${inspection.mistaken} of ${inspection.samples} samples misclassified${inspection.seeds.length > 1 ? ' by at least one seed' : ''}, measured on ${inspection.taken.slice(0, 10)}`,
    )
    terminal.print(`"apical inspect ${row.id}" measures them again and prints classes, confusions and measures.`)
  }
  title('To train it again')
  terminal.print(command)
  if (notes.trim() !== '') {
    title('Notes')
    terminal.print(notes.trimEnd())
  }
  title('Files')
  for (const line of table(
    ['file', '>size'],
    files.map(({ path, bytes }) => [path, size(bytes)]),
  ))
    terminal.print(line)
  for (const warning of warnings) terminal.complain(terminal.paint('yellow', warning))
}

function seedCells(seed: SeedRecord, outcome: SeedOutcome | undefined): string[] {
  return [
    String(seed.seed),
    String(seed.epochs.at(-1) ?? 0),
    String(outcome?.epoch ?? '–'),
    percent(outcome?.testAccuracy ?? null),
    percent(outcome?.trainAccuracy ?? null),
    seed.collapsed === null
      ? (outcome?.reason ?? '')
      : `collapsed in epoch ${seed.collapsed.epoch}: ${seed.collapsed.reason}`,
  ]
}

/** An object's leaves as dotted keys, the way --set takes them. */
function flat(value: object, prefix = ''): [string, string][] {
  return Object.entries(value).flatMap(([key, part]: [string, unknown]): [string, string][] =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? flat(part, `${prefix}${key}.`)
      : [[`${prefix}${key}`, JSON.stringify(part)]],
  )
}
