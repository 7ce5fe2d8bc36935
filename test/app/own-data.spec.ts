// Data of one's own: from a file to a card, to samples, to a run, and away again.
import { expect, test, type Page } from '@playwright/test'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openFaultless } from './faultless-page.ts'
import { chooseTheme } from './screens.ts'
import { ServedLab } from './served-lab.ts'
import { violationsOf } from './violations.ts'

test.describe.configure({ mode: 'serial' })

let lab: ServedLab
let page: Page
let faults: string[]

/** Rows of a spreadsheet in a country with decimal commas: 60 of each class, with a row number and a gap. */
const SHEET = `nr;length;width;kind\r\n${Array.from({ length: 180 }, (_, i) => {
  const kind = ['oak', 'beech', 'birch'][i % 3] ?? ''
  const gap = i === 100
  return `${i + 1};${(i % 3) * 4 + (i % 7) / 10};${gap ? '' : (i % 5) / 2};${kind}`.replaceAll('.', ',')
}).join('\r\n')}\r\n`
/** 8×8 images as rows of numbers: a bar at the left or at the right. */
const BARS = `label,${Array.from({ length: 64 }, (_, i) => `p${i}`).join(',')}\n${Array.from({ length: 40 }, (_, i) =>
  [
    i % 2 === 0 ? 'left' : 'right',
    ...Array.from({ length: 64 }, (_, p) => (p % 8 < 4 === (i % 2 === 0) ? 200 + (i % 9) : i)),
  ].join(','),
).join('\n')}\n`

/** Three numbers of each stone, and what it is: neither images nor points of a plane. */
const STONES = `size,weight,hue,kind\n${Array.from({ length: 40 }, (_, i) => `${12.5 + i},${1000 + 3 * i},${i % 4},${i % 2 === 0 ? 'flint' : 'slate'}`).join('\n')}\n`

test.beforeAll(async ({ browser }) => {
  lab = await ServedLab.start()
  await mkdir(join(lab.home, 'desk'))
  await writeFile(join(lab.home, 'desk', 'Leaves.csv'), SHEET)
  await writeFile(join(lab.home, 'desk', 'bars.csv'), BARS)
  await writeFile(join(lab.home, 'desk', 'stones.csv'), STONES)
  await writeFile(join(lab.home, 'desk', 'ragged.csv'), 'a,b,kind\n1,2,x\n1,x\n')
  ;({ page, faults } = await openFaultless(browser, lab.address, { reducedMotion: 'reduce' }))
  await page.goto(new URL('/#/data', page.url()).href)
})
test.afterAll(async () => {
  await page.close()
  await lab.remove()
})

const dialog = () => page.getByRole('dialog', { name: 'Add data of your own' })
const card = (name: string) =>
  page.getByRole('listitem').filter({ has: page.getByRole('heading', { name, exact: true }) })

async function lookInto(file: string): Promise<void> {
  await page.getByRole('button', { name: 'Add data…' }).click()
  await dialog()
    .getByRole('textbox', { name: 'Files or folder' })
    .fill(join(lab.home, 'desk', file))
  await dialog().getByRole('button', { name: 'Look into it' }).click()
}

test('a file that is wrong says where', async () => {
  await lookInto('ragged.csv')
  await expect(dialog().getByRole('alert')).toContainText(
    'ragged.csv, line 3: expected 3 cells, as the first line has, found 2.',
  )
  await expect(dialog().getByRole('button', { name: 'Add data set' })).toHaveCount(0)
  await dialog().getByRole('button', { name: 'Close' }).click()
})

test('a spreadsheet is understood, put right and added', async () => {
  await lookInto('Leaves.csv')
  await expect(dialog().getByRole('alert')).toContainText('line 102, column "width": expected a number, found nothing.')
  const add = dialog().getByRole('button', { name: 'Add data set' })
  await expect(add).toBeDisabled()
  await dialog().getByLabel('Missing values').selectOption('drop')
  await expect(dialog().getByText('1 sample was left out for a missing value.')).toBeVisible()
  await expect(dialog().getByText('“nr” seems to number the rows; leave it out')).toBeVisible()
  await dialog().getByLabel('Left out').selectOption('nr')
  await expect(dialog().getByText('seems to number')).toHaveCount(0)
  await expect(dialog().getByLabel('Label column')).toHaveValue('kind')
  await expect(dialog().getByLabel('Decimal mark')).toHaveValue('comma')
  await expect(dialog().getByRole('row', { name: /^length feature 0 to 8\.6/ })).toBeVisible()
  await expect(dialog().getByRole('list', { name: 'Classes' })).toContainText('oak')
  for (const theme of ['Light', 'Dark'] as const) {
    await page.emulateMedia({ colorScheme: theme === 'Dark' ? 'dark' : 'light' })
    expect(await violationsOf(page)).toEqual([])
    if (process.env['APICAL_LOOK'] !== undefined)
      await page.screenshot({ path: join(process.env['APICAL_LOOK'], `leaves-${theme}.png`) })
  }
  await add.click()
  await expect(dialog()).toHaveCount(0)
  await expect(card('Leaves')).toContainText('present')
  await expect(card('Leaves')).toContainText('Yours, from Leaves.csv')
})

test('rows of numbers become images, and their samples are drawn', async () => {
  await lookInto('bars.csv')
  await expect(dialog().getByText('64 features are a square: drawn as images of 8×8.')).toBeVisible()
  await dialog().getByLabel('Image shape').fill('8x8')
  await dialog().getByLabel('Image shape').press('Tab')
  await expect(dialog().getByText('are a square')).toHaveCount(0)
  await expect(dialog().getByLabel('Scaling')).toHaveValue('unit')
  if (process.env['APICAL_LOOK'] !== undefined)
    await page.screenshot({ path: join(process.env['APICAL_LOOK'], 'bars.png') })
  await dialog().getByRole('button', { name: 'Add data set' }).click()
  await card('bars').getByRole('button', { name: 'Look at samples of bars' }).click()
  const samples = page.getByRole('list', { name: 'Samples', exact: true })
  await expect(samples.getByRole('listitem')).toHaveCount(32)
  if (process.env['APICAL_LOOK'] !== undefined)
    for (const theme of ['Light', 'Dark'] as const) {
      await chooseTheme(page, theme)
      await page.screenshot({ path: join(process.env['APICAL_LOOK'], `data-${theme}.png`), fullPage: true })
    }
})

test('samples of a table are its lines, in the numbers of the file', async () => {
  await lookInto('stones.csv')
  await dialog().getByRole('button', { name: 'Add data set' }).click()
  await card('stones').getByRole('button', { name: 'Look at samples of stones' }).click()
  const table = page.getByRole('region', { name: 'Samples', exact: true }).getByRole('table')
  await expect(table.getByRole('columnheader')).toHaveText(['Sample', 'Class', 'size', 'weight', 'hue'])
  const [size = NaN, weight = NaN] = (await table.getByRole('row').nth(1).getByRole('cell').allInnerTexts())
    .slice(1)
    .map(Number)
  expect(weight).toBeCloseTo(1000 + 3 * (size - 12.5), 3)
  expect(await violationsOf(page)).toEqual([])
  if (process.env['APICAL_LOOK'] !== undefined)
    for (const theme of ['Light', 'Dark'] as const) {
      await chooseTheme(page, theme)
      await page.screenshot({ path: join(process.env['APICAL_LOOK'], `table-${theme}.png`), fullPage: true })
    }
})

test('a form offers the set with its sizes', async () => {
  await page.goto(new URL('/#/new/preset/backprop-glyphs', page.url()).href)
  await page.getByRole('radio', { name: /^Leaves/ }).check()
  await expect(page.getByRole('img', { name: /^Network of 2-500-3 / })).toBeVisible()
  await page.goto(new URL('/#/data', page.url()).href)
})

test('a set is removed only when that is meant', async () => {
  await card('bars').getByRole('button', { name: 'Remove… bars' }).click()
  await page.getByRole('button', { name: 'Keep it' }).click()
  await expect(card('bars')).toBeVisible()
  await card('bars').getByRole('button', { name: 'Remove… bars' }).click()
  await page.getByRole('button', { name: 'Remove it' }).click()
  await expect(card('bars')).toHaveCount(0)
  expect(faults).toEqual([])
})
