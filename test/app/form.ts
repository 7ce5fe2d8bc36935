// Filling in the form of a new experiment by what a person sees: tabs, labels, boxes.
import { expect, type Page } from '@playwright/test'

export async function choosePreset(page: Page, label: string): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: 'New experiment' }).click()
  await page.getByRole('list', { name: 'Presets' }).getByRole('link', { name: label, exact: true }).click()
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
