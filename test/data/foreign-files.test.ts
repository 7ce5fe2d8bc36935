/**
 * Files as the tools of the field write them: numpy 2.4, pandas 3.0, pyarrow 26 and Pillow 13 when this was written. What
 * is loaded is compared with what these tools themselves say stands in the files, and with numpy's own mean and deviation.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DataMapping } from '../../src-main/experiment/data-mapping.ts'
import { pythonWith } from '../lab/python.ts'
import { OwnData } from './own-data.ts'

const SCRIPT = `
import json, os, sys
import numpy as np, pandas as pd
from PIL import Image
os.makedirs(sys.argv[1], exist_ok=True); os.chdir(sys.argv[1])
rng = np.random.default_rng(7)
n = 90
X = rng.normal(size=(n, 3)).astype(np.float32) * np.array([1, 50, 3e4], np.float32) + np.array([0, 9, 1e6], np.float32)
words = np.array(['setosa', 'versicolor', 'virginica'])
y = np.arange(n) % 3
part = np.where(np.arange(n) % 5 == 4, 'test', 'train')
frame = pd.DataFrame(X.astype(np.float64), columns=['a', 'b', 'c']); frame['species'] = words[y]; frame['part'] = part
frame.to_csv('table.csv', index=False)
frame.to_csv('excel.csv', index=False, sep=';', decimal=',', encoding='utf-8-sig', lineterminator='\\r\\n')
frame.to_csv('table.tsv.gz', index=False, sep='\\t')
frame.to_csv('quoted.csv', index=False, quoting=1)
frame.to_parquet('snappy.parquet'); frame.to_parquet('zstd.parquet', compression='zstd', index=True)
frame.to_parquet('gzip.parquet', compression='gzip', row_group_size=20); frame.to_parquet('brotli.parquet', compression='brotli')
frame.astype({'species': 'category'}).to_parquet('category.parquet', compression=None)
train = part == 'train'
images = rng.integers(0, 256, (n, 5, 4), np.uint8)
both = lambda a: {'x_train': a[train], 'y_train': y[train], 'x_test': a[~train], 'y_test': y[~train]}
np.savez('keras.npz', **both(images)); np.savez_compressed('packed.npz', **both(images.astype('>f8')))
np.savez('fortran.npz', train_images=np.asfortranarray(images[train].reshape(-1, 20)), train_labels=words[y[train]],
         test_images=np.asfortranarray(images[~train].reshape(-1, 20)), test_labels=words[y[~train]], val_images=images[:1], val_labels=y[:1])
colour = rng.integers(0, 256, (n, 5, 4, 3), np.uint8)
np.savez('colour.npz', **both(colour))
np.save('x_train.npy', images[train].astype(np.int64)); np.save('y_train.npy', y[train].reshape(-1, 1).astype(np.int8))
np.save('x_test.npy', images[~train].astype(np.float16)); np.save('y_test.npy', y[~train].astype(bool).astype(np.int16) + y[~train] // 2)
for i in range(n):
    d = f"png/{part[i]}/{words[y[i]]}"; os.makedirs(d, exist_ok=True)
    Image.fromarray(images[i]).save(f'{d}/{i:03}.png')
    d = d.replace('png', 'rgb', 1); os.makedirs(d, exist_ok=True); Image.fromarray(colour[i]).save(f'{d}/{i:03}.png')
    d = d.replace('rgb', 'palette', 1); os.makedirs(d, exist_ok=True); Image.fromarray(colour[i]).quantize(256, dither=0).save(f'{d}/{i:03}.png')
np.savetxt('savetxt.csv', np.column_stack([X, y]), delimiter=',', header='a,b,c,class')
big = pd.DataFrame(rng.integers(0, 1000, (1_000_000, 2)), columns=['u', 'v']); big['class'] = np.arange(1_000_000) % 4
big.to_csv('million.csv', index=False)
Z = X.astype(np.float64); mean, deviation = Z[train].mean(0), Z[train].std(0)
order = np.argsort(y[train], kind='stable')
rows = lambda a: a.reshape(len(a), -1).tolist()
json.dump({'train': rows(X[train]), 'test': rows(X[~train]), 'labels': y[train].tolist(), 'testLabels': y[~train].tolist(),
  'standard': rows((Z[~train] - mean) / deviation), 'images': rows(images[train]), 'planes': rows(colour[train].transpose(0, 3, 1, 2)),
  'sorted': rows(images[train][order]), 'sortedPlanes': rows(colour[train][order].transpose(0, 3, 1, 2)),
  'mean': float(images[train].mean()), 'deviation': float(images[train].std()), 'sum': int(big[['u', 'v']].to_numpy().sum())},
  open('said.json', 'w'))
`

const python = pythonWith('numpy', 'pandas', 'pyarrow', 'PIL')

interface Said {
  readonly train: readonly number[][]
  readonly test: readonly number[][]
  readonly labels: readonly number[]
  readonly testLabels: readonly number[]
  readonly standard: readonly number[][]
  readonly images: readonly number[][]
  readonly planes: readonly number[][]
  readonly sorted: readonly number[][]
  readonly sortedPlanes: readonly number[][]
  readonly mean: number
  readonly deviation: number
  readonly sum: number
}

describe.skipIf(python === null)(
  `files of other tools${python === null ? ' (skipped: this machine has no Python with numpy, pandas, pyarrow and Pillow)' : ''}`,
  () => {
    let own: OwnData
    let said: Said
    beforeAll(() => {
      own = new OwnData()
      const folder = join(own.home, 'foreign')
      const { stderr, status } = spawnSync(python ?? '', ['-c', SCRIPT, folder], { encoding: 'utf8' })
      expect(status, stderr).toBe(0)
      said = JSON.parse(readFileSync(join(folder, 'said.json'), 'utf8')) as Said
    }, 120_000)
    afterAll(() => {
      own.remove()
    })
    const file = (name: string): string => join(own.home, 'foreign', name)
    const BY_PART: Partial<DataMapping> = { split: 'column', splitColumn: 'part' }

    const TABLES = ['table.csv', 'excel.csv', 'table.tsv.gz', 'quoted.csv']
    const PARQUETS = ['snappy.parquet', 'zstd.parquet', 'gzip.parquet', 'brotli.parquet', 'category.parquet']
    it.each([...TABLES, ...PARQUETS])('%s', async (name) => {
      const { data } = await own.add(file(name), { ...BY_PART, labelColumn: 'species', scaling: 'none' })
      expect([...data.train.pixels]).toEqual(said.train.flat())
      expect([...data.test.pixels]).toEqual(said.test.flat())
      expect([[...data.train.labels], [...data.test.labels]]).toEqual([said.labels, said.testLabels])
      expect(data.classNames).toEqual(['setosa', 'versicolor', 'virginica'])
    })

    it('standardised as numpy does it with the training part', async () => {
      const { data } = await own.add(file('table.csv'), { ...BY_PART, labelColumn: 'species', scaling: 'standard' })
      said.standard.flat().forEach((value, i) => {
        expect(Math.abs((data.test.pixels[i] as number) - value)).toBeLessThan(1e-6 * Math.max(1, Math.abs(value)))
      })
    })

    it.each(['keras.npz', 'packed.npz', 'fortran.npz'])('%s', async (name) => {
      const { data, record } = await own.add(file(name), { scaling: 'none' })
      expect([...data.train.pixels]).toEqual(said.images.flat())
      expect([[...data.train.labels], [...data.test.labels]]).toEqual([said.labels, said.testLabels])
      expect(data.train.pixels).toBeInstanceOf(Uint8Array)
      if (name === 'fortran.npz') expect(record.notes.join(' ')).toMatch(/"val_images" is left out/)
      else expect(data.train.image).toEqual({ height: 5, width: 4, channels: 1 })
    })

    it('four NPY files, of whatever kind of number', async () => {
      const files = ['x_train.npy', 'y_train.npy', 'x_test.npy', 'y_test.npy'].map(file)
      const { data } = await own.add(files, { scaling: 'standard' })
      expect([...data.train.pixels]).toEqual(said.images.flat())
      expect([...data.test.labels]).toEqual(said.testLabels)
      const [scale = NaN] = data.train.scaling.scale
      expect(1 / scale).toBeCloseTo(said.deviation, 8)
      expect(-(data.train.scaling.offset[0] ?? NaN) / scale).toBeCloseTo(said.mean, 8)
    })

    it('colours come in planes, from arrays and from images', async () => {
      const { data } = await own.add(file('colour.npz'), { scaling: 'none' })
      expect([...data.train.pixels]).toEqual(said.planes.flat())
      for (const folder of ['rgb', 'palette']) {
        const { data: images } = await own.add(file(folder))
        // Twenty pixels have fewer than 256 colours, so that a palette loses none.
        expect([...images.train.pixels]).toEqual(said.sortedPlanes.flat())
      }
    })

    it('grey images in a folder per class', async () => {
      const { data } = await own.add(file('png'))
      expect([...data.train.pixels]).toEqual(said.sorted.flat())
      expect(data.train.scaling.scale[0]).toBe(1 / 255)
    })

    it('numpy.savetxt with its # before the names', async () => {
      const { data, record } = await own.add(file('savetxt.csv'))
      expect(record.columnNames).toEqual(['a', 'b', 'c'])
      expect(data.classNames).toEqual(['0', '1', '2'])
    })

    it('a million rows', async () => {
      const { data } = await own.add(file('million.csv'), { scaling: 'none' })
      expect([data.train.count, data.test.count]).toEqual([800_000, 200_000])
      const sum = (pixels: Iterable<number>): number => {
        let total = 0
        for (const value of pixels) total += value
        return total
      }
      expect(sum(data.train.pixels) + sum(data.test.pixels)).toBe(said.sum)
    }, 120_000)
  },
)
