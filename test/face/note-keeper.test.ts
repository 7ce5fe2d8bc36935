// Notes typed are never lost: written by themselves, one write at a time, and kept where the lab does not take them.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { NoteKeeper } from '../../src-renderer/screens/run/note-keeper.svelte.ts'
import { connectionLost, Refusal } from '../../src-renderer/transport/wire.ts'

const memory = new Map<string, string>()
beforeEach(() => {
  vi.useFakeTimers()
  memory.clear()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => memory.get(key) ?? null,
    setItem: (key: string, text: string) => memory.set(key, text),
    removeItem: (key: string) => memory.delete(key),
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function lab() {
  const written: string[] = []
  const there = { is: true }
  const write = async (text: string): Promise<void> => {
    await Promise.resolve()
    if (!there.is) throw connectionLost()
    written.push(text)
  }
  return { written, there, write }
}

test('what was typed is written when the typing pauses, the last of it and once', async () => {
  const { written, write } = lab()
  const notes = new NoteKeeper('/results/a', '', write)
  for (const text of ['M', 'Mi', 'Mind']) notes.type(text)
  expect(written).toEqual([])
  await vi.runAllTimersAsync()
  expect(written).toEqual(['Mind'])
  expect(notes.state).toBe('saved')
  expect(memory.size).toBe(0)
})

test('leaving writes at once, also what was typed while an earlier write was on its way', async () => {
  const { written, write } = lab()
  const notes = new NoteKeeper('/results/a', 'before', write)
  notes.type('first')
  const first = notes.save()
  notes.type('first and second')
  await Promise.all([first, notes.save()])
  expect(written).toEqual(['first', 'first and second'])
})

test('what is refused is told, kept, and written when the run is opened again', async () => {
  const { written, there, write } = lab()
  there.is = false
  const notes = new NoteKeeper('/results/a', '', write)
  notes.type('typed without a host')
  await vi.runAllTimersAsync()
  expect(notes.state).toBe('refused')
  expect(notes.refusal).toBeInstanceOf(Refusal)
  expect(notes.text).toBe('typed without a host')
  // What the lab has is older, and does not replace it.
  notes.found('old')
  expect(notes.text).toBe('typed without a host')

  there.is = true
  expect(new NoteKeeper('/results/b', '', write).text).toBe('')
  const again = new NoteKeeper('/results/a', '', write)
  expect(again.text).toBe('typed without a host')
  await vi.runAllTimersAsync()
  expect(written).toEqual(['typed without a host'])
  expect(again.state).toBe('saved')
  expect(memory.size).toBe(0)
})

test('what another window wrote is shown while nothing of one’s own waits', () => {
  const { write } = lab()
  const notes = new NoteKeeper('/results/a', 'one', write)
  notes.found('two')
  expect(notes.text).toBe('two')
  notes.type('three')
  notes.found('two again')
  expect(notes.text).toBe('three')
})

test('what waits here and what others wrote meanwhile are both kept', async () => {
  const { written, there, write } = lab()
  there.is = false
  new NoteKeeper('/results/a', 'ours', write).type('ours, and more typed here')
  await vi.runAllTimersAsync()
  there.is = true
  const again = new NoteKeeper('/results/a', 'ours, and more from the cluster', write)
  await vi.runAllTimersAsync()
  expect(again.text).toBe('ours, and more from the cluster\n\nours, and more typed here')
  expect(written).toEqual([again.text])
})
