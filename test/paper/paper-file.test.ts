/** The paper that ships, against what was collected from the authors' notebooks and figures: every row, every point, nothing more. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import presetFile from '../../resources/presets.json' with { type: 'json' }
import { presetNamed } from '../../src-main/experiment/presets.ts'
import { Paper, type Exhibit, type PublishedCurve } from '../../src-main/paper/paper.ts'

const folder = process.env['APICAL_REFERENCE'] ?? '../shared/reference'
const there = ['paper-results.json', 'paper-curves.json', 'presets.json'].every((name) =>
  existsSync(`${folder}/${name}`),
)
const why = there ? '' : ` (skipped: ${folder} is not there)`

const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))
const paper = Paper.parse(json('resources/paper.json'))
const rows = new Map(paper.rows.map((row) => [row.id, row]))
const exhibit = (id: string): Exhibit => {
  const found = paper.exhibits.find((one) => one.id === id)
  if (found === undefined) throw new Error(`there is no exhibit ${id}`)
  return found
}
const rowsOf = ({ curves, rows }: Exhibit): string[] => [...curves.map(({ row }) => row), ...rows]
const presetOf = (row: string) => {
  const preset = presetNamed(rows.get(row)?.preset ?? '')
  if (preset === undefined) throw new Error(`${row} has no preset`)
  return preset
}

describe('the file', () => {
  it('has exhibits whose sections stand together', () => {
    const sections = paper.exhibits.map(({ section }) => section)
    const turns = sections.filter((section, i) => section !== sections[i - 1])
    expect(turns).toEqual([...new Set(sections)])
  })

  it('names presets that exist and have a printed number', () => {
    for (const { id, experiment, published } of paper.rows) {
      expect(presetOf(id).published, id).not.toBeNull()
      expect([experiment, published], id).toEqual([null, null])
    }
  })

  it.each(paper.exhibits.map((one) => [one.id, one] as const))('%s calls no two of its rows the same', (_, one) => {
    const names = one.rows.map((row) => one.labels[row] ?? rows.get(row)?.label)
    expect(new Set(names).size).toBe(names.length)
    expect(new Set(one.curves.map(({ label }) => label)).size).toBe(one.curves.length)
    expect(one.title.length).toBeLessThan(90)
  })

  it('may not call a row by another name that it does not list', () => {
    const [grid, ...others] = paper.exhibits.filter(({ kind }) => kind === 'grid')
    const labels = { ...grid!.labels, [others[0]!.rows[0]!]: 'η = 1' }
    const found = Paper.safeParse({ ...paper, exhibits: [{ ...grid, labels }] })
    expect(found.error?.issues.map(({ message }) => message)).toEqual([
      `Exhibit "${grid!.id}" labels "${others[0]!.rows[0]}", which it does not list.`,
    ])
  })

  it('draws only what the rows measure', () => {
    for (const { id, quantity, curves } of paper.exhibits)
      for (const curve of curves) {
        const measure = curve.quantity ?? quantity
        const { measures, evaluation } = presetOf(curve.row).experiment
        if (measure === 'top-k') expect(evaluation.topK, id).toBe(5)
        else if (measure !== 'test' && measure !== 'train') expect(measures.map(({ name }) => name)).toContain(measure)
      }
  })
})

const Spread = z.object({ mean: z.number(), std: z.number().nullable() })
const Row = z.object({
  id: z.string(),
  study: z.string(),
  resultsFile: z.string(),
  script: z.string(),
  settingNumber: z.number(),
  nSeeds: z.number(),
  nSeedsInScript: z.number(),
  test: Spread,
  train: Spread,
  flags: z.array(z.string()),
  perSeed: z.object({ seed: z.array(z.number()), test: z.array(z.number()), train: z.array(z.number()) }).nullish(),
  perSeedComplete: z.boolean().nullish(),
})
const Results = z.object({
  rows: z.array(Row),
  comparisonPlots: z.array(z.object({ dataset: z.string(), rowId: z.string() })),
  chosenSettings: z.array(z.object({ resultsFile: z.string(), study: z.string(), rowId: z.string() })),
})
const Curve = z.object({
  label: z.string(),
  rowId: z.string(),
  nSeeds: z.number(),
  layer: z.number().optional(),
  metric: z.enum(['top1', 'top5']).optional(),
  mean: z.array(z.number()),
  low: z.array(z.number()),
  high: z.array(z.number()),
})
const Figure = z.object({
  id: z.string(),
  file: z.string(),
  notebook: z.string(),
  cell: z.number(),
  quantity: z.enum(['testAccuracy', 'trainAccuracy', 'alignment']),
  band: z.string(),
  x: z.object({ unit: z.enum(['epoch', 'batches']), values: z.array(z.number()) }),
  curves: z.array(Curve),
})
// The two empty scripts have no seeds.
const Scripts = z.object({ presets: z.array(z.object({ source: z.string(), seeds: z.array(z.number()).optional() })) })

const results = there ? Results.parse(json(`${folder}/paper-results.json`)) : null
const printed = new Map(results?.rows.map((row) => [row.id, row]))
const figures = there ? z.object({ figures: z.array(Figure) }).parse(json(`${folder}/paper-curves.json`)).figures : []
const scripts = there ? Scripts.parse(json(`${folder}/presets.json`)).presets : []

/** What a figure of theirs must be with us, in the words of the paper's schema. */
function expected({ id, quantity, band, x, curves }: z.infer<typeof Figure>): object {
  const ours = { testAccuracy: 'test', trainAccuracy: 'train', alignment: 'alignment' }[quantity]
  return {
    id,
    quantity: ours,
    band,
    // They count the batch whose update is in, from 0; we count batches trained.
    x:
      x.unit === 'epoch'
        ? { unit: 'epoch', at: x.values }
        : { unit: 'batch', at: x.values.map((afterBatch) => afterBatch + 1) },
    curves: curves.map(({ rowId, label, nSeeds, layer, metric, mean, low, high }) => ({
      row: rowId,
      label: label === 'PCN' ? 'PC-nudge' : label.replace(' (%)', ''),
      series: layer !== undefined ? `layer ${layer}` : metric === 'top5' ? ours : null,
      quantity: metric === 'top5' ? 'top-k' : null,
      n: nSeeds,
      mean,
      low,
      high,
    })),
  }
}

describe.skipIf(!there)(`the figures${why}`, () => {
  it('are all there, and no other curve is', () => {
    const drawn = paper.exhibits.filter(({ curves }) => curves.length > 0).map(({ id }) => id)
    expect(drawn.toSorted()).toEqual(figures.map(({ id }) => id).toSorted())
    expect([figures.length, figures.flatMap(({ curves }) => curves).length]).toEqual([22, 69])
  })

  it.each(figures.map((figure) => [figure.id, figure] as const))('%s has every value', (id, figure) => {
    expect(exhibit(id)).toMatchObject(expected(figure))
    for (const place of [figure.file, figure.notebook, `cell ${figure.cell}`])
      expect(exhibit(id).source).toContain(place)
  })

  const accuracies = paper.exhibits.flatMap((one) =>
    one.quantity === 'alignment' ? [] : one.curves.map((curve) => [`${one.id}, ${curve.label}`, one, curve] as const),
  )
  it.each(accuracies)('%s ends in the printed mean and standard deviation', (_, { quantity }, curve) => {
    const published = presetOf(curve.row).published
    const beside = quantity === 'train' ? published?.train : published
    const { mean, sd, n } = curve.quantity === 'top-k' ? theirTop5(curve.row, quantity) : beside!
    const last = curve.mean.length - 1
    expect(curve.n).toBe(n)
    expect(Math.abs(Number(curve.mean[last]) - mean)).toBeLessThan(1e-5)
    // The band is one population standard deviation to either side, the printed one divides by n − 1.
    const half = (Number(curve.high?.[last]) - Number(curve.low?.[last])) / 2
    expect(Math.abs(half * Math.sqrt(n / (n - 1)) - sd)).toBeLessThan(1e-5)
  })

  it('whose notebooks compare methods show the rows that they name', () => {
    const ids = { MNIST: 'mnist', FashionMNIST: 'fashionmnist', CIFAR10: 'cifar10' }
    const plots = results?.comparisonPlots ?? []
    expect(plots.length).toBe(13)
    for (const [dataset, id] of Object.entries(ids)) {
      const named = plots.filter((plot) => plot.dataset === dataset).map(({ rowId }) => rowId)
      for (const part of ['test', 'train'])
        expect(rowsOf(exhibit(`${id}-${part}-accuracy-comparison`)).toSorted()).toEqual(named.toSorted())
    }
  })
})

/** Printed beside the row: presets know it only of the test set. */
function theirTop5(row: PublishedCurve['row'], quantity: string): { mean: number; sd: number; n: number } {
  const Top5 = z.object({ id: z.string(), nSeeds: z.number(), testTop5: Spread, trainTop5: Spread })
  const found = z
    .object({ rows: z.array(z.looseObject({ id: z.string() })) })
    .parse(json(`${folder}/paper-results.json`))
    .rows.find(({ id }) => id === row)
  const { nSeeds, testTop5, trainTop5 } = Top5.parse(found)
  const { mean, std } = quantity === 'train' ? trainTop5 : testTop5
  return { mean, sd: std ?? 0, n: nSeeds }
}

describe.skipIf(!there)(`the rows${why}`, () => {
  it('are the 292 that were printed', () => {
    expect(printed.size).toBe(292)
    expect(paper.rows.map(({ id }) => id).toSorted()).toEqual([...printed.keys()].toSorted())
  })

  it('have presets that are those rows', () => {
    for (const { id, preset } of paper.rows) {
      const found = presetOf(id)
      const theirs = printed.get(id)!
      const stored = presetFile.find(({ name }) => name === preset?.split('#')[0])
      const tuple = (stored!.published as [number, number, number, number, string][]).find(
        ([setting]) => setting === found.setting,
      )
      expect(tuple, id).toEqual([theirs.settingNumber, theirs.test.mean, theirs.test.std ?? 0, theirs.nSeeds, id])
      // The chosen setting has the plain name.
      expect(found.name, id).toBe(preset)
      const { mean, sd, n, train } = found.published!
      expect({ mean, sd, n, train }, id).toEqual({
        ...{ mean: theirs.test.mean, sd: theirs.test.std ?? 0, n: theirs.nSeeds },
        train: { mean: theirs.train.mean, sd: theirs.train.std ?? 0, n: theirs.nSeeds },
      })
      expect(found.experiment.seeds, id).toEqual(scripts.find(({ source }) => source === theirs.script)?.seeds)
      expect(found.experiment.seeds.length, id).toBe(theirs.nSeedsInScript)
    }
  })

  it('are each on an exhibit', () => {
    const shown = new Set(paper.exhibits.flatMap(rowsOf))
    expect([...printed.keys()].filter((id) => !shown.has(id))).toEqual([])
  })

  it('tell seeds apart where some were lost and all were printed, and say how many are missing', () => {
    for (const { id, perSeed, note } of paper.rows) {
      const theirs = printed.get(id)!
      const lost = theirs.flags.some((flag) => /below the median|end at chance/.test(flag))
      const all = theirs.perSeedComplete === true ? theirs.perSeed : null
      expect(perSeed, id).toEqual(lost && all ? { seeds: all.seed, test: all.test, train: all.train } : null)
      expect(note === '', id).toBe(theirs.flags.length === 0)
      if (theirs.nSeeds < theirs.nSeedsInScript)
        expect(note, id).toContain(`${theirs.nSeeds} of the ${theirs.nSeedsInScript} seeds`)
    }
  })
})

describe.skipIf(!there)(`tables and grids${why}`, () => {
  it('have the setting of every study that was chosen, or the one that was plotted', () => {
    const plotted = new Map(results?.comparisonPlots.map(({ rowId }) => [printed.get(rowId)?.resultsFile, rowId]))
    const studies = (results?.chosenSettings ?? []).filter(({ study }) => study === 'main')
    const wanted = studies.map(({ resultsFile, rowId }) => plotted.get(resultsFile) ?? rowId)
    const tables = paper.exhibits.filter(({ kind }) => kind === 'table')
    expect(tables.flatMap(rowsOf).toSorted()).toEqual(wanted.toSorted())
    const notes = tables.map(({ note }) => note).join(' ')
    const otherwise = studies.filter(({ rowId }) => !wanted.includes(rowId))
    expect(otherwise.map(({ rowId }) => rowId).toSorted()).toEqual(['CorInfoMax_MNIST_V1#3', 'EP_CIFAR10_V2#4'])
    for (const { rowId } of otherwise) expect(notes).toContain(`setting ${rowId.split('#')[1]}`)
  })

  it('have the eleven methods and networks of MNIST on one table', () => {
    expect(exhibit('table-mnist').rows.map((row) => rows.get(row)?.label)).toEqual([
      ...['CorInfoMax', 'EP', 'CSM', 'PC, 784-500-10', 'PC, 784-600-600-10'],
      ...['PC-nudge, 784-128-64-10', 'PC-nudge, 784-500-10'],
      ...['FA, cross-entropy', 'FA, squared error', 'BP, cross-entropy', 'BP, squared error'],
    ])
  })

  it('have every results file of more than one setting, in order', () => {
    const files = new Map<string, z.infer<typeof Row>[]>()
    for (const row of printed.values()) files.set(row.resultsFile, [...(files.get(row.resultsFile) ?? []), row])
    const wanted = [...files.values()]
      .filter((list) => list.length > 1)
      .map((list) => list.toSorted((a, b) => a.settingNumber - b.settingNumber).map(({ id }) => id))
    const grids = paper.exhibits.filter(({ kind }) => kind === 'grid')
    expect(grids.map(({ rows }) => rows.join()).toSorted()).toEqual(wanted.map((ids) => ids.join()).toSorted())
    for (const {
      id,
      rows: [first = ''],
    } of grids)
      expect(id).toBe(`grid-${presetOf(first).name.split('#')[0]}`)
  })
})
