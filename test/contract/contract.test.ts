// One suite over every wire: what a face may rely on is the same whatever host it talks to, down to the bytes.
import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type {
  Experiment,
  ExperimentRecord,
  ExperimentRow,
  LabAnswers,
  LabCall,
  LabDescription,
  LabEvent,
  LabRefusal,
  Paper,
  PaperCard,
  PaperState,
  PresetGridCard,
} from '../../src-main/contract.ts'
import { LAB_CALLS } from '../../src-main/contract.ts'
import { wires, type OpenWire } from './wires.ts'

/** SHA-256 of the weights of the same experiment, by wire. */
const weights = new Map<string, string>()

describe.each(Object.entries(wires))('over %s', (name, open) => {
  let wire: OpenWire
  let description: LabDescription
  const heard: LabEvent[] = []
  const wake = new Set<() => void>()

  beforeAll(async () => {
    wire = await open()
    wire.transport.listen((event) => {
      heard.push(event)
      for (const look of [...wake]) look()
    })
    description = (await call('describe', {})) as LabDescription
  })
  afterAll(async () => {
    await wire.close()
  })

  const call = (what: LabCall | (string & {}), argument: unknown): Promise<unknown> =>
    wire.transport.call(what, argument)
  const refusalOf = async (what: string, argument: unknown): Promise<LabRefusal> =>
    call(what, argument).then(
      (answer) => expect.unreachable(`was answered: ${JSON.stringify(answer)}`),
      (error: unknown) => error as LabRefusal,
    )
  const rowOf = async (id: string): Promise<ExperimentRow | undefined> =>
    ((await call('list', {})) as ExperimentRow[]).find((row) => row.id === id)

  /** Waits for an event heard since `from`, however often it takes. */
  const until = (fits: (event: LabEvent) => boolean, from = 0): Promise<LabEvent> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = heard.slice(from).find(fits)
        if (found === undefined) return
        wake.delete(look)
        resolve(found)
      }
      wake.add(look)
      look()
    })
  const runEvent =
    (id: string, kind: string) =>
    (event: LabEvent): boolean =>
      event.kind === 'run' && event.id === id && event.event.kind === kind
  const state =
    (id: string, ...states: string[]) =>
    (event: LabEvent): boolean =>
      event.kind === 'row' && event.row.id === id && states.includes(event.row.state)

  function tiny(change: Partial<Experiment> = {}, epochs = 1): Experiment {
    const preset = description.presets.find((card) => card.name === 'corinfomax-glyphs-small')
    if (preset === undefined) throw new Error('There is no small preset.')
    return {
      ...preset.experiment,
      name: 'tiny',
      widths: [784, 16, 10],
      // Enough for it to learn something.
      data: { name: 'glyphs', seed: 0, limitTrain: 2000, limitTest: 200 },
      training: { ...preset.experiment.training, epochs, batchSize: 20 },
      seeds: [0],
      engine: { name: 'reference', precision: 'float64', device: null, threads: 1 },
      ...change,
    }
  }
  const start = async (experiment: unknown): Promise<string> =>
    ((await call('start', { experiment })) as { id: string }).id

  test('describes itself', () => {
    expect(description.rules.map((rule) => rule.name)).toEqual(expect.arrayContaining(['corinfomax', 'backprop']))
    expect(description.presets.map((preset) => preset.name)).toContain('corinfomax-glyphs')
    expect(description.engines.find((engine) => engine.name === 'reference')?.available).toBe(true)
    expect(description.dataSets.find((set) => set.name === 'glyphs')?.state).toBe('built in')
    // Nothing that JSON would lose: the same over every wire.
    expect(JSON.parse(JSON.stringify(description))).toEqual(description)
  })

  test('starts, tells, finishes, lists and reads a run', async () => {
    const id = await start(tiny())
    await until(runEvent(id, 'done'))
    await until(state(id, 'done'))
    const row = await rowOf(id)
    expect(row).toMatchObject({
      id,
      name: 'tiny',
      rule: 'corinfomax',
      state: 'done',
      epochs: 1,
      epochsDone: 1,
      seeds: [0],
    })
    const record = (await call('read', { id })) as ExperimentRecord
    expect(record.experiment).toEqual(tiny())
    expect(record.seeds).toHaveLength(1)
    const epoch = heard.find(runEvent(id, 'epoch'))
    // What was told while it ran is what stands on disk.
    if (epoch?.kind !== 'run' || epoch.event.kind !== 'epoch') throw new Error('No epoch was told.')
    expect(record.seeds[0]?.testAccuracy).toEqual([epoch.event.testAccuracy])
    expect(record.warnings).toEqual([])
    const files = globSync('**/weights.safetensors', { cwd: join(wire.resultsFolder, id) })
    expect(files).toHaveLength(1)
    weights.set(name, sha256(join(wire.resultsFolder, id, files[0] ?? '')))
  })

  test('stops at a checkpoint, resumes from it, and stops again', async () => {
    const id = await start(tiny({}, 500))
    await until(runEvent(id, 'epoch'))
    await call('stop', { id })
    await until(state(id, 'stopped'))
    expect((await rowOf(id))?.state).toBe('stopped')
    const done = (await rowOf(id))?.epochsDone ?? 0
    const before = heard.length
    await call('resume', { id })
    const started = await until(runEvent(id, 'started'), before)
    if (started.kind !== 'run' || started.event.kind !== 'started') throw new Error('It did not start again.')
    expect(started.event.fromEpoch).toBeGreaterThanOrEqual(done)
    await until(runEvent(id, 'epoch'), before)
    // The row of the first stop may be told after `before`.
    const again = heard.length
    await call('stop', { id })
    await until(state(id, 'stopped'), again)
    expect((await rowOf(id))?.epochsDone).toBeGreaterThan(done)
  })

  test('lists the grid of a preset, and starts all of it as one sweep', async () => {
    const { settings, keys } = (await call('presetGrid', { name: 'corinfomax-mnist' })) as PresetGridCard
    const card = description.presets.find((preset) => preset.name === 'corinfomax-mnist')
    expect(settings).toHaveLength(card?.settings ?? NaN)
    expect(settings).toContainEqual(card)
    expect(keys.length).toBeGreaterThan(0)
    expect((await refusalOf('presetGrid', { name: 'no-such-preset' })).message).toContain('no-such-preset')
    expect((await refusalOf('startGrid', { name: 'no-such-preset' })).message).toContain('no-such-preset')
    // One of one setting: whatever it has, it is a sweep.
    const { id, ids } = (await call('startGrid', { name: 'corinfomax-glyphs' })) as LabAnswers['startGrid']
    expect(ids).toEqual([id])
    expect((await rowOf(id))?.sweep?.id).toMatch(/^\d{8}-/)
    await until(runEvent(id, 'started'))
    await call('stop', { id })
    await until(state(id, 'stopped'))
  })

  test('keeps labels of several and says which could not be labelled', async () => {
    const id = ((await call('list', {})) as ExperimentRow[]).find((row) => row.name === 'tiny')?.id ?? ''
    const change = { addTags: ['for the paper', 'β = 1'], pinned: true }
    const answer = await call('label', { ids: [id, 'no-such-run'], change })
    expect(answer).toMatchObject({
      done: [id],
      refused: [{ id: 'no-such-run', next: expect.stringMatching(/\S/) as unknown }],
    })
    expect(await rowOf(id)).toMatchObject({ tags: ['for the paper', 'β = 1'], pinned: true, archived: false })
    await call('label', { ids: [id], change: { removeTags: ['β = 1'], archived: true } })
    expect(await rowOf(id)).toMatchObject({ tags: ['for the paper'], pinned: true, archived: true })
    await call('label', { ids: [id], change: { archived: false } })
  })

  test('keeps named looks at the table', async () => {
    const look = { text: 'gamma>0.1', filters: { datasets: ['mnist'] }, showArchived: false }
    const view = { ...look, sorting: [{ by: 'test', down: true }], groups: ['rule'], columns: ['test', 'gamma'] }
    expect(await call('keepView', { view: { name: 'One', view } })).toEqual([{ name: 'One', view }])
    await call('keepView', { view: { name: 'One', view: { ...view, groups: [] } } })
    expect(await call('views', {})).toEqual([{ name: 'One', view: { ...view, groups: [] } }])
    expect(await call('forgetView', { name: 'One' })).toEqual([])
  })

  test('lists in pages, each beginning after a row', async () => {
    const all = (await call('list', {})) as ExperimentRow[]
    const pages: ExperimentRow[] = []
    for (;;) {
      const last = pages.at(-1)
      const after = last === undefined ? {} : { after: { created: last.created, id: last.id } }
      const page = (await call('list', { ...after, limit: 1 })) as ExperimentRow[]
      if (page.length === 0) break
      expect(page).toHaveLength(1)
      pages.push(...page)
    }
    expect(pages.map(({ id }) => id)).toEqual(all.map(({ id }) => id))
  })

  test('keeps notes, trash and restore', async () => {
    const id = ((await call('list', {})) as ExperimentRow[]).find((row) => row.name === 'tiny')?.id ?? ''
    const text = 'First line\n“quoted” <b>&\u0000🧠'
    await call('writeNotes', { id, text })
    expect(((await call('read', { id })) as ExperimentRecord).notes).toBe(text)
    expect((await rowOf(id))?.note).toBe('First line')
    await call('trash', { ids: [id] })
    expect(await rowOf(id)).toBeUndefined()
    await call('restore', { ids: [id] })
    expect((await rowOf(id))?.id).toBe(id)
  })

  test('has the paper that ships, with the state of each of its exhibits', async () => {
    const [first, ...more] = (await call('papers', {})) as PaperCard[]
    expect(more).toEqual([])
    expect(first).toMatchObject({ id: 'corinfomax-2023', own: false, exhibits: 83 })
    const paper = (await call('paper', { id: 'corinfomax-2023' })) as Paper
    const { exhibits, missing } = (await call('paperState', { id: 'corinfomax-2023' })) as PaperState
    expect(exhibits.map(({ id }) => id)).toEqual(paper.exhibits.map(({ id }) => id))
    expect(exhibits).toHaveLength(83)
    expect(missing.experiments + missing.obstacles.length).toBeGreaterThan(0)
  })

  test('makes a paper of runs, and trains what others of the same question ask more', async () => {
    // A question that no other test asks.
    const data = { name: 'glyphs', seed: 3, limitTrain: 400, limitTest: 200 }
    const id = await start(tiny({ name: 'for a paper', data }))
    await until(state(id, 'done'))
    const title = `Mine over ${name}`
    const runs = [{ id, label: 'CorInfoMax' }]
    const { card, paper } = (await call('savePaper', { title, authors: 'Me', runs })) as LabAnswers['savePaper']
    expect(card).toMatchObject({ title, authors: 'Me', own: true, exhibits: paper.exhibits.length })
    expect(await call('paper', { id: card.id })).toEqual(paper)
    expect((await call('papers', {})) as PaperCard[]).toContainEqual(card)
    // Its number is the run's.
    expect(paper.rows[0]?.published?.test).toEqual((await rowOf(id))?.testAccuracy)
    const stateOf = async (of: string): Promise<PaperState> => (await call('paperState', { id: of })) as PaperState
    const nothing = { experiments: 0, runs: 0, underWay: 0, obstacles: [] }
    expect((await stateOf(card.id)).missing).toMatchObject(nothing)
    for (const exhibit of (await stateOf(card.id)).exhibits) {
      expect(exhibit.missing).toMatchObject(nothing)
      for (const row of exhibit.rows)
        expect(row).toMatchObject({ ours: row.published, runs: [{ id, seeds: [0] }], verdict: 'too few seeds' })
    }

    // One of the same title is another paper.
    const again = (await call('savePaper', { title, authors: '', runs })) as LabAnswers['savePaper']
    expect(again.card.id).not.toBe(card.id)
    expect(await call('paper', { id: card.id })).toEqual(paper)

    // The same file again is no other paper; another of its name never takes its place.
    expect(await call('openPaper', { value: paper })).toEqual(card)
    const refusal = await refusalOf('openPaper', { value: { ...paper, title: 'Another' } })
    expect(refusal.message).toContain(card.id)
    expect(await call('paper', { id: card.id })).toEqual(paper)

    const asked = paper.rows.map((row) => ({ ...row, experiment: { ...row.experiment, seeds: [0, 5] } }))
    const more = `${card.id}-more`
    const before = ((await call('list', {})) as ExperimentRow[]).length
    await call('openPaper', { value: { ...paper, id: more, rows: asked } })
    // Opening starts nothing.
    expect((await call('list', {})) as ExperimentRow[]).toHaveLength(before)
    expect((await stateOf(more)).missing).toMatchObject({ experiments: 1, runs: 1 })
    const exhibits = paper.exhibits.map((exhibit) => exhibit.id)
    const { ids } = (await call('runPaper', { id: more, exhibits })) as LabAnswers['runPaper']
    expect(ids).toHaveLength(1)
    const started = ids[0] ?? ''
    // While it is under way it is not started again.
    expect(await call('runPaper', { id: more, exhibits })).toEqual({ ids: [] })
    await until(state(started, 'done'))
    expect(await rowOf(started)).toMatchObject({ seeds: [5], epochs: 1, rule: 'corinfomax' })
    expect((await stateOf(more)).missing).toMatchObject(nothing)
    expect((await stateOf(more)).exhibits[0]?.rows[0]).toMatchObject({ trained: 2, wanted: 2 })

    // A run that ended before the paper's last epoch goes on.
    const longer = `${card.id}-longer`
    await call('openPaper', {
      value: { ...paper, id: longer, rows: paper.rows.map((row) => ({ ...row, experiment: tiny({ data }, 2) })) },
    })
    const told = heard.length
    expect(await call('runPaper', { id: longer, exhibits: ['final-accuracy'] })).toEqual({ ids: [id] })
    await until(state(id, 'done'), told)
    expect(await rowOf(id)).toMatchObject({ epochs: 2, epochsDone: 2, seeds: [0] })
    expect((await stateOf(longer)).missing).toMatchObject(nothing)

    for (const one of [longer, more, again.card.id, card.id]) expect(await call('forgetPaper', { id: one })).toBeNull()
    expect((await call('papers', {})) as PaperCard[]).toHaveLength(1)
    // The runs are no part of it.
    expect(await rowOf(id)).toBeDefined()
    expect((await refusalOf('forgetPaper', { id: card.id })).message).toContain(card.id)
    await refusalOf('forgetPaper', { id: 'corinfomax-2023' })
    expect((await call('papers', {})) as PaperCard[]).toHaveLength(1)
  })

  test('forecasts, with a problem beside its field', async () => {
    expect(await call('forecast', { experiment: tiny() })).toMatchObject({
      problems: [],
      runs: 1,
      batchesPerEpoch: 100,
    })
    const bad = { ...tiny(), training: { ...tiny().training, epochs: -1 } }
    expect(await call('forecast', { experiment: bad })).toMatchObject({ problems: [{ path: 'training.epochs' }] })
  })

  test('refuses a bad experiment in words, beside the field', async () => {
    const refusal = await refusalOf('start', { experiment: tiny({ widths: [784] }) })
    expect(refusal.message).not.toBe('')
    expect(refusal.next).not.toBe('')
    expect(refusal.problems.map((problem) => problem.path)).toContain('widths')
  })

  test.each<[string, unknown]>([
    ['read', { id: 'no-such-run' }],
    ['read', { id: '../../etc' }],
    ['read', { id: '..' }],
    ['read', { id: '.' }],
    ['read', { id: '' }],
    ['read', { id: 7 }],
    ['read', {}],
    ['read', { id: 'x', more: 1 }],
    ['read', null],
    ['read', []],
    ['describe', { more: 1 }],
    ['trash', { ids: ['..'] }],
    ['trash', { ids: [] }],
    ['trash', { id: 'x' }],
    ['label', { ids: ['..'], change: { pinned: true } }],
    ['label', { ids: ['x'], change: { pinned: 1 } }],
    ['label', { ids: ['x'], change: { addTags: ['a\u0000b'] } }],
    ['label', { ids: ['x'], change: { name: '' } }],
    ['readFile', { id: 'x', path: 'run.log', part: 'middle' }],
    ['readFile', { id: 'no-such-run', path: 'run.log', part: 'end' }],
    ['list', { limit: 0 }],
    ['keepView', { view: { name: '', view: {} } }],
    ['writeNotes', { id: '..', text: '' }],
    ['writeNotes', { id: 'x', text: 'a'.repeat(1_000_001) }],
    ['stop', { id: 'no-such-run' }],
    ['resume', { id: 'no-such-run' }],
    ['resume', { id: 'no-such-run', epochs: 3 }],
    ['resume', { id: 'x', epochs: 0 }],
    ['start', { experiment: null }],
    ['start', { experiment: 'tiny' }],
    ['start', {}],
    ['moveInQueue', { id: 'x', position: -1 }],
    ['stopAfter', { id: 'no-such-run', what: 'epoch' }],
    ['stopAfter', { id: 'x', what: 'tea' }],
    ['stopSeed', { id: 'no-such-run', seed: 0 }],
    ['addSeeds', { id: 'no-such-run', seeds: [1] }],
    ['addSeeds', { id: 'x', seeds: [] }],
    ['bench', { engine: 'steam' }],
    ['preview', { name: 'mnist', split: 'train', label: null, from: 0, count: 10_000 }],
    ['allowRule', { path: '/no/such/rule.ts', sha256: '0'.repeat(64) }],
    ['allowRule', { path: '/etc/passwd', sha256: 'x' }],
    ['saveTemplate', { name: 'x', experiment: null }],
    ['deleteTemplate', { name: '../../etc' }],
    ['useDataFolder', { name: 'mnist', folder: '/no/such/folder' }],
    ['useDataFolder', { name: '__proto__', folder: '/' }],
    ['download', { name: 'glyphs' }],
    ['download', { name: 'no-such-set' }],
    ['stopDownload', { name: 'mnist' }],
    ['openResults', { folder: '/no/such/folder' }],
    ['openResults', { folder: '' }],
    ['papers', { more: 1 }],
    ['paper', { id: 'no-such-paper' }],
    ['paper', { id: '../labels' }],
    ['paper', {}],
    ['paperState', { id: 'no-such-paper' }],
    ['paperState', { id: 7 }],
    ['runPaper', { id: 'no-such-paper', exhibits: ['all'] }],
    ['runPaper', { id: 'corinfomax-2023', exhibits: [] }],
    ['runPaper', { id: 'corinfomax-2023', exhibits: ['no-such-exhibit'] }],
    ['openPaper', { value: null }],
    ['openPaper', { value: { format: 'apical-paper', version: 2 } }],
    ['openPaper', { value: { format: 'apical-paper', version: 1, id: '../../etc' } }],
    ['openPaper', { value: 'paper' }],
    ['savePaper', { title: '', authors: '', runs: [{ id: 'x', label: 'X' }] }],
    ['savePaper', { title: 'Mine', authors: '', runs: [] }],
    ['savePaper', { title: 'Mine', authors: '', runs: [{ id: 'no-such-run', label: 'X' }] }],
    ['savePaper', { title: 'Mine', authors: '', runs: [{ id: '..', label: 'X' }] }],
    ['forgetPaper', { id: 'no-such-paper' }],
    ['export', { ids: [], as: 'zip' }],
    ['export', { ids: ['..'], as: 'csv' }],
    ['export', { ids: ['no-such-run'], as: 'npz' }],
    ['export', { ids: ['no-such-run'], as: '../zip' }],
    ['forgetPaper', { id: '..' }],
    ['forgetPaper', { id: 'corinfomax-2023' }],
    ['noSuchCall', {}],
    ['watch', {}],
    ['close', {}],
    ['constructor', {}],
    ['__proto__', {}],
    ['toString', {}],
    ['hasOwnProperty', {}],
    ['', {}],
  ])('refuses %s in words (%#)', async (what, argument) => {
    const refusal = await refusalOf(what, argument)
    expect(refusal.message).toMatch(/\S/)
    expect(refusal.next).toMatch(/\S/)
    expect(Array.isArray(refusal.problems)).toBe(true)
    // A refusal is no defect, and tells nothing of the program's insides.
    expect(refusal.message).not.toMatch(/This is a defect|undefined|\bat \w+ \(|TypeError/)
  })

  test('refuses what is no modest JSON and goes on', async () => {
    let deep: unknown = 'bottom'
    for (let level = 0; level < 1000; level++) deep = { deep }
    const polluting: unknown = JSON.parse('{"version":1,"__proto__":{"polluted":true}}')
    for (const experiment of [deep, polluting, Array.from({ length: 300_000 }, () => 0)]) {
      const refusal = await refusalOf('start', { experiment })
      expect(refusal.message).toMatch(/nested|__proto__|values/)
    }
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    expect(await call('list', {})).toBeInstanceOf(Array)
  })

  test('answers many calls at once, each with its own answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        index % 2 === 0 ? call('list', {}) : refusalOf('read', { id: `none-${index}` }).then(({ message }) => message),
      ),
    )
    for (const [index, answer] of answers.entries())
      if (index % 2 === 0) expect(answer).toBeInstanceOf(Array)
      else expect(answer).toContain(`none-${index}`)
  })
})

test('the same seed leaves the same bytes, whatever the wire', () => {
  expect([...weights.keys()]).toEqual(Object.keys(wires))
  expect(new Set(weights.values()).size).toBe(1)
})

test('every call of the contract is exercised or named here', () => {
  // Pausing has its own tests with the lab; a call that is new fails here until it is looked at.
  const known = ['describe', 'list', 'read', 'forecast', 'start', 'pause', 'continue', 'stop', 'resume', 'moveInQueue']
  const kept = ['writeNotes', 'label', 'trash', 'restore', 'useDataFolder', 'views', 'keepView', 'forgetView']
  const seeds = ['stopAfter', 'stopSeed', 'addSeeds', 'readExperiment', 'saveTemplate', 'deleteTemplate']
  const apart = ['forecastQueue', 'bench', 'preview', 'presetGrid', 'startGrid', 'forecastPresets', 'measurePace']
  const elsewhere = [
    'download',
    'stopDownload',
    'openResults',
    'readFile',
    'readForReport',
    'export',
    'inspect',
    'look',
  ]
  const looks = ['allowRule', 'embed', 'stopEmbedding', 'study', 'stopStudy']
  const papers = ['papers', 'paper', 'paperState', 'runPaper', 'openPaper', 'savePaper', 'forgetPaper']
  const own = ['lookAtData', 'addData', 'stopImport', 'removeData']
  const all = [...known, ...seeds, ...apart, ...kept, ...elsewhere, ...looks, ...papers, ...own]
  expect(Object.keys(LAB_CALLS).sort()).toEqual(all.sort())
})

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}
