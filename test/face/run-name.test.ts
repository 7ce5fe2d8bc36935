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

test('schedules and rates of several layers read as a person writes them, however they were typed', () => {
  const { shared, own } = runName(
    {
      ...member,
      name: 'CorInfoMax · MNIST · schedule=[0:0.95, 15:0.9] · lrForward=[1, 0.7] · widths=784-256-256-10',
      sweep: {
        id: 's',
        settings: [
          {
            key: 'schedule',
            value: [
              { fromEpoch: 0, base: 0.95 },
              { fromEpoch: 15, base: 0.9 },
            ],
          },
          { key: 'lrForward', value: [1, 0.7] },
          { key: 'widths', value: [784, 256, 256, 10] },
        ],
      },
    },
    madeUpDescription,
  )
  expect(shared).toBe('CorInfoMax · MNIST')
  expect(own.map(({ text }) => text)).toEqual(['0.95, 0.9 from 15', '1, 0.7', '784-256-256-10'])
})
