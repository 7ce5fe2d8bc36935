import katex from 'katex'
import { describe, expect, test } from 'vitest'
import { rules } from '../../src-main/rules/index.ts'
import { equationLines, isSymbol } from '../../src-renderer/screens/new/equation-lines.ts'

const equations = rules.flatMap(({ name, equations: all }) => all.map(({ caption, tex }) => ({ name, caption, tex })))

describe.each(equations)('$name: $caption', ({ tex }) => {
  const lines = equationLines(tex, 34)

  test('every line is TeX by itself', () => {
    for (const line of lines)
      expect(() => katex.renderToString(line, { output: 'mathml', strict: 'error' })).not.toThrow()
  })

  test('nothing is lost but the space it was broken at', () => {
    const bare = (text: string): string => text.replace(/,?\s*\\quad\s*/g, '').replace(/\s/g, '')
    expect(bare(lines.join(''))).toBe(bare(tex))
  })
})

test('typeset without inline styles, which the content policy refuses', () => {
  for (const { tex } of equations)
    for (const line of equationLines(tex, 34))
      expect(katex.renderToString(line, { output: 'mathml' })).not.toMatch(/\sstyle=/)
})

test('letters are found in whatever form they are typeset', () => {
  expect(isSymbol('ε', 'ε')).toBe(true)
  expect(isSymbol('ϵ', 'ε')).toBe(true)
  expect(isSymbol('𝛽', 'β')).toBe(true)
  expect(isSymbol('W', 'V')).toBe(false)
})
