import { describe, expect, it } from 'vitest'
import { parseWords, type Option } from '../../src-main/cli/command.ts'
import { duration, percent, size, spread, table, wrap } from '../../src-main/cli/layout.ts'
import { nearest } from '../../src-main/experiment/nearest.ts'
import { parseSeeds } from '../../src-main/cli/seeds.ts'

const options: readonly Option[] = [
  { name: 'json', value: null, help: '' },
  { name: 'seeds', value: 'LIST', help: '' },
  { name: 'set', value: 'KEY=VALUE', many: true, help: '' },
  { name: 'epochs', value: 'N', help: '' },
]
const words = (...given: string[]) => parseWords({ name: 'run', options }, given)

describe('words of a command', () => {
  it('are operands, values and switches in any order', () => {
    const parsed = words('one', '--set', 'a=1', '--json', 'two', '--set=b=2', '--seeds', '0,1')
    expect(parsed.operands).toEqual(['one', 'two'])
    expect(parsed.all('set')).toEqual(['a=1', 'b=2'])
    expect(parsed.text('seeds')).toBe('0,1')
    expect(parsed.has('json')).toBe(true)
    expect(parsed.text('epochs')).toBeUndefined()
  })

  it('take everything after -- as an operand', () => {
    expect(words('--', '--json').operands).toEqual(['--json'])
  })

  it.each([
    [['--epcohs', '3'], 'run has no option "--epcohs". Did you mean "--epochs"?'],
    [['-j'], 'run has no option "-j".'],
    [['--seeds', '--json'], '--seeds needs a value, --seeds LIST, found "--json".'],
    [['--seeds'], '--seeds needs a value, --seeds LIST, found nothing.'],
    [['--json=yes'], '--json takes no value, found "yes".'],
    [['--seeds', '1', '--seeds', '2'], '--seeds may be given once, found it again with "2".'],
  ])('%j are refused', (given, sentence) => {
    expect(() => words(...given)).toThrow(sentence)
  })

  it.each(['0', '-1', '1.5', '1e3', 'many', ' 3', '1001'])('a whole number from 1 to 1000 is not %j', (text) => {
    expect(() => words(`--epochs=${text}`).whole('epochs', 1, 1000)).toThrow(
      `--epochs takes a whole number from 1 to 1000, found "${text}".`,
    )
  })

  it('a whole number within bounds is a number', () => {
    expect(words('--epochs', '1000').whole('epochs', 1, 1000)).toBe(1000)
  })
})

describe('seeds', () => {
  it.each([
    ['7', [7]],
    ['0,10', [0, 10]],
    ['0-3', [0, 1, 2, 3]],
    ['0..3', [0, 1, 2, 3]],
    ['0..90:10', [0, 10, 20, 30, 40, 50, 60, 70, 80, 90]],
    ['5, 1-2', [5, 1, 2]],
    ['0..5:2', [0, 2, 4]],
    [String(Number.MAX_SAFE_INTEGER), [Number.MAX_SAFE_INTEGER]],
  ])('%s', (text, seeds) => {
    expect(parseSeeds(text)).toEqual(seeds)
  })

  it.each([
    ['', 'neither a whole number'],
    ['1,,2', 'neither a whole number'],
    ['-1', 'neither a whole number'],
    ['1.5', 'neither a whole number'],
    ['all', 'neither a whole number'],
    ['9-0', 'ends before it begins'],
    ['0..9:0', 'a step of at least 1'],
    ['0-1000', 'at most 1000 seeds'],
    ['0..99999999999999999999', 'too large'],
    ['1,0-3', 'is given twice'],
  ])('%j is refused', (text, words) => {
    expect(() => parseSeeds(text)).toThrow(words)
  })
})

describe('the nearest word', () => {
  const known = ['corinfomax-mnist', 'corinfomax-glyphs', 'backprop-mnist']
  it.each([
    ['corinfomax-mnits', 'corinfomax-mnist'],
    ['corinfomx-glyphs', 'corinfomax-glyphs'],
    ['CORINFOMAX-MNIST', 'corinfomax-mnist'],
    ['backprop', 'backprop-mnist'],
    ['zebra', null],
    ['', null],
  ])('to %j is %j', (word, near) => {
    expect(nearest(word, known)).toBe(near)
  })
})

describe('layout', () => {
  it('writes accuracies as per cent', () => {
    expect(percent(0.97624)).toBe('97.62 %')
    expect(percent(null)).toBe('–')
    expect(spread({ mean: 0.9762, sd: 0.00124, n: 10 })).toBe('97.62 ± 0.12 %')
    expect(spread({ mean: 0.9762, sd: 0, n: 1 })).toBe('97.62 %')
  })

  it.each([
    [0.04, '0.0 s'],
    [9.94, '9.9 s'],
    [59.4, '59 s'],
    [190, '3 min 10 s'],
    [3599.6, '1 h 00 min'],
    [7500, '2 h 05 min'],
    [Infinity, '–'],
  ])('%d s is %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text)
  })

  it('writes sizes', () => {
    expect([size(12), size(2048), size(11.8 * 2 ** 20)]).toEqual(['12 B', '2.0 KiB', '11.8 MiB'])
  })

  it('aligns columns', () => {
    expect(
      table(
        ['name', '>n'],
        [
          ['a', '10'],
          ['long', '7'],
        ],
      ),
    ).toEqual(['name   n', 'a     10', 'long   7'])
  })

  it('wraps at words and loses none', () => {
    const text = 'one two three four five\nsix'
    const lines = wrap(text, 10, '  ')
    expect(lines).toEqual(['  one two', '  three', '  four', '  five', '  six'])
  })
})
