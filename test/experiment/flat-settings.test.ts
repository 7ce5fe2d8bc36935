import { describe, expect, test } from 'vitest'
import { flatSettings } from '../../src-main/experiment/flat-settings.ts'
import { presetCards } from '../../src-main/experiment/presets.ts'
import { readKey, setKey } from '../../src-main/experiment/setting-key.ts'

const chosen = presetCards().filter(({ setting }) => setting === 1)

describe.each(chosen.map(({ name, experiment }) => [name, experiment] as const))('%s', (_, experiment) => {
  const flat = flatSettings(experiment)

  test('has keys that --set takes, with the values that it reads', () => {
    expect(Object.keys(flat).length).toBeGreaterThan(5)
    for (const [key, value] of Object.entries(flat)) {
      const read = readKey(experiment, key)
      if (!Array.isArray(read)) expect(value, key).toEqual(read)
    }
  })

  test('changes nothing when each is set to what it is', () => {
    for (const [key, value] of Object.entries(flat)) {
      if (key === 'depth') continue
      expect(setKey(experiment, key, String(value)), key).toEqual(experiment)
    }
  })
})

test('leaves out what is null, and what a table shows anyway', () => {
  const [preset] = chosen
  if (preset === undefined) throw new Error('There are no presets.')
  const flat = flatSettings(setKey(preset.experiment, 'data.limitTrain', '400'))
  expect(flat['data.limitTrain']).toBe(400)
  expect(flat).not.toHaveProperty('data.limitTest')
  for (const key of ['name', 'seeds', 'widths', 'preset', 'rule.name', 'data.name'])
    expect(flat).not.toHaveProperty(key)
})
