// What goes on in trained networks, seen in the window: the sample run that comes with Apical, whose weights are there. What
// the window says is held to what the same analysis says of the same weights, run here without a lab.
import { expect, test, type Page } from '@playwright/test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Drawing } from '../../src-main/analysis/draw.ts'
import { scope } from '../../src-main/analysis/scope.ts'
import { spectrum } from '../../src-main/analysis/spectrum.ts'
import { limitSamples } from '../../src-main/data/batches.ts'
import { chooseEngine } from '../../src-main/engines/index.ts'
import { loadDataSet } from '../../src-main/lab/datasets.ts'
import { readExperiment, readNetwork } from '../../src-main/lab/results.ts'
import { settledSentence } from '../../src-renderer/charts/scope-model.ts'
import { openFaultless } from './faultless-page.ts'
import { expectNoSidewaysScroll } from './narrow-window.ts'
import { ServedLab } from './served-lab.ts'

const samples = fileURLToPath(new URL('../../resources/sample', import.meta.url))
const [id = ''] = readdirSync(samples)
const folder = join(samples, id)

/** The network, its engine and its data, as the lab takes them. */
async function trained(epoch: number | null) {
  const experiment = readExperiment(folder)
  const { engine } = await chooseEngine(experiment.engine.name)
  const { data } = await loadDataSet(experiment.data.name, { seed: experiment.data.seed, limits: experiment.data })
  const network = readNetwork(folder, { seed: experiment.seeds[0] ?? 0, epoch })
  return { experiment, engine, network, data: { ...data, test: limitSamples(data.test, experiment.data.limitTest) } }
}

const outputs = (page: Page) => page.getByRole('list', { name: 'Outputs' }).getByRole('listitem')

async function shownOutputs(page: Page): Promise<readonly number[]> {
  return (await outputs(page).allInnerTexts()).map((text) => Number(text.trim().split(/\s+/).at(-1)))
}

test.describe('a trained network', () => {
  test.describe.configure({ mode: 'serial' })
  let lab: ServedLab
  let page: Page
  let faults: string[]

  test.beforeAll(async ({ browser }) => {
    lab = await ServedLab.start()
    ;({ page, faults } = await openFaultless(browser, lab.address, { reducedMotion: 'reduce' }))
    await page.goto(`${lab.address.split('#')[0]}#/run/${id}`)
  })
  test.afterAll(async () => {
    await page.close()
    await lab.remove()
    expect(faults).toEqual([])
  })

  test('says in the scope whether it settles, as the analysis finds it', async () => {
    await page.getByRole('navigation', { name: 'Views of the run' }).getByRole('link', { name: 'Scope' }).click()
    const verdicts = page.getByRole('list', { name: 'Whether it settles' }).getByRole('listitem')
    await expect(verdicts.first()).toBeVisible()
    const all = Array.from({ length: 16 }, (_, i) => i)
    const found = await scope({ ...(await trained(null)), samples: all, variants: [], further: true })
    const said = (threshold: number) =>
      (found.traces[0]?.phases ?? []).map((phase) => settledSentence(phase, threshold).text)
    await expect(verdicts).toHaveText(said(0.01))
    // A threshold that float32 never falls below is never said to be reached.
    await page.getByLabel('Settled below').selectOption('0.001')
    await expect(verdicts).toHaveText(said(0.001))
    await expect(page.getByRole('list', { name: 'Samples in the scope' }).getByRole('button')).toHaveCount(17)
  })

  test('shows one sample, and other settings beside those of the run', async () => {
    const shown = page.getByRole('list', { name: 'Samples in the scope' }).getByRole('button')
    await shown.nth(2).click()
    await expect(page.getByRole('region', { name: 'Residual' })).toContainText('of the chosen sample')
    await expect(page.getByRole('region', { name: 'Activity by layer' })).toContainText('Sample 1,')
    await page.getByLabel('Lay beside it').selectOption({ label: 'Free iterations, T' })
    await page.getByRole('textbox', { name: 'Free iterations' }).fill('2')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    const verdicts = page.getByRole('list', { name: 'Whether it settles' })
    await expect(verdicts).toContainText('T = 2')
    await expect(verdicts).toContainText('Free: not settled')
    await page.getByRole('textbox', { name: 'Free iterations' }).fill('0')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await expect(page.getByRole('alert').filter({ hasText: 'iterationsFree' })).toBeVisible()
    await page.getByRole('button', { name: 'Take away T = 0' }).click()
    await expect(page.getByRole('alert').filter({ hasText: 'iterationsFree' })).toHaveCount(0)
    await page.getByRole('button', { name: 'Take away T = 2' }).click()
    await expect(verdicts).not.toContainText('T = 2')
  })

  test('says how noisy its updates are, and how many directions its layers have', async () => {
    await page.getByRole('button', { name: 'Compute', exact: true }).click()
    const { data, ...network } = await trained(null)
    const steps = spectrum({ ...network, data })
    let step = await steps.next()
    while (step.done !== true) step = await steps.next()
    for (const { layer, units, effectiveDimension } of step.value.layers)
      await expect(page.getByText(/^Effective dimension over/)).toContainText(
        `layer ${layer} ${String(Number(effectiveDimension.toPrecision(3)))} of ${units}`,
      )
    await expect(page.getByRole('region', { name: 'Spectrum of the layers' }).getByRole('img')).toBeVisible()
    await page.getByRole('button', { name: 'Measure', exact: true }).click()
    const table = page.getByRole('table', { name: 'Noise of the updates' })
    await expect(table.getByRole('row')).toHaveCount(network.experiment.widths.length, { timeout: 120_000 })
    await expect(table.getByRole('row').nth(1)).toContainText('°')
  })

  test('is another one before training', async () => {
    const verdicts = page.getByRole('list', { name: 'Whether it settles' })
    const before = await verdicts.innerText()
    await page.getByLabel('Weights').selectOption({ label: 'as drawn, before training' })
    await expect(verdicts).not.toHaveText(before)
    await expect(page.getByText(/weights after 0 epochs/)).toBeVisible()
  })

  test('answers who draws for it, by mouse and by keyboard', async () => {
    await page.getByRole('navigation', { name: 'Views of the run' }).getByRole('link', { name: 'Draw' }).click()
    await expect(outputs(page)).toHaveCount(10)
    const { data, ...network } = await trained(null)
    const drawing = await Drawing.open({ ...network, test: data.test, classNames: data.classNames })
    const first = await drawing.see(data.test.pixels.subarray(0, data.test.features) as Uint8Array, () => 0)
    const empty = await drawing.see(new Uint8Array(data.test.features), () => 0)
    drawing.close()
    const rounded = (values: readonly number[] | undefined) => values?.map((value) => Number(value.toFixed(2)))
    await expect.poll(() => shownOutputs(page)).toEqual(rounded(first.outputs.at(-1)))

    await page.getByRole('button', { name: 'Clear' }).click()
    await expect.poll(() => shownOutputs(page)).toEqual(rounded(empty.outputs.at(-1)))
    const pad = page.getByRole('button', { name: /^Drawing:/ })
    const box = await pad.boundingBox()
    if (box === null) throw new Error('there is no pad')
    const at = async (x: number, y: number) => {
      await page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: 4 })
    }
    await at(0.5, 0.2)
    await page.mouse.down()
    await at(0.5, 0.5)
    await at(0.5, 0.8)
    await page.mouse.up()
    await expect.poll(() => shownOutputs(page)).not.toEqual(rounded(empty.outputs.at(-1)))
    const drawn = await shownOutputs(page)

    await page.getByRole('button', { name: 'Clear' }).click()
    await expect.poll(() => shownOutputs(page)).toEqual(rounded(empty.outputs.at(-1)))
    await pad.focus()
    for (let step = 0; step < 8; step++) await page.keyboard.press('ArrowUp')
    for (let step = 0; step < 16; step++) await page.keyboard.press('Shift+ArrowDown')
    await expect.poll(() => shownOutputs(page)).not.toEqual(rounded(empty.outputs.at(-1)))
    expect(drawn).toHaveLength(10)
  })

  test('settles before one’s eyes, and blends and blurs what it is shown', async () => {
    await page.getByRole('button', { name: 'Another test image' }).click()
    await expect(page.getByText(/Test sample \d+, class/)).toBeVisible()
    const end = await shownOutputs(page)
    await page.getByRole('slider', { name: /^Iteration/ }).fill('0')
    await expect(page.getByText('Iteration 1 of')).toBeVisible()
    await expect.poll(() => shownOutputs(page)).not.toEqual(end)
    await page.getByRole('button', { name: 'Blend with another image' }).click()
    await expect(page.getByText(/Blended with test sample \d+/)).toBeVisible()
    await expect(page.getByRole('slider', { name: 'Blend' })).toHaveValue('0.5')
    await page.getByRole('slider', { name: 'Noise' }).fill('0.3')
    await expect(page.getByRole('button', { name: 'New noise' })).toBeEnabled()
  })

  test('fits a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    await expectNoSidewaysScroll(page)
    await page.goto(`${lab.address.split('#')[0]}#/run/${id}/scope`)
    await expect(page.getByRole('list', { name: 'Whether it settles' })).toBeVisible()
    await expectNoSidewaysScroll(page)
  })
})
