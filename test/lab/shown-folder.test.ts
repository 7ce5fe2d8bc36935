/** One lab that looks at several results folders: what is shown, what goes on meanwhile, what is refused. */
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src-main/contract.ts'
import { openLab, type OpenLab } from '../../src-main/lab/lab.ts'
import type { LabProblem } from '../../src-main/lab/problem.ts'
import { rootFolder } from '../../src-main/lab/machine/installation.ts'
import { quickExperiment, scratchFolder } from './small-experiment.ts'

const scratch = scratchFolder()
const own = scratch.inside('own', 'results')
const other = scratch.inside('other', 'results')
const sample = join(rootFolder(), 'resources', 'sample')
const [sampleId = ''] = readdirSync(sample)
let lab: OpenLab
const heard: LabEvent[] = []

beforeAll(async () => {
  // As copied from another machine; under another name, since the bundled one is listed everywhere.
  cpSync(join(sample, sampleId), join(other, 'copied'), { recursive: true })
  lab = await openLab({ host: 'test', resultsFolder: own })
  lab.watch((event) => heard.push(event))
})
afterAll(async () => {
  await lab.close()
  scratch.remove()
})

const ids = async (): Promise<string[]> => (await lab.list({})).map(({ id }) => id).filter((id) => id !== sampleId)
const refusal = async (folder: string): Promise<LabProblem> =>
  lab.openResults({ folder }).then(
    () => expect.unreachable('was opened'),
    (error: unknown) => error as LabProblem,
  )

describe('another folder', () => {
  it('is shown whole, told to those who watch, and left again', async () => {
    expect(await lab.describe({})).toMatchObject({ resultsFolder: own, ownResultsFolder: null })
    expect(await lab.openResults({ folder: other })).toEqual({ resultsFolder: other, id: null })
    expect(heard.at(-1)).toEqual({ kind: 'results', resultsFolder: other })
    expect(await ids()).toEqual(['copied'])
    expect((await lab.read({ id: 'copied' })).folder).toBe(join(other, 'copied'))
    expect(await lab.describe({})).toMatchObject({ resultsFolder: other, ownResultsFolder: own })
    expect(await lab.openResults({ folder: null })).toEqual({ resultsFolder: own, id: null })
    expect(await ids()).toEqual([])
    expect(await lab.describe({})).toMatchObject({ resultsFolder: own, ownResultsFolder: null })
  })

  it('may be meant by the folder above it, or by that of one experiment', async () => {
    expect(await lab.openResults({ folder: scratch.inside('other') })).toEqual({ resultsFolder: other, id: null })
    expect(await lab.openResults({ folder: join(other, 'copied') })).toEqual({ resultsFolder: other, id: 'copied' })
    // The same folder again is nothing new.
    const before = heard.length
    await lab.openResults({ folder: other })
    expect(heard.slice(before).filter(({ kind }) => kind === 'results')).toEqual([])
    await lab.openResults({ folder: null })
  })

  it('leaves what runs in the lab’s own to itself, and counts it when the lab is left', async () => {
    const { id } = await lab.start({ experiment: quickExperiment(2000) })
    await lab.openResults({ folder: other })
    expect((await lab.allRows()).map((row) => row.id)).toEqual(expect.arrayContaining([id, 'copied']))
    const before = heard.length
    await lab.openResults({ folder: null })
    const row = (await lab.list({})).find((one) => one.id === id)
    expect(['queued', 'running']).toContain(row?.state)
    expect(heard.slice(before).some((event) => event.kind === 'run' && event.id !== id)).toBe(false)
    await lab.stop({ id })
  })
})

describe('refused in words, and what was shown stays', () => {
  it.each([
    ['no folder', () => scratch.inside('nowhere'), /nowhere is not a folder on this machine\.$/],
    ['a file', () => (writeFileSync(scratch.inside('file'), ''), scratch.inside('file')), /file is not a folder/],
    [
      'an empty one',
      () => (mkdirSync(scratch.inside('empty')), scratch.inside('empty')),
      /empty holds no experiments\.$/,
    ],
    [
      'one with a file called results',
      () => {
        mkdirSync(scratch.inside('odd'))
        writeFileSync(scratch.inside('odd', 'results'), '')
        return scratch.inside('odd')
      },
      /odd holds no experiments\.$/,
    ],
  ])('%s', async (_, make, message) => {
    const folder = make()
    const before = readdirSync(scratch.path).length
    const problem = await refusal(folder)
    expect(problem.message).toMatch(message)
    expect(problem.next).toMatch(/^Choose a results folder/)
    expect((await lab.describe({})).resultsFolder).toBe(own)
    // Nothing was made there.
    expect(readdirSync(scratch.path)).toHaveLength(before)
  })
})
