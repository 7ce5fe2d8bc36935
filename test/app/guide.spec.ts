// The guide and the tour, as somebody meets them who has never seen Apical.
import { expect, test, type Locator, type Page } from '@playwright/test'
import { quickPreset } from './form.ts'
import { openFaultless } from './faultless-page.ts'
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

const main = (): Locator => page.getByRole('main')
const tour = (): Locator => page.getByRole('complementary', { name: 'Tour' })
const pointed = (): Locator => page.locator('[data-pointed]')

/** What the tour points at is in sight, and not below the tour itself. */
async function expectPointed(element: Locator): Promise<void> {
  await expect(pointed()).toHaveCount(1)
  await expect(element).toHaveAttribute('data-pointed', '')
  const [target, bar] = [await element.boundingBox(), await tour().boundingBox()]
  expect(target).not.toBeNull()
  expect((target?.y ?? 0) + (target?.height ?? 0)).toBeLessThanOrEqual(bar?.y ?? 0)
}

test('a new lab offers the tour; declined, it is not offered again', async ({ browser }) => {
  const other = await openFaultless(browser, lab.address)
  const offer = other.page.getByRole('button', { name: 'Take the tour' })
  await expect(offer).toBeVisible()
  await other.page.getByRole('button', { name: 'No, thanks' }).click()
  await expect(offer).toBeHidden()
  await other.page.reload()
  await expect(other.page.getByRole('button', { name: 'Train your first network' })).toBeVisible()
  await expect(offer).toBeHidden()
  // It starts again from the palette, and ends by Escape.
  await other.page.keyboard.press('Control+k')
  await other.page.getByRole('combobox', { name: /Search commands/ }).fill('tour')
  await other.page.keyboard.press('Enter')
  const bar = other.page.getByRole('complementary', { name: 'Tour' })
  await expect(bar).toContainText('Step 1 of 6')
  await bar.getByRole('button', { name: 'Next step' }).click()
  await expect(bar).toContainText('Step 2 of 6')
  await other.page.reload()
  await expect(bar).toContainText('Step 2 of 6')
  await bar.getByRole('button', { name: 'End tour' }).focus()
  await other.page.keyboard.press('Escape')
  await expect(bar).toBeHidden()
  await expect(other.page.locator('[data-pointed]')).toHaveCount(0)
  expect(other.faults).toEqual([])
  await other.page.close()
})

test('the tour goes on when a person did what it says, through all six steps', async () => {
  await page.getByRole('button', { name: 'Take the tour' }).click()
  await expect(tour()).toContainText('Step 1 of 6')
  const sample = page.getByRole('treegrid', { name: 'Experiments' }).getByRole('rowheader').getByRole('link')
  await expectPointed(sample)
  expect(await violationsOf(page)).toEqual([])
  // By keyboard: the bar leads to what it points at.
  await tour().getByRole('button', { name: 'Go to it' }).focus()
  await page.keyboard.press('Enter')
  await expect(sample).toBeFocused()
  await page.keyboard.press('Enter')

  await expect(tour()).toContainText('Step 2 of 6')
  const newExperiment = page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'New experiment' })
  await expectPointed(newExperiment)
  await newExperiment.click()
  await expectPointed(quickPreset(page))
  await quickPreset(page).click()

  await expect(tour()).toContainText('Step 3 of 6')
  // A step back stays to be read, though it is done already.
  await tour().getByRole('button', { name: 'Previous step' }).click()
  await expect(tour()).toContainText('Step 2 of 6')
  await tour().getByRole('button', { name: 'Next step' }).click()
  await expectPointed(page.getByRole('button', { name: 'Start', exact: true }))
  await page.getByRole('button', { name: 'Start', exact: true }).click()

  await expect(tour()).toContainText('Step 4 of 6')
  await expect(
    main()
      .getByRole('region', { name: /accuracy/i })
      .getByRole('img'),
  ).toHaveAttribute('aria-label', /\d/)
  await expectPointed(main().getByRole('link', { name: 'Details' }))
  await main().getByRole('link', { name: 'Details' }).click()

  await expect(tour()).toContainText('Step 5 of 6')
  await expectPointed(main().getByRole('link', { name: 'Compare', exact: true }))
  await main().getByRole('link', { name: 'Compare', exact: true }).click()

  await expect(tour()).toContainText('Step 6 of 6')
  const add = page.getByRole('combobox', { name: 'Add an experiment to the comparison' })
  await expectPointed(add)
  await add.fill('CorInfoMax')
  await main().getByRole('listbox').getByRole('option').first().click()
  const menu = main()
    .getByRole('button', { name: /^Options of/ })
    .first()
  await expectPointed(menu)
  await menu.click()
  await page.getByRole('button', { name: 'Export figure…' }).click()
  await expect(page.getByRole('dialog', { name: 'Export figure' })).toBeVisible()
  await page.keyboard.press('Escape')

  await expect(tour()).toContainText('Done')
  await tour().getByRole('link', { name: 'Go on in the Guide' }).click()
  await expect(tour()).toBeHidden()
  await expect(main().getByRole('heading', { level: 1, name: 'Sweeps' })).toBeVisible()
})

test('the “?” of a screen opens the guide at its section, and back leads to the screen', async () => {
  await page.goto(new URL('/#/engines', page.url()).href)
  await main().getByRole('link', { name: 'Guide: engines' }).click()
  const section = main().getByRole('heading', { name: 'Which engine is used' })
  await expect(section).toBeFocused()
  await expect(section).toBeInViewport()
  await page.getByRole('navigation', { name: 'Sections of this page' }).getByRole('link', { name: 'On a CPU' }).click()
  await expect(main().getByRole('heading', { name: 'On a CPU' })).toBeFocused()
  await main().getByRole('button', { name: 'Back' }).click()
  await expect(section).toBeFocused()
  await main().getByRole('button', { name: 'Forward' }).click()
  await expect(main().getByRole('heading', { name: 'On a CPU' })).toBeFocused()
  // Out of sight again, it is gone to again, though the address stays.
  await main().evaluate((element) => element.scrollTo(0, 0))
  await expect(main().getByRole('heading', { name: 'On a CPU' })).not.toBeInViewport()
  await page.getByRole('navigation', { name: 'Sections of this page' }).getByRole('link', { name: 'On a CPU' }).click()
  await expect(main().getByRole('heading', { name: 'On a CPU' })).toBeInViewport()
  await page.goBack()
  await page.goBack()
  await expect(main().getByRole('heading', { level: 1, name: 'Engines', exact: true })).toBeVisible()
})

test('the search goes over all pages, the palette over all sections', async () => {
  await page.goto(new URL('/#/guide', page.url()).href)
  const search = main().getByRole('searchbox', { name: 'Search the guide' })
  await search.fill('welch margin')
  const found = main().getByRole('region', { name: 'Found in the guide' })
  await expect(found.getByRole('link')).toHaveCount(1)
  expect(await violationsOf(page)).toEqual([])
  await search.press('Enter')
  await expect(main().getByRole('heading', { name: 'What a verdict means' })).toBeFocused()
  await search.fill('no such words')
  await expect(found.getByRole('status')).toContainText('Nothing in the guide')
  await search.press('Escape')
  await expect(main().getByRole('heading', { level: 1, name: 'The paper' })).toBeVisible()

  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: /Search commands/ }).fill('collapsed seeds')
  await page.getByRole('option', { name: 'Guide: Sweeps › Collapsed seeds' }).click()
  await expect(main().getByRole('heading', { name: 'Collapsed seeds' })).toBeFocused()
})

test('a page prints as a page, in light colours, without what frames it', async () => {
  await page.getByRole('radio', { name: 'Dark', exact: true }).check({ force: true })
  await page.emulateMedia({ media: 'print' })
  await expect(page.getByRole('navigation')).toHaveCount(0)
  await expect(main().getByRole('heading', { level: 1 })).toBeVisible()
  await expect(main().getByRole('searchbox')).toBeHidden()
  const theme = () => page.locator('html').getAttribute('data-theme')
  await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')))
  expect(await theme()).toBe('light')
  await page.evaluate(() => window.dispatchEvent(new Event('afterprint')))
  expect(await theme()).toBe('dark')
  await page.emulateMedia({ media: null })
})

test('the console stayed clean', () => {
  expect(faults).toEqual([])
})
