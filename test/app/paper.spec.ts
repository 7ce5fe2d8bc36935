// A paper, executable: the small one that a researcher makes of two runs, on its way to somebody who has neither and trains
// it with one press; and the one that ships, in an empty lab and in one that holds published rows.
import { expect, test, type Browser, type Page } from '@playwright/test'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Paper } from '../../src-main/paper/paper.ts'
import { readFigure } from '../../src-renderer/figure/figure-file.ts'
import { makeTwoRules } from './compared-groups.ts'
import { openFaultless } from './faultless-page.ts'
import { expectNoSidewaysScroll } from './narrow-window.ts'
import { ServedLab } from './served-lab.ts'
import { violationsOf } from './violations.ts'

const shared = fileURLToPath(new URL('../../../shared', import.meta.url))

interface Spread {
  readonly mean: number
  readonly sd: number
  readonly n: number
}

/** What `summary.json` of a run says. */
interface Summary {
  readonly testAccuracy: Spread
  readonly trainAccuracy: Spread
}

async function openPaperPage(browser: Browser, lab: ServedLab): Promise<{ page: Page; faults: string[] }> {
  const opened = await openFaultless(browser, lab.address, { reducedMotion: 'reduce' })
  await opened.page.getByRole('navigation').getByRole('link', { name: 'Paper' }).click()
  await expect(opened.page.getByRole('region', { name: 'About this paper' })).toBeVisible()
  return opened
}

const about = (page: Page) => page.getByRole('region', { name: 'About this paper' })
const numbers = (page: Page) => page.getByRole('table', { name: /^(Published and here|Here)$/ })
const line = (page: Page, label: string) =>
  numbers(page)
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader', { name: label, exact: true }) })

/** Opens an exhibit from the list of all. */
async function openExhibit(page: Page, title: string): Promise<void> {
  await page.getByRole('link', { name: new RegExp(`^${title}`) }).click()
  await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible()
}

test.describe('a paper of one’s own', () => {
  test.describe.configure({ mode: 'serial' })

  let lab: ServedLab
  let page: Page
  let faults: string[]
  let names: readonly [string, string]
  /** As it was downloaded, and the summaries of the runs that it was made of. */
  let text: string
  let paper: Paper
  let summaries: ReadonlyMap<string, Summary>

  test.beforeAll(async ({ browser }) => {
    const home = await mkdtemp(join(tmpdir(), 'apical-app-'))
    names = await makeTwoRules(home)
    lab = await ServedLab.start(home)
    ;({ page, faults } = await openFaultless(browser, lab.address, { reducedMotion: 'reduce' }))
  })
  test.afterAll(async () => {
    await page.close()
    await lab.remove()
  })
  test.afterEach(() => {
    expect(faults).toEqual([])
  })

  const runs = async (): Promise<readonly string[]> =>
    (await readdir(join(lab.home, 'results'))).filter((name) => !name.startsWith('.'))
  const summariesByRule = async (): Promise<ReadonlyMap<string, Summary>> => {
    const found = new Map<string, Summary>()
    for (const name of await runs()) {
      const read = async (file: string): Promise<unknown> =>
        JSON.parse(await readFile(join(lab.home, 'results', name, file), 'utf8')) as unknown
      const { rule } = (await read('experiment.json')) as { rule: { name: string } }
      found.set(rule.name, (await read('summary.json')) as Summary)
    }
    return found
  }
  const rules = ['backprop', 'feedback-alignment'] as const
  const summaryOf = (all: ReadonlyMap<string, Summary>, i: 0 | 1): Summary => {
    const found = all.get(rules[i])
    if (found === undefined) throw new Error(`no run of ${rules[i]}`)
    return found
  }
  /** No mean of these many images lies half-way between two of what is shown. */
  const inPercent = ({ mean, sd, n }: Spread): string => `${(100 * mean).toFixed(2)} ± ${(100 * sd).toFixed(2)} (${n})`
  const goToPaper = () => page.goto(new URL(`/#/paper/${paper.id}`, page.url()).href)
  const chooseBoth = async (): Promise<void> => {
    await page.goto(new URL('/#/lab', page.url()).href)
    for (const name of names) await page.getByRole('checkbox', { name: new RegExp(`^Choose ${name}`) }).check()
    await expect(page.getByRole('toolbar', { name: 'Chosen experiments' })).toContainText('2 chosen')
  }
  const fromExport = async (action: string): Promise<void> => {
    await page.getByRole('button', { name: 'Export' }).click()
    await page.getByRole('menuitem', { name: action }).click()
  }
  const downloaded = async (press: () => Promise<unknown>): Promise<Buffer> => {
    const download = page.waitForEvent('download')
    await press()
    return readFile(await (await download).path())
  }
  const savedTable = async (): Promise<readonly Readonly<Record<string, string>>[]> => {
    const csv = (await downloaded(() => fromExport('Save table as CSV'))).toString()
    const [head = [], ...rows] = csv
      .trimEnd()
      .split('\n')
      .map((row) => row.split(','))
    return rows.map((cells) => Object.fromEntries(head.map((name, i) => [name, cells[i] ?? ''])))
  }
  const savedFigure = async () => {
    await fromExport('Figure as SVG, PDF or PNG…')
    const dialog = page.getByRole('dialog', { name: 'Export figure' })
    await expect(dialog.getByRole('img', { name: /^Preview/ })).toBeVisible()
    const svg = await downloaded(() => dialog.getByRole('button', { name: 'Save SVG' }).click())
    await dialog.getByRole('button', { name: 'Close' }).click()
    const { content } = readFigure('figure.svg', svg)
    if (content.kind !== 'lines') throw new Error(`expected lines, found ${content.kind}`)
    return content
  }

  test('two runs chosen in the Lab become a file, and a page that they fill', async () => {
    summaries = await summariesByRule()
    await chooseBoth()
    await page.getByRole('button', { name: 'Save as paper…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Save as paper' })
    const save = dialog.getByRole('button', { name: 'Save' })
    await expect(save).toBeDisabled()
    await dialog.getByLabel('Title').fill('Random feedback is enough')
    await dialog.getByLabel('Authors').fill('A. Person, B. Person')
    for (const name of names) await dialog.getByLabel(`Name of ${name}`).fill(`${name} (ours)`)
    expect(await violationsOf(page)).toEqual([])
    text = (await downloaded(() => save.click())).toString()
    paper = Paper.parse(JSON.parse(text))
    expect(paper.exhibits.map(({ title, kind }) => `${kind}: ${title}`)).toEqual([
      'curves: Test accuracy',
      'curves: Training accuracy',
      'table: Accuracy after the last epoch',
    ])
    for (const i of [0, 1] as const) {
      const row = paper.rows.find(({ label }) => label === `${names[i]} (ours)`)
      expect(row?.published?.test).toEqual(summaryOf(summaries, i).testAccuracy)
      expect(row?.published?.train).toEqual(summaryOf(summaries, i).trainAccuracy)
    }
    // Two curves, two curves, two rows.
    await expect(about(page)).toContainText('3 exhibits')
    await expect(about(page)).toContainText('4 inside')
    await expect(about(page)).toContainText('A. Person, B. Person')
    await expect(page.getByText('Nothing is missing: all of it was trained in this lab.')).toBeVisible()
    await expect(page.getByRole('button', { name: /^Run what is missing/ })).toHaveCount(0)
    await expectNoSidewaysScroll(page)
  })

  test('without the runs it says what is missing, and starts nothing by itself', async () => {
    await chooseBoth()
    await page.getByRole('button', { name: 'Trash' }).click()
    await expect(page.getByText('2 experiments are in the trash.')).toBeVisible()
    await goToPaper()
    await expect(about(page)).toContainText('4 not run')
    await expect(page.getByRole('button', { name: /^Run what is missing: 2 experiments, 20 runs/ })).toBeVisible()
    await page.reload()
    await expect(page.getByRole('button', { name: /^Run what is missing: 2 experiments, 20 runs/ })).toBeVisible()
    expect(await runs()).toEqual([])
  })

  test('one press trains it, and every number is that of the summaries', async () => {
    await page.getByRole('button', { name: /^Run what is missing/ }).click()
    await expect(page.getByText('2 experiments are queued.')).toBeVisible()
    await expect(about(page)).toContainText('4 inside', { timeout: 200_000 })
    await expect(page.getByText('Nothing is missing: all of it was trained in this lab.')).toBeVisible()
    expect(await runs()).toHaveLength(2)
    const again = await summariesByRule()
    for (const [title, part] of [
      ['Test accuracy', 'testAccuracy'],
      ['Training accuracy', 'trainAccuracy'],
      ['Accuracy after the last epoch', 'testAccuracy'],
    ] as const) {
      await openExhibit(page, title)
      for (const i of [0, 1] as const) {
        const cells = line(page, `${names[i]} (ours)`).getByRole('cell')
        await expect(cells.nth(0)).toHaveText(inPercent(summaryOf(summaries, i)[part]))
        await expect(cells.nth(1)).toHaveText(inPercent(summaryOf(again, i)[part]))
        await expect(cells.nth(4)).toHaveText('inside')
        await expect(cells.nth(5)).toHaveText('10 of 10')
      }
      expect(await violationsOf(page)).toEqual([])
      await expectNoSidewaysScroll(page)
      await goToPaper()
    }
    summaries = again
  })

  test('table and figure leave with the same numbers, with the published ones or without', async () => {
    await openExhibit(page, 'Test accuracy')
    const rows = await savedTable()
    expect(rows).toHaveLength(2)
    for (const i of [0, 1] as const) {
      const row = rows.find(({ label }) => label === `${names[i]} (ours)`)
      const { mean, sd, n } = summaryOf(summaries, i).testAccuracy
      expect([row?.['mean'], row?.['sd'], row?.['n']]).toEqual([mean, sd, n].map(String))
    }
    const both = await savedFigure()
    const published = both.lines.filter(({ reference }) => reference)
    const ours = both.lines.filter(({ reference }) => !reference)
    expect(published.map(({ y }) => y)).toEqual(paper.exhibits[0]?.curves.map(({ mean }) => mean))
    expect(ours.map(({ x }) => x)).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ])
    expect(ours.map(({ y }) => y.at(-1)).sort()).toEqual(
      ([0, 1] as const).map((i) => summaryOf(summaries, i).testAccuracy.mean).sort(),
    )

    await page.getByRole('switch', { name: 'Published numbers' }).click()
    await expect(numbers(page).getByRole('columnheader')).toHaveText([/^Curve/, /^Here/, 'Seeds', 'From'])
    const alone = await savedFigure()
    expect(alone.lines.map(({ reference }) => reference)).toEqual([false, false])
    expect(alone.reference).toBe('')
    for (const row of await savedTable())
      expect(Object.keys(row).filter((name) => /published|difference|margin|verdict/.test(name))).toEqual([])
    await goToPaper()
  })

  test('it is removed and taken back; the same file again is no error, a broken one says what is wrong', async () => {
    const which = page.getByRole('combobox', { name: 'Which paper' })
    const open = (name: string, content: string) =>
      page.getByLabel('Paper file').setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(content) })
    await page.getByRole('button', { name: 'Papers' }).click()
    await page.getByRole('menuitem', { name: 'Remove this paper' }).click()
    await expect(page.getByText(`“${paper.title}” is removed.`)).toBeVisible()
    await expect(about(page)).toContainText('83 exhibits')
    await expect(which).toHaveCount(0)
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect(which.getByRole('option', { selected: true })).toHaveText(paper.title)
    await expect(about(page)).toContainText('4 inside')

    await open('again.json', text)
    await expect(about(page)).toContainText('4 inside')
    await expect(page.locator('.toast.bad')).toHaveCount(0)
    for (const [content, words] of [
      ['{ "format": "apical-paper"', 'broken.json is not a JSON file, or cannot be read.'],
      ['{}', 'is not a paper: expected a JSON object with "format": "apical-paper"'],
      [JSON.stringify({ ...paper, version: 99 }), 'expected version 1 or lower, found 99'],
      [JSON.stringify({ ...paper, rows: [] }), 'is not a paper that can be shown: rows'],
      [JSON.stringify({ ...paper, title: 'Another' }), 'There is another paper with the id'],
    ] as const) {
      await open('broken.json', content)
      await expect(page.getByRole('status').filter({ hasText: words })).toBeVisible()
      await expect(about(page).getByRole('heading')).toHaveText(paper.title)
    }
  })

  test('dropped on the window, the file opens', async () => {
    await page.goto(new URL('/#/lab', page.url()).href)
    await expect(page.getByRole('heading', { level: 1, name: 'Lab' })).toBeVisible()
    await page.evaluate((content) => {
      const data = new DataTransfer()
      data.items.add(new File([content], 'paper.json', { type: 'application/json' }))
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))
    }, text)
    await expect(about(page).getByRole('heading')).toHaveText(paper.title)
    await expect(about(page)).toContainText('4 inside')
  })
})

test.describe('the paper that ships', () => {
  test('an empty lab shows the evidence that comes with Apical, and what stands in the way of its own', async ({
    browser,
  }) => {
    const lab = await ServedLab.start()
    const { page, faults } = await openPaperPage(browser, lab)
    try {
      await expect(about(page)).toContainText('83 exhibits')
      await expect(about(page)).toContainText('results that come with Apical are shown and marked')
      const sections = page.getByRole('navigation', { name: 'Sections' }).getByRole('button')
      await expect(sections).toHaveText([
        /^Accuracy \d+$/,
        /^Tables \d+$/,
        /^Three layers \d+$/,
        /^Sparse networks \d+$/,
        /^Feedback and feedforward angles \d+$/,
        /^Ablations \d+$/,
        /^Hyperparameter grids \d+$/,
      ])
      await sections.last().click()
      await expect(page.getByRole('heading', { level: 2, name: 'Hyperparameter grids' })).toBeInViewport()
      await expect(page.getByRole('main').getByRole('listitem')).toHaveCount(83)
      await openExhibit(page, 'MNIST: test accuracy by method')
      await expect(line(page, 'CorInfoMax').getByText('shipped with Apical')).toBeVisible()
      await expect(line(page, 'PC').getByText('not run')).toBeVisible()
      const obstacle = page.getByText(/^5 experiments cannot be run here. MNIST is missing on this machine/)
      await expect(obstacle).toBeVisible()
      await expect(page.getByRole('button', { name: /^Run what is missing/ })).toHaveCount(0)
      await page.getByRole('button', { name: 'Export' }).click()
      await page.getByRole('menuitem', { name: 'Figure as SVG, PDF or PNG…' }).click()
      await expect(
        page.getByRole('dialog', { name: 'Export figure' }).getByRole('img', { name: /^Preview/ }),
      ).toBeVisible()
      await page.keyboard.press('Escape')
      await obstacle.getByRole('link').click()
      await expect(page.getByRole('heading', { level: 1, name: 'Data' })).toBeVisible()
      await page.keyboard.press('Control+k')
      await page.keyboard.type('paper')
      await page.getByRole('option', { name: /^Paper/ }).click()
      await expect(about(page)).toBeVisible()
      await expectNoSidewaysScroll(page)
      expect(faults).toEqual([])
    } finally {
      await page.close()
      await lab.remove()
    }
  })

  const folders = ['corinfomax-mnist', 'ep-mnist', 'corinfomax-fashion-mnist']
  const reproduced = join(shared, 'reproduced')
  const there = existsSync(reproduced)
  test(`published rows that this lab trained stand on their exhibits${there ? '' : ' (no results folders beside the clone)'}`, async ({
    browser,
  }) => {
    test.skip(!there, 'there are no results folders of published rows beside the clone')
    const home = await mkdtemp(join(tmpdir(), 'apical-app-'))
    await mkdir(join(home, 'results'))
    for (const name of await readdir(reproduced))
      if (folders.some((folder) => name.replace(/^[\d-]+-|-[0-9a-f]{8}$/g, '') === folder))
        await cp(join(reproduced, name), join(home, 'results', name), { recursive: true })
    const lab = await ServedLab.start(home)
    const { page, faults } = await openPaperPage(browser, lab)
    try {
      await openExhibit(page, 'MNIST: test accuracy by method')
      // As the folders' own list of results has them, and the released code printed them.
      for (const [label, published, here] of [
        ['CorInfoMax', '97.61 ± 0.11 (10)', '97.65 ± 0.10 (10)'],
        ['EP', '97.62 ± 0.08 (10)', '97.57 ± 0.06 (10)'],
      ] as const) {
        const cells = line(page, label).getByRole('cell')
        await expect(cells.nth(0)).toHaveText(published)
        await expect(cells.nth(1)).toHaveText(here)
        await expect(cells.nth(4)).toHaveText('inside')
        await expect(cells.nth(6).getByRole('link')).toHaveText(label === 'EP' ? 'native' : 'webgpu')
      }
      // One that came with Apical has a verdict, and is to be run here all the same.
      await expect(line(page, 'CSM').getByText('shipped with Apical')).toBeVisible()
      for (const label of ['PC', 'PC-nudge'])
        await expect(line(page, label).getByRole('cell').nth(4)).toHaveText('not run')
      await expect(page.getByText(/^3 experiments cannot be run here. MNIST is missing/)).toBeVisible()
      // What is to be known of a row stands under the name that the exhibit gives it, and once.
      const known = page.getByRole('region', { name: 'What to know about these numbers' })
      await page.goto(new URL('/#/paper/corinfomax-2023/angle-forward-backward', page.url()).href)
      await expect(known).toContainText('FashionMNIST - Θ(2) Not as in the paper, without effect on the weights')
      await page.goto(new URL('/#/paper/corinfomax-2023/grid-corinfomax-mnist', page.url()).href)
      await expect(known).toContainText('decay 0.95, η decaying, g = 0.5 Not as in the paper')
      await expect(known.getByText('The spread is large').first()).toBeVisible()
      await expect(known.getByText('Seeds were lost in the paper')).toHaveCount(0)
      await page.goto(new URL('/#/paper/corinfomax-2023/mnist-test-accuracy-comparison', page.url()).href)
      await page.getByRole('button', { name: 'Compare its 2 runs' }).click()
      await expect(page.getByRole('table', { name: 'Results of the groups' }).getByRole('row')).toHaveCount(1 + 2)
      expect(faults).toEqual([])
    } finally {
      await page.close()
      await lab.remove()
    }
  })
})
