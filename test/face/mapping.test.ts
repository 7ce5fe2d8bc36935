// What is typed about a person's files, and the name their set begins with.
import { expect, test } from 'vitest'
import { DataMapping } from '../../src-main/experiment/data-mapping.ts'
import { dataSetName } from '../../src-main/experiment/data-set-name.ts'
import { mappingFor, readShape, writeShape } from '../../src-renderer/screens/data/mapping.ts'

test.each([
  ['/home/person/Iris flowers (2).csv.gz', 'Iris flowers (2)', 'iris-flowers-2'],
  ['C:\\data\\Größe.parquet', 'Größe', 'gr-e'],
  ['/data/digits/', 'digits', 'digits'],
  ['', 'Data', 'data'],
])('%s', (path, title, name) => {
  expect(mappingFor(path)).toMatchObject({ title, name })
})

test('is what the schema takes, with its own defaults, whatever the path', () => {
  for (const path of ['/a/b.csv', '', '...', `/${'long'.repeat(99)}.npz`, '/目.csv']) {
    const mapping = mappingFor(path)
    expect(DataMapping.parse(mapping)).toEqual(mapping)
    expect(DataMapping.parse({ name: mapping.name, title: mapping.title })).toEqual(mapping)
  }
  expect(dataSetName('--')).toBe('data')
})

test('a shape is read as people write it, and written one way', () => {
  for (const text of ['28x28', ' 28 × 28 ', '28×28x1']) expect(writeShape(readShape(text) ?? null)).toBe('28×28')
  expect(readShape('32x32x3')).toEqual({ height: 32, width: 32, channels: 3 })
  expect(readShape(' ')).toBeNull()
  for (const text of ['28', '0x9', '28x28x2', 'a square', '5000x2']) expect(readShape(text)).toBeUndefined()
})
