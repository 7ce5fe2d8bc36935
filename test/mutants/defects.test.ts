// `npm run test:mutants` plants these one by one, which takes long; that each still has its place in the source is cheap to know.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { defects } from './defects.ts'

test.each(defects)('$file: $why', ({ file, find, replace }) => {
  const text = readFileSync(join(import.meta.dirname, '../..', file), 'utf8')
  expect(text.split(find).length - 1).toBe(1)
  expect(replace).not.toBe(find)
})
