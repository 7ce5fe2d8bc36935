/** Papers on disk, and runs of a results folder as what fills them. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ExperimentRecord, ExperimentRow } from '../../src-main/contract.ts'
import { Papers, trainedRunOf } from '../../src-main/lab/papers.ts'
import { shippedPaper } from '../../src-main/paper/shipped.ts'
import { paperOf, question, seed } from '../paper/made-up.ts'

let results: string
beforeEach(() => {
  results = mkdtempSync(join(tmpdir(), 'apical-papers-'))
})
afterEach(() => {
  rmSync(results, { recursive: true, force: true })
})

describe('papers on disk', () => {
  const mine = (title = 'Mine', id = 'mine') => ({ ...paperOf([{}]), id, title })
  const fileOf = (id: string) => join(results, '.papers', `${id}.json`)

  it('are the one that ships and those that were kept, by title', () => {
    const papers = new Papers(results)
    expect(papers.list()).toEqual([shippedPaper()])
    papers.keep(mine('Zebra', 'a'))
    papers.keep(mine('Ant', 'z'))
    expect(new Papers(results).list().map(({ id }) => id)).toEqual([shippedPaper().id, 'z', 'a'])
    expect(new Papers(results).find('z')).toEqual(mine('Ant', 'z'))
  })

  it('are the same file when kept again, and never another in its place', () => {
    const papers = new Papers(results)
    papers.keep(mine())
    const bytes = readFileSync(fileOf('mine'), 'utf8')
    expect(papers.keep(mine())).toEqual(mine())
    expect(() => papers.keep(mine('Another'))).toThrow(/another paper with the id "mine"/)
    expect(() => papers.keep({ ...mine(), id: shippedPaper().id })).toThrow(/another paper/)
    expect(readFileSync(fileOf('mine'), 'utf8')).toBe(bytes)
  })

  it('go when they are removed; the one that ships stays', () => {
    const papers = new Papers(results)
    papers.keep(mine())
    papers.forget('mine')
    expect(existsSync(fileOf('mine'))).toBe(false)
    expect(() => {
      papers.forget('mine')
    }).toThrow(/There is no paper "mine"/)
    expect(() => {
      papers.forget(shippedPaper().id)
    }).toThrow(/came with Apical/)
  })

  it('that are damaged are left where they are, not listed, and not written over', () => {
    mkdirSync(join(results, '.papers'))
    writeFileSync(fileOf('mine'), '{"format": "apical-paper"')
    const papers = new Papers(results)
    expect(papers.list()).toEqual([shippedPaper()])
    expect(() => papers.keep(mine())).toThrow()
    expect(() => papers.find('mine')).toThrow(/mine\.json/)
    expect(readFileSync(fileOf('mine'), 'utf8')).toBe('{"format": "apical-paper"')
  })

  it.each(['../mine', '..', 'MINE', ''])('are not found by %j', (id) => {
    writeFileSync(join(results, 'mine.json'), JSON.stringify(mine()))
    expect(() => new Papers(results).find(id)).toThrow(/There is no paper/)
  })
})

describe('a run of the results folder', () => {
  const row = (state: ExperimentRow['state']) => ({
    ...{ id: 'a-run', name: 'A run', created: '2026-01-01', seconds: 3, state },
  })
  const recordOf = (state: ExperimentRow['state'], begun: readonly number[], checkpoints: readonly number[]) => {
    for (const one of checkpoints) {
      mkdirSync(join(results, `seed-${one}`), { recursive: true })
      writeFileSync(join(results, `seed-${one}`, 'checkpoint.safetensors'), '')
    }
    const seeds = [0, 1].map((one) => seed(one, begun.includes(one) ? [0.5] : []))
    // No more of a record is looked at.
    return {
      folder: results,
      experiment: question(),
      environment: null,
      seeds,
      row: row(state),
    } as unknown as ExperimentRecord
  }
  const told = (...record: Parameters<typeof recordOf>) => {
    const { moving, resumable } = trainedRunOf(recordOf(...record))
    return { moving, resumable }
  }

  it('goes on where every seed that was begun has its checkpoint', () => {
    expect(told('stopped', [0, 1], [0])).toEqual({ moving: false, resumable: false })
    expect(told('stopped', [0], [0])).toEqual({ moving: false, resumable: true })
    expect(told('done', [0, 1], [0, 1])).toEqual({ moving: false, resumable: true })
  })

  it('begins where nothing was begun', () => {
    expect(told('interrupted', [], [])).toEqual({ moving: false, resumable: true })
  })

  it.each(['queued', 'running', 'paused'] as const)('moves while it is %s', (state) => {
    expect(told(state, [0], [0])).toEqual({ moving: true, resumable: false })
  })
})
