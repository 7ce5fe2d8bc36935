// `npm run bench:charts`: what a chart of a million points costs, in numbers alone and in a browser: building and growing the
// pyramid, asking it for a window, and the frames of a pan. Then a run at full speed for a minute, and the longest tasks
// that the window's main thread had meanwhile. Prints; asserts nothing, for machines differ.
import { chromium, type Page } from '@playwright/test'
import { Column } from '../../src-renderer/charts/column.ts'
import { drawnOf, PLAIN } from '../../src-renderer/charts/chart-view.ts'
import type { ChartModel } from '../../src-renderer/charts/chart-model.ts'
import { pyramidOf } from '../../src-renderer/charts/pyramid.ts'
import { smoothedOf } from '../../src-renderer/charts/smoothing.ts'
import { chromiumLaunch } from '../app/chromium.ts'
import { chooseQuickPreset, openTab } from '../app/form.ts'
import { ServedLab } from '../app/served-lab.ts'

const POINTS = 1_000_000
const WIDTH = 900

const say = (what: string, ms: number): void => {
  process.stdout.write(`${what.padEnd(58)} ${ms.toFixed(2).padStart(9)} ms\n`)
}
/** Of the processor, which other programs on this machine cannot lengthen much. */
function timed(work: () => void, times = 1): number {
  const begin = process.cpuUsage()
  for (let i = 0; i < times; i++) work()
  const { user, system } = process.cpuUsage(begin)
  return (user + system) / 1000 / times
}

const x = new Column()
const y = new Column()
for (let i = 0; i < POINTS; i++) {
  x.push(i)
  y.push(Math.sin(i / 50_000) + Math.sin(i * 12.9898) * 0.2)
}
say(
  'pyramid of 1,000,000 points, from nothing',
  timed(() => pyramidOf(y.view())),
)
say(
  'ten more points (of 100 times)',
  timed(() => {
    for (let i = 0; i < 10; i++) {
      x.push(x.length)
      y.push(0)
    }
    pyramidOf(y.view())
  }, 100),
)
const smoothing = { kind: 'exponential', span: 200 } as const
say(
  'smoothing of 1,000,000 points, from nothing',
  timed(() => smoothedOf(y.view(), smoothing)),
)
const model: ChartModel = {
  name: 'A million points',
  xLabel: 'batch',
  unit: '',
  lines: [{ label: 'line', series: 1, dash: 'solid', marker: 'circle', x: x.view(), y: y.view() }],
}
for (const [what, choice] of [
  ['all of it, 900 pixels', PLAIN],
  ['all of it, smoothed', { ...PLAIN, smoothing }],
  ['all of it, log x', { ...PLAIN, x: 'log' as const }],
] as const)
  say(
    `${what} (of 50 times)`,
    timed(() => drawnOf(model, choice, null, WIDTH), 50),
  )
say(
  'a tenth of it (of 50 times)',
  timed(() => drawnOf(model, PLAIN, { low: 2e5, high: 3e5 }, WIDTH), 50),
)

const seconds = Number(process.argv[2] ?? 60)
const lab = await ServedLab.start()
const browser = await chromium.launch(chromiumLaunch())
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  await page.goto(lab.address)
  await panned(page)
  await streamed(page)
} finally {
  await browser.close()
  await lab.remove()
}

interface Task {
  readonly wall: number
  readonly processor: number
}

/**
 * The tasks of the page's main thread while something is done, the costliest first, in ms. Processor time is what they
 * cost; wall time has in it what other programs on this machine took meanwhile.
 */
async function tasksOf(page: Page, doing: () => Promise<void>): Promise<readonly Task[]> {
  const session = await page.context().newCDPSession(page)
  interface Trace {
    readonly name: string
    readonly pid: number
    readonly tid: number
    readonly dur?: number
    readonly tdur?: number
    readonly args?: { readonly name?: string }
  }
  const events: Trace[] = []
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as Trace[])))
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', 'disabled-by-default-devtools.timeline', '__metadata'] },
  })
  await doing()
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
  await session.send('Tracing.end')
  await complete
  const main = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  )
  return events
    .filter(({ name, pid, tid }) => name.endsWith('RunTask') && main.has(`${pid} ${tid}`))
    .map(({ dur = 0, tdur = 0 }) => ({ wall: dur / 1000, processor: tdur / 1000 }))
    .sort((a, b) => b.processor - a.processor)
}

function tell(tasks: readonly Task[]): void {
  const costly = tasks.filter(({ processor }) => processor > 50)
  const longest = tasks.slice(0, 6).map(({ wall, processor }) => `${processor.toFixed(0)} (${wall.toFixed(0)})`)
  process.stdout.write(
    `tasks of the main thread: ${tasks.length}; over 50 ms of processor time: ${costly.length}; costliest, in ms (wall): ${longest.join(', ')}\n`,
  )
}

/** The sample's measures with 1,000,000 batches each, as the lab's own answer: the page knows no difference. */
async function panned(page: Page): Promise<void> {
  const long = await page.context().newPage()
  await long.addInitScript((count) => {
    const parse = JSON.parse.bind(JSON)
    JSON.parse = (text: string, reviver?: Parameters<typeof JSON.parse>[1]): unknown => {
      const value = parse(text, reviver) as {
        answer?: {
          seeds?: { seed: number; measures: Record<string, Record<string, { batch: number[]; value: number[] }>> }[]
        }
      } | null
      const [seed] = value?.answer?.seeds ?? []
      if (value?.answer?.seeds === undefined || seed === undefined) return value
      value.answer.seeds = [seed]
      const [series] = Object.values(seed.measures)
      for (const columns of Object.values(series ?? {})) {
        columns.batch = Array.from({ length: count }, (_, i) => i)
        columns.value = columns.batch.map((i) => 50 + 20 * Math.sin(i / 50_000) + 4 * Math.sin(i * 12.9898))
      }
      return value
    }
  }, POINTS)
  await long.goto(page.url())
  await long.getByRole('treegrid', { name: 'Experiments' }).getByRole('rowheader').getByRole('link').first().click()
  const area = long.getByRole('application', { name: /^Alignment/ })
  await area.waitFor({ timeout: 60_000 })
  const box = (await area.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
  const at = (share: number): [number, number] => [box.x + box.width * share, box.y + box.height / 2]
  await long.mouse.move(...at(0.3))
  await long.mouse.down()
  await long.mouse.move(...at(0.7), { steps: 4 })
  await long.mouse.up()
  await long.evaluate(() => {
    const frames: number[] = []
    Object.assign(window, { frames })
    let last = performance.now()
    const tick = (now: number): void => {
      frames.push(now - last)
      last = now
      requestAnimationFrame(tick)
    }
    requestAnimationFrame(tick)
  })
  const tasks = await tasksOf(long, async () => {
    await long.keyboard.down('Shift')
    await long.mouse.move(...at(0.7))
    await long.mouse.down()
    for (let lap = 0; lap < 3; lap++) {
      await long.mouse.move(...at(0.3), { steps: 60 })
      await long.mouse.move(...at(0.7), { steps: 60 })
    }
    await long.mouse.up()
    await long.keyboard.up('Shift')
  })
  const frames = await long.evaluate(() =>
    (window as unknown as { frames: number[] }).frames.slice(3).sort((a, b) => a - b),
  )
  const quantile = (q: number): number => frames[Math.min(frames.length - 1, Math.floor(frames.length * q))] ?? NaN
  process.stdout.write(`\nPanning 1,000,000 points in Chromium, ${frames.length} frames:\n`)
  for (const [what, q] of [
    ['median frame', 0.5],
    ['95 %', 0.95],
    ['longest', 1],
  ] as const)
    say(what, quantile(q))
  tell(tasks)
  await long.close()
}

/** The quick preset with several seeds and every measure taken often: as many events as a run can make. */
async function streamed(page: Page): Promise<void> {
  await chooseQuickPreset(page)
  await openTab(page, /Training$/)
  await page.getByRole('textbox', { name: 'Epochs' }).fill('2000')
  for (const box of await page.getByRole('textbox', { name: /^(Every|every)|batches$/ }).all()) await box.fill('1')
  await page.getByRole('button', { name: 'Start' }).click()
  await page.getByRole('region', { name: 'Progress' }).waitFor()
  await page.getByRole('application', { name: /^Alignment/ }).waitFor({ timeout: 60_000 })
  const tasks = await tasksOf(page, () => page.waitForTimeout(seconds * 1000))
  const progress = (await page.getByRole('region', { name: 'Progress' }).textContent()) ?? ''
  process.stdout.write(`\nA run at full speed, watched for ${seconds} s (${progress.replace(/\s+/g, ' ').trim()}):\n`)
  tell(tasks)
  await page.getByRole('button', { name: 'Stop' }).first().click()
}
