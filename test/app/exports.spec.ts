// Results that leave the window: files that the lab writes, and the paragraph of a reproducibility checklist.
import { expect, test, type Page } from '@playwright/test'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openFaultless } from './faultless-page.ts'
import { ServedLab } from './served-lab.ts'

const samples = fileURLToPath(new URL('../../resources/sample', import.meta.url))
const [id = ''] = readdirSync(samples)

test.describe('results leave the window', () => {
  test.describe.configure({ mode: 'serial' })
  let lab: ServedLab
  let page: Page
  let faults: string[]

  test.beforeAll(async ({ browser }) => {
    lab = await ServedLab.start()
    const permissions = ['clipboard-read', 'clipboard-write']
    ;({ page, faults } = await openFaultless(browser, lab.address, { reducedMotion: 'reduce', permissions }))
  })
  test.afterAll(async () => {
    await page.close()
    await lab.remove()
    expect(faults).toEqual([])
  })

  const at = (hash: string) => page.goto(`${new URL(page.url()).origin}/#${hash}`)
  const copied = () => page.evaluate(() => navigator.clipboard.readText())
  const more = (entry: string) =>
    test.step(entry, async () => {
      await page.getByRole('button', { name: 'More' }).click()
      await page.getByRole('menuitem', { name: entry }).click()
    })

  test('a run as a zip, whose path is told and copied', async () => {
    await at(`/run/${id}`)
    await more('Export everything as ZIP')
    await page.getByRole('button', { name: 'Copy path' }).click()
    await expect(page.getByText('The path of the file is on the clipboard.')).toBeVisible()
    const path = await copied()
    expect(path).toBe(join(lab.home, 'exports', `${id}.zip`))
    expect(readFileSync(path).subarray(0, 4).toString('latin1')).toBe('PK\u0003\u0004')
  })

  test('again, beside the first and not over it', async () => {
    const first = join(lab.home, 'exports', `${id}.zip`)
    const before = statSync(first).mtimeMs
    await more('Export everything as ZIP')
    await expect.poll(() => existsSync(join(lab.home, 'exports', `${id}-2.zip`))).toBe(true)
    expect(statSync(first).mtimeMs).toBe(before)
  })

  test('the paragraph of a checklist, from a run and from Compare', async () => {
    await more('Copy checklist paragraph')
    await expect(page.getByText('The checklist paragraph is on the clipboard.')).toBeVisible()
    const paragraph = await copied()
    expect(paragraph).toContain('5 training runs of 10 epochs each, with seeds 0, 10, 20, 30, 40.')
    await at(`/compare/${id}`)
    await page.evaluate(() => navigator.clipboard.writeText(''))
    await page.getByRole('button', { name: 'Copy checklist' }).click()
    await expect.poll(copied).toBe(paragraph)
  })

  test('chosen experiments of the Lab as one table', async () => {
    await at('/lab')
    await page.getByRole('treegrid').locator('tbody').getByRole('checkbox').first().check()
    await page.getByRole('button', { name: 'Export', exact: true }).click()
    await page.getByRole('button', { name: 'Export epochs as CSV' }).click()
    const file = join(lab.home, 'exports', `${id}.csv`)
    await expect.poll(() => existsSync(file)).toBe(true)
    // A line of names, and one for each of ten epochs of five seeds.
    expect(readFileSync(file, 'utf8').trimEnd().split('\r\n')).toHaveLength(1 + 5 * 10)
  })
})
