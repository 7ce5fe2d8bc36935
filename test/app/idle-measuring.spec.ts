// A time before the first run: a lab that has nothing to do measures the setting that somebody looks at, unasked.
import { expect, test } from '@playwright/test'
import { openFaultless } from './faultless-page.ts'
import { chooseQuickPreset } from './form.ts'
import { ServedLab } from './served-lab.ts'

test('the form of a network that never ran tells its time by itself, and the gallery knows it then', async ({
  browser,
}) => {
  const lab = await ServedLab.start(undefined, { idleMeasuring: true })
  const { page, faults } = await openFaultless(browser, lab.address)
  try {
    await chooseQuickPreset(page)
    const forecast = page.getByLabel(/^Forecast for/)
    await expect(forecast).toContainText('time, measured here', { timeout: 90_000 })
    await expect(forecast.getByRole('button', { name: 'Measure' })).toHaveCount(0)
    await page.getByRole('link', { name: /Presets$/ }).click()
    await expect(page.getByRole('list', { name: 'Presets on Glyphs' })).toContainText(/about \d/)
    expect(faults).toEqual([])
  } finally {
    await page.close()
    await lab.remove()
  }
})
