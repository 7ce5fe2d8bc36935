// A ninth rule, written from the words alone, into a folder of one's own: seen, allowed, trained with five seeds, compared with
// a built-in one; and files that are wrong or changed, while the window stays what it was.
import { expect, test, type Page } from '@playwright/test'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openFaultless } from './faultless-page.ts'
import { makeSmall, openTab } from './form.ts'
import { ServedLab } from './served-lab.ts'
import { violationsOf } from './violations.ts'

/** Oja's subspace rule below, the delta rule above. */
const OJA = `import { apply, applyTransposed, difference, number, outer, rule, sum } from 'apical/rule'

export default rule({
  name: 'oja',
  label: 'Oja and delta',
  summary: 'The hidden layer finds the principal subspace of its inputs; the output learns from its own error.',
  settings: {
    hebbian: number({ label: 'Hebbian rate', symbol: 'η', help: 'Step size of the hidden layer.', minimum: 0, maximum: 1, default: 0.001, group: 'learning' }),
    delta: number({ label: 'Output rate', symbol: 'μ', help: 'Step size of the output layer.', minimum: 0, maximum: 1, default: 0.02, group: 'learning' }),
  },
  equations: [{ caption: 'Hidden layer', tex: '\\\\Delta W_1 = \\\\eta\\\\,\\\\langle h x^\\\\top - h h^\\\\top W_1\\\\rangle', settings: ['hebbian'] }],
  measures: [{ name: 'error', label: 'Output error', unit: 'per unit', help: 'The mean of t − y over one batch.' }],
  check: (_s, widths) => (widths.length === 3 ? [] : [{ key: '', message: 'expected one hidden layer, found ' + widths.join('-') }]),
  build(p, s, [inputs, hidden, outputs]) {
    const W = p.parameter('W1', [hidden, inputs], { kind: 'xavier' })
    const V = p.parameter('W2', [outputs, hidden], { kind: 'xavier' })
    return {
      train() {
        const h = apply(W, p.x)
        const error = difference(p.y, apply(V, h))
        p.count(apply(V, h))
        p.measure('error', error)
        W.increase(s.hebbian, difference(outer(h, p.x), outer(h, applyTransposed(W, h))))
        V.increase(s.delta, outer(error, h))
      },
      layers: () => [apply(W, p.x), apply(V, apply(W, p.x))],
    }
  },
})
`

interface Summary {
  readonly seeds: readonly { readonly testAccuracy: number }[]
}

test.describe.configure({ mode: 'serial' })

let lab: ServedLab
let page: Page
let faults: string[]
let rules: string

test.beforeAll(async ({ browser }) => {
  lab = await ServedLab.start()
  rules = join(lab.home, 'rules')
  mkdirSync(rules)
  ;({ page, faults } = await openFaultless(browser, lab.address, { reducedMotion: 'reduce' }))
})
test.afterAll(async () => {
  await page.close()
  await lab.remove()
  expect(faults).toEqual([])
})

const own = () => page.getByRole('region', { name: /^Your rules/ })
const goToGallery = () => page.getByRole('navigation').getByRole('link', { name: 'New experiment' }).click()

test('a file is shown with its SHA-256 and runs once it is allowed', async () => {
  await goToGallery()
  await expect(own()).toContainText('is one file of equations')
  writeFileSync(join(rules, 'oja.js'), OJA)
  await own().getByRole('button', { name: 'Look again' }).click()
  await expect(own()).toContainText(/New\. .*SHA-256 [0-9a-f]{64}/s)
  expect(await violationsOf(page)).toEqual([])
  await own().getByRole('button', { name: 'Allow oja.js' }).click()
  await expect(own().getByRole('link', { name: 'Oja and delta' })).toBeVisible()
})

test('its form is that of any rule, and five seeds of it are trained side by side', async () => {
  await own().getByRole('link', { name: 'Oja and delta' }).click()
  await openTab(page, /Oja and delta$/)
  await expect(page.getByRole('combobox', { name: 'Learning rule' }).locator('optgroup')).toHaveAttribute(
    'label',
    'Yours',
  )
  await expect(page.getByRole('region', { name: 'Equations' })).toContainText('Hidden layer')
  await page.getByRole('textbox', { name: /^Hebbian rate/ }).fill('2')
  await expect(page.getByRole('textbox', { name: /^Hebbian rate/ })).toHaveAttribute('aria-invalid', 'true')
  await page.getByRole('textbox', { name: /^Hebbian rate/ }).fill('0.002')
  await makeSmall(page, { name: 'Oja', epochs: 2 })
  await page.getByRole('textbox', { name: 'Seeds' }).fill('0-4')
  await page.getByRole('combobox', { name: 'Engine' }).selectOption('native')
  await page.getByRole('button', { name: 'Start' }).click()
  await expect(page.getByText('Done', { exact: true })).toBeVisible({ timeout: 60_000 })
  await page.getByRole('link', { name: 'Details' }).click()
  await expect(page.getByRole('region', { name: 'Outcome' })).toContainText(/\d\d\.\d/)
})

test('the same file trains on WebGPU', async () => {
  await goToGallery()
  await own().getByRole('link', { name: 'Oja and delta' }).click()
  await makeSmall(page, { name: 'Oja on WebGPU', epochs: 2 })
  // Two of the five: a driver on the processor takes half a minute for all.
  await page.getByRole('textbox', { name: 'Seeds' }).fill('0,1')
  const engine = page.getByRole('combobox', { name: 'Engine' })
  const said = await engine.locator('option[value="webgpu"]').textContent()
  test.skip(said?.includes('not on this machine') !== false, 'there is no WebGPU adapter here')
  await engine.selectOption('webgpu')
  await page.getByRole('button', { name: 'Start' }).click()
  await expect(page.getByText('Done', { exact: true })).toBeVisible({ timeout: 120_000 })
  const [first, second] = readdirSync(join(lab.home, 'results'))
    .filter((name) => name.includes('oja@'))
    .map((name) => JSON.parse(readFileSync(join(lab.home, 'results', name, 'summary.json'), 'utf8')) as Summary)
  expect([first?.seeds.length, second?.seeds.length]).toEqual([5, 2])
  for (const [i, { testAccuracy }] of (second?.seeds ?? []).entries())
    expect(Math.abs(testAccuracy - (first?.seeds[i]?.testAccuracy ?? NaN))).toBeLessThan(0.02)
})

test('it stands beside a built-in rule on Compare, and leaves as a figure', async () => {
  await page.getByRole('navigation').getByRole('link', { name: 'Lab' }).click()
  const grid = page.getByRole('treegrid', { name: 'Experiments' })
  await expect(grid.getByRole('row', { name: /Oja/ }).first()).toBeVisible()
  for (const box of await grid.locator('tbody').getByRole('checkbox').all()) await box.check()
  const bar = page.getByRole('toolbar', { name: 'Chosen experiments' })
  await bar.getByRole('button', { name: 'Compare' }).click()
  const main = page.getByRole('main')
  await expect(main).toContainText('Oja and delta')
  await expect(main).toContainText('CorInfoMax')
  await page
    .getByRole('button', { name: /^Options of/ })
    .first()
    .click()
  await page.getByRole('button', { name: 'Export figure…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Export figure' })
  await dialog.getByRole('radio', { name: 'SVG' }).check({ force: true })
  const download = page.waitForEvent('download')
  await dialog.getByRole('button', { name: 'Save SVG' }).click()
  const svg = await readFile(await (await download).path(), 'utf8')
  for (const rule of ['Oja and delta', 'CorInfoMax']) expect(svg).toContain(rule)
  await dialog.getByRole('button', { name: 'Close' }).click()
})

test('a changed file asks again, and a wrong one is told with its line', async () => {
  writeFileSync(join(rules, 'oja.js'), OJA.replace("name: 'oja'", 'name: nothing'))
  await goToGallery()
  await own().getByRole('button', { name: 'Look again' }).click()
  await expect(own()).toContainText('Changed since you allowed it.')
  await own().getByRole('button', { name: 'Allow oja.js' }).click()
  await expect(own().getByRole('alert')).toContainText(/oja\.js:4: ReferenceError: nothing is not defined/)
})

test('one that never ends leaves the window alive', async () => {
  writeFileSync(join(rules, 'oja.js'), `${OJA}\nfor (;;) {}\n`)
  await own().getByRole('button', { name: 'Look again' }).click()
  await own().getByRole('button', { name: 'Allow oja.js' }).click()
  // The lab answers meanwhile.
  await page.getByRole('navigation').getByRole('link', { name: 'Data' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Data' })).toBeVisible()
  await goToGallery()
  await own().getByRole('button', { name: 'Look again' }).click()
  await own().getByRole('button', { name: 'Allow oja.js' }).click()
  await expect(own().getByRole('alert')).toContainText('did not end within 10 s', { timeout: 40_000 })
})
