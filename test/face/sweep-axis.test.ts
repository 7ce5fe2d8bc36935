/** Axes of a sweep as the form writes them, and the words for what a form changed. */
import { describe, expect, it } from 'vitest'
import { shownValue } from '../../src-renderer/screens/new/change-words.ts'
import { sectionOf } from '../../src-renderer/screens/new/sections.ts'
import { fieldAt, settingWords } from '../../src-renderer/text/setting-words.ts'
import { experimentFields } from '../../src-main/experiment/fields.ts'

const fields = experimentFields()
import { axisHint, axisKey, axisText, TIED, valuesInWords } from '../../src-renderer/screens/new/sweep-axis.ts'
import { readSweepValues } from '../../src-main/experiment/sweep-values.ts'

describe('an axis', () => {
  it('has the shortest key that the lab takes', () => {
    expect(axisKey('rule.settings.neuralLr', 3)).toBe('neuralLr')
    expect(axisKey('training.epochs', 3)).toBe('training.epochs')
    expect(axisKey('widths.1', 3)).toBe('hidden')
    expect(axisKey('widths.1', 4)).toBe('widths.1')
  })

  it.each<[unknown, string]>([
    [0.05, '0.05'],
    ['mse', 'mse'],
    [true, 'true'],
    [null, ''],
    [[1, 0.7], '[1,0.7]'],
    [
      [
        { fromEpoch: 0, base: 0.95 },
        { fromEpoch: 15, base: 0.9 },
      ],
      '[0:0.95,15:0.9]',
    ],
  ])('begins with the value there is, %j, as one value of its list', (value, text) => {
    expect(axisText(value)).toBe(text)
    if (text !== '') expect(readSweepValues('key', text)).toEqual([text])
  })

  it('says of every kind of setting how its values are written, in a way that the lab reads', () => {
    const schedules = /\[.*\]/.exec(axisHint({ control: 'schedule' }))?.[0] ?? ''
    expect(readSweepValues('schedule', schedules)).toEqual(['[0:0.95, 15:0.9]', '[0:0.99]'])
    const layers = /\[.*\]/.exec(axisHint({ control: 'layers' }))?.[0] ?? ''
    expect(readSweepValues('sparseLayers', layers)).toEqual(['[1]', '[1, 2]'])
  })

  it('of one width for all hidden layers is the key that sets them all, at any depth', () => {
    for (const layers of [4, 5, 6]) expect(axisKey(TIED, layers)).toBe('hidden')
  })

  it('names few values all, and of many the first and the last', () => {
    expect(valuesInWords(['1', '2', '3'])).toBe('1, 2, 3')
    expect(valuesInWords(Array.from({ length: 20 }, (_, i) => String(i)))).toBe('0, 1, 2, … 19')
  })

  it('has its problem in the section of its setting', () => {
    expect(sectionOf('sweep.rule.settings.beta', fields)).toBe('rule')
    expect(sectionOf('sweep.widths.1', fields)).toBe('network')
    expect(sectionOf('training.epochs', fields)).toBe('training')
  })
})

describe('a difference', () => {
  it.each<[unknown, string]>([
    [undefined, 'not there'],
    [null, 'none'],
    [false, 'off'],
    [0.00001, '1 × 10⁻⁵'],
    [[784, 500, 10], '784, 500, 10'],
    [[{ name: 'alignment', everyBatches: 500 }], 'alignment every 500'],
    [[{ fromEpoch: 0, base: 0.95 }], '0:0.95'],
    [[], 'none'],
  ])('of %j reads %s', (value, words) => {
    expect(shownValue(value)).toBe(words)
  })

  it('is called what the form calls it', () => {
    expect(settingWords('training.epochs', undefined, { fields }).label).toBe('Epochs')
    expect(settingWords('widths', undefined, { fields }).label).toBe('Network')
    expect(settingWords('something.else', undefined, { fields }).label).toBe('something.else')
    expect(shownValue(null, fieldAt({ fields }, 'data.limitTrain')?.empty)).toBe('all')
  })
})
