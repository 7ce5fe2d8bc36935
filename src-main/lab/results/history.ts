/** One seed's history, read from its metrics.jsonl: superseded lines dropped, a torn last line tolerated. */
import { z } from 'zod'
import type { Profile, SeedRecord } from '../../contract.ts'
import { paths } from './folder.ts'
import { readText } from '../storage.ts'

/** Lines of a history are short; a file this large was not written by Apical. */
const LARGEST_HISTORY = 1_000_000_000

/** How lines that a row does not show begin, since the writer names the kind first. */
const MEASURES = /^\{"kind":"(?:batches|measure|confusion)"/

const Accuracy = z.number().min(0).max(1).nullable()
const Line = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('epoch'),
    epoch: z.int().min(1),
    trainAccuracy: Accuracy,
    testAccuracy: Accuracy,
    // Not there in histories from before there was a split.
    validationAccuracy: Accuracy.default(null),
    seconds: z.number().min(0),
  }),
  z.object({
    kind: z.literal('batches'),
    batch: z.int().min(1),
    epochs: z.number().min(0),
    accuracy: z.number().min(0).max(1),
    samples: z.int().min(1),
  }),
  z.object({
    kind: z.literal('measure'),
    batch: z.int().min(0),
    measure: z.string(),
    values: z.record(z.string(), z.number()),
    profiles: z.record(z.string(), z.array(z.number())).optional(),
  }),
  z.object({
    kind: z.literal('confusion'),
    epoch: z.int().min(1),
    batch: z.int().min(0),
    split: z.enum(['train', 'test']),
    classes: z.array(z.string()).min(1),
    counts: z.array(z.int().min(0)),
  }),
  z.object({ kind: z.literal('collapsed'), epoch: z.int().min(0), batch: z.int().min(0), reason: z.string() }),
  z.object({ kind: z.literal('resumed'), epoch: z.int().min(0), batch: z.int().min(0) }),
])
type Line = z.infer<typeof Line>

/** `want` 'accuracies' passes over measures, of which there may be a hundred times as many lines: a row shows none. */
export function readHistory(
  folder: string,
  seed: number,
  want: 'everything' | 'accuracies' = 'everything',
): { record: SeedRecord; warnings: string[] } {
  const path = paths(folder).metrics(seed)
  const warnings: string[] = []
  let lines: Line[] = []
  const texts = (readText(path, LARGEST_HISTORY) ?? '').split('\n')
  texts.forEach((text, index) => {
    if (text === '' || (want === 'accuracies' && MEASURES.test(text))) return
    const line = parse(text)
    if (line === null) {
      const where = index === texts.length - 1 ? 'the last line is torn' : `line ${index + 1} cannot be read`
      warnings.push(`${path}: ${where}; it is left out.`)
      return
    }
    // Work beyond the checkpoint is done again, so what was said of it then no longer counts.
    if (line.kind === 'resumed') lines = lines.filter((earlier) => stands(earlier, line))
    else lines.push(line)
  })
  return { record: columns(seed, lines), warnings }
}

function stands(line: Line, resumed: { readonly epoch: number; readonly batch: number }): boolean {
  return line.kind === 'epoch' ? line.epoch <= resumed.epoch : line.batch <= resumed.batch
}

function parse(text: string): Line | null {
  try {
    const parsed = Line.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

function columns(seed: number, lines: readonly Line[]): SeedRecord {
  const epochs = lines.filter((line) => line.kind === 'epoch')
  const batches = lines.filter((line) => line.kind === 'batches')
  // Names come from a file: without a prototype none of them can reach one.
  const measures = Object.create(null) as Record<string, Record<string, { batch: number[]; value: number[] }>>
  const profiles = Object.create(null) as Record<string, Record<string, Profile>>
  let collapsed: SeedRecord['collapsed'] = null
  let confusion: SeedRecord['confusion'] = null
  for (const line of lines) {
    if (line.kind === 'collapsed') collapsed = { epoch: line.epoch, reason: line.reason }
    if (line.kind === 'confusion' && line.counts.length === line.classes.length ** 2) {
      const { epoch, split, classes, counts } = line
      confusion = { epoch, split, classes, counts }
    }
    if (line.kind !== 'measure') continue
    if (line.profiles !== undefined) {
      const latest = (profiles[line.measure] ??= Object.create(null) as Record<string, Profile>)
      for (const [name, value] of Object.entries(line.profiles)) latest[name] = { batch: line.batch, value }
    }
    const series = (measures[line.measure] ??= Object.create(null) as Record<
      string,
      { batch: number[]; value: number[] }
    >)
    for (const [name, value] of Object.entries(line.values)) {
      const points = (series[name] ??= { batch: [], value: [] })
      points.batch.push(line.batch)
      points.value.push(value)
    }
  }
  return {
    seed,
    epochs: epochs.map(({ epoch }) => epoch),
    trainAccuracy: epochs.map(({ trainAccuracy }) => trainAccuracy),
    testAccuracy: epochs.map(({ testAccuracy }) => testAccuracy),
    validationAccuracy: epochs.map(({ validationAccuracy }) => validationAccuracy),
    seconds: epochs.map(({ seconds }) => seconds),
    batches: {
      batch: batches.map(({ batch }) => batch),
      epochs: batches.map((line) => line.epochs),
      accuracy: batches.map(({ accuracy }) => accuracy),
      samples: batches.map(({ samples }) => samples),
    },
    measures,
    profiles,
    confusion,
    collapsed,
  }
}
