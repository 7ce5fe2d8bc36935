// A run's log as it is read: events in words, everything else as it was written.
import { expect, test } from 'vitest'
import { logLines } from '../../src-renderer/screens/run/log-lines.ts'

const STAMP = '2026-11-28T17:18:16.275Z'
const said = (event: unknown): { text: string; tone: string } | undefined => {
  const [line] = logLines(`${STAMP} ${typeof event === 'string' ? event : JSON.stringify(event)}\n`)
  return line && { text: line.text, tone: line.tone }
}

test('events are told in words, with accuracies in per cent', () => {
  const epoch = { kind: 'epoch', seed: 3, epoch: 2, seconds: 1 }
  expect(said({ ...epoch, testAccuracy: 0.9763, trainAccuracy: 0.98, validationAccuracy: null })?.text).toBe(
    'epoch 2, seed 3 · test 97.63, train 98.00 %',
  )
  const started = { kind: 'started', engine: 'native', device: 'CPU', seeds: [0, 1, 2, 3, 4], epochs: 9, fromEpoch: 4 }
  expect(said(started)?.text).toBe('started: native on CPU, seeds 0-4, 9 epochs, from epoch 4')
  expect(said({ kind: 'done', testAccuracy: { mean: 0.5, sd: 0.25, n: 2 } })?.text).toBe('done: test 50.00 ± 25.00 %')
  expect(said({ kind: 'failed', message: 'No memory.' })).toEqual({ text: 'failed: No memory.', tone: 'bad' })
  expect(said({ kind: 'note', level: 'warning', message: 'Slow.' })).toEqual({ text: 'Slow.', tone: 'warn' })
})

test('sentences, torn lines and events of another version stay as they are', () => {
  for (const text of [
    'Worker 7 began.',
    '{"kind":"epoch","see',
    '{"kind":"tea","sugar":1}',
    '{"kind":"started"}',
    'null',
  ])
    expect(said(text)).toEqual({ text, tone: 'plain' })
  expect(logLines('no time at all\n')).toMatchObject([{ time: '', text: 'no time at all' }])
  expect(logLines(`${STAMP} a\n${STAMP} b\n`).map(({ time }) => time)).toEqual([
    expect.stringMatching(/^\d\d:\d\d:16$/) as unknown,
    expect.stringMatching(/^\d\d:\d\d:16$/) as unknown,
  ])
})
