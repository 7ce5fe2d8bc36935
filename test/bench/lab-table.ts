/**
 * The Lab's table over ten thousand experiments in Chromium: how long until it can be used, and until an answer is on the
 * screen after a word was typed, a head was pressed, a group chosen. A figure is from the press to the second frame after.
 *
 *   node_modules/.bin/node test/bench/lab-table.ts [FOLDER of test/sample/many.ts]
 *
 * Needs the built face (`npm run test:app` makes it).
 */
import { chromium, type Page } from '@playwright/test'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { chromiumLaunch } from '../app/chromium.ts'
import { ServedLab } from '../app/served-lab.ts'

const folder = resolve(process.argv[2] ?? 'build/many')
const home = await mkdtemp(join(tmpdir(), 'apical-table-'))
await symlink(folder, join(home, 'results'))
const lab = await ServedLab.start(home)
const browser = await chromium.launch(chromiumLaunch())
const say = (text: string): void => void process.stdout.write(`${text}\n`)

try {
  const page = await browser.newPage()
  const began = performance.now()
  await page.goto(lab.address)
  await page.getByRole('treegrid', { name: 'Experiments' }).getByRole('link').first().waitFor()
  say(`table with its first rows: ${(performance.now() - began).toFixed(0)} ms after the address`)
  await page.getByText(/^10,\d{3} experiments · [\d,]+ runs$/).waitFor({ timeout: 120_000 })
  say(`all rows: ${(performance.now() - began).toFixed(0)} ms`)
  await page.waitForTimeout(3000)
  await page.evaluate(() => {
    const long: number[] = []
    ;(window as unknown as { long: number[] }).long = long
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) long.push(entry.duration)
    }).observe({ type: 'longtask' })
  })
  const search = 'input[type=search]'
  await timed(page, 'filter: one letter "f"', search, 'f')
  await timed(page, 'filter: "fashion"', search, 'fashion')
  await timed(page, 'filter: "fashion batch>20"', search, 'fashion batch>20')
  await timed(page, 'filter: none', search, '')
  for (const head of ['Test, %', 'Experiment', 'State', 'Time'])
    await timed(page, `sort: ${head}`, `thead button:text("${head}")`)
  await timed(page, 'chip: a data set', '.filters .chip >> nth=0')
  await timed(page, 'chip: back', '.filters .chip >> nth=0')
  await page.getByRole('button', { name: 'Group', exact: true }).click()
  await timed(page, 'group by rule', 'label:has-text("Rule") input')
  await timed(page, 'and by batchSize', 'label:has-text("training.batchSize") input')
  await page.keyboard.press('Escape')
  const frames = await page.evaluate(async () => {
    const frame = document.querySelector('[role=treegrid]')?.parentElement
    if (!frame) throw new Error('no frame')
    const times: number[] = []
    let last = performance.now()
    for (let step = 0; step < 120; step++) {
      frame.scrollTop += 120
      await new Promise(requestAnimationFrame)
      times.push(performance.now() - last)
      last = performance.now()
    }
    times.sort((a, b) => a - b)
    return { median: times[60] ?? 0, p95: times[114] ?? 0, worst: times[119] ?? 0 }
  })
  say(
    `scrolling 120 px a frame: median ${frames.median.toFixed(1)}, 95 % ${frames.p95.toFixed(1)}, worst ${frames.worst.toFixed(1)} ms`,
  )
  const long = await page.evaluate(() => (window as unknown as { long: number[] }).long)
  say(
    `tasks over 50 ms since all rows were there: ${long.length}${long.length > 0 ? `, longest ${Math.max(...long)} ms` : ''}`,
  )
} finally {
  await browser.close()
  await lab.stop()
  await rm(home, { recursive: true, force: true })
}

/** Types (with a text) or presses and waits until it is on the screen. */
async function timed(page: Page, name: string, selector: string, text?: string): Promise<void> {
  const ms = await page
    .locator(selector)
    .first()
    .evaluate(async (element, typed) => {
      const frame = (): Promise<unknown> => new Promise(requestAnimationFrame)
      await frame()
      const began = performance.now()
      if (typed !== null && element instanceof HTMLInputElement) {
        element.value = typed
        element.dispatchEvent(new InputEvent('input', { bubbles: true }))
      } else (element as HTMLElement).click()
      const handled = performance.now() - began
      await Promise.resolve()
      // Laid out and drawn: the frame after the next one.
      await frame()
      await frame()
      return { handled, shown: performance.now() - began }
    }, text ?? null)
  await page.waitForTimeout(300)
  say(`${name}: ${ms.shown.toFixed(0)} ms`)
}
