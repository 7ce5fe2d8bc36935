// From finished experiments to a table for the paper: groups over each other, a paired test that asks for more seeds and
// gets them, a sweep as a map. Everything is found by what a person or a screen reader is told it is.
import { expect, test, type Page } from '@playwright/test'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { makeGroups, makeSweep } from './compared-groups.ts'
import { openFaultless } from './faultless-page.ts'
import { expectNoSidewaysScroll } from './narrow-window.ts'
import { chooseTheme } from './screens.ts'
import { ServedLab } from './served-lab.ts'
import { violationsOf } from './violations.ts'

test.describe.configure({ mode: 'serial' })

let lab: ServedLab
let page: Page
let faults: string[]
let sweep: string

test.beforeAll(async ({ browser }) => {
  const home = await mkdtemp(join(tmpdir(), 'apical-app-'))
  await makeGroups(home)
  sweep = await makeSweep(home)
  lab = await ServedLab.start(home)
  ;({ page, faults } = await openFaultless(browser, lab.address, {
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  }))
})
test.afterAll(async () => {
  await page.close()
  await lab.remove()
})
test.afterEach(() => {
  expect(faults).toEqual([])
})

const results = () => page.getByRole('table', { name: 'Results of the groups' })
const paired = () => page.getByRole('table', { name: /^Paired comparison with/ })
const clipboard = () => page.evaluate(() => navigator.clipboard.readText())

async function add(words: string, name: string): Promise<void> {
  const box = page.getByRole('combobox', { name: 'Add an experiment to the comparison' })
  await box.fill(words)
  await page.getByRole('option', { name: new RegExp(name) }).click()
  await page.keyboard.press('Escape')
  await expect(results().getByRole('rowheader', { name: new RegExp(name) })).toBeVisible()
}

test('with nothing chosen, one press compares what suggests itself', async () => {
  await page.getByRole('navigation').getByRole('link', { name: 'Compare' }).click()
  await expect(page.getByRole('heading', { name: 'Nothing to compare yet' })).toBeVisible()
  const pick = page.getByRole('link', { name: /^The best 4 of the last sweep/ })
  await expect(pick).toBeVisible()
  expect(await violationsOf(page)).toEqual([])
  await pick.click()
  await expect(results().getByRole('row')).toHaveCount(1 + 4)
  await page.getByRole('button', { name: 'Clear' }).click()
})

test('groups are searched for and stand over each other', async () => {
  await expect(page.getByRole('heading', { name: 'Nothing to compare yet' })).toBeVisible()
  await add('small step', 'small step')
  await expect(page.getByText('Add a second experiment')).toBeVisible()
  await add('decay', 'weight decay')
  await expect(page.getByRole('region', { name: 'Test accuracy', exact: true }).getByRole('img')).toHaveAttribute(
    'aria-label',
    /small step from [\d.]+ % at epoch 1 to [\d.]+ % at epoch 4; weight decay from/,
  )
  await expect(page.getByText(/^They differ only in /)).toContainText(/learning rate and weight decay/i)
  expect(page.url()).toMatch(/#\/compare\/[^/]+\/[^/]+$/)
})

test('a report of the comparison opens with the network off, asks for nothing, and reads well to everybody', async ({
  browser,
}) => {
  const shown = await results().getByRole('row').nth(1).innerText()
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save report' }).click()
  const file = await download
  expect(file.suggestedFilename()).toBe('comparison-report.html')
  const path = join(lab.home, 'report.html')
  await file.saveAs(path)
  const html = await readFile(path, 'utf8')
  expect(html).not.toContain(lab.home)
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ offline: true, colorScheme, viewport: { width: 1280, height: 800 } })
    const report = await context.newPage()
    const asked: string[] = []
    report.on('request', (request) => asked.push(request.url()))
    report.on('console', (message) => asked.push(message.text()))
    await report.goto(pathToFileURL(path).href)
    expect(asked).toEqual([pathToFileURL(path).href])
    await expect(report.getByRole('heading', { level: 1 })).toHaveText('small step – weight decay')
    for (const name of ['Results', 'Curves', 'Paired comparison', 'What differs', 'small step', 'weight decay'])
      await expect(report.getByRole('heading', { level: 2, name, exact: true })).toBeVisible()
    await expect(report.getByRole('img', { name: /^Test accuracy/ }).first()).toBeVisible()
    // The mean and spread that the window shows.
    const [mean = 'none'] = /\d+\.\d\d ± \d+\.\d\d/.exec(shown) ?? []
    await expect(report.getByRole('table', { name: 'Results' }).getByText(mean).first()).toBeVisible()
    for (const name of ['Paired comparison', 'Settings that differ', 'Seeds', 'Configuration', 'Checksums of files'])
      await expect(report.getByRole('table', { name }).first()).toBeVisible()
    expect(await violationsOf(report)).toEqual([])
    await report.setViewportSize({ width: 390, height: 844 })
    await expectNoSidewaysScroll(report)
    // What moves sideways there is reached by the keyboard; the theme is nothing to that.
    if (colorScheme === 'light') expect(await violationsOf(report)).toEqual([])
    // On paper nothing can be moved sideways: what is wider than A4 between its margins is lost.
    await report.emulateMedia({ media: 'print' })
    await report.setViewportSize({ width: 680, height: 960 })
    const beyond = await report.evaluate(() =>
      [...document.querySelectorAll('.wide')].map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth),
    )
    expect(beyond.length).toBeGreaterThan(5)
    expect(Math.max(...beyond)).toBeLessThanOrEqual(0)
    await context.close()
  }
})

test('a run, a paper and one of its exhibits leave as reports, too', async () => {
  const here = page.url()
  const id = here.split('/').at(-1) ?? ''
  const exhibit = 'corinfomax-2023/mnist-test-accuracy-comparison'
  for (const [address, menu, headings] of [
    [`#/run/${id}`, 'More', ['Backpropagation · weight decay', 'Result', 'Checksums']],
    ['#/paper', 'Papers', ['Correlative Information Maximization: A Biologically', 'Verdicts', 'Ablations']],
    [`#/paper/${exhibit}`, 'Export', ['MNIST: test accuracy by method', 'Verdicts', 'How to reproduce it']],
  ] as const) {
    await page.goto(new URL(`/${address}`, here).href)
    await page.getByRole('button', { name: menu, exact: true }).click()
    const download = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: 'Save report as HTML' }).click()
    const file = await download
    expect(file.suggestedFilename()).toMatch(/-report\.html$/)
    const html = await readFile(await file.path(), 'utf8')
    for (const heading of headings) expect(html).toMatch(new RegExp(`<h[12][^>]*>${heading}`))
    expect(html).toContain('<svg ')
    expect(html).not.toContain(lab.home)
  }
  await page.goto(here)
  await expect(results().getByRole('row')).toHaveCount(1 + 2)
})

test('what is drawn can be chosen: another band, every seed, another axis', async () => {
  const chart = page.getByRole('region', { name: 'Test accuracy', exact: true })
  await chart.getByRole('button', { name: '95 % CI' }).click()
  await chart.getByRole('button', { name: 'each seed' }).click()
  await chart.getByRole('combobox', { name: 'Horizontal axis' }).selectOption('samples')
  await expect(chart.getByRole('img')).toHaveAttribute('aria-label', /at samples seen 2400/)
  await chart.getByRole('button', { name: 'Show as table' }).click()
  await expect(chart.getByRole('columnheader')).toHaveCount(1 + 2 * 5)
  await chart.getByRole('button', { name: 'Show as chart' }).click()
})

test('the table leaves for a paper, a README and a program', async () => {
  const panel = page.getByRole('region', { name: 'Results' })
  const copy = async (format: string): Promise<string> => {
    await panel.getByRole('combobox', { name: 'Format of the table' }).selectOption({ label: format })
    await panel.getByRole('button', { name: 'Copy table' }).click()
    await expect(page.getByText(`as ${format}`).last()).toBeVisible()
    return clipboard()
  }
  const latex = await copy('LaTeX')
  expect(latex).toContain(String.raw`\toprule`)
  expect(latex).toMatch(/\\textbf\{\d\d\.\d\d \$\\pm\$ \d+\.\d\d \(4\)\}/)
  // What both share is said once, under the table, and in no row.
  expect(latex).toMatch(/All rows: Backpropagation .*Glyphs .*784-12-10 .*600 samples .*4 epochs\./)
  expect(latex).toMatch(/^ {4}weight decay &/m)
  expect(await copy('Markdown')).toMatch(/\*\*\d\d\.\d\d ± \d+\.\d\d \(4\)\*\*/)
  expect((await copy('CSV')).split('\r\n')).toHaveLength(2 + 2)
})

test('the paired test asks for more seeds, and a press queues them for both', async () => {
  const row = paired().getByRole('row').nth(1)
  await expect(row.getByRole('cell').first()).toHaveText('4')
  const button = row.getByRole('button', { name: /^Add \d+ seeds? to both$/ })
  const more = Number(/\d+/.exec((await button.textContent()) ?? '')?.[0])
  await button.click()
  await expect(row.getByRole('cell').first()).toHaveText(String(4 + more), { timeout: 90_000 })
  await expect(results().getByRole('row', { name: /weight decay/ })).toContainText(`(${4 + more})`, { timeout: 60_000 })
})

test('a third group joins: p-values share the risk, and every group keeps its look', async () => {
  const look = (name: RegExp) => results().getByRole('rowheader', { name }).locator('svg').first().innerHTML()
  const before = await look(/weight decay/)
  await add('usual', 'usual step')
  await expect(paired().getByRole('columnheader', { name: /^p\s*Holm/ })).toBeVisible()
  await page.getByRole('button', { name: /^Remove .*small step/ }).click()
  await expect(results().getByRole('row')).toHaveCount(1 + 2)
  expect(await look(/weight decay/)).toBe(before)
  await page.reload()
  await expect(results().getByRole('row')).toHaveCount(1 + 2)
  expect(await look(/weight decay/)).toBe(before)
})

test('a sweep of two axes is a map that arrow keys walk through', async () => {
  await page.goto(new URL(`/#/compare/sweep/${sweep}`, page.url()).href)
  await expect(page.getByRole('heading', { level: 1, name: /^Sweep: .+ × .+/ })).toBeVisible()
  const map = page.getByRole('grid')
  await expect(map.getByRole('link')).toHaveCount(6)
  await map.getByRole('link').first().focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowDown')
  await expect(page.locator(':focus')).toHaveAccessibleName(
    /Learning rate = 0\.008.*: test accuracy \d+\.\d\d ± .*2 seeds/,
  )
})

test('its pictures leave as figures that carry their numbers, and open again when dropped', async () => {
  const dialog = page.getByRole('dialog', { name: 'Export figure' })
  for (const [chart, words] of [
    ['Test accuracy, mean over seeds', ['class="x-tick"', 'Learning rate μ</text>', '"kind":"heat-map"']],
    ['Settings and outcome', ['class="axis"', 'mean ± sd over seeds</text>', '"kind":"parallel"']],
  ] as const) {
    await page.getByRole('button', { name: `Options of ${chart}` }).click()
    await page.getByRole('button', { name: 'Export figure…' }).click()
    const download = page.waitForEvent('download')
    await dialog.getByRole('button', { name: 'Save SVG' }).click()
    const svg = await readFile(await (await download).path(), 'utf8')
    for (const part of words) expect(svg.replaceAll('&quot;', '"')).toContain(part)
    await dialog.getByRole('button', { name: 'Close' }).click()
    await expect(dialog).toBeHidden()
    await page.evaluate((content) => {
      const data = new DataTransfer()
      data.items.add(new File([content], 'figure.svg', { type: 'image/svg+xml' }))
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))
    }, svg)
    await dialog.getByRole('button', { name: 'Copy data' }).click()
    await expect.poll(clipboard).toMatch(/^widths\.1\tlearningRate\t/)
    await dialog.getByRole('button', { name: 'Close' }).click()
  }
})

test('a brush on an axis leaves what passes it, and the best are compared', async () => {
  const table = page.getByRole('table', { name: /^Experiments of the sweep/ })
  await expect(table.getByRole('row')).toHaveCount(1 + 6)
  await page.getByRole('slider', { name: /^Lowest Learning rate/ }).focus()
  await page.keyboard.press('ArrowUp')
  await expect(table.getByRole('row')).toHaveCount(1 + 4)
  await expectNoSidewaysScroll(page)
  await page.getByRole('button', { name: 'Compare the best 4' }).click()
  await expect(results().getByRole('row')).toHaveCount(1 + 4)
  await expectNoSidewaysScroll(page)
  await expect(page.getByRole('link', { name: 'Whole sweep' })).toBeVisible()
})

test('from a line of the Lab to the sweep it belongs to, and to a new one with its settings', async () => {
  await page.goto(new URL('/#/lab', page.url()).href)
  const table = page.getByRole('treegrid', { name: 'Experiments' })
  await table.focus()
  // The sweep is one line, with the best of it, that opens to its members.
  const whole = table.getByRole('row', { name: /Units of layer 1 × μ/ })
  await expect(whole).toContainText('best of 6')
  await expect(table.getByRole('row', { name: /Units of layer 1 = 6/ })).toHaveCount(0)
  await table.getByRole('checkbox', { name: /^Choose all of the sweep/ }).check()
  await expect(page.getByRole('toolbar', { name: 'Chosen experiments' })).toContainText('6 chosen')
  await table.getByRole('link', { name: /^Map of the sweep/ }).click()
  await expect(page.getByRole('heading', { level: 1, name: /^Sweep: / })).toBeVisible()
  await page.goBack()
  await table.focus()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  await expect(table.getByRole('row', { name: /Units of layer 1 = 6/ })).toHaveCount(3)
  await page.keyboard.press('w')
  await expect(page.getByRole('heading', { level: 1, name: /^Sweep: / })).toBeVisible()
  await page.goBack()
  await table.getByRole('button', { name: /^Unfold the sweep/ }).click()
  await table.getByRole('row', { name: /Units of layer 1 = 6.*0\.004/ }).hover()
  await page.getByRole('link', { name: /^Sweep from .*0\.004/ }).click()
  await expect(page.getByText('marks every setting that can take several values')).toBeVisible()
  await expect(page.locator(':focus')).toHaveAccessibleName(/^Sweep /)
  await page.goto(new URL(`/#/compare/sweep/${sweep}`, page.url()).href)
  await page.getByRole('button', { name: /^Compare the best/ }).click()
})

for (const theme of ['Light', 'Dark'] as const)
  test(`axe finds nothing, ${theme.toLowerCase()}`, async () => {
    await chooseTheme(page, theme)
    expect(await violationsOf(page)).toEqual([])
    await page.getByRole('combobox', { name: 'Add an experiment to the comparison' }).click()
    await expect(page.getByRole('listbox').getByRole('option').first()).toBeVisible()
    expect(await violationsOf(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'Whole sweep' }).click()
    await expect(page.getByRole('grid')).toBeVisible()
    expect(await violationsOf(page)).toEqual([])
    await page.getByRole('button', { name: /^Compare the best/ }).click()
  })
