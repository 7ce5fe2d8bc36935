/**
 * `apical inspect`: judged by what the run itself recorded while it trained.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { Inspection } from '../../src-main/experiment/inspection.ts'
import { presetNamed } from '../../src-main/experiment/presets.ts'
import { apical } from './process.ts'

const scratch = mkdtempSync(join(tmpdir(), 'apical-cli-'))
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true })
})

const SMALL = [
  ...['--engine', 'reference', '--set', 'widths=784,16,10', '--limit-train', '1000', '--limit-test', '100'],
  ...['--epochs', '2', '--seeds', '0,1'],
]

it('the networks of a run are measured from their weights: what it recorded is found again, said, and kept', async () => {
  const out = join(scratch, 'results')
  const run = await apical(['run', 'corinfomax-glyphs-small', ...SMALL, '--out', out, '--json'])
  const folder = String(run.lines.find(({ kind }) => kind === 'started')?.['folder'])
  const id = basename(folder)
  const recorded = run.lines.filter(({ kind }) => kind === 'epoch').slice(-2)
  expect((await apical(['show', id, '--out', out])).out).not.toContain('apical inspect')

  const found = await apical(['inspect', id, '--out', out, '--json'])
  expect([found.code, found.lines.length]).toEqual([0, 1])
  const [inspection] = found.lines as unknown as [Inspection]
  expect(inspection.seeds.map(({ seed, epoch, accuracy }) => ({ seed, epoch, testAccuracy: accuracy }))).toEqual(
    recorded.map(({ seed, epoch, testAccuracy }) => ({ seed, epoch, testAccuracy })),
  )
  expect(JSON.parse(readFileSync(join(folder, 'inspection.json'), 'utf8'))).toEqual(inspection)

  const { out: told } = await apical(['inspect', folder])
  for (const { testAccuracy } of recorded)
    expect(told).toMatch(new RegExp(`^[01] +2 +${(100 * Number(testAccuracy)).toFixed(2)} %$`, 'm'))
  expect(told).toMatch(/^test \d+\.\d\d ± \d+\.\d\d % \(2 seeds\)$/m)
  // By class: correct ones of both seeds over all of the class, the worst first.
  const size = inspection.classes.length
  const sum = (at: (counts: readonly number[]) => number) =>
    inspection.seeds.reduce((total, { counts }) => total + at(counts), 0)
  const worst = Math.min(
    ...inspection.classes.map(
      (_, c) =>
        sum((counts) => counts[c * size + c] ?? 0) /
        sum((counts) => counts.slice(c * size, (c + 1) * size).reduce((a, b) => a + b, 0)),
    ),
  )
  const byClass = told.split('Accuracy by class, worst first\n')[1]?.split('\n\n')[0]?.split('\n') ?? []
  expect(byClass).toHaveLength(1 + size)
  expect(byClass[1]).toMatch(new RegExp(`^\\S+ +${(100 * worst).toFixed(2)} %$`))
  expect(told).toContain('Most frequent confusions')
  expect(told).toMatch(/^Alignment of W and Vᵀ +layer 2 +\d+(\.\d+)? ± \d+(\.\d+)? +degrees$/m)
  expect((await apical(['show', id, '--out', out])).out).toContain(`"apical inspect ${id}"`)
  expect((await apical(['show', id, '--out', out, '--json'])).lines[0]).toMatchObject({
    inspection: { seeds: inspection.seeds, mistakes: inspection.mistakes },
  })
})

it('a run without weights is refused, and nothing is written beside it', async () => {
  const folder = join(scratch, 'empty', 'untrained')
  mkdirSync(folder, { recursive: true })
  const preset = presetNamed('corinfomax-glyphs-small')
  writeFileSync(join(folder, 'experiment.json'), JSON.stringify(preset?.experiment))
  const { code, out, err } = await apical(['inspect', folder, '--json'])
  expect([code, out]).toEqual([2, ''])
  expect(err).toContain('This run has no weights yet.')
  expect(readdirSync(folder)).toEqual(['experiment.json'])
})
