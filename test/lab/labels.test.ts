// Labels and saved views are plain files: whole, versioned, and never in the way of the run itself.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { LabView } from '../../src-main/contract.ts'
import { changeLabels, readLabels } from '../../src-main/lab/results/labels.ts'
import { forgetView, keepView, readViews } from '../../src-main/lab/storage/views.ts'
import { scratchFolder } from './small-experiment.ts'

const scratch = scratchFolder()
afterAll(scratch.remove)

let turn = 0
let folder: string
beforeEach(() => {
  folder = scratch.inside(String(turn++))
  mkdirSync(folder)
})
const file = (): string => join(folder, 'labels.json')

describe('labels', () => {
  it('are none without a file', () => {
    expect(readLabels(folder)).toEqual({ version: 1, tags: [], pinned: false, archived: false, name: null })
  })

  it('change only what is named', () => {
    changeLabels(folder, { addTags: ['b', 'a', 'b'], pinned: true })
    changeLabels(folder, { addTags: ['c'], removeTags: ['a'] })
    changeLabels(folder, { archived: true })
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({
      version: 1,
      tags: ['b', 'c'],
      pinned: true,
      archived: true,
      name: null,
    })
  })

  it('keep a name until another is given', () => {
    changeLabels(folder, { name: 'Baseline' })
    changeLabels(folder, { pinned: true })
    expect(readLabels(folder).name).toBe('Baseline')
    changeLabels(folder, { name: 'Section 4' })
    expect(readLabels(folder)).toMatchObject({ name: 'Section 4', pinned: true })
  })

  it('of an Apical from before names could be given leave the experiment its own', () => {
    writeFileSync(file(), '{"version":1,"tags":["a"],"pinned":true,"archived":false}')
    expect(readLabels(folder)).toMatchObject({ name: null, tags: ['a'], pinned: true })
  })

  it.each(['{', '[]', '{"version":1,"tags":"paper"}', '{"version":1,"tags":[""]}'])(
    'damaged as %s are none',
    (text) => {
      writeFileSync(file(), text)
      expect(readLabels(folder).tags).toEqual([])
      changeLabels(folder, { addTags: ['new'] })
      expect(readLabels(folder).tags).toEqual(['new'])
    },
  )

  it('of a later version are neither read nor written over', () => {
    writeFileSync(file(), '{"version":2,"stars":5}')
    expect(readLabels(folder).pinned).toBe(false)
    expect(() => {
      changeLabels(folder, { pinned: true })
    }).toThrow(/later Apical|version 1/)
    expect(readFileSync(file(), 'utf8')).toBe('{"version":2,"stars":5}')
  })

  it('refuse more tags than a row can show', () => {
    const tags = Array.from({ length: 50 }, (_, n) => `tag ${n}`)
    changeLabels(folder, { addTags: tags })
    changeLabels(folder, { addTags: tags.map((tag) => `${tag}!`) })
    expect(() => {
      changeLabels(folder, { addTags: ['one more'] })
    }).toThrow(/at most 100/)
    expect(readLabels(folder).tags).toHaveLength(100)
  })
})

describe('saved views', () => {
  const view: LabView = {
    ...{ text: 'tag:paper', filters: {}, showArchived: false },
    ...{ sorting: [{ by: 'test', down: true }], groups: ['rule'], columns: ['test'] },
  }

  it('are kept by name, one of each', () => {
    keepView(folder, { name: 'Two', view })
    keepView(folder, { name: 'One', view })
    expect(keepView(folder, { name: 'Two', view: { ...view, text: '' } }).map(({ name }) => name)).toEqual([
      'One',
      'Two',
    ])
    expect(readViews(folder)[1]?.view.text).toBe('')
    expect(forgetView(folder, 'One').map(({ name }) => name)).toEqual(['Two'])
  })

  it('that this version does not understand are kept for the one that does', () => {
    const later = { name: 'Later', view: { shape: 'sphere' } }
    writeFileSync(join(folder, '.views.json'), JSON.stringify({ version: 1, views: [later] }))
    expect(readViews(folder)).toEqual([])
    keepView(folder, { name: 'Mine', view })
    expect(readFileSync(join(folder, '.views.json'), 'utf8')).toContain('sphere')
  })
})
