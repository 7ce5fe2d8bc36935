// A figure from the command line's side: the bytes of an SVG and a PDF, made by plain Node from what the installed app has.
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { draw } from '../../src-renderer/figure/draw.ts'
import { readFigure } from '../../src-renderer/figure/figure-file.ts'
import type { Figure } from '../../src-renderer/figure/figure.ts'
import { figureOfChart } from '../../src-renderer/figure/from-chart.ts'
import { measureBy } from '../../src-renderer/figure/pdf.ts'
import type { Words } from '../../src-renderer/figure/scene.ts'
import { unescaped } from '../../src-renderer/figure/svg.ts'
import { PLAIN } from '../../src-renderer/charts/chart-view.ts'
import { NODE, ROOT } from './process.ts'

const line = (label: string, series: number, y: readonly number[]) => ({
  ...({ label, series, dash: 'solid', marker: 'circle' } as const),
  x: Float64Array.from(y, (_, i) => i + 1),
  y: Float64Array.from(y),
  low: Float64Array.from(y, (value) => value - 0.01),
  high: Float64Array.from(y, (value) => value + 0.01),
})
const figure: Figure = figureOfChart(
  {
    name: 'Test accuracy',
    xLabel: 'epoch',
    unit: 'percent',
    band: { chosen: 'sd', options: ['sd'] },
    lines: [line('CorInfoMax', 1, [0.91, 0.95, 0.97]), line('AVATAR & 11.1', 2, [0.9, 0.94, 0.96])],
  },
  PLAIN,
  null,
  'a run',
)

/** What an installed app keeps beside its archive, as `electron-builder.yml` lists it. */
let installed: string
beforeAll(() => {
  installed = mkdtempSync(join(tmpdir(), 'apical-installed-'))
  const listed = readFileSync(join(ROOT, 'electron-builder.yml'), 'utf8').split('asarUnpack:')[0] ?? ''
  const folders = [...listed.matchAll(/^ +- (src-[^*]+)\/\*\*\/\*\.ts$/gm)].map(([, folder = '']) => folder)
  for (const folder of folders) cpSync(join(ROOT, folder), join(installed, folder), { recursive: true })
  for (const side of ['src-main', 'src-renderer'])
    writeFileSync(join(installed, side, 'package.json'), '{ "type": "module" }\n')
  symlinkSync(join(ROOT, 'node_modules'), join(installed, 'node_modules'))
})
afterAll(() => rmSync(installed, { recursive: true, force: true }))

function made(of: Figure, format: 'svg' | 'pdf'): Buffer {
  const code = `import { figureBytes } from './src-main/cli/figure-file.ts'
import { Figure } from './src-renderer/figure/figure.ts'
import { readFileSync } from 'node:fs'
process.stdout.write(await figureBytes(Figure.parse(JSON.parse(readFileSync(0, 'utf8'))), '${format}'))`
  const { stdout, stderr, status } = spawnSync(NODE, ['--input-type=module', '--eval', code], {
    cwd: installed,
    input: JSON.stringify(of),
  })
  expect(stderr.toString()).toBe('')
  expect(status).toBe(0)
  return stdout
}

const font = (path: string): Uint8Array =>
  readFileSync(createRequire(import.meta.url).resolve(`@expo-google-fonts/${path}`))
const arimo = font('arimo/400Regular/Arimo_400Regular.ttf')

describe('a figure without a window', () => {
  test('as SVG has every word where the drawing has it, and carries the figure', () => {
    const svg = made(figure, 'svg')
    expect(readFigure('a.svg', svg)).toEqual(figure)
    const words = draw(figure, measureBy('sans', arimo)).marks.filter((mark): mark is Words => mark.kind === 'words')
    expect(words.length).toBeGreaterThan(8)
    const found = [...svg.toString().matchAll(/<text[^>]* x="([^"]+)" y="([^"]+)"[^>]*>([^<]*)<\/text>/g)]
    expect(found.map(([, , , text = '']) => unescaped(text))).toEqual(words.map(({ text }) => text))
    for (const [i, { x, y }] of words.entries()) {
      expect(Number(found[i]?.[1])).toBeCloseTo(x, 1)
      expect(Number(found[i]?.[2])).toBeCloseTo(y, 1)
    }
  })

  test.each([
    ['sans', 'Arimo'],
    ['serif', 'Tinos'],
  ] as const)('as PDF carries the figure, and its %s font', (family, name) => {
    const of = { ...figure, look: { ...figure.look, family } }
    const pdf = made(of, 'pdf')
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
    expect(readFigure('a.pdf', pdf)).toEqual(of)
    const text = pdf.toString('latin1')
    expect(text).toContain('/FontFile2')
    expect(text).toMatch(new RegExp(`/FontName /\\S*${name}`))
    const [width = 0, height = 0] = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(text)?.slice(1).map(Number) ?? []
    expect([width, height / width]).toEqual([expect.closeTo(of.look.width, 1), expect.closeTo(of.look.ratio, 1)])
  })

  test('letters are as wide as the font says: of Arimo as of Helvetica, of Tinos as of Times', () => {
    // Adobe's Core 14 AFM files: thousandths of the font size.
    const widths = (family: 'sans' | 'serif', bytes: Uint8Array): readonly number[] =>
      ['A', 'v', '1', '11', 'fi'].map((text) => Math.round(measureBy(family, bytes)(text, 1000)))
    expect(widths('sans', arimo)).toEqual([667, 500, 556, 1112, 500])
    expect(widths('serif', font('tinos/400Regular/Tinos_400Regular.ttf'))).toEqual([722, 500, 500, 1000, 611])
  })
})
