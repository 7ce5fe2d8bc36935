// `npm run test:mutants`: plants the defects of `test/mutants/defects.ts`, one at a time in a copy of the sources, and
// requires that a test fails for each. A survivor is a hole in the tests.
import { spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Defect } from './mutants/defect.ts'
import { defects } from './mutants/defects.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const golden = resolve(process.env['APICAL_GOLDEN'] ?? join(root, '..', 'shared', 'golden'))
const goldenPresent = existsSync(golden)

interface Asked {
  readonly paths: readonly string[]
  /** Only the tests whose names this pattern finds. */
  readonly tests?: string
}

interface Judges {
  /** How the paths begin that they judge; of several that fit the last is taken. */
  readonly of: string
  /** Asked before all, because they are quick and look closest: a failure of theirs decides. */
  readonly first?: Asked
  readonly all: readonly string[]
}

const onRules = ['test/rules', 'test/golden']
const onPapers = [
  ...['matching', 'row-state', 'curves', 'plan', 'save', 'state'].map((name) => `test/paper/${name}.test.ts`),
  'test/lab/papers.test.ts',
]
/** Cases by how their names begin; in float64, where no tolerance hides a slip. */
const replays = (cases: string): Asked => ({
  paths: ['test/golden/runs.test.ts'],
  tests: `(${cases})_.* on reference float64`,
})
/** On the reference engine alone, since what is planted lies above the engines. */
const panel: readonly Judges[] = [
  { of: 'src-main/rules/', first: { paths: ['test/rules'] }, all: onRules },
  { of: 'src-main/rules/corinfomax-network', first: replays('corinfomax'), all: onRules },
  { of: 'src-main/rules/corinfomax-sparse', first: replays('corinfomax_sparse'), all: onRules },
  { of: 'src-main/rules/settling-network', first: replays('ep|csm'), all: onRules },
  { of: 'src-main/rules/nudging', first: replays('ep|csm|corinfomax'), all: onRules },
  { of: 'src-main/rules/similarity-matching', first: replays('csm'), all: onRules },
  { of: 'src-main/rules/perceptron', first: replays('bp|fa'), all: onRules },
  { of: 'src-main/rules/feedback-alignment', first: replays('fa'), all: onRules },
  { of: 'src-main/rules/optimiser', first: replays('bp|fa'), all: onRules },
  { of: 'src-main/rules/predictive', first: replays('pc|pc_nudge'), all: onRules },
  { of: 'src-main/program/', first: { paths: ['test/program'] }, all: ['test/program', ...onRules] },
  { of: 'src-main/experiment/published', all: ['test/experiment/published.test.ts'] },
  {
    of: 'src-main/experiment/agreement',
    all: ['test/experiment/agreement.test.ts', 'test/experiment/published.test.ts'],
  },
  { of: 'src-main/experiment/spread', all: ['test/experiment/published.test.ts', 'test/lab/one-result.test.ts'] },
  { of: 'src-main/experiment/result', all: ['test/lab/one-result.test.ts'] },
  { of: 'src-main/analysis/inspect', all: ['test/lab/inspect.test.ts'] },
  { of: 'src-main/experiment/selection', all: ['test/training/validation.test.ts', 'test/lab/selection.test.ts'] },
  { of: 'src-main/paper/', all: onPapers },
  { of: 'src-main/lab/papers/', all: onPapers },
  { of: 'src-main/data/split', all: ['test/data/split.test.ts', 'test/training/validation.test.ts'] },
]
const everyone = [...new Set(panel.flatMap(({ all }) => all))]
/** Seconds for one run of the judges, which take 15 of them alone: only a hang is to be ended, and a busy machine is none. */
const LIMIT_S = 900
const AT_ONCE = 2

/** Only what the judges need. The snapshot stays as it is, whatever happens to the working tree meanwhile. */
const copied = ['src-main', 'src-renderer', 'test', 'resources', 'package.json']

/** Of its own, because Vite's and Vitest's caches must be neither shared between defects nor kept. */
const config = `export default {
  root: import.meta.dirname,
  cacheDir: 'cache',
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    isolate: false,
    // A slow machine must not read as a failing test; the whole run has its limit.
    testTimeout: 0,
    hookTimeout: 0,
    // A worker that is slow to end is no verdict on its tests.
    teardownTimeout: 600_000,
    passWithNoTests: false,
    fsModuleCache: false,
  },
}
`

type Outcome =
  | { readonly kind: 'green'; readonly passed: number; readonly goldenPassed: number }
  | { readonly kind: 'failed'; readonly test: string }
  /** The runner ended without saying that a test failed: no verdict. */
  | { readonly kind: 'crashed'; readonly output: string }

const started = performance.now()
const scratch = mkdtempSync(join(realpathSync(tmpdir()), 'apical-mutants-'))
process.on('exit', () => {
  rmSync(scratch, { recursive: true, force: true, maxRetries: 3 })
})
process.on('SIGINT', () => process.exit(130))
process.on('SIGTERM', () => process.exit(143))
process.exitCode = await main(process.argv.slice(2))

/** With arguments, only the defects whose file or reason contains one of them. */
async function main(only: readonly string[]): Promise<number> {
  const snapshot = join(scratch, 'snapshot')
  for (const path of copied) cpSync(join(root, path), join(snapshot, path), { recursive: true })

  const misfits = defects.filter((defect) => occurrences(snapshot, defect) !== 1)
  for (const defect of misfits)
    console.error(`"${defect.find}" occurs ${occurrences(snapshot, defect)} times in ${defect.file}, expected once.`)
  if (misfits.length > 0) return 1

  const asked = defects.filter(
    ({ file, why }) => only.length === 0 || only.some((part) => file.includes(part) || why.includes(part)),
  )
  const judged = asked.filter((defect) => goldenPresent || defect.golden !== true)
  const skipped = asked.filter((defect) => !judged.includes(defect))

  const untouched = await judge(snapshot, 'untouched', null)
  if (untouched.kind !== 'green' || (goldenPresent && untouched.goldenPassed === 0)) {
    console.error('The tests must be green before defects are planted, and are not:', untouched)
    return 1
  }
  console.log(`${untouched.passed} tests pass without a defect.`)

  const waiting = [...judged.entries()]
  const rows: string[][] = []
  const counts: Record<Outcome['kind'], number> = { failed: 0, green: 0, crashed: 0 }
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, defect] = next
      const before = performance.now()
      const outcome = await judge(snapshot, `defect-${index}`, defect)
      const seconds = ((performance.now() - before) / 1000).toFixed(1)
      counts[outcome.kind]++
      const row = [verdict(outcome), title(defect), seconds, outcome.kind === 'failed' ? outcome.test : '']
      rows.push(row)
      console.error(`${rows.length} of ${judged.length}  ${row.slice(0, 2).join('  ')}`)
      if (outcome.kind === 'crashed') console.error(`${title(defect)}: no verdict\n${outcome.output}\n`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))

  printTable(['', 'defect', 's', 'caught by'], rows)
  for (const defect of skipped)
    console.log(`skipped  ${title(defect)}: only golden arrays judge it, and ${golden} is not here`)
  const minutes = ((performance.now() - started) / 60_000).toFixed(1)
  const undecided = counts.crashed === 0 ? '' : `, ${counts.crashed} without a verdict`
  console.log(
    `${judged.length} planted defects: ${counts.failed} caught, ${counts.green} survived${undecided}, ${skipped.length} skipped; ${minutes} min`,
  )
  // No defect at all is no proof of anything.
  return counts.failed === judged.length && judged.length > 0 ? 0 : 1
}

function judgesFor({ file }: Defect): Judges {
  const closest = panel.findLast(({ of }) => file.startsWith(of))
  if (closest === undefined) throw new Error(`${file}: no tests judge it`)
  return closest
}

function occurrences(tree: string, { file, find }: Defect): number {
  return readFileSync(join(tree, file), 'utf8').split(find).length - 1
}

/** Runs the judges on a fresh copy with the defect in it. */
async function judge(snapshot: string, name: string, defect: Defect | null): Promise<Outcome> {
  const tree = join(scratch, name)
  mkdirSync(tree)
  for (const path of copied) cpSync(join(snapshot, path), join(tree, path), { recursive: true })
  symlinkSync(realpathSync(join(root, 'node_modules')), join(tree, 'node_modules'), 'junction')
  writeFileSync(join(tree, 'vitest.config.mjs'), config)
  let outcome: Outcome
  if (defect === null) outcome = await run(tree, { paths: everyone }, false)
  else {
    const path = join(tree, defect.file)
    // A function, because a replacement's text may contain `$`.
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(defect.find, () => defect.replace),
    )
    const { first, all } = judgesFor(defect)
    const early = first === undefined || (first.tests !== undefined && !goldenPresent) ? null : await run(tree, first)
    outcome = early === null || early.kind === 'green' ? await run(tree, { paths: all }) : early
  }
  rmSync(tree, { recursive: true, force: true, maxRetries: 3 })
  return outcome
}

async function run(tree: string, { paths, tests }: Asked, bail = true): Promise<Outcome> {
  const report = join(tree, 'report.json')
  rmSync(report, { force: true })
  const output = await vitest(tree, [
    ...['--config', 'vitest.config.mjs', '--configLoader', 'native'],
    ...['--reporter=json', `--outputFile.json=${report}`],
    ...(bail ? ['--bail', '1'] : []),
    ...(tests === undefined ? [] : ['--testNamePattern', tests]),
    ...paths,
  ])
  return existsSync(report) ? read(report, tree, output) : { kind: 'crashed', output: output.text }
}

function vitest(tree: string, args: readonly string[]): Promise<{ code: number | null; text: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [join(tree, 'node_modules/vitest/vitest.mjs'), 'run', ...args], {
      cwd: tree,
      stdio: ['ignore', 'pipe', 'pipe'],
      // The compile cache is keyed by content, but a judge should have no memory at all.
      env: { ...process.env, APICAL_GOLDEN: golden, APICAL_ENGINES: 'reference', NODE_DISABLE_COMPILE_CACHE: '1' },
    })
    let text = ''
    const keep = (chunk: Buffer): void => void (text = (text + chunk.toString()).slice(-4000))
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    // Ticks, not the clock: where this process was held up, so was its child, and that is no hang.
    let left = LIMIT_S
    const ticking = setInterval(() => {
      if (--left <= 0) child.kill()
    }, 1000)
    child.on('error', (error) => {
      clearInterval(ticking)
      done({ code: null, text: error.message })
    })
    child.on('close', (code) => {
      clearInterval(ticking)
      done({ code, text: left <= 0 ? `${text}\nstopped after ${LIMIT_S} s` : text })
    })
  })
}

function read(report: string, tree: string, { code, text }: { code: number | null; text: string }): Outcome {
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
    testResults: {
      name: string
      status: string
      message?: string
      assertionResults: { status: string; fullName: string }[]
    }[]
  }
  const tests = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ status, fullName }) => ({ file: relative(tree, name), status, fullName })),
  )
  const failed = tests.find(({ status }) => status === 'failed')
  if (failed !== undefined) return { kind: 'failed', test: `${failed.file}: ${failed.fullName}` }
  const passed = tests.filter(({ status }) => status === 'passed')
  const broken = testResults
    .filter(({ status }) => status === 'failed')
    .map(({ name, message }) => `${name}: ${message ?? ''}`)
  if (code !== 0 || broken.length > 0 || passed.length === 0)
    return { kind: 'crashed', output: [...broken, text].join('\n') }
  const goldenPassed = passed.filter(({ file }) => file.replaceAll('\\', '/').startsWith('test/golden/')).length
  return { kind: 'green', passed: passed.length, goldenPassed }
}

function verdict(outcome: Outcome): string {
  return { green: 'SURVIVED', failed: 'caught', crashed: 'NO VERDICT' }[outcome.kind]
}

function title({ file, why }: Defect): string {
  return `${file.replace('src-main/', '')}: ${why}`
}

function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)))
  for (const row of [head, ...rows])
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
}
