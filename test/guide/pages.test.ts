// README and guide say what is so: their commands are run, their links lead somewhere, what they quote is said, and the
// figures they print are those that were measured.
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { renderPage, withoutComments } from '../../src-renderer/screens/guide/render.ts'
import { searchGuide, sectionsOf } from '../../src-renderer/screens/guide/search.ts'
import { HELP_TOPICS } from '../../src-renderer/window/help-topics.ts'
import { apical, ROOT } from '../cli/process.ts'
import { commandsIn, shape, type Command } from './commands.ts'

const GUIDE = join(ROOT, 'resources/guide')
const pages = readdirSync(GUIDE).map((file) => {
  const text = readFileSync(join(GUIDE, file), 'utf8')
  return { name: basename(file, '.md'), title: /^# (.+)$/m.exec(text)?.[1] ?? '', text }
})
const rendered = new Map(pages.map(({ name, text }) => [name, renderPage(name, text)]))
const pageNamed = (name: string): string => pages.find((page) => page.name === name)?.text ?? ''
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')

describe('links', () => {
  const screens = ['lab', 'new', 'live', 'compare', 'paper', 'draw', 'data', 'engines', 'guide']
  const sectionIds = (page: string): string[] | undefined => rendered.get(page)?.sections.map(({ id }) => id)

  test.each([...rendered].map(([name, { links }]) => [name, links] as const))('of %s lead somewhere', (_, links) => {
    for (const link of links) {
      const [, screen = '', page, section] = /^#\/([\w-]+)(?:\/([\w-]+))?(?:\/([\w-]+))?$/.exec(link) ?? []
      expect(screens, link).toContain(screen)
      if (screen !== 'guide') continue
      expect([...rendered.keys()], link).toContain(page)
      if (section !== undefined) expect(sectionIds(page ?? ''), link).toContain(section)
    }
  })

  test('of files are addresses in the window, those of screens stay, and of a section belong to its page', () => {
    const { links } = renderPage(
      'here',
      '[a](there.md) [b](there.md#part) [c](#part) [d](#/data) [e](https://a.b/c.md)',
    )
    expect(links).toEqual(['#/guide/there', '#/guide/there/part', '#/guide/here/part', '#/data', 'https://a.b/c.md'])
  })

  test('commands break between their words alone, and a number keeps its unit', () => {
    const { html } = renderPage('here', 'It took 2.6 s, 80 % of 3 samples.\n\n```sh\napical run a --seeds 0\n```\n')
    expect(html).toContain('It took 2.6\u00a0s, 80\u00a0% of 3 samples.')
    expect(html).toContain('apical run a <span class="whole">--seeds</span> 0')
  })

  test('of the README are files', () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path = '']) => path)
    expect(links.length).toBeGreaterThan(5)
    for (const path of links) expect(globSync(path, { cwd: ROOT }), path).toHaveLength(1)
  })

  test('of every “?” lead to a section', () => {
    for (const { page, section } of Object.values(HELP_TOPICS))
      expect(sectionIds(page), `${page}#${section}`).toContain(section)
  })

  test('headings of a page are told apart', () => {
    for (const [name, { sections }] of rendered)
      expect(new Set(sections.map(({ id }) => id)).size, name).toBe(sections.length)
  })
})

describe('search', () => {
  const page = (text: string) => ({ name: 'p', title: 'P', text })
  const sections = sectionsOf(
    page(
      '# P\n\nOpening.\n\n## Alpha\n\nSays _beta_ and `gamma`.\n\n```sh\n# no heading\n```\n\n### Beta\n\nNothing.\n',
    ),
  )

  test('a page falls into what stands before its headings and below each', () => {
    expect(sections.map(({ id, title, text }) => [id, title, text])).toEqual([
      [null, 'P', 'Opening.'],
      ['alpha', 'Alpha', 'Says beta and gamma . # no heading'],
      ['beta', 'Beta', 'Nothing.'],
    ])
  })

  test('finds sections with every word, those named so first, with the word in its place', () => {
    const hits = searchGuide(sections, ' BETA ')
    expect(hits.map(({ section }) => section.id)).toEqual(['beta', 'alpha'])
    expect(hits[1]?.excerpt).toEqual(['Says ', 'beta', ' and gamma . # no heading'])
    expect(searchGuide(sections, 'beta opening')).toEqual([])
    expect(searchGuide(sections, '  ')).toEqual([])
  })

  test('its sections are those that are rendered', () => {
    for (const one of pages)
      expect(
        sectionsOf(one)
          .map(({ id }) => id)
          .filter((id) => id !== null),
      ).toEqual(rendered.get(one.name)?.sections.map(({ id }) => id))
  })
})

describe('commands', () => {
  const homes: string[] = []
  afterAll(() => {
    for (const home of homes) rmSync(home, { recursive: true, force: true })
  })
  // Those have tests of their own, which run every command as well.
  const own = ['own-rules', 'results', 'cluster']
  const files = [...pages.filter(({ name }) => !own.includes(name)), { name: 'README', text: readme }]

  test('blocks are told apart, and a command that nobody runs is an error', () => {
    const found = commandsIn(
      '<!-- smaller -->\n\n```sh\napical run a\nnpm run apical -- runs\n```\n\n```text\n…\nsaid 1\n```\n\n<!-- not run here: slow -->\n\n```sh\nnpm test\n```\n',
    )
    expect(found.run.map(({ words, said, smaller }) => [words, said, smaller])).toEqual([
      [['run', 'a'], [], true],
      [['runs'], ['said 1'], true],
    ])
    expect(found.notRun).toEqual([{ line: 'npm test', why: 'slow' }])
    expect(() => commandsIn('```sh\nrm -r x\n```\n')).toThrow('rm -r x')
    expect(shape('epoch 1/3   test 77.75 %')).toBe(shape('epoch 2/3 test 8.1 %'))
    expect(shape('epoch 1/3 test')).not.toBe(shape('epoch 1/3 train'))
  })

  for (const { name, text } of files) {
    const { run, notRun } = commandsIn(text)
    for (const { line, why } of notRun) test.skip(`${name}: ${line} (not run here: ${why})`)
    if (run.length === 0) continue
    test(`of ${name}, in order`, async () => {
      const home = mkdtempSync(join(tmpdir(), 'apical-guide-'))
      homes.push(home)
      writeFileSync(join(home, 'flowers.csv'), flowers())
      let ids: string[] = []
      for (const command of run) {
        const { code, out, err } = await apical(typed(command, home, ids), { APICAL_HOME: home })
        if (command.words[0] === 'run') ids = readdirSync(join(home, 'results')).sort().reverse()
        expect(code, `${command.line}\n${err}\n${out}`).toBe(0)
        const shapes = `${out}\n${err}`.split('\n').map(shape)
        for (const line of command.said) expect(shapes, command.line).toContain(shape(line))
      }
    })
  }

  /** As much of the data as shows that it works; names of runs and files for what stands for them. */
  function typed({ words, smaller }: Command, home: string, ids: readonly string[]): string[] {
    const least = ['--limit-train', '500', '--limit-test', '200']
    const cut = words.flatMap((word, at) =>
      word.startsWith('--limit') || words[at - 1]?.startsWith('--limit') ? [] : word,
    )
    return [...(smaller ? cut : words), ...(smaller && words[0] === 'run' ? least : [])].map((word) => {
      if (/\.(html|png|svg|pdf|csv)$/.test(word)) return join(home, word)
      if (!/^[A-Z]{3,}$/.test(word)) return word
      // RUN is the newest; any other stands for the newest run of its rule.
      return ids.find((id) => word === 'RUN' || id.includes(`-${word.toLowerCase()}-`)) ?? word
    })
  }

  /** Sixty lines as the guide has them: two measures that tell three species apart. */
  function flowers(): string {
    const species = ['setosa', 'versicolor', 'virginica']
    const lines = Array.from({ length: 60 }, (_, i) => {
      const of = i % 3
      // Spread over a unit by the golden ratio, so that no two are alike.
      const spread = (i * 0.618034) % 1
      return `${(of + spread).toFixed(2)},${(4 + of - spread / 2).toFixed(2)},${species[of] ?? ''}`
    })
    return ['width,length,species', ...lines, ''].join('\n')
  }
})

test('what troubleshooting quotes is what the program says', () => {
  const said = globSync(['src-main/**/*.{ts,mjs}', 'src-renderer/**/*.{ts,svelte}'], { cwd: ROOT })
    .map((path) => readFileSync(join(ROOT, path), 'utf8'))
    .join('\n')
    .replaceAll(/<\/?strong>/g, '')
    .replaceAll(/\\'/g, "'")
    .replaceAll(/\s+/g, ' ')
  const quotes = [...pageNamed('troubleshooting').matchAll(/^> (.+)$/gm)].map(([, quote = '']) => quote)
  expect(quotes.length).toBeGreaterThan(12)
  for (const quote of quotes)
    for (const part of quote.split('…').map((one) => one.replace(/\.$/, '').trim()))
      if (part !== '') expect(said.includes(part), `nothing says "${part}"`).toBe(true)
})

describe('measured figures are those of test/bench/results', () => {
  const engines = pageNamed('engines')
  const rows = (text: string): string[][] =>
    [...text.matchAll(/^\| (.+) \|$/gm)].map(([, row = '']) => row.split('|').map((cell) => cell.trim()))
  const results = (file: string): unknown =>
    JSON.parse(readFileSync(join(ROOT, 'test/bench/results', `${file}.json`), 'utf8'))
  const twoDigits = (value: number): string => String(Number(value.toPrecision(2)))
  const median = (values: readonly number[]): number => {
    const sorted = values.toSorted((a, b) => a - b)
    const at = (place: number): number => sorted[Math.floor(place)] ?? NaN
    return (at((sorted.length - 1) / 2) + at(sorted.length / 2)) / 2
  }

  test('on a CPU', () => {
    const { cases } = results('native-intel-xeon-processor-2-50ghz') as {
      cases: {
        name: string
        nativeOneThread: { trainMsPerBatch: number }[]
        nativeTenSeeds: { trainMsPerBatch: number }[]
        torchOneThread: { train_ms_per_batch: number }[]
      }[]
    }
    const shown = rows(engines).filter(([preset]) => cases.some(({ name }) => name === preset))
    expect(shown.length).toBeGreaterThan(4)
    for (const [preset, one, ten, torch] of shown) {
      const measured = cases.find(({ name }) => name === preset)
      expect([one, ten, torch].map(Number).map(String), preset).toEqual(
        [
          median(measured?.nativeOneThread.map(({ trainMsPerBatch }) => trainMsPerBatch) ?? []),
          median(measured?.nativeTenSeeds.map(({ trainMsPerBatch }) => trainMsPerBatch) ?? []),
          median(measured?.torchOneThread.map((round) => round.train_ms_per_batch) ?? []),
        ].map(twoDigits),
      )
    }
  })

  test('of a first start', () => {
    const { starts } = results('first-start-intel-xeon-processor') as {
      starts: Readonly<Record<string, number>>[]
    }
    const [before, now] = starts
    expect(starts).toHaveLength(2)
    for (const [label, name] of [
      ['packages on the disk', 'packagesMb'],
      ['fetched by npm', 'fetchedMb'],
      ['processor time of the set-up', 'setUpProcessorS'],
      ['first start, to the address', 'firstStartS'],
      ['second start, to the address', 'secondStartS'],
      ['second start, to the first paint', 'secondFirstPaintS'],
    ] as const) {
      const shown = rows(engines).find(([first]) => first === label)
      const [unit, shape] = name.endsWith('Mb')
        ? ['MB', Math.round]
        : ['s', (value: number) => Number(twoDigits(value))]
      expect(shown?.slice(1), label).toEqual([before, now].map((of) => `${shape(of?.[name] ?? NaN)} ${unit}`))
    }
    const idle = [before, now].map((of) => of?.['idleMb'] ?? NaN)
    expect(engines).toContain(`The idle lab holds ${Math.min(...idle)} to ${Math.max(...idle)} MB of memory.`)
  })

  test('on a CPU, before and after', () => {
    const { lines } = results('versions-intel-xeon-processor') as {
      lines: {
        rule: string
        replicas: number
        floor: { msPerBatch: number }
        before: number[]
        after: number[]
      }[]
    }
    const shown = rows(engines).filter(([rule]) => lines.some((line) => line.rule === rule))
    expect(shown.length).toBeGreaterThan(6)
    for (const [rule, ...cells] of shown) {
      const figures = [1, 10].flatMap((replicas) => {
        const line = lines.find((one) => one.rule === rule && one.replicas === replicas)
        if (line === undefined) throw new Error(`no line of ${rule} with ${replicas}`)
        const { before, after, floor } = line
        const least = Math.min(...after)
        const ratio = median(after.map((ms, chunk) => ms / (before[chunk] ?? NaN)))
        return [
          ...(replicas === 1 ? [twoDigits(floor.msPerBatch)] : []),
          ...[twoDigits(Math.min(...before)), twoDigits(least), `${Math.round((100 * floor.msPerBatch) / least)} %`],
          ratio.toFixed(2),
        ]
      })
      expect(cells, rule).toEqual(figures)
    }
  })

  test('on a GPU', () => {
    const { lines } = results('webgpu-nvidia-h200') as {
      lines: { case: string; replicas: number; way: string; trainMsPerBatch: number; timesFasterThanTorch: number }[]
    }
    for (const [file, text] of [
      ['engines.md', engines],
      ['README.md', readme],
    ] as const)
      for (const [name, label] of [
        ['corinfomax-mnist', 'MNIST 784-500-10'],
        ['corinfomax-cifar-10', 'CIFAR-10 3072-1000-10'],
      ] as const) {
        const of = (replicas: number) => {
          const line = lines.find(
            (one) => one.case === name && one.replicas === replicas && one.way === 'settling in one dispatch',
          )
          if (line === undefined) throw new Error(`no line of ${name} with ${replicas}`)
          return line
        }
        const forAll = [1, 10, 40].map((replicas) => of(replicas).trainMsPerBatch * replicas)
        const torch = of(1).trainMsPerBatch * of(1).timesFasterThanTorch
        const shown = rows(text).find(([first]) => first === label)
        expect(
          shown?.slice(1).map((cell) => Number(cell.replace(' ms', ''))),
          `${file}: ${label}`,
        ).toEqual([...forAll, torch].map((value) => Number(value.toPrecision(2))))
      }
  })
})

test('the README fits two screens', () => {
  // A screen of a code host shows about sixty lines of text of a hundred letters.
  const shown = withoutComments(readme).split('\n')
  const lines = shown.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / 100)), 0)
  expect(lines).toBeLessThanOrEqual(120)
})

test('npm scripts that README, guide and CONTRIBUTING name are there', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  const contributing = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8')
  const named = [...[readme, contributing, ...pages.map(({ text }) => text)].join('\n').matchAll(/npm run ([a-z:-]+)/g)]
  expect(named.length).toBeGreaterThan(5)
  for (const [, name = ''] of named) expect(Object.keys(scripts)).toContain(name)
})
