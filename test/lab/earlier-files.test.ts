/** Folders that an earlier Apical wrote: settings that came later are at their defaults, and every verdict stays. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { presetNamed, publishedFor } from '../../src-main/experiment/presets.ts'
import { readExperiment, rowIn } from '../../src-main/lab/results.ts'
import { scratchFolder } from './small-experiment.ts'

const scratch = scratchFolder()
afterAll(scratch.remove)

it.each([
  ['corinfomax-mnist', ['activation', 'initialState', 'scheduleFeedback', 'bias']],
  ['ep-mnist', ['activation', 'initialState']],
  ['backprop-mnist', ['dampening', 'nesterov']],
])('%s without %s is the published experiment still', (name, later) => {
  const whole = presetNamed(name)?.experiment
  if (whole === undefined) throw new Error(`there is no preset ${name}`)
  const settings = Object.fromEntries(Object.entries(whole.rule.settings).filter(([key]) => !later.includes(key)))
  expect(Object.keys(whole.rule.settings).length - Object.keys(settings).length).toBe(later.length)
  const folder = scratch.inside(name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'experiment.json'),
    JSON.stringify({ ...whole, rule: { name: whole.rule.name, settings } }),
  )
  expect(readExperiment(folder)).toEqual(whole)
  expect(publishedFor(readExperiment(folder))).toEqual(presetNamed(name)?.published)
})

it('a run from before confusion matrices were counted has none, and counts none when it is resumed', () => {
  const whole = presetNamed('corinfomax-mnist')?.experiment
  if (whole === undefined) throw new Error('there is no preset corinfomax-mnist')
  for (const [name, evaluation] of Object.entries({
    none: undefined,
    some: { topK: 3 },
    off: { topK: null, topKEveryEpochs: 1, confusionEveryEpochs: null },
  })) {
    const folder = scratch.inside(`evaluation-${name}`)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'experiment.json'), JSON.stringify({ ...whole, evaluation }))
    expect(readExperiment(folder).evaluation, name).toMatchObject({ confusionEveryEpochs: null })
    expect(publishedFor(readExperiment(folder)), name).toEqual(presetNamed('corinfomax-mnist')?.published)
  }
})

const reproduced = process.env['APICAL_REPRODUCED'] ?? '../shared/reproduced'
const there = existsSync(reproduced)
it.skipIf(!there)(
  `rows that were trained earlier keep their verdict${there ? '' : ` (skipped: ${reproduced} is not there)`}`,
  () => {
    const folders = readdirSync(reproduced, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    const rows = folders.flatMap(({ name }) => rowIn(join(reproduced, name)) ?? [])
    // Two of the six were cut off before their last epoch; of what is not whole nothing is said.
    const whole = rows.filter(({ epochsDone, epochs }) => epochsDone === epochs)
    expect(whole.length).toBeGreaterThanOrEqual(4)
    for (const row of rows) expect(row.published?.verdict, row.id).toBe(whole.includes(row) ? 'inside' : undefined)
  },
)
