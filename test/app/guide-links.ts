// Where the “?” of a screen leads, and whether the guide has that section.
import { expect, type Page } from '@playwright/test'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { renderPage } from '../../src-renderer/screens/guide/render.ts'

const GUIDE = fileURLToPath(new URL('../../resources/guide', import.meta.url))

/** Expects one “?” in the head of the screen in front, over nothing else, whose section the guide has. */
export async function expectGuideLink(page: Page): Promise<void> {
  const link = page.getByRole('main').getByRole('link', { name: /^Guide: / })
  await expect(link).toHaveCount(1)
  const address = (await link.getAttribute('href')) ?? ''
  const [, name = '', section = ''] = /^#\/guide\/([\w-]+)\/([\w-]+)$/.exec(address) ?? []
  const { sections } = renderPage(name, readFileSync(`${GUIDE}/${name}.md`, 'utf8'))
  expect(
    sections.map(({ id }) => id),
    address,
  ).toContain(section)
  // The trial refuses what something else covers; a dialog covers everything, as it should.
  if ((await page.getByRole('dialog').count()) === 0) await link.click({ trial: true })
}
