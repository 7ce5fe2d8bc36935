// A chart under the hand, and on its way to paper: keys and pointer on the curves, the figure as SVG and PDF, and the file
// dropped on the window again.
import { expect, test, type Page } from '@playwright/test'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { figureBytes } from '../../src-main/cli/figure-file.ts'
import { readFigure } from '../../src-renderer/figure/figure-file.ts'
import { measureBy } from '../../src-renderer/figure/pdf.ts'
import { openFaultless } from './faultless-page.ts'
import { expectNoSidewaysScroll } from './narrow-window.ts'
import { chooseTheme } from './screens.ts'
import { ServedLab } from './served-lab.ts'
import { violationsOf } from './violations.ts'

test.describe.configure({ mode: 'serial' })

let lab: ServedLab
let page: Page
let faults: string[]
let svg: Buffer

test.beforeAll(async ({ browser }) => {
  lab = await ServedLab.start()
  ;({ page, faults } = await openFaultless(browser, lab.address, {
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  }))
  await page.getByRole('treegrid', { name: 'Experiments' }).getByRole('rowheader').getByRole('link').first().click()
  await expect(accuracy().getByRole('img')).toHaveAttribute('aria-label', /\d/)
})
test.afterAll(async () => {
  await page.close()
  await lab.remove()
})
test.afterEach(() => {
  expect(faults).toEqual([])
})

const accuracy = () => page.getByRole('region', { name: 'Accuracy' })
const curve = (name: RegExp) => page.getByRole('application', { name })
const dialog = () => page.getByRole('dialog', { name: 'Export figure' })

async function choose(action: string): Promise<void> {
  await accuracy().getByRole('button', { name: 'Options of Accuracy' }).click()
  await page.getByRole('button', { name: action }).click()
}

async function saved(format: string): Promise<Buffer> {
  const choice = dialog().getByRole('radio', { name: format })
  await choice.check({ force: true })
  const download = page.waitForEvent('download')
  await dialog()
    .getByRole('button', { name: `Save ${format}` })
    .click()
  return readFile(await (await download).path())
}

test('the keyboard goes from point to point, and what stands there is said', async () => {
  await curve(/^Accuracy/).focus()
  await page.keyboard.press('Home')
  await expect(page.getByText(/^epoch 1: .*test \d/)).toBeAttached()
  await page.keyboard.press('ArrowRight')
  await expect(page.getByText(/^epoch 2: .*test \d/)).toBeAttached()
  await page.keyboard.press('+')
  await expect(accuracy().getByRole('button', { name: 'Show all' })).toBeVisible()
  await page.keyboard.press('0')
  await expect(accuracy().getByRole('button', { name: 'Show all' })).toBeHidden()
})

test('charts that count the same stay in step under the pointer', async () => {
  const area = curve(/^Correlative/)
  const box = (await area.boundingBox()) ?? { x: 0, y: 0, width: 1, height: 1 }
  await page.mouse.move(box.x + box.width * 0.3, box.y + 60)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.5, box.y + 80, { steps: 3 })
  await page.mouse.up()
  const closer = page.getByRole('region', { name: /Alignment/ }).getByRole('button', { name: 'Show all' })
  await expect(closer).toBeVisible()
  await expect(accuracy().getByRole('button', { name: 'Show all' })).toBeHidden()
  await closer.click()
  await expect(closer).toBeHidden()
})

test('at 200 % zoom and on a phone nothing widens the page', async () => {
  await expectNoSidewaysScroll(page)
})

test('axes and smoothing are chosen in a menu and remembered', async () => {
  await accuracy().getByRole('button', { name: 'Options of Accuracy' }).click()
  const menu = page.getByRole('dialog', { name: 'Options of Accuracy' })
  await menu.getByRole('radiogroup', { name: 'y axis' }).getByText('logit').click()
  await menu.getByText('exponential').click()
  await page.keyboard.press('Escape')
  await page.reload()
  await accuracy().getByRole('button', { name: 'Options of Accuracy' }).click()
  await expect(menu.getByRole('radio', { name: 'logit' })).toBeChecked()
  await expect(menu.getByRole('radio', { name: 'exponential' })).toBeChecked()
  await menu.getByText('none').click()
  await page.keyboard.press('Escape')
})

test('a figure leaves as SVG and as PDF, with its words as words and its font inside', async () => {
  await choose('Export figure…')
  await expect(dialog().getByRole('img', { name: /^Preview/ })).toBeVisible()
  await dialog().getByLabel('y axis').fill('Accuracy on glyphs')
  await dialog().getByLabel('Name of line 2').fill('Ours')
  await dialog().getByLabel('Name of line 1').fill('Ours')
  await expect(dialog().getByText('Another line has this name.')).toBeVisible()
  svg = await saved('SVG')
  const text = svg.toString()
  for (const part of [
    '>Epoch</text>',
    '>Accuracy on glyphs</text>',
    '>Ours',
    'mean ± sd</text>',
    '<metadata id="apical-figure">',
  ])
    expect(text).toContain(part)
  const pdf = await saved('PDF')
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
  expect(pdf.toString('latin1')).toContain('/FontFile2')
  expect(pdf.toString('latin1')).toContain('<apical:figure>')
  const png = await saved('PNG')
  expect(png.subarray(1, 4).toString()).toBe('PNG')
  await dialog().getByRole('button', { name: 'Close' }).click()
  await expect(dialog()).toBeHidden()
})

test('plain Node makes the same figure, and finds letters as wide as the window draws them', async () => {
  const wordsOf = (file: Uint8Array) =>
    [...new TextDecoder().decode(file).matchAll(/<text[^>]* x="([^"]+)" y="([^"]+)"[^>]*>([^<]*)<\/text>/g)].map(
      ([, x, y, text]) => ({ x: Number(x), y: Number(y), text }),
    )
  const drawn = wordsOf(svg)
  const again = wordsOf(await figureBytes(readFigure('figure.svg', svg), 'svg'))
  expect(again.map(({ text }) => text)).toEqual(drawn.map(({ text }) => text))
  for (const [i, { x, y }] of again.entries()) {
    expect(Math.abs(x - (drawn[i]?.x ?? NaN))).toBeLessThan(0.5)
    expect(Math.abs(y - (drawn[i]?.y ?? NaN))).toBeLessThan(0.5)
  }
  // Pairs that fonts set closer, digits among them, and letters that they join.
  const words = [
    'Accuracy',
    'Test accuracy, %',
    'AVATAR To Wave',
    '11.1 ± 0.17',
    'office fluff',
    'FA (cross-entropy)',
    'λ',
  ]
  const file = createRequire(import.meta.url).resolve('@expo-google-fonts/arimo/400Regular/Arimo_400Regular.ttf')
  const measure = measureBy('sans', await readFile(file))
  // In the exported file itself, since that is what is looked at; the page's policy takes a style from its script alone.
  const style = /<svg[^>]* style="([^"]*)"/.exec(svg.toString())?.[1] ?? ''
  const shown = await page.evaluate(
    ([text, css, said]) => {
      const { documentElement: root } = new DOMParser().parseFromString(text, 'image/svg+xml')
      const picture = document.body.appendChild(document.importNode(root, true))
      picture.style.cssText = css
      const word = [...picture.querySelectorAll('text')][0]
      const widths = said.map((one) => {
        if (word === undefined) return NaN
        word.textContent = one
        word.setAttribute('font-size', '100')
        return word.getComputedTextLength()
      })
      picture.remove()
      return widths
    },
    [svg.toString().replace(` style="${style}"`, ''), style, words] as const,
  )
  words.forEach((text, i) => expect(Math.abs((shown[i] ?? NaN) / measure(text, 100) - 1), text).toBeLessThan(0.005))
})

test('dropped on the window, the file opens as it was left', async () => {
  await page.evaluate((content) => {
    const data = new DataTransfer()
    data.items.add(new File([content], 'figure.svg', { type: 'image/svg+xml' }))
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))
  }, svg.toString())
  await expect(dialog().getByLabel('y axis')).toHaveValue('Accuracy on glyphs')
  await expect(dialog().getByLabel('Name of line 2')).toHaveValue('Ours')
  expect((await saved('SVG')).equals(svg)).toBe(true)
  await dialog().getByRole('button', { name: 'Close' }).click()
})

test('the numbers leave as text', async () => {
  await choose('Copy data')
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  expect(copied.split('\n')[0]?.split('\t')).toEqual(expect.arrayContaining(['epoch', 'train', 'test']))
  // What is said about it stands below what is looked at, and takes nothing from the keyboard.
  const said = page.getByRole('status').filter({ hasText: 'The data are on the clipboard.' })
  const [words, screen] = [await said.boundingBox(), await page.getByRole('main').boundingBox()]
  expect(words?.y).toBeGreaterThanOrEqual((screen?.y ?? 0) + (screen?.height ?? Infinity) - 1)
  await expect(said.locator(':focus')).toHaveCount(0)
  await said.getByRole('button', { name: 'Dismiss' }).last().click()
  await expect(said).toHaveCount(0)
  await choose('Copy as pandas code')
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain('import pandas as pd')
})

for (const theme of ['Light', 'Dark'] as const)
  test(`axe finds nothing in the menu and the dialog, ${theme.toLowerCase()}`, async () => {
    await chooseTheme(page, theme)
    const violations = () => violationsOf(page, { within: '[role=dialog]' })
    await accuracy().getByRole('button', { name: 'Options of Accuracy' }).click()
    await expect(page.getByRole('button', { name: 'Export figure…' }).first()).toBeVisible()
    expect(await violations()).toEqual([])
    await page.keyboard.press('Escape')
    await choose('Export figure…')
    await expect(dialog().getByRole('img', { name: /^Preview/ })).toBeVisible()
    expect(await violations()).toEqual([])
    await dialog().getByRole('button', { name: 'Close' }).click()
  })
