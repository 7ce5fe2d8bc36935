/** Names of a sweep's members, in the form's words. */
import { expect, test } from 'vitest'
import type { ExperimentRow } from '../../src-main/contract.ts'
import { runName, runNameText } from '../../src-renderer/experiments/run-name.ts'
import { madeUpDescription, madeUpRows } from './made-up-lab.ts'

const member: ExperimentRow = {
  ...(madeUpRows[0] as ExperimentRow),
  name: 'CorInfoMax · MNIST · 784-128-10 · hidden=128 · neuralLr=0.05 · threePhase=true',
  sweep: {
    id: 's',
    settings: [
      { key: 'hidden', value: 128 },
      { key: 'neuralLr', value: 0.05 },
      { key: 'threePhase', value: true },
    ],
  },
}

test('what is its own stands apart, by symbol or label', () => {
  const { shared, own } = runName(member, madeUpDescription)
  expect(shared).toBe('CorInfoMax · MNIST · 784-128-10')
  expect(own.map(({ label, symbol, text }) => [symbol ?? label, text])).toEqual([
    ['Hidden units', '128'],
    ['η', '0.05'],
    ['Three phases', 'on'],
  ])
  expect(runNameText(member, madeUpDescription)).toBe(
    'CorInfoMax · MNIST · 784-128-10 · Hidden units = 128 · η = 0.05 · Three phases = on',
  )
})

test('a name that a person wrote, and that of a run alone, stay whole', () => {
  expect(runName({ ...member, name: 'The good one' }, madeUpDescription)).toEqual({ shared: 'The good one', own: [] })
  expect(runName({ ...member, sweep: null }, madeUpDescription)).toEqual({ shared: member.name, own: [] })
})
