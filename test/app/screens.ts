// Every screen of the face in every state that looks different, one way to reach each.
import { expect, type Page } from '@playwright/test'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chooseQuickPreset, makeSmall, openTab } from './form.ts'

/** The finished experiment that comes with Apical. */
const [sampleId = ''] = readdirSync(fileURLToPath(new URL('../../resources/sample', import.meta.url)))

export interface Screen {
  readonly name: string
  readonly reach: (page: Page) => Promise<void>
}

const go = (hash: string, ready: (page: Page) => Promise<void>) => async (page: Page) => {
  await page.goto(new URL(`/#${hash}`, page.url()).href)
  await ready(page)
}
const heading = (name: string | RegExp) => (page: Page) =>
  expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
const edit = (tab: RegExp, then?: (page: Page) => Promise<void>) => async (page: Page) => {
  await chooseQuickPreset(page)
  await openTab(page, tab)
  await then?.(page)
}

/** In order: 'live' starts the run that 'run' and the ones after it show. */
export const screens: readonly Screen[] = [
  { name: 'lab', reach: go('/lab', heading('Lab')) },
  {
    name: 'lab-nothing-found',
    reach: async (page) => {
      await go('/lab', heading('Lab'))(page)
      await page.getByRole('searchbox', { name: 'Search experiments' }).fill('no such thing')
    },
  },
  { name: 'guide', reach: go('/guide', heading('Your first experiment')) },
  { name: 'new-gallery', reach: go('/new', heading('New experiment')) },
  { name: 'new-data', reach: edit(/Data$/) },
  { name: 'new-network', reach: edit(/Network$/) },
  { name: 'new-rule', reach: edit(/CorInfoMax$/) },
  { name: 'new-training', reach: edit(/Training$/) },
  { name: 'new-seeds', reach: edit(/Seeds and engine$/) },
  {
    name: 'new-problem',
    reach: edit(/CorInfoMax$/, (page) => page.getByRole('textbox', { name: /^Error coupling/ }).fill('-3')),
  },
  {
    name: 'new-sweep',
    reach: edit(/CorInfoMax$/, async (page) => {
      await page.getByRole('textbox', { name: /^Nudging strength/ }).fill('0.8')
      await page.getByRole('button', { name: 'Sweep Error coupling' }).click()
      await page.getByRole('textbox', { name: 'Error coupling, values of the sweep' }).fill('0.1..0.3/3')
      await page.getByRole('button', { name: 'Sweep Hopfield gain' }).click()
      await expect(page.getByText('3 values')).toBeVisible()
    }),
  },
  {
    name: 'new-template',
    reach: edit(/CorInfoMax$/, async (page) => {
      await page.getByRole('button', { name: 'Save as' }).click()
      await page.getByRole('menuitem', { name: 'Template' }).click()
    }),
  },
  {
    name: 'sample',
    reach: async (page) => {
      await go('/lab', heading('Lab'))(page)
      await page.getByRole('searchbox', { name: 'Search experiments' }).fill('')
      await page.getByRole('treegrid', { name: 'Experiments' }).getByRole('rowheader').getByRole('link').last().click()
      await expect(page.getByRole('region', { name: 'Outcome' })).toBeVisible()
    },
  },
  { name: 'compare-nothing', reach: go('/compare', heading('Compare')) },
  {
    name: 'sweep-missing',
    reach: go('/compare/sweep/none', (page) => expect(page.getByText('No experiment of this sweep')).toBeVisible()),
  },
  {
    name: 'paper',
    reach: go('/paper', (page) => expect(page.getByRole('region', { name: 'About this paper' })).toBeVisible()),
  },
  {
    name: 'paper-curves',
    reach: go('/paper/corinfomax-2023/mnist-test-accuracy-comparison', heading('MNIST: test accuracy by method')),
  },
  {
    name: 'paper-missing',
    reach: go('/paper/none', (page) => expect(page.getByText('There is no paper "none" here.')).toBeVisible()),
  },
  {
    name: 'paper-no-exhibit',
    reach: go('/paper/corinfomax-2023/none', (page) => expect(page.getByText('has no exhibit “none”')).toBeVisible()),
  },
  {
    name: 'scope',
    reach: async (page) => {
      await go(`/run/${sampleId}/scope`, heading(/./))(page)
      await expect(page.getByRole('list', { name: 'Whether it settles' })).toBeVisible({ timeout: 60_000 })
    },
  },
  {
    name: 'representations',
    reach: async (page) => {
      await go(`/run/${sampleId}/representations`, heading(/./))(page)
      await expect(page.getByRole('list', { name: 'Receptive fields' })).toBeVisible({ timeout: 60_000 })
    },
  },
  ...(
    [
      ['Weights', 'Weights of seed'],
      ['Layers', 'Mean activity by class, output layer'],
      ['Samples', 'Confusion matrix'],
      ['Embedding', 'of the variance'],
    ] as const
  ).map(([tab, shown]): Screen => ({
    name: `representations-${tab.toLowerCase()}`,
    reach: async (page) => {
      await go(`/run/${sampleId}/representations`, heading(/./))(page)
      await page.getByRole('tab', { name: tab }).click()
      await expect(page.getByText(shown).first()).toBeVisible({ timeout: 60_000 })
    },
  })),
  {
    name: 'draw',
    reach: async (page) => {
      await go(`/draw/${sampleId}`, heading('Draw'))(page)
      await expect(page.getByRole('list', { name: 'Outputs' })).toBeVisible({ timeout: 60_000 })
    },
  },
  { name: 'data', reach: go('/data', heading('Data')) },
  {
    name: 'data-samples',
    reach: async (page) => {
      await go('/data', heading('Data'))(page)
      const look = page.getByRole('button', { name: /Look at samples of Glyphs/ })
      if (await look.isVisible()) await look.click()
      // A worker is started for them.
      await expect(page.getByRole('list', { name: 'Samples' })).toBeVisible({ timeout: 60_000 })
    },
  },
  { name: 'engines', reach: go('/engines', heading('Engines')) },
  { name: 'live-nothing', reach: go('/live', heading(/./)) },
  {
    name: 'run-missing',
    reach: go('/run/no-such-run', async (page) => expect(page.getByText(/no-such-run/).first()).toBeVisible()),
  },
]

/** Starts a small run and waits until its curve is there; leaves the page on the live screen. */
export async function startRun(page: Page, name: string, epochs: number): Promise<void> {
  await chooseQuickPreset(page)
  await makeSmall(page, { name, epochs })
  await page.getByRole('button', { name: 'Start' }).click()
  await expect(page.getByRole('region', { name: /accuracy/i }).getByRole('img')).toHaveAttribute('aria-label', /\d/, {
    timeout: 30_000,
  })
}

/** Themes are chosen where a person chooses them. */
export async function chooseTheme(page: Page, theme: 'Light' | 'Dark'): Promise<void> {
  await page.getByRole('radio', { name: theme, exact: true }).check({ force: true })
  await expect(page.locator('html')).toHaveAttribute('data-theme', theme.toLowerCase())
}
