/**
 * `npm run bench:native`: the native engine beside eager PyTorch on this machine, in one run, and how its cost grows.
 *
 * A case is measured in rounds; in each, native with one thread, PyTorch with one, native with ten seeds on all cores and
 * PyTorch with two follow one another, so that whatever else the machine does takes from all alike. A figure is the median
 * of the rounds' medians. Before the first round one batch of PyTorch is repeated by the native engine: the work must be
 * the same. Raw figures go to `test/bench/results`, with the machine that gave them; those of a partial run to `build/bench`.
 */
import { loadavg } from 'node:os'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { native } from '../../src-main/engines/native.ts'
import { AGREEMENT_TOLERANCE } from './agreement.ts'
import { casesNamed, otherWork, publishedTimings } from './cases.ts'
import { describeCommit, describeMachine, slugOf } from './machine.ts'
import { measureCase, SEEDS, type Measured } from './measure.ts'
import { measureScaling } from './scaling.ts'
import { store } from './store.ts'
import { printCases, printScaling } from './tables.ts'
import { compareVersions, printVersions } from './versions.ts'
import { findTorch, torchEnvironment, type Torch } from './torch.ts'

const HELP = `npm run bench:native -- [--only CASE|RULE,…] [--rounds N] [--no-scaling] [--no-torch] [--python FILE]
npm run bench:native -- --before DIR [--only RULE,…]
--before compares with the native engine of another clone of the source, built, instead: every rule's MNIST preset beside its floor
`

const root = join(import.meta.dirname, '../..')

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** The PyTorch to compare with, or null, saying why not and what would make the comparison unfair. */
function torchToUse(wanted: boolean, python: string | undefined): Torch | null {
  if (!wanted) return null
  const torch = findTorch(python)
  if (torch === null)
    say('Skipped: no python3 with torch was found (Debian: apt-get install python3-torch libopenblas0-openmp).')
  else if (!torch.versions.blas.some((library) => /openblas|mkl/.test(library)) && torch.versions.blas.length > 0)
    say(
      `This torch computes with ${torch.versions.blas.join(', ')}, not with OpenBLAS or MKL: its times are not what people have (Debian: apt-get install libopenblas0-openmp).`,
    )
  return torch
}

function words(list = ''): string[] {
  return list.split(',').filter((word) => word !== '')
}

async function versions(before: string, only: readonly string[]): Promise<number> {
  const begun = new Date()
  const loadBefore = loadavg()
  const lines = await compareVersions(before, only, say)
  printVersions(lines, (line) => process.stdout.write(`${line}\n`))
  const machine = describeMachine()
  const folder = only.length === 0 ? 'test/bench/results' : 'build/bench'
  const path = join(root, folder, `versions-${slugOf(machine.cpu)}.json`)
  await store(path, {
    date: begun.toISOString(),
    seconds: Math.round((Date.now() - begun.getTime()) / 1000),
    before: describeCommit(before),
    after: describeCommit(root),
    machine,
    load: { before: loadBefore, after: loadavg() },
    lines,
  })
  say(`Raw figures: ${relative(root, path)}`)
  return 0
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      rounds: { type: 'string', default: '2' },
      'no-scaling': { type: 'boolean', default: false },
      'no-torch': { type: 'boolean', default: false },
      python: { type: 'string' },
      before: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const rounds = Number(values.rounds)
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number from 1.')
  if (values.before !== undefined) return versions(values.before, words(values.only))
  const cases = casesNamed(words(values.only))
  const availability = await native.available()
  if (!availability.available) {
    say(availability.reason)
    return 1
  }
  const torch = torchToUse(!values['no-torch'], values.python)
  const published = publishedTimings()
  const begun = new Date()
  const loadBefore = loadavg()

  const measured: Measured[] = []
  let wrong = false
  for (const one of cases) {
    say(`${one.name} (${measured.length + 1} of ${cases.length})…`)
    const timing = published?.timings[one.published]
    for (const difference of timing === undefined ? [] : otherWork(one, timing))
      say(`${one.name} is other work than the published timing: ${difference}.`)
    const result = await measureCase(one, rounds, torch)
    measured.push(result)
    const { agreement } = result
    // Not ≤, so that NaN disagrees.
    if (agreement !== null && !(Math.max(agreement.scores, agreement.steps) < AGREEMENT_TOLERANCE)) {
      wrong = true
      say(`${one.name}: native and PyTorch disagree on one batch: ${JSON.stringify(agreement)}.`)
    }
  }
  const [base] = casesNamed(['corinfomax-mnist'])
  const scaling =
    values['no-scaling'] || base === undefined
      ? []
      : await measureScaling(base, (done, of) => {
          if (done === of || done === 1) say(`scaling, ${done} of ${of}…`)
        })

  printCases(measured, published, (line) => process.stdout.write(`${line}\n`))
  if (scaling.length > 0) printScaling(scaling, (line) => process.stdout.write(`${line}\n`))

  const machine = describeMachine()
  const whole = values.only === undefined && scaling.length > 0 && torch !== null
  const path = join(root, whole ? 'test/bench/results' : 'build/bench', `native-${slugOf(machine.cpu)}.json`)
  // Not where the BLAS lies, which is the machine's own business; which one was loaded stands in the versions.
  const environment = Object.fromEntries(
    Object.entries(torchEnvironment()).filter(([name]) => name !== 'LD_LIBRARY_PATH'),
  )
  await store(path, {
    date: begun.toISOString(),
    seconds: Math.round((Date.now() - begun.getTime()) / 1000),
    commit: describeCommit(root),
    machine,
    load: { before: loadBefore, after: loadavg() },
    torch: torch === null ? null : { ...torch.versions, environment },
    rounds,
    seeds: SEEDS,
    cases: measured.map(({ one, ...figures }) => ({ ...one, ...figures })),
    scaling,
  })
  say(`Raw figures: ${relative(root, path)}`)
  return wrong ? 1 : 0
}

try {
  process.exitCode = await main()
} catch (error) {
  say(error instanceof Error ? error.message : String(error))
  process.exitCode = 2
}
