/** Networks drawn by several threads are those drawn by one, bit for bit. */
import { expect, it } from 'vitest'
import { drawInThreads } from '../../src-main/lab/runs/drawing.ts'
import { presetNamed } from '../../src-main/experiment/presets.ts'
import { compileRule, ruleNamed } from '../../src-main/rules/index.ts'
import { drawHere, type DrawNetworks } from '../../src-main/training/draw.ts'

it.each([
  ['small enough to stay', 'corinfomax-glyphs-small', [20, 10, 5]],
  ['worth the threads', 'corinfomax-mnist', [300, 260, 5]],
])('%s', async (_, name, widths) => {
  const { rule } = presetNamed(name)?.experiment ?? {}
  const found = ruleNamed(rule?.name ?? '')
  if (found === undefined || rule === undefined) throw new Error(`there is no preset ${name}`)
  const { parameters } = compileRule(found, found.settings.parse(rule.settings) as unknown, widths, ['Rfree1']).program
  const drawn = async (draw: DrawNetworks): Promise<Map<string, Float64Array>> => {
    const all = new Map<string, Float64Array>()
    await draw(parameters, [3, 0, 7], (replica, parameter, values) => {
      expect(all.has(`${replica}/${parameter}`)).toBe(false)
      all.set(`${replica}/${parameter}`, values)
    })
    return all
  }
  const [one, several] = [await drawn(drawHere), await drawn(drawInThreads)]
  expect(several.size).toBe(3 * parameters.length)
  for (const [parameter, values] of one) expect(several.get(parameter), parameter).toEqual(values)
  // The seeds' networks are not the same.
  expect(several.get('0/W1')).not.toEqual(several.get('1/W1'))
})
