// The Lab with many experiments, by mouse and by keyboard alone: found, sorted, grouped, chosen, labelled, put away, taken
// back; and axe on what only shows then. How quick it is over ten thousand is measured by test/bench/lab-table.ts.
import { expect, test, type Locator, type Page } from '@playwright/test'
import { readFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeMany } from '../sample/many.ts'
import { faultsOf } from './faultless-page.ts'
import { ServedLab } from './served-lab.ts'
import { violationsOf } from './violations.ts'

const COUNT = 600
let lab: ServedLab
let ids: string[]
let faults: string[]

test.beforeAll(async () => {
  const home = await mkdtemp(join(tmpdir(), 'apical-many-'))
  ids = makeMany(join(home, 'results'), COUNT)
  lab = await ServedLab.start(home)
})
test.afterAll(() => lab.remove())
test.beforeEach(async ({ page }) => {
  faults = faultsOf(page)
  await page.goto(lab.address)
  // One is the sample.
  await expect(page.getByText(`${COUNT + 1} experiments`)).toBeVisible()
})
test.afterEach(() => {
  expect(faults).toEqual([])
})

const grid = (page: Page): Locator => page.getByRole('treegrid', { name: 'Experiments' })
const search = (page: Page): Locator => page.getByRole('searchbox', { name: 'Search experiments' })
const shown = (page: Page, count: number): Promise<void> =>
  expect(page.getByText(new RegExp(`^${count} experiments? shown$`))).toBeAttached()
/** The line that the keyboard stands on. */
const standing = async (page: Page): Promise<Locator> => {
  await expect(grid(page)).toHaveAttribute('aria-activedescendant', /^line-/)
  return page.locator(`[id="${(await grid(page).getAttribute('aria-activedescendant')) ?? ''}"]`)
}
const labelsOf = (id: string): { tags?: string[] } =>
  JSON.parse(readFileSync(join(lab.home, 'results', id, 'labels.json'), 'utf8')) as { tags?: string[] }

test('filters, sorts, groups, and compares what was chosen', async ({ page }) => {
  // Only what can be seen is drawn, and the table says how many there are.
  const archived = ids.filter((_, place) => place % 40 === 8).length
  await expect(grid(page)).toHaveAttribute('aria-rowcount', String(COUNT + 1 - archived + 1))
  expect(await grid(page).getByRole('row').count()).toBeLessThan(80)

  await search(page).fill('tag:paper batch>20')
  await expect(grid(page).getByRole('row').nth(1)).toContainText('paper')
  await page.getByRole('button', { name: 'Test, %' }).click()
  const figures = await grid(page).getByRole('row').locator('.strong').allTextContents()
  const means = figures.map((text) => parseFloat(text)).filter((mean) => !Number.isNaN(mean))
  expect(means.length).toBeGreaterThan(3)

  await search(page).fill('')
  await page.getByRole('button', { name: 'Group', exact: true }).click()
  await page.getByRole('checkbox', { name: 'Data', exact: true }).check()
  await page.getByRole('checkbox', { name: 'Batch size' }).check()
  await page.keyboard.press('Escape')
  await expect(grid(page).getByRole('row', { level: 1 }).first()).toContainText(
    /Data.*experiments · \d+ seeds · best \d/,
  )
  await expect(grid(page).getByRole('row', { level: 2 }).first()).toContainText('Batch size')
  expect(await violationsOf(page)).toEqual([])

  // Looked through to the right, a group still says whose it is.
  const group = grid(page).getByRole('row', { level: 1 }).first().getByText('Data', { exact: true })
  await grid(page).evaluate((table) => table.parentElement?.scrollTo({ left: 10_000 }))
  await expect(group).toBeInViewport()
  await grid(page).evaluate((table) => table.parentElement?.scrollTo({ left: 0 }))

  const boxes = grid(page).locator('tbody').getByRole('checkbox')
  await boxes.nth(0).check()
  await boxes.nth(2).click({ modifiers: ['Shift'] })
  const bar = page.getByRole('toolbar', { name: 'Chosen experiments' })
  await expect(bar).toContainText('3 chosen')
  await boxes.nth(2).uncheck()
  await bar.getByRole('button', { name: 'Compare' }).click()
  await expect(page).toHaveURL(/#\/compare\/[^/]+\/[^/]+$/)
  const compared = page.url().split('#/compare/')[1]?.split('/').map(decodeURIComponent) ?? []
  expect(compared.every((id) => ids.includes(id))).toBe(true)
})

test('what was made when and its tags are seen at 1280, and a search says what no setting is called', async ({
  page,
}) => {
  const head = (name: string) => grid(page).getByRole('columnheader', { name, exact: true })
  for (const name of ['Made', 'Tags']) {
    const place = await head(name).boundingBox()
    const frame = await grid(page).locator('..').boundingBox()
    expect((place?.x ?? 0) + (place?.width ?? Infinity)).toBeLessThanOrEqual((frame?.x ?? 0) + (frame?.width ?? 0) + 1)
  }
  // The font would set 16x64 as 16×64: what people typed is shown as they typed it.
  const forms = await page
    .locator('main, main *')
    .evaluateAll((all) => [...new Set(all.map((one) => getComputedStyle(one).fontVariantLigatures))])
  expect(forms).toEqual(['no-contextual'])
  await search(page).fill('hiden:64')
  await expect(page.getByRole('heading', { name: 'Nothing matches' })).toBeVisible()
  await expect(page.getByText(/No setting is called “hiden”. Did you mean “hidden”/).first()).toBeVisible()
})

test('all that is shown is chosen by one box; a row’s menu is about the row, or about all that are chosen', async ({
  page,
}) => {
  await search(page).fill('tag:paper')
  const all = grid(page).getByRole('checkbox', { name: 'Choose all shown' })
  const bar = page.getByRole('toolbar', { name: 'Chosen experiments' })
  await all.check()
  const count = Number(await grid(page).getAttribute('aria-rowcount')) - 1
  await expect(bar).toContainText(`${count.toLocaleString('en-GB')} chosen`)
  const first = grid(page).locator('tbody').getByRole('row').first()
  await first.click({ button: 'right' })
  const menu = page.getByRole('menu')
  await menu.getByRole('menuitem', { name: /^Tag…/ }).click()
  await expect(page.getByRole('dialog', { name: `Tags of ${count} experiments` })).toBeVisible()
  await page.keyboard.press('Escape')
  await all.click()
  await expect(bar).toBeHidden()

  // By keyboard it opens at the line that is stood on, and the keyboard goes back there.
  await grid(page).focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('Shift+F10')
  await expect(menu.getByRole('menuitem', { name: /^Open/ })).toBeVisible()
  expect(await violationsOf(page)).toEqual([])
  await page.keyboard.press('Escape')
  await expect(menu).toBeHidden()
  await expect(grid(page)).toBeFocused()
  await first.hover()
  await first.getByRole('button', { name: /^Actions on/ }).click()
  await menu.getByRole('menuitem', { name: /^Open/ }).click()
  await expect(page.getByRole('region', { name: 'Outcome' })).toBeVisible()
})

test('by keyboard alone: found, chosen, tagged, archived, trashed, and taken back', async ({ page }) => {
  await page.keyboard.press('/')
  await expect(search(page)).toBeFocused()
  await page.keyboard.type('data:glyph')
  await expect(page.getByRole('group', { name: 'Suggestions' })).toContainText('experiments')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(search(page)).toHaveValue('data:Glyphs ')
  await page.keyboard.type('state:done')
  await page.keyboard.press('Enter')
  await expect(grid(page)).toBeFocused()

  await page.keyboard.press('End')
  await expect(await standing(page)).toHaveAttribute(
    'aria-rowindex',
    (await grid(page).getAttribute('aria-rowcount')) ?? '',
  )
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('table', { name: /^Seeds of / })).toBeVisible()
  expect(await violationsOf(page)).toEqual([])
  await page.keyboard.press('ArrowLeft')
  await expect(page.getByRole('table', { name: /^Seeds of / })).toBeHidden()

  await page.keyboard.press('Space')
  await page.keyboard.press('Shift+ArrowDown')
  await expect(page.getByText('2 chosen')).toBeVisible()
  const chosen = await grid(page)
    .getByRole('row', { selected: true })
    .evaluateAll((rows) => rows.map(({ id }) => id.slice('line-'.length)))
  await page.keyboard.press('t')
  await expect(page.getByRole('dialog', { name: 'Tags of 2 experiments' })).toBeVisible()
  await page.keyboard.type('by hand')
  await page.keyboard.press('Enter')
  await expect(page.getByText('are tagged “by hand”')).toBeVisible()
  expect(await violationsOf(page)).toEqual([])
  await page.keyboard.press('Escape')
  for (const id of chosen) expect(labelsOf(id).tags).toContain('by hand')

  await expect(grid(page)).toBeFocused()
  const before = Number(await grid(page).getAttribute('aria-rowcount'))
  await page.keyboard.press('e')
  await expect(grid(page)).toHaveAttribute('aria-rowcount', String(before - 2))
  // What is put away is chosen no longer: nothing unseen is acted on.
  await expect(page.getByRole('toolbar', { name: 'Chosen experiments' })).toBeHidden()
  await page.keyboard.press('u')
  await expect(grid(page)).toHaveAttribute('aria-rowcount', String(before))
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('Shift+ArrowDown')
  await expect(page.getByText('2 chosen')).toBeVisible()
  await page.keyboard.press('p')
  await expect(page.getByText('2 experiments are pinned.')).toBeVisible()
  await page.keyboard.press('Delete')
  await expect(page.getByText('2 experiments are in the trash.')).toBeVisible()
  // The way back from pinning is gone with what was pinned.
  await expect(page.getByText('2 experiments are pinned.')).toBeHidden()
  await expect(grid(page)).toHaveAttribute('aria-rowcount', String(before - 2))
  await page.keyboard.press('u')
  await expect(grid(page)).toHaveAttribute('aria-rowcount', String(before))
  await page.keyboard.press('Escape')

  await page.keyboard.press('Control+a')
  await expect(page.getByText(`${before - 1} chosen`)).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('toolbar', { name: 'Chosen experiments' })).toBeHidden()
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('region', { name: 'Outcome' })).toBeVisible()
})

test('on a phone the accuracy stands beside the name', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  const result = grid(page).getByRole('row').nth(1).locator('.strong')
  await expect(result).toHaveText(/^\d+\.\d\d/)
  await expect(result).toBeInViewport({ ratio: 1 })
  await expect(grid(page).getByRole('rowheader').first()).toBeInViewport()
})

test('the palette goes to screens, presets, experiments and actions', async ({ page }) => {
  const run = async (typed: string): Promise<void> => {
    await page.keyboard.press('Control+k')
    await expect(page.getByRole('dialog', { name: 'Commands' })).toBeVisible()
    await page.keyboard.type(typed)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('dialog', { name: 'Commands' })).toBeHidden()
  }
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('option').first()).toBeVisible()
  expect(await violationsOf(page)).toEqual([])
  await page.keyboard.press('Escape')
  // Pressed while it still closes, the keys would be its own.
  await expect(page.getByRole('dialog', { name: 'Commands' })).toBeHidden()
  await run('engines')
  await expect(page).toHaveURL(/#\/engines$/)
  await run('new corinfomax-mnist')
  await expect(page).toHaveURL(/#\/new\/preset\/corinfomax-mnist/)
  await run('lab')
  await expect(page.getByRole('heading', { level: 1, name: 'Lab' })).toBeVisible()
  await run('dark')
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  expect(await violationsOf(page)).toEqual([])
  await run('shortcuts')
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toContainText('Search experiments')
  expect(await violationsOf(page)).toEqual([])
})

test('a view is kept with the results, for any browser', async ({ page, browser }) => {
  await search(page).fill('beta:')
  await page.getByRole('button', { name: 'Columns' }).click()
  await page.getByRole('searchbox', { name: /^Find/ }).fill('beta')
  await page.getByRole('checkbox', { name: /^Nudging strength/ }).check()
  await page.keyboard.press('Escape')
  await expect(grid(page).getByRole('columnheader', { name: /^β/ })).toBeAttached()
  await page.getByRole('button', { name: 'Views' }).click()
  await page.getByRole('textbox', { name: 'Name of this view' }).fill('Mine')
  await page.keyboard.press('Enter')
  await expect(page.getByText('The view “Mine” is saved with the results.')).toBeVisible()

  const other = await browser.newPage()
  await other.goto(lab.address)
  await other.getByRole('button', { name: 'Views' }).click()
  await other.getByRole('button', { name: 'Mine', exact: true }).click()
  await expect(search(other)).toHaveValue('beta:')
  await expect(grid(other).getByRole('columnheader', { name: /^β/ })).toBeAttached()
  await other.close()
})

test('notes are read as Markdown, and nothing in them does anything', async ({ page }) => {
  await shown(page, COUNT + 1 - ids.filter((_, place) => place % 40 === 8).length)
  await search(page).fill('angle of layer')
  await page.getByRole('treegrid').getByRole('link').first().click()
  const notes = page.getByRole('region', { name: 'Notes' })
  await expect(notes.locator('strong')).toHaveText('60°')
  await notes.getByRole('button', { name: 'Edit' }).click()
  const hostile = [
    '# Head',
    '<script>window.broken = 1</script><img src=x onerror="window.broken = 1">',
    '![picture](https://example.org/x.png) [link](javascript:window.broken=1)',
    '[good](https://arxiv.org/abs/2306.04810)',
  ].join('\n\n')
  await notes.getByRole('textbox', { name: 'Notes' }).fill(hostile)
  await page.keyboard.press('Control+s')
  await expect(notes.getByRole('status')).toHaveText('Saved')
  await notes.getByRole('button', { name: 'Preview' }).click()
  await expect(notes.getByRole('heading', { name: 'Head' })).toBeVisible()
  await expect(notes.getByRole('link')).toHaveCount(1)
  await expect(notes.locator('img, script')).toHaveCount(0)
  expect(await page.evaluate(() => 'broken' in window)).toBe(false)
})
