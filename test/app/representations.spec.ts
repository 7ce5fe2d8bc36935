// What units represent, in the window, with the sample run that comes with Apical: by mouse and by keyboard, held to what the
// same analysis finds in the same weights.
import { expect, test, type Page } from '@playwright/test'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { embed } from '../../src-main/analysis/embedding.ts'
import { fieldsPage, layerFields } from '../../src-main/analysis/fields.ts'
import { samplesOf, survey } from '../../src-main/analysis/survey.ts'
import { limitSamples } from '../../src-main/data/batches.ts'
import { chooseEngine } from '../../src-main/engines/index.ts'
import { loadDataSet } from '../../src-main/lab/datasets.ts'
import { readExperiment, readNetwork } from '../../src-main/lab/results.ts'
import { whole } from '../../src-renderer/text/format.ts'
import { openFaultless } from './faultless-page.ts'
import { expectNoSidewaysScroll } from './narrow-window.ts'
import { ServedLab } from './served-lab.ts'
import { violationsOf } from './violations.ts'

const samples = fileURLToPath(new URL('../../resources/sample', import.meta.url))
const [id = ''] = readdirSync(samples)
const folder = join(samples, id)

async function trained() {
  const experiment = readExperiment(folder)
  const { engine } = await chooseEngine(experiment.engine.name)
  const { data } = await loadDataSet(experiment.data.name, { seed: experiment.data.seed, limits: experiment.data })
  const network = readNetwork(folder, { seed: experiment.seeds[0] ?? 0, epoch: null })
  return { experiment, engine, network, data: { ...data, test: limitSamples(data.test, experiment.data.limitTest) } }
}

const labels = (text: string): Uint16Array => new Uint16Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer)

test.describe('representations', () => {
  test.describe.configure({ mode: 'serial' })
  let lab: ServedLab
  let page: Page
  let faults: string[]

  test.beforeAll(async ({ browser }) => {
    lab = await ServedLab.start()
    ;({ page, faults } = await openFaultless(browser, lab.address, { reducedMotion: 'reduce' }))
    await page.goto(`${lab.address.split('#')[0]}#/run/${id}/representations`)
  })
  test.afterAll(async () => {
    await page.close()
    await lab.remove()
    expect(faults).toEqual([])
  })

  const field = (n: number) => page.getByRole('list', { name: 'Receptive fields' }).getByRole('button').nth(n)

  test('show receptive fields in the order asked for', async () => {
    const { network, data } = await trained()
    const fields = layerFields(network, 1)
    const page1 = fieldsPage(fields, { sort: 'norm', from: 0, count: 3 }, data, 0, null)
    await expect(field(0)).toHaveAccessibleName(new RegExp(`^unit ${page1.fields[0]?.unit},`))
    await expect(field(2)).toHaveAccessibleName(new RegExp(`^unit ${page1.fields[2]?.unit},`))
    await page.getByLabel('Sorted by').selectOption('index')
    await expect(field(1)).toHaveAccessibleName(/^unit 1,/)
    await field(1).click()
    const chosen = page.getByRole('complementary', { name: 'The chosen unit' })
    await expect(chosen).toContainText('Unit 1 ')
    await page.getByLabel('Layer', { exact: true }).selectOption({ index: 1 })
    await expect(page.getByText('Linear back-projection')).toBeVisible()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as PNG' }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/fields-layer-2\.png$/)
  })

  test('lay weights after training over those before it', async () => {
    await page.getByRole('tab', { name: 'Receptive fields' }).focus()
    await page.keyboard.press('ArrowRight')
    await expect(page.getByRole('tab', { name: 'Weights' })).toBeFocused()
    const { network } = await trained()
    const names = network.parameters.filter(({ role }) => role === 'weight').length
    const charts = page.getByRole('application')
    await expect(charts).toHaveCount(names)
    await expect(page.getByRole('row')).toHaveCount(1 + 2 * names)
    await expect(page.getByRole('table')).toContainText('as drawn')
  })

  test('show the images behind a cell of the confusion matrix', async () => {
    await page.getByRole('tab', { name: 'Samples' }).click()
    const found = samplesOf(await survey(await trained()))
    const [truth, taken] = [labels(found.labels), labels(found.predicted)]
    const wrong = [...truth].filter((label, i) => label !== taken[i]).length
    const list = page.getByRole('list', { name: 'Test samples' }).getByRole('listitem')
    await expect(page.getByRole('button', { name: `misclassified (${wrong})` })).toBeVisible()
    const of = [...truth].filter((label, i) => label === 2 && taken[i] === 2).length
    const name = found.classes[2] ?? ''
    await page.getByRole('table').getByTitle(`${name} predicted as ${name}`).click()
    await expect(list).toHaveCount(Math.min(60, of))
    await expect(list.first()).toContainText(name)
    await expect(list.first().locator('canvas')).toBeVisible()
    await page.getByLabel('Order').selectOption('most')
    await expect(list).toHaveCount(Math.min(60, of))
  })

  test('say how sparse layers are', async () => {
    await page.getByRole('tab', { name: 'Layers' }).click()
    const { layers } = await survey(await trained())
    await expect(page.getByRole('table').getByRole('row')).toHaveCount(1 + layers.length)
    await expect(page.getByText('Vinje & Gallant 2000')).toBeVisible()
  })

  test('lay a layer out in two dimensions, and choose samples in it by keyboard and by a line around them', async () => {
    await page.getByRole('tab', { name: 'Embedding' }).click()
    const pane = page.getByRole('region', { name: 'Embedding', exact: true })
    await expect(pane.getByText('of the variance')).toBeVisible()
    const steps = embed({
      ...(await trained()),
      settings: { layer: 1, method: 'pca', samples: 1000, seed: 0, neighbours: null },
    })
    let step = await steps.next()
    while (step.done !== true) step = await steps.next()
    const { classes, trustworthiness, labels: of } = step.value
    await expect(pane).toContainText(`Trustworthiness ${String(Number(trustworthiness?.value.toPrecision(3)))}`)
    const legend = page.getByRole('group', { name: 'Choose samples by class' })
    const first = legend.getByRole('button', { name: classes[0] ?? '', exact: true })
    await first.focus()
    await page.keyboard.press('Enter')
    const own = [...labels(of)].filter((label) => label === 0).length
    await expect(page.getByRole('region', { name: `${own} chosen samples` })).toBeVisible()
    await expect(page.getByRole('list', { name: 'Chosen samples' }).locator('canvas').first()).toBeVisible()
    await page.getByRole('button', { name: 'Clear selection' }).click()
    // Around everything.
    const box = await pane.locator('canvas').boundingBox()
    if (box === null) throw new Error('the points are not there')
    const corner = (right: number, down: number) =>
      [box.x + 2 + right * (box.width - 4), box.y + 2 + down * (box.height - 4)] as const
    await page.mouse.move(...corner(0, 0))
    await page.mouse.down()
    for (const [right, down] of [
      [1, 0],
      [1, 1],
      [0, 1],
      [0, 0],
    ] as const)
      await page.mouse.move(...corner(right, down))
    await page.mouse.up()
    await expect(page.getByRole('heading', { name: `${whole(step.value.count)} chosen samples` })).toBeVisible()
    // Nothing is written beside what came with Apical.
    expect(existsSync(join(folder, 'analysis'))).toBe(false)
  })

  test('stop an embedding that takes long', async () => {
    const pane = page.getByRole('region', { name: 'Embedding', exact: true })
    await pane.getByLabel('Method').selectOption('tsne')
    await pane.getByRole('button', { name: 'Compute' }).click()
    await expect(pane.getByRole('progressbar')).toBeVisible()
    await pane.getByRole('button', { name: 'Stop' }).click()
    await expect(pane.getByRole('progressbar')).toBeHidden()
    await expect(pane.getByRole('alert')).toHaveCount(0)
    await pane.getByLabel('Method').selectOption('pca')
  })

  test('lay two beside each other', async () => {
    await page.getByRole('button', { name: 'two side by side' }).click()
    const second = page.getByRole('region', { name: 'Second embedding' })
    await expect(second).toContainText('as drawn')
    await expect(page.getByText('Procrustes')).toContainText('is left between them')
    expect(await violationsOf(page)).toEqual([])
    await expectNoSidewaysScroll(page)
  })
})
