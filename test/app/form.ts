// Filling in the form of a new experiment by what a person sees: tabs, labels, boxes.
import { expect, type Locator, type Page } from '@playwright/test'

/** The quick preset on the built-in data, found by what its card says. */
export function quickPreset(page: Page): Locator {
  const cards = page.getByRole('list', { name: 'Presets' }).getByRole('listitem')
  return cards.filter({ hasText: /784-128-10/ }).getByRole('link', { name: /^CorInfoMax.*quick$/ })
}

export async function chooseQuickPreset(page: Page): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: 'New experiment' }).click()
  await quickPreset(page).click()
  await expect(page.getByRole('button', { name: 'Start' })).toBeVisible()
}

export function openTab(page: Page, name: RegExp): Promise<void> {
  return page.getByRole('tab', { name }).click()
}

export interface SmallExperiment {
  readonly name: string
  readonly epochs: number
}

/** An experiment that a busy machine finishes in seconds, and that is long enough to be stopped half-way. */
export async function makeSmall(page: Page, { name, epochs }: SmallExperiment): Promise<void> {
  await page.getByLabel('Name', { exact: true }).fill(name)
  await openTab(page, /Data$/)
  await page.getByRole('textbox', { name: 'Training samples' }).fill('1500')
  await page.getByRole('textbox', { name: 'Test samples' }).fill('300')
  await openTab(page, /Network$/)
  await page.getByRole('textbox', { name: 'Hidden layer' }).fill('16')
  await openTab(page, /Training$/)
  await page.getByRole('textbox', { name: 'Epochs' }).fill(String(epochs))
  await openTab(page, /Seeds and engine$/)
  await page.getByRole('textbox', { name: 'Seeds' }).fill('0')
  await page.getByRole('combobox', { name: 'Engine' }).selectOption('reference')
}
