/**
 * A run from the first word to the last line, and what is on disk afterwards; stopped by Ctrl-C, resumed, listed, shown.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { presetNamed } from '../../src-main/experiment/presets.ts'
import { spreadOf } from '../../src-main/experiment/spread.ts'
import { makeIdxFolder } from './idx-folder.ts'
import { answered, apical, ROOT, start, watch, type Finished } from './process.ts'

// Whole processes, and several in one test: a busy machine may take its time.
const scratch = mkdtempSync(join(tmpdir(), 'apical-cli-'))
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true })
})

/** Small enough for the reference engine: 784-16-10, a thousand samples, which is about as few as learn anything in an epoch. */
const tiny = (trainingSamples: number, epochs: number, seeds: string) => [
  ...[
    '--engine',
    'reference',
    '--set',
    'widths=784,16,10',
    '--limit-train',
    String(trainingSamples),
    '--limit-test',
    '100',
  ],
  ...['--epochs', String(epochs), '--seeds', seeds],
]

const kinds = ({ lines }: Finished) => lines.map(({ kind }) => kind)
const only = ({ lines }: Finished, kind: string) => lines.filter((line) => line.kind === kind)
const results = (name: string) => join(scratch, name)

describe('run', () => {
  it('tells a run in order, with every promised field, and leaves its folder', async () => {
    const out = results('whole')
    const finished = await apical(['run', 'corinfomax-glyphs-small', ...tiny(1000, 2, '0,1'), '--out', out, '--json'])
    expect(finished.err).not.toMatch(/error/i)
    expect(finished.code).toBe(0)

    expect(kinds(finished)[0]).toBe('started')
    expect(kinds(finished).at(-1)).toBe('done')
    const [started] = only(finished, 'started')
    // W₁ and W₂, the feedback V₂, the lateral B₁ and B₂ of 784-16-10.
    expect(started).toMatchObject({
      engine: 'reference',
      seeds: [0, 1],
      parameters: 784 * 16 + 16 * 10 + 10 * 16 + 16 * 16 + 10 * 10,
    })
    expect(started?.['device']).toEqual(expect.any(String))
    const folder = String(started?.['folder'])
    expect(dirname(folder)).toBe(out)

    const epochs = only(finished, 'epoch')
    expect(epochs.map(({ seed, epoch }) => [epoch, seed])).toEqual([
      [1, 0],
      [1, 1],
      [2, 0],
      [2, 1],
    ])
    for (const epoch of epochs) {
      for (const part of ['trainAccuracy', 'testAccuracy'] as const) {
        expect(epoch[part]).toBeGreaterThanOrEqual(0)
        expect(epoch[part]).toBeLessThanOrEqual(1)
      }
      expect(epoch['seconds']).toBeGreaterThan(0)
    }

    const [done, ...more] = only(finished, 'done')
    expect(more).toEqual([])
    expect(Object.keys(done ?? {}).sort()).toEqual([
      'early',
      'engine',
      'folder',
      'kind',
      'published',
      'resultEpoch',
      'seconds',
      'seeds',
      'selection',
      'testAccuracy',
      'topK',
      'trainAccuracy',
      'validationAccuracy',
    ])
    const last = epochs.slice(-2).map((epoch) => epoch['testAccuracy'] as number)
    const mean = last.reduce((sum, value) => sum + value, 0) / last.length
    const test = done?.['testAccuracy'] as { mean: number; sd: number; n: number }
    expect(test.n).toBe(2)
    expect(test.mean).toBeCloseTo(mean, 12)
    expect(test.sd).toBeCloseTo(Math.abs((last[0] ?? 0) - (last[1] ?? 0)) / Math.SQRT2, 12)
    expect(done).toMatchObject({ engine: 'reference', folder, published: null, early: null })
    expect(done?.['seeds']).toMatchObject([
      { seed: 0, status: 'done', testAccuracy: last[0] },
      { seed: 1, status: 'done', testAccuracy: last[1] },
    ])

    const there = readdirSync(folder, { recursive: true }).map(String)
    for (const file of ['experiment.json', 'environment.json', 'summary.json']) expect(there).toContain(file)
    for (const file of ['metrics.jsonl', 'weights.safetensors'])
      expect(there.filter((path) => basename(path) === file)).toHaveLength(2)

    const listed = await apical(['runs', '--out', out, '--json'])
    expect(listed.code).toBe(0)
    expect(listed.lines).toHaveLength(1)
    expect(listed.lines[0]).toMatchObject({ id: basename(folder), state: 'done', seeds: [0, 1], epochsDone: 2 })

    const shown = await apical(['show', basename(folder), '--out', out, '--json'])
    expect(shown.code).toBe(0)
    expect(shown.lines).toHaveLength(1)
    expect(shown.lines[0]).toMatchObject({
      folder,
      experiment: { widths: [784, 16, 10], seeds: [0, 1], training: { epochs: 2 } },
      warnings: [],
    })

    // The folder itself is as good a name as its last part, and its experiment can be run again as a file.
    expect((await apical(['show', folder, '--json'])).lines[0]).toMatchObject({ folder })
    const again = await apical(['run', folder, '--seeds', '0', '--epochs', '1', '--out', results('again'), '--json'])
    expect(again.code).toBe(0)
    expect(only(again, 'epoch')).toMatchObject([{ seed: 0, epoch: 1, testAccuracy: epochs[0]?.['testAccuracy'] }])

    const human = await apical(['show', basename(folder), '--out', out])
    expect(human.out).toContain('corinfomax')
    expect(human.out).toMatch(/^apical run corinfomax-glyphs-small --seeds 0,1 --epochs 2 --set /m)
    expect(human.out).not.toContain('\u001b')
    writeFileSync(join(folder, 'labels.json'), JSON.stringify({ version: 1, name: 'Renamed by hand' }))
    expect((await apical(['runs', '--out', out])).out).toMatch(new RegExp(`${basename(folder)} .*Renamed by hand`))
  })

  it('a run too short to leave chance has a result, which is marked', async () => {
    const out = results('chance')
    const words = ['run', 'corinfomax-glyphs-small', ...tiny(200, 2, '0,1'), '--out', out]
    const finished = await apical([...words, '--json'])
    expect(finished.code).toBe(0)
    expect(only(finished, 'collapsed')).toEqual([])
    expect(only(finished, 'at-chance')).toMatchObject([{ seed: 0, epoch: 2 }, { seed: 1 }])
    const seeds = [{ status: 'done', atChance: true }, { status: 'done' }]
    expect(only(finished, 'done')).toMatchObject([{ testAccuracy: { n: 2 }, trainAccuracy: { n: 2 }, seeds }])
    const told = await apical(words)
    expect(told.out).toMatch(/test \d+\.\d\d ± .* \(2 of 2 seeds\)/)
    expect(told.out).toMatch(/seed 0 is at chance level: accuracy 0\.\d+.*updates, fewer than the 2500/)
    expect((await apical(['runs', '--out', out])).out).toMatch(/done, 2 of 2 at chance .* \d+\.\d\d ±/)
  })

  it('fails when seeds collapse, and shows what they measured', async () => {
    const out = results('collapsed')
    const far = ['--set', 'optimiser=sgd', '--set', 'learningRate=100']
    const finished = await apical(['run', 'backprop-glyphs', ...tiny(200, 2, '0,1'), ...far, '--out', out, '--json'])
    expect(finished.code).toBe(1)
    expect(only(finished, 'collapsed')).toHaveLength(2)
    const seeds = [{ status: 'collapsed' }, { status: 'collapsed' }]
    expect(only(finished, 'done')).toMatchObject([{ seeds }])
  })

  it('runs every group of a sweep and every preset given, one after another', async () => {
    const out = results('sweep')
    const finished = await apical([
      ...['run', 'corinfomax-glyphs-small', 'backprop-glyphs', ...tiny(1000, 1, '0')],
      ...['--sweep', 'training.batchSize=10,20', '--out', out, '--json'],
    ])
    expect(finished.code).toBe(0)
    expect(kinds(finished).filter((kind) => kind === 'started' || kind === 'done')).toEqual(
      Array.from({ length: 4 }, () => ['started', 'done']).flat(),
    )
    const started = only(finished, 'started')
    expect(started.map(({ batchesPerEpoch }) => batchesPerEpoch)).toEqual([100, 50, 100, 50])
    expect(new Set(started.map(({ folder }) => folder)).size).toBe(4)
    expect(readdirSync(out)).toHaveLength(4)
  })

  it('a sweep ends with one group a setting, accurate or collapsed, that are found together on the disk', async () => {
    const out = results('sweep-groups')
    const finished = await apical([
      ...['run', 'backprop-glyphs', ...tiny(1000, 1, '0,1'), '--set', 'training.validation.fraction=0.2'],
      // The second one is far too fast a learner: it diverges.
      ...['--set', 'optimiser=sgd', '--sweep', 'learningRate=0.01,100', '--sweep', 'hidden=16,17', '--pair'],
      ...['--out', out, '--json'],
    ])
    expect(finished.code, 'a seed collapsed').toBe(1)
    const last = finished.lines.at(-1) as { kind: string; id: string; groups: Record<string, unknown>[] }
    expect(last.kind).toBe('sweep')
    const folders = only(finished, 'started').map(({ folder }) => folder)
    expect(last.groups).toMatchObject([
      {
        settings: { learningRate: 0.01, hidden: 16 },
        status: 'done',
        testAccuracy: { n: 2 },
        validationAccuracy: { n: 2 },
        collapsedSeeds: [],
        folder: folders[0],
      },
      {
        settings: { learningRate: 100, hidden: 17 },
        status: 'collapsed',
        testAccuracy: null,
        collapsedSeeds: [0, 1],
        folder: folders[1],
      },
    ])
    expect(last).toMatchObject({ chosen: { learningRate: 0.01, hidden: 16 } })
    const listed = await apical(['runs', '--out', out, '--json'])
    expect(listed.lines.map(({ sweep }) => (sweep as { id: string }).id)).toEqual([last.id, last.id])
  })

  it('trains on a folder of IDX files', async () => {
    const finished = await apical([
      ...[
        'run',
        'backprop-mnist',
        '--data',
        makeIdxFolder(join(scratch, 'mnist')),
        '--engine',
        'reference',
        '--set',
        'widths=784,8,10',
      ],
      ...['--set', 'training.batchSize=5', '--seeds', '0', '--epochs', '20', '--out', results('idx'), '--json'],
    ])
    expect(finished.code).toBe(0)
    expect(only(finished, 'started')).toMatchObject([{ batchesPerEpoch: 12 }])
    // Another network and another number of epochs are not the published row.
    expect(only(finished, 'done')).toMatchObject([
      { seeds: [{ seed: 0, status: 'done' }], published: null, early: null },
    ])
    // Whoever trains on other files than the published ones is told.
    expect(only(finished, 'note').map(({ message }) => message)).toEqual(
      expect.arrayContaining([expect.stringMatching(/not the published/)]),
    )
  })

  it('compares the first epoch of a short run with the one that was printed', async () => {
    const data = makeIdxFolder(join(scratch, 'mnist-early'))
    const words = ['backprop-mnist', '--data', data, '--engine', 'reference', '--seeds', '0,1', '--epochs', '1']
    const printed = presetNamed('backprop-mnist')?.published?.early
    const finished = await apical(['run', ...words, '--out', results('early'), '--json'])
    expect(finished.code).toBe(0)
    const accuracies = only(finished, 'epoch').map(({ testAccuracy }) => testAccuracy as number)
    // Sixty samples teach less than sixty thousand.
    expect(only(finished, 'done')[0]).toMatchObject({
      published: null,
      early: [
        {
          epoch: 1,
          published: { mean: printed?.mean[0], sd: printed?.sd?.[0], n: printed?.n },
          ours: spreadOf(accuracies),
          verdict: 'below',
        },
      ],
    })
    const told = await apical(['run', ...words, '--out', results('early-told')])
    expect(told.out).toMatch(/^epoch +this run +seeds +published +seeds$/m)
    expect(told.out).toMatch(/^ +1 +\d+\.\d\d ± \d+\.\d\d % +2 +9\d\.\d\d ± 0\.\d\d % +10 +below$/m)
  })

  it('writes plain lines for people when it speaks to no terminal', async () => {
    const { out, code } = await apical([
      'run',
      'corinfomax-glyphs-small',
      ...tiny(1000, 1, '0'),
      '--out',
      results('plain'),
    ])
    expect(code).toBe(0)
    expect(out).toMatch(/^epoch 1\/1 {3}test \d+\.\d\d %/m)
    expect(out).not.toContain('\u001b')
    expect(out).not.toContain('\r')
  })

  it('through npm keeps standard output pure', async () => {
    const npm = spawn(process.platform === 'win32' ? 'npm.cmd' : 'npm', ['run', 'apical', '--', 'presets', '--json'], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const finished = await watch(npm).finished
    expect(finished.code).toBe(0)
    expect(finished.lines.map(({ name }) => name)).toContain('corinfomax-mnist')
  })
})

describe('Ctrl-C', () => {
  const long = (epochs: number, out: string) => [
    'run',
    'corinfomax-glyphs-small',
    ...tiny(1000, epochs, '0'),
    '--out',
    out,
    '--json',
  ]

  it('stops with a checkpoint, says how to go on, and resume ends where an unbroken run ends', async () => {
    const out = results('stopped')
    const running = start(long(6, out))
    const { folder } = await running.until(({ kind }) => kind === 'started')
    await running.until(({ kind, epoch }) => kind === 'epoch' && epoch === 2)
    running.child.kill('SIGINT')
    const stopped = await running.finished
    expect(stopped.code).toBe(130)
    expect(kinds(stopped)).not.toContain('done')
    const id = basename(String(folder))
    expect(stopped.err).toContain(`npm run apical -- resume ${id}`)

    const resumed = await apical(['resume', id, '--out', out, '--json'])
    expect(resumed.code).toBe(0)
    expect(only(resumed, 'started')[0]?.['fromEpoch']).toBeGreaterThanOrEqual(2)
    expect(kinds(resumed).at(-1)).toBe('done')

    const unbroken = await apical(long(6, results('unbroken')))
    expect(only(resumed, 'done')[0]?.['testAccuracy']).toEqual(only(unbroken, 'done')[0]?.['testAccuracy'])
    const weights = (of: Finished) =>
      readFileSync(join(String(only(of, 'done')[0]?.['folder']), 'seed-0', 'weights.safetensors'))
    expect(weights(resumed).equals(weights(unbroken))).toBe(true)

    const again = await apical(['resume', id, '--out', out, '--json'])
    expect(again.code, 'nothing is left to resume').toBe(2)
    expect(again.err).toMatch(/done|finished/)
    const same = await apical(['resume', id, '--epochs', '6', '--out', out, '--json'])
    expect([same.code, same.err]).toEqual([2, expect.stringMatching(/has trained 6 epochs; expected more than that/)])
    const longer = await apical(['resume', id, '--epochs', '7', '--out', out, '--json'])
    expect(longer.code).toBe(0)
    expect(only(longer, 'epoch').map(({ epoch }) => epoch)).toEqual([7])
    expect(only(longer, 'started')).toMatchObject([{ epochs: 7, fromEpoch: 6 }])
  })

  it('a second time stops at once, and the run can still be resumed', async () => {
    const out = results('twice')
    const running = start(long(4000, out))
    const { folder } = await running.until(({ kind }) => kind === 'started')
    await running.until(({ kind }) => kind === 'epoch')
    running.child.kill('SIGINT')
    running.child.kill('SIGINT')
    expect((await running.finished).code).toBe(130)
    expect(existsSync(join(String(folder), 'experiment.json'))).toBe(true)
  })

  it('a reader that goes away (| head -1) ends the run instead of leaving it behind', async () => {
    const running = start(long(4000, results('head')))
    await running.until(({ kind }) => kind === 'started')
    running.child.stdout?.destroy()
    const { code, err } = await running.finished
    expect(err).not.toMatch(/^\s+at /m)
    expect(code).toBe(130)
  })
})

describe('lists', () => {
  it('presets, filtered', async () => {
    const { lines, code } = await apical(['presets', '--rule', 'corinfomax', '--dataset', 'mnist', '--json'])
    expect(code).toBe(0)
    expect(lines.length).toBeGreaterThan(0)
    for (const line of lines)
      expect(line).toMatchObject({ experiment: { rule: { name: 'corinfomax' }, data: { name: 'mnist' } } })
    expect(lines.map(({ name }) => name)).toContain('corinfomax-mnist')
  })

  it('presets of a rule that does not exist are refused', async () => {
    const { code, err } = await apical(['presets', '--rule', 'corinfomx'])
    expect(code).toBe(2)
    expect(err).toContain('"corinfomax"')
  })

  it('engines, with what they run on or why they are missing', async () => {
    const { lines, code } = await apical(['engines', '--json'])
    expect(code).toBe(0)
    expect(lines.map(({ name }) => name)).toEqual(expect.arrayContaining(['reference', 'tensorflow']))
    expect(lines.find(({ name }) => name === 'reference')).toMatchObject({ available: true })
    for (const line of lines) expect(line['reason']).toEqual(expect.stringMatching(/\S/))
    expect(lines.filter(({ isDefault }) => isDefault === true)).toHaveLength(1)
  })

  it('data sets', async () => {
    const { lines, code } = await apical(['data', 'list', '--json'])
    expect(code).toBe(0)
    expect(lines.find(({ name }) => name === 'glyphs')).toMatchObject({
      state: 'built in',
      trainCount: 10_000,
      testCount: 2_000,
    })
    expect(lines.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['mnist', 'fashion-mnist', 'cifar-10', 'cifar-100']),
    )
  })

  it('gets a data set, or says what to fetch by hand where there is no network', async () => {
    // A proxy that nobody is: no machine outside is asked, whatever network this one has.
    const offline = {
      APICAL_HOME: join(scratch, 'offline'),
      HTTPS_PROXY: 'http://127.0.0.1:1',
      NO_PROXY: '',
      no_proxy: '',
    }
    const { code, out: printed, err } = await apical(['data', 'get', 'cifar-10', '--json'], offline)
    expect(err).toMatch(/^cifar-10: 162\.2 MiB from www\.cs\.toronto\.edu into .*cifar-10$/m)
    expect(err).toMatch(/^CIFAR-10 cannot be downloaded: www\.cs\.toronto\.edu cannot be reached \(ECONNREFUSED\); /m)
    expect(err).toMatch(/fetch https:\S+cifar-10-binary\.tar\.gz on another machine, unpack it, .*--data\)\.$/m)
    expect([printed, code]).toEqual(['', 1])
  })

  it('a whole folder of IDX files verifies', async () => {
    const { lines, code } = await apical(['data', 'verify', makeIdxFolder(join(scratch, 'verified')), '--json'])
    expect(code).toBe(0)
    expect(lines).toMatchObject([{ trainCount: 60, testCount: 20 }])
  })

  const mnist = process.env['APICAL_DATA'] ?? join(ROOT, '../shared/data')
  const absent = !existsSync(join(mnist, 'mnist'))
  it.skipIf(absent)(
    `MNIST as published verifies${absent ? ' (skipped: no mnist/ in APICAL_DATA or ../shared/data)' : ''}`,
    async () => {
      const { lines, code } = await apical(['data', 'verify', join(mnist, 'mnist'), '--json'])
      expect(code).toBe(0)
      expect(lines).toMatchObject([{ name: 'mnist', trainCount: 60_000, testCount: 10_000 }])
    },
  )

  it('no runs at all is an empty list, not an error', async () => {
    const { out, code } = await apical(['runs', '--out', results('nothing'), '--json'])
    expect([out, code]).toEqual(['', 0])
  })

  it('help tells every command and its options; version is one', async () => {
    const { out, code } = await apical(['help'])
    expect(code).toBe(0)
    const lists = ['runs', 'show', 'inspect', 'report', 'export', 'weights', 'presets', 'engines', 'data', 'paper']
    for (const name of ['run', 'resume', ...lists, 'rule', 'sweep', 'bench', 'serve']) {
      expect(out).toMatch(new RegExp(`^ {2}${name} `, 'm'))
      const own = await answered([name, '--help'])
      expect(own.code).toBe(0)
      expect(own.out).toMatch(new RegExp(`^Usage: apical ${name}`))
    }
    expect((await apical(['--version'])).out).toMatch(/^\d+\.\d+\.\d+/)
  })
})
