import { expect, test } from 'vitest'
import { rowsAsCsv, rowsAsLatex, rowsAsMarkdown } from '../../src-renderer/screens/lab/table-texts.ts'
import { madeUpDescription, madeUpRows } from './made-up-lab.ts'

const [first] = madeUpRows
if (first === undefined) throw new Error('the made-up lab has no rows')
const rows = [
  {
    ...first,
    id: 'a',
    name: '=SUM(A1), "odd" & 100%',
    testAccuracy: { mean: 0.97625, sd: 0.0012, n: 9 },
    collapsedSeeds: [90],
    settings: { beta: 0.1 },
  },
  { ...first, id: 'b', name: 'plain', testAccuracy: null, settings: {} },
]
const columns = ['test', 'curve', 'seeds', 'beta']

test('CSV has full precision, sd and n apart, and no formula', () => {
  expect(rowsAsCsv(rows, columns).split('\r\n')).toEqual([
    'id,name,test_mean,test_sd,test_n,seeds,beta',
    `a,"'=SUM(A1), ""odd"" & 100%",0.97625,0.0012,9,10,0.1`,
    'b,plain,,,,10,',
    '',
  ])
})

test('Markdown and LaTeX have what the table shows, collapsed seeds in plain sight', () => {
  const markdown = rowsAsMarkdown(rows, columns, madeUpDescription)
  expect(markdown.split('\n')).toHaveLength(5)
  expect(markdown.split('\n')[0]).toMatch(/β \|$/)
  expect(markdown).toMatch(/97\.6[23] ± 0\.12 \(9 of 10\) \| 10, 1 collapsed \| 0\.1/)
  const latex = rowsAsLatex(rows, columns, madeUpDescription)
  expect(latex).toContain(String.raw`\toprule`)
  expect(latex).toContain(String.raw`\& 100\%`)
  expect(latex).toMatch(/97\.6[23] \$\\pm\$ 0\.12 \(9 of 10\) & 10, 1 collapsed & 0\.1 \\\\/)
})
