// Getting data, and looking at results that lie elsewhere: from a click to samples, and from a dropped folder and back.
import { expect, test, type Page } from '@playwright/test'
import { cp, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { noCertificate } from '../data/local-publisher.ts'
import { openFaultless } from './faultless-page.ts'
import { chooseTheme } from './screens.ts'
import { ServedLab } from './served-lab.ts'
import { violationsOf } from './violations.ts'

test.describe.configure({ mode: 'serial' })
test.skip(noCertificate, 'no openssl on this machine to make a certificate for the publisher')

const sample = fileURLToPath(new URL('../../resources/sample', import.meta.url))
let lab: ServedLab
let page: Page
let faults: string[]

test.beforeAll(async ({ browser }) => {
  lab = await ServedLab.run([fileURLToPath(new URL('lab-with-publisher.ts', import.meta.url))])
  const [id = ''] = await readdir(sample)
  await cp(join(sample, id), join(lab.home, 'from the cluster', 'copied'), { recursive: true })
  ;({ page, faults } = await openFaultless(browser, lab.address, { reducedMotion: 'reduce' }))
})
test.afterAll(async () => {
  await page.close()
  await lab.remove()
})

const card = (name: string) =>
  page.getByRole('listitem').filter({ has: page.getByRole('heading', { name, exact: true }) })

test('a set is downloaded in two goes, and its samples are there', async () => {
  await page.goto(new URL('/#/data', page.url()).href)
  const mnist = card('MNIST')
  await expect(mnist).toContainText('missing')
  await expect(mnist).toContainText(/\d+ kB from\s+localhost:\d+\s+Checked against its published SHA-256/)
  await expect(mnist).toContainText(/Takes \d+ kB on disk, [\d.]+ \wB are free/)
  await mnist.getByRole('button', { name: 'Download MNIST' }).click()
  await expect(mnist.getByRole('progressbar', { name: 'Download of MNIST' })).toBeVisible()
  await expect(mnist).toContainText(/[1-9]\d+(\.\d)? kB of \d+ kB/)
  for (const theme of ['Light', 'Dark'] as const) {
    await chooseTheme(page, theme)
    expect(await violationsOf(page)).toEqual([])
  }
  await mnist.getByRole('button', { name: 'Stop the download of MNIST' }).click()
  await mnist.getByRole('button', { name: 'Resume download MNIST' }).click()
  await expect(page.getByText('MNIST is downloaded; every file has its published checksum.')).toBeVisible()
  await expect(mnist).toContainText('present')
  await expect(mnist).toContainText('400 training and 50 test samples, not the published counts.')
  await expect(mnist.getByRole('button', { name: `Copy the path ${join(lab.home, 'data', 'mnist')}` })).toBeVisible()
  await mnist.getByRole('button', { name: 'Look at samples of MNIST' }).click()
  await expect(page.getByRole('list', { name: 'Samples', exact: true }).getByRole('listitem').first()).toBeInViewport()
  // The screen goes there within its frame: the window itself stands still.
  expect(
    await page.evaluate(() => ({
      moved: [...document.querySelectorAll('html, body, #face, .app')].map(({ scrollTop }) => scrollTop),
      beyond: document.documentElement.scrollHeight - document.documentElement.clientHeight,
    })),
  ).toEqual({ moved: [0, 0, 0, 0], beyond: 0 })
})

test('a form says where its data set is only a part of what was published', async () => {
  await page.goto(new URL('/#/new/preset/corinfomax-mnist', page.url()).href)
  await expect(page.getByRole('radiogroup', { name: 'Data set' })).toContainText('present')
  await expect(page.getByRole('note')).toContainText('400 training and 50 test samples, not the published counts.')
  await page.goto(new URL('/#/data', page.url()).href)
})

test('without a network it says what to fetch from where and what to do with it', async () => {
  const fashion = card('Fashion-MNIST')
  await fashion.getByRole('button', { name: 'Download Fashion-MNIST' }).click()
  await expect(fashion.getByRole('alert')).toContainText(
    /no-such-host\.invalid cannot be reached .* fetch train-images-idx3-ubyte\.gz, .* on another machine, put the files into one folder/,
  )
  expect(await violationsOf(page)).toEqual([])
})

test('a folder of results is opened from the palette, and left again', async () => {
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Search commands' }).fill('open results')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Open a results folder' })
  const path = dialog.getByRole('textbox', { name: 'Folder' })
  await path.fill('/no/such/folder')
  await path.press('Enter')
  await expect(dialog.getByRole('alert')).toContainText('/no/such/folder is not a folder on this machine.')
  expect(await violationsOf(page)).toEqual([])
  await path.fill(join(lab.home, 'from the cluster'))
  await path.press('Enter')
  const bar = page.getByRole('complementary', { name: 'Results shown' })
  await expect(bar).toContainText('from the cluster')
  await expect(page.getByRole('heading', { level: 1, name: 'Lab' })).toBeVisible()
  await expect(page.getByRole('treegrid', { name: 'Experiments' }).getByRole('rowheader')).toHaveCount(2)
  for (const theme of ['Light', 'Dark'] as const) {
    await chooseTheme(page, theme)
    expect(await violationsOf(page)).toEqual([])
  }
  await bar.getByRole('button', { name: 'Back to your results' }).click()
  await expect(bar).toBeHidden()
  await expect(page.getByRole('treegrid', { name: 'Experiments' }).getByRole('rowheader')).toHaveCount(1)
})

test('of a dropped folder a browser tells only the name, so its path is asked for', async () => {
  const devTools = await page.context().newCDPSession(page)
  const data = { items: [], files: [join(lab.home, 'from the cluster', 'copied')], dragOperationsMask: 1 }
  const drag = (type: 'dragEnter' | 'dragOver' | 'drop') =>
    devTools.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data })
  await drag('dragEnter')
  await drag('dragOver')
  await expect(page.getByText('Drop here')).toBeVisible()
  // What has come under the pointer must have allowed it too: a hand moves on, and Chromium drops nothing without.
  await drag('dragOver')
  await drag('drop')
  const dialog = page.getByRole('dialog', { name: 'Open a results folder' })
  await expect(dialog).toContainText('A browser does not tell where “copied” lies.')
  await dialog.getByRole('textbox', { name: 'Folder' }).fill(join(lab.home, 'from the cluster', 'copied'))
  await dialog.getByRole('button', { name: 'Open' }).click()
  // One experiment's folder: it is shown itself.
  await expect(page.getByRole('region', { name: 'Outcome' })).toBeVisible()
  await page.getByRole('button', { name: 'Back to your results' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Lab' })).toBeVisible()
})

test('the console stayed clean', () => {
  expect(faults).toEqual([])
})
