// axe on every screen, light and dark: no violation of WCAG 2.2 AA or of best practice, anywhere. And since every screen is
// visited here: its “?” leads to a section that the guide has.
import { expect, test, type Page } from '@playwright/test'
import { openFaultless } from './faultless-page.ts'
import { expectGuideLink } from './guide-links.ts'
import { chooseTheme, screens, startRun } from './screens.ts'
import { ServedLab } from './served-lab.ts'
import { violationsOf } from './violations.ts'

test.describe.configure({ mode: 'serial' })

let lab: ServedLab
let page: Page
let faults: string[]

test.beforeAll(async ({ browser }) => {
  lab = await ServedLab.start()
  ;({ page, faults } = await openFaultless(browser, lab.address, { reducedMotion: 'reduce' }))
})
test.afterAll(async () => {
  await page.close()
  await lab.remove()
})

/** Of both themes. They differ in colours alone, so contrast is all that is looked at twice. */
async function violationsInThemes(): Promise<string[]> {
  await chooseTheme(page, 'Light')
  const light = await violationsOf(page)
  await chooseTheme(page, 'Dark')
  return [...light, ...(await violationsOf(page, { rules: ['color-contrast'] }))]
}

test('axe sees what is wrong, so that its silence means something', async () => {
  await page.evaluate(() => {
    const picture = document.createElement('img')
    picture.id = 'planted'
    document.querySelector('main')?.append(picture)
  })
  expect(await violationsOf(page)).toContainEqual(expect.stringContaining('image-alt'))
  await page.evaluate(() => document.getElementById('planted')?.remove())
})

for (const { name, reach } of screens)
  test(`${name}, light and dark`, async () => {
    await reach(page)
    if (name !== 'guide') await expectGuideLink(page)
    expect(await violationsInThemes()).toEqual([])
  })

test('live and run, light and dark', async () => {
  await startRun(page, 'Seen', 200)
  expect(await violationsInThemes()).toEqual([])
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect(page.getByText('Stopped', { exact: true })).toBeVisible()
  expect(await violationsInThemes()).toEqual([])
  await page.getByRole('link', { name: 'Details' }).click()
  await expect(page.getByRole('region', { name: 'Outcome' })).toBeVisible()
  await expect(page.getByText('experiment.json')).toBeVisible()
  expect(await violationsInThemes()).toEqual([])
  await page.getByRole('button', { name: 'Show as table' }).first().click()
  expect(await violationsInThemes()).toEqual([])
})

test('the console stayed clean on all of them', () => {
  expect(faults).toEqual([])
})
