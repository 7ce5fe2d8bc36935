/** How sure a time left is: the spread of stretches of about two seconds. */
import { expect, it } from 'vitest'
import { Pace } from '../../src-main/training/pace.ts'

it('says nothing before three stretches of two seconds', () => {
  const pace = new Pace()
  for (let chunk = 0; chunk < 59; chunk++) pace.note(1, 100)
  expect(pace.range()).toBeNull()
  pace.note(1, 100)
  expect(pace.range()).toEqual([100, 100])
})

it('ranges from the quicker to the slower stretches, and forgets what was long ago', () => {
  const pace = new Pace()
  for (const ms of [50, 100, 200]) pace.note(2000 / ms, 2000)
  expect(pace.range()).toEqual([50, 200])
  for (let stretch = 0; stretch < 30; stretch++) pace.note(20, 2000)
  expect(pace.range()).toEqual([100, 100])
})

it('takes no notice of a single hiccup among many stretches', () => {
  const pace = new Pace()
  for (let stretch = 0; stretch < 29; stretch++) pace.note(20, 2000)
  pace.note(1, 2000)
  expect(pace.range()).toEqual([100, 100])
})
