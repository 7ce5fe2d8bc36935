// `apical weights` and `apical show --embedding`: files that other readers open, judged by the stored weights and by what the
// same analysis finds; and every refusal comes before anything is computed or written.
import { decode } from 'fast-png'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { decodeSafetensors } from '../../src-main/lab/storage/safetensors.ts'
import { readFigure } from '../../src-renderer/figure/figure-file.ts'
import { answered, apical } from './process.ts'

const scratch = mkdtempSync(join(tmpdir(), 'apical-cli-'))
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true })
})
const out = join(scratch, 'results')
const to = (name: string): string => join(scratch, name)

let folder: string
beforeAll(async () => {
  const run = await apical([
    ...['run', 'corinfomax-glyphs-small', '--engine', 'reference', '--set', 'widths=784,16,10', '--limit-train', '400'],
    ...['--limit-test', '100', '--epochs', '1', '--seeds', '3', '--out', out, '--json'],
  ])
  folder = String(run.lines.find(({ kind }) => kind === 'started')?.['folder'])
}, 120_000)

const stored = (name: string): ArrayLike<number> => {
  const { tensors } = decodeSafetensors(readFileSync(join(folder, 'seed-3/weights.safetensors')), 'weights')
  return tensors.find((tensor) => tensor.name === name)?.data ?? []
}

it('weights are listed, before training and now', async () => {
  const { code, lines } = await apical(['weights', basename(folder), '--out', out, '--json'])
  expect(code).toBe(0)
  const first = lines.find(({ name }) => name === 'W1')
  expect(first).toMatchObject({ rows: 16, columns: 784, epochs: [{ epoch: 0 }, { epoch: 1 }] })
  const values = Array.from(stored('W1'))
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const [, now] = first!['epochs'] as readonly { readonly mean: number }[]
  expect(now?.mean).toBeCloseTo(mean, 9)
  const { out: told } = await apical(['weights', folder])
  expect(told).toMatch(/^W1 +16 × 784 +as drawn/m)
})

it('receptive fields become a picture: the strongest first, red where its weight is largest above zero', async () => {
  const file = to('fields.png')
  const told = await apical(['weights', folder, '--fields', 'layer=1', '--to', file])
  expect([told.code, told.out]).toEqual([0, `${file}: the 16 units of layer 1, after epoch 1\n`])
  const { width, height, data, channels } = decode(readFileSync(file))
  // 16 of at most 20 beside each other, 28 × 28 three times as large, 4 between them.
  expect([width, height, channels]).toEqual([16 * (28 * 3 + 4) + 4, 28 * 3 + 8, 4])
  const W = stored('W1')
  const norms = Array.from({ length: 16 }, (_, u) =>
    Math.hypot(...Array.from({ length: 784 }, (_w, i) => W[u * 784 + i] ?? 0)),
  )
  const strongest = norms.indexOf(Math.max(...norms))
  const row = Array.from({ length: 784 }, (_, i) => W[strongest * 784 + i] ?? 0)
  const at = row.indexOf(Math.max(...row))
  const pixel = ((4 + Math.floor(at / 28) * 3 + 1) * width + 4 + (at % 28) * 3 + 1) * 4
  expect(data[pixel] ?? 0).toBeGreaterThan((data[pixel + 2] ?? 0) + 40)
  const deep = await apical(['weights', folder, '--fields', 'layer=2', 'count=3', '--to', to('deep.png'), '--json'])
  expect(deep.lines).toMatchObject([{ kind: 'fields', layer: 2, units: 10, drawn: 3, epoch: 1 }])
})

it('a layer becomes a figure and a table, kept beside the run', async () => {
  const words = ['show', folder, '--embedding', 'layer=1', 'method=umap', 'samples=60']
  const svg = await apical([...words, '--to', to('layer.svg'), '--json'])
  expect([svg.code, svg.lines.length]).toEqual([0, 1])
  expect(svg.lines[0]).toMatchObject({ kind: 'embedding', layer: 1, method: 'umap', count: 60, epoch: 1 })
  expect(readdirSync(join(folder, 'analysis'))).toHaveLength(1)
  const { content } = readFigure('layer.svg', readFileSync(to('layer.svg')))
  if (content.kind !== 'scatter') throw new Error('an embedding is points')
  expect(content.x).toHaveLength(60)
  // What is kept is what the table has.
  const csv = await apical([...words, '--to', to('layer.csv')])
  expect(csv.out).toContain('UMAP of layer 1, after epoch 1, 60 test samples')
  const rows = readFileSync(to('layer.csv'), 'utf8').trimEnd().split('\n')
  expect(rows[0]).toBe('sample,class,x,y')
  expect(rows.slice(1)).toEqual(
    content.x.map((x, i) => [content.samples[i], content.classes[content.labels[i] ?? 0], x, content.y[i]].join(',')),
  )
})

it('what is wrong is refused before anything is written', async () => {
  const taken = to('taken.png')
  writeFileSync(taken, 'mine')
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['weights', folder, '--fields', 'layer=1', '--to', taken], /is there already/],
    [['weights', folder, '--fields', 'layer=1', '--to', to('a.jpg')], /ends in \.png, found/],
    [['weights', folder, '--fields', 'layer=1'], /--to FILE/],
    [['weights', folder, '--fields', 'layer=4', '--to', to('b.png')], /layers 1 to 2, found 4/],
    [['weights', folder, '--fields', 'later=1', '--to', to('b.png')], /layer=…, count=….*layer/],
    [['weights', folder, '--fields', 'layer=1', '--sort', 'size', '--to', to('b.png')], /norm, selectivity/],
    [['weights', folder, '--to', to('b.png')], /--to belongs to --fields/],
    [['weights', folder, '--seed', '4'], /no seed 4; it has 3/],
    [['show', folder, '--embedding', 'layer=1', 'method=tsna', '--to', to('c.svg')], /pca, tsne, umap.*tsne/],
    [['show', folder, '--embedding', 'method=pca', '--to', to('c.svg')], /needs a layer/],
    [['show', folder, '--embedding', 'layer=1', 'samples=5', '--to', to('c.svg')], /from 10 to 20000, found "5"/],
    [['show', folder, '--embedding', 'layer=5', '--to', to('c.svg')], /layers 1 to 2, found 5/],
    [['show', folder, 'twice', '--embedding', 'layer=1', '--to', to('c.svg')], /nothing more, found "twice"/],
    [['show', folder, '--to', to('c.svg')], /--to belongs to --embedding/],
  ]
  const results = await Promise.all(cases.map(async ([words, said]) => ({ said, ...(await answered(words)) })))
  for (const { said, code, err } of results) {
    expect(err).toMatch(said)
    expect(code).toBe(2)
  }
  expect(readFileSync(taken, 'utf8')).toBe('mine')
  for (const name of ['a.jpg', 'b.png', 'c.svg']) expect(existsSync(to(name))).toBe(false)
}, 240_000)
