/** The lab's calls as a host makes them: what is answered, what is refused and in which words, what watchers hear. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { LAB_CALLS, type LabEvent } from '../../src-main/contract.ts'
import type { RunEvent } from '../../src-main/experiment/event.ts'
import { labCall, openLab, type OpenLab } from '../../src-main/lab/lab.ts'
import type { LabOptions } from '../../src-main/lab/office/lab-options.ts'
import { rootFolder } from '../../src-main/lab/machine/installation.ts'
import { listRows, paths, SampleExperiments } from '../../src-main/lab/results.ts'
import { runExperiment } from '../../src-main/lab/runs/headless.ts'
import { throttleProgress } from '../../src-main/lab/runs/throttled-progress.ts'
import { LabProblem } from '../../src-main/lab/problem.ts'
import { eventually } from '../faults/soundness.ts'
import { quickExperiment, scratchFolder, smallExperiment } from './small-experiment.ts'

// Real processes on a machine that may be busy with other tests.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

// On this machine it may be there; the lab must say what it says where it is not.
vi.mock('../../src-main/engines/webgpu.ts', () => ({
  webgpu: {
    name: 'webgpu',
    available: async () => ({ available: false, reason: 'There is no graphics device in this test.' }),
  },
}))

const scratch = scratchFolder()
const home = process.env['APICAL_HOME']
const data = process.env['APICAL_DATA']
let done: string
let count = 0
const open: OpenLab[] = []

beforeAll(async () => {
  // What this machine's person has in the usual places is none of the tests' business.
  process.env['APICAL_HOME'] = scratch.inside('home')
  delete process.env['APICAL_DATA']
  const { folder, ending } = await runExperiment(quickExperiment(1), {
    resultsFolder: scratch.inside('done'),
  })
  expect(ending.kind).toBe('done')
  done = folder
})
afterEach(async () => {
  for (const lab of open.splice(0)) await lab.close()
})
afterAll(() => {
  if (home === undefined) delete process.env['APICAL_HOME']
  else process.env['APICAL_HOME'] = home
  if (data !== undefined) process.env['APICAL_DATA'] = data
  scratch.remove()
})

async function newLab(options: Partial<LabOptions> = {}): Promise<OpenLab> {
  const lab = await openLab({ host: 'test', resultsFolder: scratch.inside(`lab-${++count}`), ...options })
  open.push(lab)
  return lab
}

/** A lab with one finished run in it. */
async function labWithRun(): Promise<{ lab: OpenLab; id: string; results: string; events: LabEvent[] }> {
  const results = scratch.inside(`lab-${++count}`)
  cpSync(done, join(results, basename(done)), { recursive: true })
  const lab = await newLab({ resultsFolder: results })
  const events: LabEvent[] = []
  lab.watch((event) => events.push(event))
  return { lab, id: basename(done), results, events }
}

const listSamples = (root: string) => new SampleExperiments(root, scratch.inside('nothing-hidden')).list()

const refusal = async (call: Promise<unknown>): Promise<LabProblem> => {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(LabProblem)
  return error as LabProblem
}

describe('a lab', () => {
  it('describes itself in values that JSON carries whole', async () => {
    const results = scratch.inside('described')
    const description = await (await newLab({ resultsFolder: results })).describe({})
    expect(JSON.parse(JSON.stringify(description))).toEqual(description)
    expect(description).toMatchObject({
      host: 'test',
      resultsFolder: results,
      version: expect.stringMatching(/^\d+\.\d+\.\d+/) as unknown,
    })
    const rule = description.rules.find(({ name }) => name === 'corinfomax')
    const beta = rule?.settings.properties?.['beta']
    expect(beta).toMatchObject({ type: 'number', control: 'number', symbol: 'β', help: expect.any(String) as unknown })
    expect(beta?.default).toEqual(expect.any(Number))
    expect(description.presets.map(({ name }) => name)).toContain('corinfomax-mnist')
    expect(description.dataSets.find(({ name }) => name === 'glyphs')?.state).toBe('built in')
    expect(description.dataSets.find(({ name }) => name === 'mnist')?.state).toBe('missing')
    expect(description.engines.filter(({ isDefault }) => isDefault)).toHaveLength(1)
  })

  it('opens on no folder that it cannot use', async () => {
    writeFileSync(scratch.inside('a-file'), '')
    await refusal(openLab({ host: 'test', resultsFolder: scratch.inside('a-file', 'results') }))
  })

  it('runs an experiment: rows and events come in order, and everything is on disk before it is told', async () => {
    const results = scratch.inside('runs')
    const lab = await newLab({ resultsFolder: results })
    const told: string[] = []
    const wrong: string[] = []
    lab.watch((event) => {
      if (event.kind === 'row') told.push(`row ${event.row.state}`)
      if (event.kind !== 'run') return
      told.push(event.event.kind)
      if (event.event.kind !== 'epoch' && event.event.kind !== 'batches') return
      const written = readFileSync(paths(join(results, event.id)).metrics(event.event.seed), 'utf8')
      if (!written.includes(JSON.stringify(event.event)))
        wrong.push(`${event.event.kind} was told before it was written`)
    })
    const { id } = await lab.start({ experiment: quickExperiment(2) })
    await eventually('the run to be done', () => told.includes('row done'))
    expect(wrong).toEqual([])
    const often = new Set(['progress', 'batches', 'measure', 'note'])
    expect(told.indexOf('batches'), 'before the first epoch has ended').toBeLessThan(told.indexOf('epoch'))
    expect(told).toContain('batches')
    expect(told.filter((kind) => !often.has(kind) && !kind.startsWith('row'))).toEqual([
      'started',
      'epoch',
      'checkpoint',
      'epoch',
      'confusion',
      'checkpoint',
      'done',
    ])
    expect(told.find((kind) => kind.startsWith('row'))).toBe('row running')
    const record = await lab.read({ id })
    expect(record).toMatchObject({
      row: { state: 'done', epochsDone: 2 },
      environment: { engine: 'reference', precision: 'float32' },
    })
    expect(record.environment?.data['glyphs']).toMatch(/version/)
    // Now that this machine's speed is known, the next forecast has a time.
    const { seconds, problems } = await lab.forecast({ experiment: quickExperiment(50) })
    expect(problems).toEqual([])
    expect(seconds).toBeGreaterThan(0)
  })

  it('forecasts what stands before anything was measured, and says what is wrong beside each field', async () => {
    const lab = await newLab()
    expect(await lab.forecast({ experiment: smallExperiment() })).toMatchObject({
      problems: [],
      runs: 2,
      seconds: null,
      batchesPerEpoch: 20,
    })
    const wrong = { ...smallExperiment(), widths: [784, 16, 9] }
    expect((await lab.forecast({ experiment: wrong })).problems.map(({ path }) => path)).toContain('widths.2')
    for (const nothing of [null, 3, 'text', [], {}])
      expect((await lab.forecast({ experiment: nothing })).problems.length).toBeGreaterThan(0)
  })

  it('refuses to start what cannot run, beside its field, and makes no folder', async () => {
    const results = scratch.inside('refused')
    const lab = await newLab({ resultsFolder: results })
    const base = smallExperiment()
    const cases: [unknown, string][] = [
      [{ ...base, training: { ...base.training, epochs: 0 } }, 'training.epochs'],
      [{ ...base, version: 2 }, 'version'],
      [{ ...base, data: { ...base.data, name: 'mnist' } }, 'data.name'],
      [{ ...base, engine: { ...base.engine, name: 'webgpu' } }, 'engine.name'],
      [{ ...base, rule: { ...base.rule, settings: { beta: 'much' } } }, 'rule.settings.beta'],
    ]
    for (const [experiment, path] of cases) {
      const problem = await refusal(lab.start({ experiment }))
      expect(problem.problems.map((one) => one.path)).toContain(path)
      expect(problem.next).not.toBe('')
    }
    expect(readdirSync(results)).toEqual([])
  })

  it('keeps notes, trashes and restores, and tells watchers', async () => {
    const { lab, id, events } = await labWithRun()
    await lab.writeNotes({ id, text: 'Mind the gap.\nMore.' })
    expect(events).toContainEqual({
      kind: 'row',
      row: expect.objectContaining({ id, note: 'Mind the gap.' }) as unknown,
    })
    await lab.trash({ ids: [id] })
    expect(events).toContainEqual({ kind: 'removed', id })
    expect(await lab.list({})).toEqual(listSamples(rootFolder()))
    await refusal(lab.read({ id }))
    await lab.restore({ ids: [id] })
    expect(await lab.read({ id })).toMatchObject({ notes: 'Mind the gap.\nMore.', row: { state: 'done' } })
    expect((await refusal(lab.restore({ ids: [id] }))).message).toMatch(/trash/)
  })

  it('renames an experiment for every listing, and leaves its folder and its question as they are', async () => {
    const { lab, id, results, events } = await labWithRun()
    const before = readFileSync(join(results, id, 'experiment.json'), 'utf8')
    await lab.label({ ids: [id], change: { name: 'Section 4, baseline' } })
    expect(events).toContainEqual({
      kind: 'row',
      row: expect.objectContaining({ id, name: 'Section 4, baseline' }) as unknown,
    })
    expect((await lab.list({})).find((row) => row.id === id)?.name).toBe('Section 4, baseline')
    expect(listRows(results)).toMatchObject([{ id, name: 'Section 4, baseline' }])
    expect(await lab.read({ id })).toMatchObject({
      row: { name: 'Section 4, baseline' },
      experiment: { name: 'Section 4, baseline' },
      command: expect.stringContaining("'name=Section 4, baseline'") as unknown,
    })
    expect(readFileSync(join(results, id, 'experiment.json'), 'utf8')).toBe(before)
    for (const name of ['', '   ', 'a'.repeat(201), 'two\nlines'])
      await expect(labCall(lab, 'label', { ids: [id], change: { name } }), name).rejects.toBeInstanceOf(LabProblem)
  })

  it('shows the beginning and the end of the files that it lists, and nothing else', async () => {
    const { lab, id, results } = await labWithRun()
    const folder = join(results, id)
    const lines = Array.from({ length: 20_000 }, (_, n) => `line ${n}`)
    writeFileSync(join(folder, 'run.log'), lines.join('\n'))
    const whole = lines.join('\n').length
    const end = await lab.readFile({ id, path: 'run.log', part: 'end' })
    expect(end).toMatchObject({ bytes: whole, cut: true })
    const shown = end.text?.split('\n') ?? []
    expect(shown).toEqual(lines.slice(-shown.length))
    expect(end.text?.length).toBeLessThanOrEqual(65_536)
    expect(end.text?.length).toBeGreaterThan(60_000)
    const start = (await lab.readFile({ id, path: 'run.log', part: 'start' })).text?.split('\n') ?? []
    expect(start.pop()).toBe('')
    expect(start).toEqual(lines.slice(0, start.length))
    expect(await lab.readFile({ id, path: 'experiment.json', part: 'start' })).toEqual({
      text: readFileSync(join(folder, 'experiment.json'), 'utf8'),
      bytes: readFileSync(join(folder, 'experiment.json')).length,
      cut: false,
    })
    const [weights = ''] = (await lab.read({ id })).files
      .map(({ path }) => path)
      .filter((path) => path.includes('weights'))
    expect(await lab.readFile({ id, path: weights, part: 'start' })).toMatchObject({ text: null })
    writeFileSync(join(results, 'secret.txt'), 'secret')
    symlinkSync(join(results, 'secret.txt'), join(folder, 'link.txt'))
    for (const path of ['../secret.txt', join(results, 'secret.txt'), 'link.txt', '.', 'no-such', 'seed-0'])
      expect((await refusal(lab.readFile({ id, path, part: 'start' }))).message, path).toMatch(/has no file/)
  })

  it('refuses in words what makes no sense for a run as it is', async () => {
    const { lab, id } = await labWithRun()
    expect((await refusal(lab.resume({ id }))).message).toMatch(/finished/)
    expect((await refusal(lab.pause({ id }))).message).toMatch(/not running/)
    expect((await refusal(lab.stop({ id }))).message).toMatch(/not running/)
    expect((await refusal(lab.moveInQueue({ id, position: 0 }))).message).toMatch(/is not waiting/)
    for (const call of ['read', 'resume', 'pause'] as const)
      expect((await refusal(lab[call]({ id: 'nothing' }))).message, call).toMatch(/nothing/)
    for (const call of ['trash', 'restore'] as const)
      expect((await refusal(lab[call]({ ids: ['nothing'] }))).message, call).toMatch(/nothing/)
    expect((await refusal(lab.label({ ids: ['nothing'], change: { pinned: true } }))).message).toMatch(/nothing/)
  })

  it('sees what other processes do in its folder', async () => {
    const { lab, id, results, events } = await labWithRun()
    const copy = join(results, `${id}-copied`)
    cpSync(done, copy, { recursive: true })
    await eventually('the copied folder to be seen', () =>
      events.some((event) => event.kind === 'row' && event.row.id === basename(copy)),
    )
    rmSync(copy, { recursive: true })
    await eventually('its removal to be seen', () =>
      events.some((event) => event.kind === 'removed' && event.id === basename(copy)),
    )
    expect(await lab.list({})).toHaveLength(1 + listSamples(rootFolder()).length)
  })

  it('leaves a run of another lab alone and says whose it is', async () => {
    const first = await newLab()
    const { resultsFolder } = await first.describe({})
    const { id } = await first.start({ experiment: smallExperiment({ epochs: 1000 }) })
    const second = await newLab({ resultsFolder })
    await eventually('the worker to take its folder', () =>
      readdirSync(join(resultsFolder, id)).includes('worker.json'),
    )
    expect((await second.list({})).find((row) => row.id === id)?.state).toBe('running')
    for (const call of ['pause', 'stop', 'resume'] as const)
      expect((await refusal(second[call]({ id }))).message, call).toMatch(
        /process \d+|is running or queued|is already running or queued/,
      )
    expect((await refusal(second.trash({ ids: [id] }))).message).toMatch(
      /process \d+|is running or queued|is already running or queued/,
    )
  })

  it('reads nothing of a folder that a call tries to reach from outside', async () => {
    const { lab } = await labWithRun()
    for (const id of ['..', '.', '../done', 'a/b', '.trash', ''])
      await expect(labCall(lab, 'read', { id }), id).rejects.toBeInstanceOf(LabProblem)
  })
})

describe('a call by name', () => {
  it('must be one of the contract’s, with the argument that its schema asks for', async () => {
    const { lab, id } = await labWithRun()
    for (const name of ['watch', 'close', 'constructor', '__proto__', 'toString', 'delete', ''])
      expect((await refusal(labCall(lab, name, {}))).message).toMatch(/no call/)
    for (const argument of [undefined, null, 3, [], { id: 3 }, { id, more: 1 }, { id: 'a/b' }])
      expect((await refusal(labCall(lab, 'read', argument))).message).toMatch(/"read" is not valid/)
    expect(await labCall(lab, 'read', { id })).toMatchObject({ row: { id } })
    expect(await labCall(lab, 'writeNotes', { id, text: 'x' })).toBeNull()
    for (const name of Object.keys(LAB_CALLS)) expect(lab).toHaveProperty(name)
  })
})

describe('samples', () => {
  it('are shown as such, read only, and can be hidden and shown again', async () => {
    const root = scratch.inside('installation')
    mkdirSync(join(root, 'resources', 'sample'), { recursive: true })
    cpSync(done, join(root, 'resources', 'sample', 'the-sample'), { recursive: true })
    const lab = await newLab({ root })
    const id = 'the-sample'
    expect(await lab.list({})).toMatchObject([{ id, state: 'sample', epochsDone: 1 }])
    expect(listSamples(root)).toMatchObject([{ id, state: 'sample' }])
    expect(await lab.read({ id })).toMatchObject({ row: { state: 'sample' }, warnings: [] })
    expect((await refusal(lab.writeNotes({ id, text: 'x' }))).message).toMatch(/came with Apical/)
    expect((await refusal(lab.resume({ id }))).message).toMatch(/came with Apical and cannot be resumed/)
    expect((await refusal(lab.pause({ id }))).message).toMatch(/came with Apical/)
    await lab.trash({ ids: [id] })
    expect(await lab.list({})).toEqual([])
    await lab.restore({ ids: [id] })
    expect(await lab.list({})).toHaveLength(1)
  })
})

describe('thinning', () => {
  it('passes at most ten progress events a second, a change of phase at once, and everything else always', () => {
    let now = 0
    const passed: RunEvent[] = []
    const tell = throttleProgress(
      (event) => passed.push(event),
      () => now,
    )
    const progress = (phase: 'training' | 'evaluating'): RunEvent => ({
      kind: 'progress',
      epoch: 1,
      batch: 1,
      batchesPerEpoch: 9,
      samplesPerSecond: 1,
      secondsLeft: null,
      phase,
    })
    for (; now < 10_000; now += 5) {
      tell(progress('training'))
      tell({ kind: 'paused' })
    }
    tell(progress('evaluating'))
    expect(passed.filter(({ kind }) => kind === 'progress')).toHaveLength(101)
    expect(passed.filter(({ kind }) => kind === 'paused')).toHaveLength(2000)
  })
})
