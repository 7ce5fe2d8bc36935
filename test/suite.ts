// `npm test`, `npm run check` and `npm run fix`: which programs they are, and one closing line that sums them up.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findTestElectron } from './electron/test-electron.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
process.chdir(root)

const programs = {
  tsc: 'node_modules/@typescript/native/bin/tsc',
  svelteCheck: 'node_modules/svelte-check/bin/svelte-check',
  oxlint: 'node_modules/oxlint/bin/oxlint',
  eslint: 'node_modules/eslint/bin/eslint.js',
  prettier: 'node_modules/prettier/bin/prettier.cjs',
  vitest: 'node_modules/vitest/vitest.mjs',
  playwright: 'node_modules/@playwright/test/cli.js',
}

interface Part {
  readonly name: string
  readonly run: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

const vitest = [programs.vitest, 'run', '--config', 'test/vitest.config.ts']
const components = ['src-renderer/**/*.svelte', 'src-renderer/**/*.svelte.ts']
const elsewhere = ['--ignore-pattern', '**/*.svelte', 'src-main', 'src-renderer', 'test']
const oxlint = [programs.oxlint, '--config', 'test/oxlint.config.ts', ...elsewhere]
const eslint = [programs.eslint, '--config', 'test/eslint.config.js', '--max-warnings', '0', ...components]
// Types by the same native TypeScript as all else; the JavaScript one takes four times as long to the same words.
const svelteCheck = [programs.svelteCheck, '--tsgo-experimental-api']

// The sample is what a run wrote, byte for byte; a paper and what was reproduced of it have one line a curve.
const formatted = ['.', '!resources/sample/**', '!resources/paper.json', '!resources/reproduced/*.json']

const componentLint: Part = { name: 'lint of components', run: eslint }
const checks: readonly Part[] = [
  { name: 'format', run: [programs.prettier, '--check', '--log-level', 'warn', ...formatted] },
  { name: 'lint', run: oxlint },
  { name: 'types of src-main', run: types('src-main/tsconfig.json') },
  { name: 'types without Node or DOM', run: types('src-main/tsconfig.pure.json') },
  {
    name: 'types of the face',
    run: [...svelteCheck, '--tsconfig', 'src-renderer/tsconfig.json', '--fail-on-warnings', '--output', 'human'],
  },
  { name: 'types of the tests', run: types('test/tsconfig.json') },
]
const layers: Part = { name: 'layers', run: [...vitest, 'test/layers.test.ts'] }

function types(project: string): string[] {
  return [programs.tsc, '-p', project, '--pretty', process.stdout.isTTY ? 'true' : 'false']
}

interface Tally {
  passed: number
  failed: number
  /** One sentence each, so that what was not tested is read and not only counted. */
  skipped: string[]
}

const [what = 'test', ...rest] = process.argv.slice(2)
switch (what) {
  case 'check':
    process.exitCode = (await check([componentLint, ...checks, layers])) === 0 ? 0 : 1
    break
  case 'fix':
    process.exitCode = await inOrder([
      [...oxlint, '--fix'],
      [...eslint, '--fix'],
      [programs.prettier, '--write', '--log-level', 'warn', ...formatted],
    ])
    break
  case 'app':
    process.exitCode = close([await appTests(rest)])
    break
  case 'electron':
    process.exitCode = close([await windowTests(rest)])
    break
  case 'test':
    // Everything runs even where a part failed: one round then shows all there is to mend.
    process.exitCode = close([
      {
        passed: 0,
        failed: await check([{ ...componentLint, environment: { APICAL_LINT: 'quick' } }, ...checks]),
        skipped: [],
      },
      ...(await everyTest()),
    ])
    break
  default:
    throw new Error(`test/suite.ts knows check, fix, app, electron and test, not "${what}".`)
}

/** Two at a time, each part's output in one piece; returns how many failed. */
async function check(parts: readonly Part[]): Promise<number> {
  const waiting = [...parts]
  let failed = 0
  const worker = async (): Promise<void> => {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
      const { code, output } = await node(part.run, 'collect', part.environment)
      if (code !== 0) failed++
      process.stdout.write(
        `${code === 0 ? 'ok    ' : 'FAILED'}  ${part.name}\n${code === 0 ? '' : `${output.trim()}\n\n`}`,
      )
    }
  }
  await Promise.all([worker(), worker()])
  return failed
}

async function inOrder(runs: readonly (readonly string[])[]): Promise<number> {
  for (const run of runs) {
    const { code } = await node(run, 'show')
    if (code !== 0) return code
  }
  return 0
}

/**
 * The window waits for workers, and workers' tests for processes: a part alone leaves a third of two cores idle, so the window
 * is tested beside the rest. It takes less long, and is followed by some of the rest, one file at a time. What the two say is
 * held back until the others have said all.
 */
async function everyTest(): Promise<Tally[]> {
  const said = heldBack()
  const beside = (async () => [
    await appTests([], said.write),
    await windowTests([], said.write),
    await unitTests('lab', ['test/lab/', '--maxWorkers=1'], said.write),
  ])()
  const units = await unitTests('units', ['--exclude=test/lab/**'], 'show')
  said.release()
  return [units, ...(await beside)]
}

/** Keeps what is written until it is released; from then on it is shown as it comes. */
function heldBack(): { readonly write: (text: string) => void; readonly release: () => void } {
  let held: string[] | null = []
  return {
    write: (text) => {
      if (held === null) process.stdout.write(text)
      else held.push(text)
    },
    release: () => {
      process.stdout.write((held ?? []).join(''))
      held = null
    },
  }
}

async function unitTests(name: string, words: readonly string[], output: Output): Promise<Tally> {
  const report = freshReport(`build/test/${name}.json`)
  const { code } = await node(
    [...vitest, ...words, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    output,
  )
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: [] }
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
    testResults: { name: string; status: string; assertionResults: { status: string; fullName: string }[] }[]
  }
  const tally: Tally = { passed: 0, failed: 0, skipped: [] }
  for (const file of testResults) {
    for (const { status, fullName } of file.assertionResults) {
      if (status === 'passed') tally.passed++
      else if (status === 'failed') tally.failed++
      else tally.skipped.push(`${relative(root, file.name)}: ${fullName}`)
    }
    // A file that does not even load has no tests to count.
    if (file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed')) tally.failed++
  }
  // An error outside any test fails the run without failing a test.
  if (code !== 0 && tally.failed === 0) tally.failed++
  return tally
}

async function appTests(filters: readonly string[], output: Output = 'show'): Promise<Tally> {
  const playwright = [programs.playwright, 'test', '--config', 'test/app/playwright.config.ts', ...filters]
  if (process.env['APICAL_CHROMIUM'] === undefined) {
    const report = freshReport('build/test/playwright.json')
    await node([...playwright, '--list', '--reporter=json'], 'collect', { PLAYWRIGHT_JSON_OUTPUT_FILE: report })
    const skipped = existsSync(report)
      ? specsOf(report).map(({ title }) => `${title} (no Chromium on this machine)`)
      : []
    return { passed: 0, failed: existsSync(report) ? 0 : 1, skipped }
  }
  return played(playwright, {}, output)
}

/** The window itself, in whichever Electron can be had; where there is none, its tests say so. */
async function windowTests(filters: readonly string[], output: Output = 'show'): Promise<Tally> {
  const playwright = [programs.playwright, 'test', '--config', 'test/app/window.config.ts', ...filters]
  return played(playwright, findTestElectron(), output)
}

async function played(
  playwright: readonly string[],
  environment: Readonly<Record<string, string>>,
  output: Output,
): Promise<Tally> {
  const report = freshReport('build/test/playwright.json')
  const { code } = await node([...playwright, '--reporter=list,json'], output, {
    ...environment,
    PLAYWRIGHT_JSON_OUTPUT_FILE: report,
  })
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: [] }
  const tally: Tally = { passed: 0, failed: 0, skipped: [] }
  for (const { title, status } of specsOf(report)) {
    if (status === 'skipped') tally.skipped.push(title)
    // A test that passes at the second try has failed once: it is a defect, of the app or of the test.
    else if (status === 'expected') tally.passed++
    else tally.failed++
  }
  if (code !== 0 && tally.failed === 0) tally.failed++
  return tally
}

interface Suite {
  title: string
  suites?: Suite[]
  specs: { title: string; file: string; tests: { status: string }[] }[]
}

function specsOf(report: string): { title: string; status: string }[] {
  const inside = (suite: Suite): { title: string; status: string }[] => [
    ...suite.specs.flatMap(({ title, file, tests }) =>
      tests.map(({ status }) => ({ title: `test/app/${file}: ${title}`, status })),
    ),
    ...(suite.suites ?? []).flatMap(inside),
  ]
  const { suites } = JSON.parse(readFileSync(report, 'utf8')) as { suites: Suite[] }
  return suites.flatMap(inside)
}

function freshReport(path: string): string {
  mkdirSync(dirname(path), { recursive: true })
  // Last time's report must not stand in for one that was not written.
  rmSync(path, { force: true })
  return path
}

/** Continuous integration reads the last line of standard output; it stands alone there. */
function close(tallies: readonly Tally[]): number {
  const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0)
  const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0)
  const skipped = tallies.flatMap((tally) => tally.skipped)
  process.stdout.write('\n' + skipped.map((name) => `skipped  ${name}\n`).join(''))
  process.stdout.write(`${String(passed)} passed, ${String(failed)} failed, ${String(skipped.length)} skipped\n`)
  // No test at all is no proof of anything.
  return failed === 0 && passed + skipped.length > 0 ? 0 : 1
}

/** On this terminal, kept for whoever asked, or to a function as it comes. */
type Output = 'show' | 'collect' | ((text: string) => void)

function node(
  run: readonly string[],
  output: Output,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, run, {
      stdio: output === 'show' ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    })
    let collected = ''
    const take = typeof output === 'function' ? output : (text: string) => (collected += text)
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', take)
    child.on('error', reject)
    child.on('close', (code) => {
      resolve({ code: code ?? 1, output: collected })
    })
  })
}
