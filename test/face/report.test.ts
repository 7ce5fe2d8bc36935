// What a report says, and what it must not hold: judged by the run's own summary.json, and by what a hostile name would try.
import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ReportedRecord } from '../../src-main/contract.ts'
import { presetNamed } from '../../src-main/experiment/presets.ts'
import { readForReport } from '../../src-main/lab/results.ts'
import { shippedPaper } from '../../src-main/paper/shipped.ts'
import { paperState } from '../../src-main/paper/state.ts'
import { PAPER } from '../../src-renderer/figure/paper.ts'
import { comparisonReport } from '../../src-renderer/report/comparison-report.ts'
import { experimentReport } from '../../src-renderer/report/experiment-report.ts'
import { markup } from '../../src-renderer/report/markup.ts'
import { paperReport, runsOf } from '../../src-renderer/report/paper-report.ts'
import type { ReportContext } from '../../src-renderer/report/report-context.ts'
import { DARK } from '../../src-renderer/report/report-style.ts'
import { madeUpDescription } from './made-up-lab.ts'

const SAMPLES = fileURLToPath(new URL('../../resources/sample', import.meta.url))
const [SAMPLE = ''] = readdirSync(SAMPLES)
const HOSTILE = '<script>alert(1)</script> & "quoted" <img src=x onerror=alert(2)>'

const context: ReportContext = {
  words: madeUpDescription,
  presetOf: (name) => (name === null ? undefined : presetNamed(name)),
  measure: (text, size) => text.length * size * 0.5,
  made: '2026-11-28T22:30:00.000Z',
  version: '0.1.0',
}

const scratch = mkdtempSync(join(tmpdir(), 'apical-report-'))
const folder = join(scratch, 'results', SAMPLE)
let record: ReportedRecord
let other: ReportedRecord
beforeAll(async () => {
  cpSync(join(SAMPLES, SAMPLE), folder, { recursive: true })
  writeFileSync(join(folder, 'notes.md'), `${HOSTILE}\nweights at ${folder}/seed-0 and ${homedir()}/keep/me.txt`)
  writeFileSync(join(folder, 'environment.json.broken'), '')
  record = await readForReport(folder)
  // A second group with the same seeds, ten points lower after every epoch, and another step.
  const lower = (values: readonly (number | null)[]) => values.map((value) => (value === null ? null : value - 0.1))
  other = {
    ...record,
    row: { ...record.row, id: 'other', name: HOSTILE, settings: { ...record.row.settings, beta: 2 } },
    experiment: {
      ...record.experiment,
      name: HOSTILE,
      rule: { ...record.experiment.rule, settings: { ...record.experiment.rule.settings, beta: 2 } },
    },
    // Not all equally: equal differences have no spread to test.
    seeds: record.seeds.map((seed, i) => ({
      ...seed,
      testAccuracy: lower(seed.testAccuracy).map((v) => (v ?? 0) + i / 1e4),
    })),
  }
})
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true })
})

/** Text as it is read: no tags, entities resolved. */
const read = (html: string): string =>
  html
    .replace(/<style>[^]*?<\/style>|<svg[^]*?<\/svg>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')

/** All that would run, load or lead elsewhere, and all paths of this machine. */
function faultsIn(html: string): readonly string[] {
  const all = html.match(/<script|<iframe|<object|<link|<img|javascript:|\son\w+="|@import|<base|<form/gi) ?? []
  const leads = [...html.matchAll(/\s(?:src|href|xlink:href|action|poster|srcset)="([^"]*)"/g)]
    .map(([, target = '']) => target)
    .filter((target) => !target.startsWith('#'))
  const urls = [...html.matchAll(/url\(([^)]*)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !target.startsWith('#'))
  const paths = [scratch, homedir(), tmpdir()].filter((path) => path.length > 1 && html.includes(path))
  const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id = '']) => id)
  return [...all, ...leads, ...urls, ...paths, ...ids.filter((id, i) => ids.indexOf(id) !== i)]
}

describe('markup', () => {
  it('escapes what is put into it, also in an attribute, and leaves what is markup', () => {
    const name = markup`<b>${'<i>'}</b>`
    expect(markup`<p title="${'"><script>'}">${name}${[1, null, false, '&']}</p>`.text).toBe(
      '<p title="&quot;&gt;&lt;script&gt;"><b>&lt;i&gt;</b>1&amp;</p>',
    )
  })
})

describe('what may leave the machine', () => {
  it('has no path of it, and the checksums of the files as they lie on disk', () => {
    expect(JSON.stringify(record)).not.toContain(scratch)
    expect(record.folder).toBe(basename(folder))
    expect(record.notes).toContain('me.txt')
    const files = ['environment.json', 'experiment.json', 'summary.json']
    for (const seed of [0, 10, 20, 30, 40]) files.push(`seed-${seed}/metrics.jsonl`, `seed-${seed}/weights.safetensors`)
    expect(record.checksums.map(({ path }) => path).sort()).toEqual(files.sort())
    for (const { path, sha256, bytes } of record.checksums) {
      const there = readFileSync(join(folder, path))
      expect([path, sha256, bytes]).toEqual([path, createHash('sha256').update(there).digest('hex'), there.length])
    }
  })
})

describe('the report of an experiment', () => {
  it('says the numbers of its summary, and everything needed to repeat it', () => {
    const html = experimentReport(record, context)
    const text = read(html)
    const summary = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as {
      testAccuracy: { mean: number; sd: number }
      trainAccuracy: { mean: number; sd: number }
      seeds: { seed: number; testAccuracy: number; trainAccuracy: number }[]
    }
    const percent = (value: number): string => (100 * value).toFixed(2)
    for (const { mean, sd } of [summary.testAccuracy, summary.trainAccuracy])
      expect(text).toContain(`${percent(mean)} ± ${percent(sd)}`)
    for (const { seed, testAccuracy, trainAccuracy } of summary.seeds)
      expect(text).toMatch(new RegExp(`\\s${seed}\\s+${percent(testAccuracy)}\\s+${percent(trainAccuracy)}\\s`))
    const headings = [
      'Result',
      'Notes',
      'Curves',
      'Seeds',
      'Configuration',
      'Environment',
      'How to reproduce it',
      'For a reproducibility checklist',
      'Checksums',
    ]
    expect([...html.matchAll(/<h2 id="[^"]+">([^<]+)</g)].map(([, title]) => title)).toEqual(headings)
    expect(text).toContain(record.command)
    // The experiment, byte for byte as the file that trains it again.
    const json = /<pre>(\{[^]*?)<\/pre>/.exec(html)?.[1] ?? ''
    expect(JSON.parse(json.replaceAll('&quot;', '"'))).toEqual(record.experiment)
    for (const { sha256 } of record.checksums) expect(text).toContain(sha256)
    for (const sum of Object.values(record.environment?.data ?? {})) expect(text).toContain(sum)
    expect(html.match(/<svg /g)?.length).toBeGreaterThan(1)
    expect(html.match(/<svg[^>]*role="img"[^>]*>\n<title>[^<]+<\/title>\n<desc>[^<]+<\/desc>/g)).toHaveLength(
      html.match(/<svg /g)?.length ?? 0,
    )
  })

  it('runs nothing, loads nothing and names no place on this machine, whatever its name and notes are', () => {
    const named = {
      ...record,
      row: { ...record.row, name: HOSTILE, reason: HOSTILE, tags: [HOSTILE] },
      experiment: { ...record.experiment, name: HOSTILE },
    }
    const html = experimentReport(named, context)
    expect(faultsIn(html)).toEqual([])
    expect(read(html).split(HOSTILE).length - 1, 'title, heading, reason, tags, notes').toBeGreaterThanOrEqual(5)
    expect(html).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:`,
    )
  })
})

describe('the report of a comparison', () => {
  it('has both results, the paired difference and what differs, and is as harmless', () => {
    const html = comparisonReport([record, other], context, { withCollapsed: false, baseline: record.row.id })
    const text = read(html)
    expect(faultsIn(html)).toEqual([])
    // Differences of −10 points + 0.01 · i over five seeds: mean −9.98, sample sd 0.01 · √2.5.
    expect(text).toContain(`−9.98 ± ${(0.01 * Math.sqrt(2.5)).toFixed(2)}`)
    const mean = (Number(record.row.testAccuracy?.mean) - 0.0998) * 100
    expect(text).toContain(`${mean.toFixed(2)} ± `)
    expect(text).toMatch(/Nudging strength\s+β\s+1\s+2\s/)
    expect(text).toMatch(/They differ only in nudging strength \(1 \/ 2\)/)
  })

  it('tests against the baseline that was chosen', () => {
    const html = comparisonReport([record, other], context, { withCollapsed: false, baseline: 'other' })
    expect(read(html)).toContain('+9.98 ± ')
  })
})

describe('the report of a paper', () => {
  const paper = shippedPaper()
  const states = paperState(paper, [], [], { ready: () => null, secondsOf: () => null })
  const shown = paper.exhibits.flatMap((exhibit) => {
    const state = states.find(({ id }) => id === exhibit.id)
    return state === undefined ? [] : [{ exhibit, state }]
  })

  it('has every exhibit in its order, a figure for each that has curves, and every printed number', () => {
    const html = paperReport(paper, shown, [], context)
    expect(faultsIn(html)).toEqual([])
    expect([...html.matchAll(/<h3 id="[^"]+">([^<]+)</g)].map(([, title]) => title)).toEqual(
      [...Map.groupBy(paper.exhibits, ({ section }) => section).values()].flat().map(({ title }) => title),
    )
    expect(html.match(/<svg /g)).toHaveLength(paper.exhibits.filter(({ curves }) => curves.length > 0).length)
    expect(html).toContain('apical paper run all')
    expect(runsOf(shown)).toEqual([])
  })

  it('of one exhibit is named by it and says how that one is trained', () => {
    const one = shown.filter(({ exhibit }) => exhibit.id === 'mnist-test-accuracy-comparison')
    const html = paperReport(paper, one, [], context)
    expect(html).toContain(`<h1>${one[0]?.exhibit.title}</h1>`)
    expect(html).toContain('apical paper run mnist-test-accuracy-comparison<')
  })
})

describe('a dark page', () => {
  it('has the colours of the dark window, and one for every colour on paper', () => {
    const tokens = readFileSync(new URL('../../src-renderer/style/tokens.css', import.meta.url), 'utf8')
    const dark = tokens.slice(tokens.indexOf("[data-theme='dark']"))
    const token = (name: string): string | undefined => new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(dark)?.[1]
    const { ground, surface, ink, quiet, line, accent, good, warn, bad } = DARK
    expect({ ground, surface, ink, quiet, line, accent, good, warn, bad }).toEqual({
      ...{ ground: token('ground'), surface: token('surface'), ink: token('ink'), quiet: token('ink-2') },
      ...{ line: token('line'), accent: token('accent'), good: token('good'), warn: token('warn'), bad: token('bad') },
    })
    expect(DARK.series).toEqual(PAPER.series.map((_, i) => token(`series-${i + 1}`)))
    expect(DARK.shades).toEqual(PAPER.shades.map((_, i) => [token(`series-${i + 1}-2`), token(`series-${i + 1}-3`)]))
    const html = experimentReport(record, context)
    const drawn = new Set(
      [...html.matchAll(/<svg[^]*?<\/svg>/g)].flatMap(([svg]) =>
        [...svg.matchAll(/(?:fill|stroke)="(#[^"]+)"/g)].map(([, colour]) => colour),
      ),
    )
    for (const colour of drawn) expect(html).toContain(`.lines [fill="${String(colour)}"]`)
  })
})
