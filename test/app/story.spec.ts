// A first day with Apical, from the address that `apical serve` prints to a finished run on disk, in a real browser
// against a real lab with real workers. Everything is found by what a person or a screen reader is told it is.
import { expect, test, type Locator, type Page } from '@playwright/test'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openFaultless } from './faultless-page.ts'
import { chooseQuickPreset, makeSmall, openTab, quickPreset } from './form.ts'
import { ServedLab } from './served-lab.ts'
import { violationsOf } from './violations.ts'

const EPOCHS = 8

test.describe.configure({ mode: 'serial' })

let lab: ServedLab
let page: Page
let faults: string[]

test.beforeAll(async ({ browser }) => {
  lab = await ServedLab.start()
  ;({ page, faults } = await openFaultless(browser, lab.address, {
    permissions: ['clipboard-read', 'clipboard-write'],
  }))
})
test.afterAll(async () => {
  await page.close()
  await lab.remove()
})
// The page's own policy refuses what it should not do; that would be told on the console.
test.afterEach(() => {
  expect(faults).toEqual([])
})

const heading = (name: string) => page.getByRole('heading', { level: 1, name })
const goTo = (name: string) => page.getByRole('navigation').getByRole('link', { name }).click()

test('the token leaves the address, and the lab opens filled', async () => {
  await expect(heading('Lab')).toBeVisible()
  expect(page.url()).not.toContain('token')
  const cookies = await page.context().cookies()
  expect(cookies).toEqual([expect.objectContaining({ httpOnly: true, sameSite: 'Strict' })])
  await expect(page.getByRole('treegrid', { name: 'Experiments' }).getByRole('row')).not.toHaveCount(0)
})

test('the sample experiment shows its result and its curves', async () => {
  await page.getByRole('treegrid', { name: 'Experiments' }).getByRole('rowheader').getByRole('link').first().click()
  await expect(page.getByText('Sample', { exact: true })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Outcome' })).toContainText(/\d\d\.\d/)
  await expect(page.getByRole('region', { name: /accuracy/i }).getByRole('img')).toHaveAttribute('aria-label', /\d/)
})

test('a bad value is refused beside its field, in words', async () => {
  await chooseQuickPreset(page)
  // One begins with the data.
  await expect(page.getByRole('radiogroup', { name: 'Data set' })).toBeVisible()
  await openTab(page, /CorInfoMax$/)
  const coupling = page.getByRole('textbox', { name: /^Error coupling/ })
  await coupling.fill('-3')
  await expect(coupling).toHaveAttribute('aria-invalid', 'true')
  await expect(page.getByRole('alert').filter({ hasText: /above 0/ })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Start' })).toBeDisabled()
  await coupling.fill('three')
  await expect(coupling).toHaveAttribute('aria-invalid', 'true')
  await coupling.fill('0.2')
  await expect(coupling).toHaveAttribute('aria-invalid', 'false')
  await expect(page.getByText(/1 change/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Start' })).toBeEnabled()
})

test('how long it takes is known when the machine was measured, and what was typed stays', async () => {
  const forecast = page.locator('dl[aria-label^="Forecast"]')
  await expect(forecast).toContainText('time not known yet')
  await forecast.getByRole('button', { name: 'Measure' }).click()
  await expect(forecast).toContainText(/time, from a benchmark\s*(about )?\d/, { timeout: 60_000 })
  await expect(page.getByRole('textbox', { name: /^Error coupling/ })).toHaveValue('0.2')
})

test('the forecast follows the form', async () => {
  await makeSmall(page, { name: 'First day', epochs: EPOCHS })
  const forecast = page.locator('dl[aria-label="Forecast for First day"]')
  await expect(forecast).toContainText(/1\s*run|run\s*1/)
  // Parameters of 784-16-10: W₁ 784·16, W₂ and V₂ 16·10 each, B₁ 16², B₂ 10².
  await expect(forecast).toContainText(/13\D?220/)
})

test('a start leads to the live screen, where the run is seen learning', async () => {
  await openTab(page, /Training$/)
  await page.getByRole('button', { name: 'Start' }).click()
  await expect(heading('First day')).toBeVisible()
  await expect(page.getByText('Running', { exact: true })).toBeVisible()
  const progress = page.getByRole('region', { name: 'Progress' })
  await expect(progress).toContainText(new RegExp(`Epoch \\d+ of ${EPOCHS}`))
  const bar = page.getByRole('progressbar', { name: 'Progress of First day' })
  await expect.poll(async () => Number(await bar.getAttribute('aria-valuenow'))).toBeGreaterThan(0)
  await expect(page.getByRole('region', { name: /accuracy/i }).getByRole('img')).toHaveAttribute('aria-label', /\d/)
})

test('stop keeps a checkpoint and says so, resume goes on from it to the end', async () => {
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect(page.getByText('Stopped', { exact: true })).toBeVisible()
  await expect(page.getByText(new RegExp(`\\d+ of ${EPOCHS} epochs done`))).toBeVisible()
  await page.getByRole('button', { name: 'Resume' }).click()
  await expect(page.getByText('Running', { exact: true })).toBeVisible()
  await expect(page.getByText('Done', { exact: true })).toBeVisible({ timeout: 45_000 })
  await expect(page.getByText(`All ${EPOCHS} epochs done`)).toBeVisible()
})

test('the run has everything from disk, and so has the disk', async () => {
  await page.getByRole('link', { name: 'Details' }).click()
  const outcome = page.getByRole('region', { name: 'Outcome' })
  await expect(outcome).toContainText(/\d\d\.\d/)
  const accuracy = page.getByRole('region', { name: /accuracy/i })
  await accuracy.getByRole('button', { name: 'Show as table' }).click()
  // One row per whole epoch, between those of passing batches: nothing was lost and nothing counted twice across stop and resume.
  await expect(accuracy.getByRole('row', { name: /^\d+\s/ })).toHaveCount(EPOCHS)
  await expect(page.getByText('experiment.json')).toBeVisible()

  const [id = ''] = (await readdir(join(lab.home, 'results'))).filter((name) => !name.startsWith('.'))
  const folder = join(lab.home, 'results', id)
  const files = await readdir(folder, { recursive: true })
  expect(files).toEqual(expect.arrayContaining(['experiment.json', 'environment.json', 'summary.json']))
  const experiment = JSON.parse(await readFile(join(folder, 'experiment.json'), 'utf8')) as Record<string, unknown>
  expect(experiment).toMatchObject({ name: 'First day', widths: [784, 16, 10], seeds: [0] })
  expect(experiment).toMatchObject({ rule: { settings: { epsilon: 0.2 } }, training: { epochs: EPOCHS } })
})

test('notes are kept', async () => {
  const notes = page.getByRole('textbox', { name: /notes/i })
  await notes.fill('Coupling 0.2: to be repeated with ten seeds.')
  const panel = page.getByRole('region', { name: 'Notes' })
  await expect(panel.getByRole('status')).toHaveText('Saved')
  await page.reload()
  await expect(panel).toContainText('Coupling 0.2: to be repeated with ten seeds.')
  // What is typed last is not lost by leaving at once.
  await panel.getByRole('button', { name: 'Edit' }).click()
  await notes.fill('Coupling 0.2: ten seeds agree.')
  await goTo('Lab')
  await expect(heading('Lab')).toBeVisible()
  const [id = ''] = (await readdir(join(lab.home, 'results'))).filter((name) => !name.startsWith('.'))
  await expect
    .poll(() => readFile(join(lab.home, 'results', id, 'notes.md'), 'utf8'))
    .toBe('Coupling 0.2: ten seeds agree.')
})

test('back in the lab the run stands first, can be searched, and survives a restart of the lab', async () => {
  await goTo('Lab')
  const rows = page.getByRole('treegrid', { name: 'Experiments' }).getByRole('rowheader')
  await expect(rows.first()).toContainText('First day')
  await page.getByRole('searchbox', { name: 'Search experiments' }).fill('no such thing')
  await expect(page.getByText('Nothing matches')).toBeVisible()
  await page.getByRole('searchbox', { name: 'Search experiments' }).fill('first')
  await expect(rows).toHaveCount(1)

  const { port } = new URL(lab.address)
  await lab.stop()
  await expect(page.getByRole('alert')).toContainText(/Connection lost.*stopped\s+at a checkpoint/s)
  lab = await ServedLab.start(lab.home, { port })
  // It is there again and does not know this tab: the tab and a reload say how to get in.
  await expect(page.getByRole('alert')).toContainText(/Apical was restarted.*Open the link/s)
  await page.reload()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Open the link that Apical printed')
  expect(await violationsOf(page)).toEqual([])
  await page.goto(lab.address)
  // The browser tells of every attempt to come back to a lab that is not there, and of those that it refused.
  faults.length = 0
  await expect(rows.filter({ hasText: 'First day' })).toHaveCount(1)
})

test('it is compared with the sample, and a figure and a table of both leave for the paper', async () => {
  await page.getByRole('searchbox', { name: 'Search experiments' }).fill('')
  const rows = page.getByRole('treegrid', { name: 'Experiments' }).getByRole('row')
  for (const row of [rows.filter({ hasText: 'First day' }), rows.filter({ hasText: 'Sample' })])
    await row.getByRole('checkbox').first().check()
  await page.getByRole('button', { name: 'Compare', exact: true }).click()
  await expect(page.getByRole('table', { name: 'Results of the groups' }).getByRole('rowheader')).toHaveCount(2)

  const chart = page.getByRole('region', { name: 'Test accuracy', exact: true })
  await chart.getByRole('button', { name: 'Options of Test accuracy' }).click()
  await page.getByRole('button', { name: 'Export figure…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Export figure' })
  const download = page.waitForEvent('download')
  await dialog.getByRole('button', { name: 'Save SVG' }).click()
  const figure = await readFile(await (await download).path(), 'utf8')
  expect(figure).toContain('First day')
  await page.keyboard.press('Escape')

  const panel = page.getByRole('region', { name: 'Results' })
  await panel.getByRole('combobox', { name: 'Format of the table' }).selectOption({ label: 'LaTeX' })
  await panel.getByRole('button', { name: 'Copy table' }).click()
  const table = await page.evaluate(() => navigator.clipboard.readText())
  expect(table).toContain(String.raw`\toprule`)
  expect(table).toContain('First day')
})

test('a finished run is trained on, to more epochs in all', async () => {
  await goTo('Lab')
  await page.getByRole('treegrid', { name: 'Experiments' }).getByRole('link', { name: 'First day' }).click()
  await page.getByRole('button', { name: 'Train more epochs' }).click()
  const more = page.getByRole('textbox', { name: 'More epochs' })
  await expect(more).toHaveValue(String(EPOCHS))
  await more.fill('0')
  await expect(page.getByRole('alert').filter({ hasText: 'A whole number from 1' })).toBeVisible()
  await more.fill('2')
  await expect(page.getByText(`${EPOCHS + 2} epochs in all`)).toBeVisible()
  await page.getByRole('button', { name: 'Train 2 more epochs' }).click()
  await expect(page.getByRole('region', { name: 'Progress' })).toBeVisible()
  await expect(page.getByText(`All ${EPOCHS + 2} epochs done`)).toBeVisible({ timeout: 45_000 })
})

test('its name and its tags are changed where they stand, and every list has them', async () => {
  await page.getByRole('link', { name: 'Details' }).click()
  await page.getByRole('button', { name: 'Rename', exact: true }).click()
  const name = page.getByRole('textbox', { name: 'Name of the experiment' })
  await expect(name).toHaveValue('First day')
  await name.fill('Not this')
  await name.press('Escape')
  await expect(heading('First day')).toBeVisible()
  await page.getByRole('button', { name: 'Rename', exact: true }).press('Enter')
  await name.fill(`Day one, it's done`)
  await name.press('Enter')
  await expect(heading(`Day one, it's done`)).toBeVisible()
  const tags = page.getByRole('list', { name: 'Tags' })
  for (const tag of ['paper', 'by mistake']) {
    await tags.getByRole('button', { name: '+ Tag' }).click()
    await tags.getByRole('combobox', { name: 'New tag' }).fill(tag)
    await page.keyboard.press('Enter')
    await expect(tags).toContainText(tag)
  }
  await tags.getByRole('button', { name: 'Remove the tag by mistake' }).click()
  await expect(tags).not.toContainText('by mistake')
  expect(await violationsOf(page)).toEqual([])
  await page.reload()
  await expect(heading(`Day one, it's done`)).toBeVisible()
  await expect(tags).toContainText('paper')
  await goTo('Lab')
  const row = page
    .getByRole('treegrid', { name: 'Experiments' })
    .getByRole('row')
    .filter({ hasText: `Day one, it's done` })
  await expect(row).toContainText('paper')
  await row.getByRole('rowheader').getByRole('link').click()
})

test('its command, its log, its files and how well each class is recognised are at hand', async () => {
  await page.getByRole('button', { name: 'More', exact: true }).click()
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('menuitem', { name: 'Copy command' }).click()
  const command = await page.evaluate(() => navigator.clipboard.readText())
  expect(command).toMatch(/^apical run corinfomax-glyphs-small --seeds 0 --epochs 10 .*--set epsilon=0\.2 /)
  expect(command).toContain(String.raw`--set 'name=Day one, it'\''s done'`)

  await expect(page.getByRole('region', { name: 'Text of the log' })).toContainText(/epoch/i)
  await page.getByRole('button', { name: 'experiment.json', exact: true }).click()
  const file = page.getByRole('dialog', { name: 'experiment.json' })
  await expect(file).toContainText('"epsilon": 0.2')
  expect(await violationsOf(page)).toEqual([])
  const download = page.waitForEvent('download')
  await file.getByRole('button', { name: 'Save' }).click()
  expect(JSON.parse(await readFile(await (await download).path(), 'utf8'))).toMatchObject({ widths: [784, 16, 10] })
  await page.keyboard.press('Escape')

  const confusion = page.getByRole('region', { name: 'Confusion matrix', exact: true })
  await expect(confusion).toContainText('Predicted class')
  await expect(confusion).toContainText('True class')
  const shares = await confusion.getByRole('listitem').locator('.value').allTextContents()
  expect(shares).toHaveLength(10)
  const figures = shares.map((text) => parseFloat(text))
  expect(figures).toEqual([...figures].sort((a, b) => a - b))
})

test('its networks are measured with a click: mistakes and measures are there, filtered by a pair of classes, and stay', async () => {
  const networks = page.getByRole('region', { name: 'The trained networks' })
  await networks.getByRole('button', { name: 'Measure now' }).click()
  const mistakes = networks.getByRole('region', { name: 'Misclassified samples' })
  const samples = mistakes.getByRole('list', { name: 'Samples' }).getByRole('listitem')
  await expect(samples.first()).toBeVisible()
  await expect(mistakes).toContainText(/\d+ of 300/)
  const measures = networks.getByRole('region', { name: 'Measures' }).getByRole('row')
  // The angle between W₂ and V₂ᵀ.
  await expect(measures.filter({ hasText: 'Alignment of W and Vᵀ' })).toContainText(/layer 2\s*\d/)
  expect(await violationsOf(page)).toEqual([])

  const pairs = mistakes.getByRole('group', { name: 'Confusion' })
  const one = pairs.getByRole('button').nth(1)
  const [, pair = '', count = ''] = /^(.+ → .+) \((\d+)\)$/.exec((await one.textContent())?.trim() ?? '') ?? []
  await one.click()
  await expect(samples).toHaveCount(Number(count))
  await expect(samples.filter({ hasText: pair })).toHaveCount(Number(count))
  await pairs.getByRole('button', { name: 'all' }).click()
  await expect(samples.filter({ hasNotText: pair })).not.toHaveCount(0)

  const told = await measures.allTextContents()
  await page.reload()
  await expect(networks.getByRole('button', { name: 'Measure again' })).toBeVisible()
  await expect(samples.first()).toBeVisible()
  expect(await measures.allTextContents()).toEqual(told)
})

test('seeds are added to a finished run from where its result is read', async () => {
  await page.getByRole('button', { name: 'Add seeds' }).click()
  await page.getByRole('textbox', { name: 'Seeds to add' }).fill('4, 5')
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  const seeds = page.getByRole('list', { name: 'Seeds' }).getByRole('listitem')
  await expect(seeds).toHaveCount(3)
  await expect(seeds.last()).toContainText('seed 5')
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await expect(page.getByText('Stopped', { exact: true })).toBeVisible()
})

test('the keyboard alone gets from a preset to a run, and from there to an exported figure', async () => {
  await page.goto(new URL('/#/new', lab.address).href)
  await press(quickPreset(page))
  const start = page.getByRole('button', { name: 'Start' })
  await expect(start).toBeEnabled()
  await press(start)
  const accuracy = page.getByRole('region', { name: 'Accuracy', exact: true })
  await expect(accuracy.getByRole('img')).toHaveAttribute('aria-label', /\d/)
  await press(page.getByRole('button', { name: /^(Stop|Take out of the queue)$/ }))
  await expect(page.getByText('Stopped', { exact: true })).toBeVisible()
  await press(page.getByRole('link', { name: 'Details' }))
  await expect(page.getByRole('region', { name: 'Outcome' })).toBeVisible()
  await press(accuracy.getByRole('button', { name: 'Options of Accuracy' }))
  await press(page.getByRole('button', { name: 'Export figure…' }).first())
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('img', { name: /^Preview/ })).toBeVisible()
  const download = page.waitForEvent('download')
  await press(dialog.getByRole('button', { name: 'Save SVG' }))
  expect(await readFile(await (await download).path(), 'utf8')).toContain('<svg')
})

/** Goes there by Tab and presses Enter. */
async function press(wanted: Locator): Promise<void> {
  await expect(wanted).toBeVisible()
  for (let presses = 0; presses < 120; presses++) {
    if (await wanted.evaluate((element) => element === document.activeElement)) {
      await page.keyboard.press('Enter')
      return
    }
    await page.keyboard.press('Tab')
  }
  throw new Error(`120 presses of Tab did not get to ${String(wanted)}.`)
}
