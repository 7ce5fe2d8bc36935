// A toy that is learned in the window: the picture of its decision boundary moves while it trains, says what the numbers say,
// and can be gone through afterwards; its samples are points wherever others are images.
import { expect, test, type Page } from '@playwright/test'
import { chooseTheme } from './screens.ts'
import { openTab } from './form.ts'
import { openFaultless } from './faultless-page.ts'
import { ServedLab } from './served-lab.ts'
import { violationsOf } from './violations.ts'

test.describe.configure({ mode: 'serial' })

const EPOCHS = 60
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
  expect(faults).toEqual([])
})

const panel = () => page.getByRole('region', { name: 'Decision boundary' })
const picture = () => panel().getByRole('img', { name: /^Decision boundary/ })
const slider = () => panel().getByRole('slider', { name: 'Epoch of the decision boundary' })

/** The epoch that the picture is of, and its pixels, of one moment. */
async function seen(): Promise<{ readonly epoch: number; readonly pixels: string }> {
  const { name, pixels } = await picture().evaluate((element) => ({
    name: element.getAttribute('aria-label') ?? '',
    pixels: element.querySelector('canvas')?.toDataURL() ?? '',
  }))
  return { epoch: Number(/after epoch (\d+)/.exec(name)?.[1] ?? 0), pixels }
}

test('spirals are looked at as points on the data screen', async () => {
  await page.goto(new URL('/#/data', page.url()).href)
  await page.getByRole('button', { name: 'Look at samples of Two spirals' }).click()
  const points = page.getByRole('img', {
    name: /^2.000 training samples as points of a plane, in the colours of their classes/,
  })
  await expect(points).toBeVisible()
  await page.getByRole('list', { name: 'Classes' }).getByRole('button').first().click()
  await expect(page.getByRole('img', { name: /^1.000 training samples as points of a plane of class 0/ })).toBeVisible()
  expect(await violationsOf(page)).toEqual([])
})

test('the boundary moves while the network trains', async () => {
  await page.goto(new URL('/#/new', page.url()).href)
  await page
    .getByRole('list', { name: 'Presets on Two spirals' })
    .getByRole('link', { name: /^Backpropagation/ })
    .click()
  await openTab(page, /Training$/)
  await page.getByRole('textbox', { name: 'Epochs' }).fill(String(EPOCHS))
  await openTab(page, /Seeds and engine$/)
  await page.getByRole('textbox', { name: 'Seeds' }).fill('0')
  await page.getByRole('combobox', { name: 'Engine' }).selectOption('reference')
  await page.getByRole('button', { name: 'Start' }).click()
  await expect(picture()).toBeVisible()
  const pictures = new Map<number, string>()
  await expect
    .poll(
      async () => {
        const { epoch, pixels } = await seen()
        pictures.set(epoch, pixels)
        return epoch
      },
      { intervals: [60] },
    )
    .toBe(EPOCHS)
  // Some of them on the way, each another one.
  expect(pictures.size).toBeGreaterThan(2)
  expect(new Set(pictures.values()).size).toBe(pictures.size)
})

test('it says what the numbers say, and every kept epoch can be gone to by keys', async () => {
  await expect(page.getByText(`All ${EPOCHS} epochs done`)).toBeVisible()
  const tested = await page.getByText('test %').locator('..').innerText()
  const accuracy = Number(/[\d.]+/.exec(tested.replace('test %', ''))?.[0])
  await expect(
    panel().getByText(new RegExp(`^${accuracy.toFixed(1)} % of 1.000 test samples classified correctly`)),
  ).toBeVisible()
  expect(accuracy).toBeGreaterThan(90)

  await slider().focus()
  await page.keyboard.press('Home')
  await expect(picture()).toHaveAccessibleName(/as drawn, before training/)
  const drawn = await seen()
  await page.keyboard.press('End')
  await expect(picture()).toHaveAccessibleName(new RegExp(`after epoch ${EPOCHS}`))
  const last = await seen()
  expect(last.pixels).not.toBe(drawn.pixels)

  // On the screen of the run as well, where nothing of it was seen yet: what was kept every 5 epochs.
  await page.getByRole('link', { name: 'Details' }).click()
  await page.reload()
  await expect(picture()).toHaveAccessibleName(new RegExp(`after epoch ${EPOCHS}`))
  await expect(slider()).toHaveAttribute('max', String(EPOCHS / 5))
  await slider().focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowRight')
  await expect(picture()).toHaveAccessibleName(/after epoch 5:/)
  await panel().getByRole('button', { name: 'Play' }).click()
  await expect(picture()).toHaveAccessibleName(new RegExp(`after epoch ${EPOCHS}`))
  for (const theme of ['Light', 'Dark'] as const) {
    await chooseTheme(page, theme)
    expect(await violationsOf(page)).toEqual([])
  }
})

test('it leaves as a figure, and samples stand where they lie', async () => {
  await panel().getByRole('button', { name: 'Options of Decision boundary' }).click()
  await page.getByRole('button', { name: 'Export figure…' }).click()
  await expect(page.getByRole('dialog').getByLabel('Title, and name of the file')).toHaveValue(
    `Decision boundary after epoch ${EPOCHS}, seed 0`,
  )
  await page.keyboard.press('Escape')
  await page
    .getByRole('navigation', { name: 'Views of the run' })
    .getByRole('link', { name: 'Representations' })
    .click()
  await page.getByRole('tab', { name: 'Samples' }).click()
  await expect(page.getByRole('list', { name: 'Test samples' }).locator('circle')).not.toHaveCount(0)
})
