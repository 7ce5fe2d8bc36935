import { expect, test } from 'vitest'
import { EXPERIMENTS, found, type Entry } from '../../src-renderer/window/palette.ts'

const entry = (group: string, name: string, aside = ''): Entry => ({ group, name, aside, run: () => undefined })
const entries = [
  entry('Go to', 'Lab'),
  entry('Go to', 'New experiment', 'Ctrl+N'),
  entry('New', 'New: CorInfoMax · MNIST', 'corinfomax-mnist'),
  ...Array.from({ length: 500 }, (_, n) => entry(EXPERIMENTS, `CorInfoMax · MNIST ${n}`)),
]
const names = (text: string, most = 40): readonly string[] => found(entries, text, most).map(({ name }) => name)

test('without a text some of every group stand there', () => {
  expect(names('').slice(0, 3)).toEqual(['Lab', 'New experiment', 'New: CorInfoMax · MNIST'])
  expect(names('').length).toBeLessThan(20)
})

test('what there is to do comes before the many experiments that fit', () => {
  expect(names('corinfo mnist')[0]).toBe('New: CorInfoMax · MNIST')
  expect(names('corinfo mnist').length).toBeLessThanOrEqual(40)
})

test('every word has to be there, in any order', () => {
  expect(names('mnist new')).toEqual(['New: CorInfoMax · MNIST'])
  expect(names('lab nothing')).toEqual([])
  expect(names('mnist 499')[0]).toBe('CorInfoMax · MNIST 499')
})

test('the beginning of a name counts most', () => {
  expect(names('lab')[0]).toBe('Lab')
})
