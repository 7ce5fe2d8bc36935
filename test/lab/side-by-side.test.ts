/** Members of a sweep that train in one session of one worker: steered one by one, and with the weights of runs of their own. */
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import type { LabEvent } from '../../src-main/contract.ts'
import type { Experiment } from '../../src-main/experiment/experiment.ts'
import { openLab, type OpenLab } from '../../src-main/lab/lab.ts'
import { paths, readExperiment, readRecord } from '../../src-main/lab/results.ts'
import { joiningOn, type Joining, runExperiment } from '../../src-main/lab/runs.ts'
import { nextGroup } from '../../src-main/lab/runs/side-by-side.ts'
import { readJson } from '../../src-main/lab/storage.ts'
import { eventually, expectSound, historiesOf, weightsOf } from '../faults/soundness.ts'
import { scratchFolder, smallExperiment } from './small-experiment.ts'

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

const scratch = scratchFolder()
const open: OpenLab[] = []
let count = 0
afterEach(async () => {
  for (const lab of open.splice(0)) await lab.close()
})
afterAll(scratch.remove)

const sweep = { axes: [{ key: 'lrForward.0', values: '1,0.7,0.5,0.3' }], paired: false }

interface Begun {
  readonly lab: OpenLab
  readonly ids: readonly string[]
  readonly folders: readonly string[]
  readonly heard: (index: number, kind: string) => number
  readonly states: () => readonly string[]
}

async function begin(experiment: Experiment): Promise<Begun> {
  const results = scratch.inside(`lab-${++count}`)
  const lab = await openLab({ host: 'test', resultsFolder: results, sideBySide: 'always' })
  open.push(lab)
  const events: LabEvent[] = []
  lab.watch((event) => events.push(event))
  const { ids } = await lab.start({ experiment, sweep })
  const folders = ids.map((id) => join(results, id))
  return {
    ...{ lab, ids, folders },
    heard: (index, kind) =>
      events.filter((event) => event.kind === 'run' && event.id === ids[index] && event.event.kind === kind).length,
    states: () => folders.map((folder) => readRecord(folder).row.state),
  }
}

function workerOf(folder: string): number | null {
  const worker = readJson(paths(folder).worker)
  return typeof worker === 'object' && worker !== null && 'pid' in worker ? Number(worker.pid) : null
}

/** The weights and histories are those of the same experiment in a lab that trains one after another. */
async function expectAsAlone(folder: string): Promise<void> {
  expectSound(folder)
  const experiment = readExperiment(folder)
  const other = await trainedAlone(experiment)
  const found = weightsOf(folder)
  for (const [name, bytes] of weightsOf(other)) expect(found.get(name)?.equals(bytes), `${folder}: ${name}`).toBe(true)
  expect(readRecord(other).environment?.beside).toBeUndefined()
  expect(historiesOf(folder, experiment.seeds)).toEqual(historiesOf(other, experiment.seeds))
}

/** The folder of the same experiment, trained alone once for all that are compared with it. */
function trainedAlone(experiment: Experiment): Promise<string> {
  const question = JSON.stringify([experiment.rule, experiment.training])
  const known = alone.get(question) ?? trainAlone(experiment)
  alone.set(question, known)
  return known
}
const alone = new Map<string, Promise<string>>()

async function trainAlone(experiment: Experiment): Promise<string> {
  return (await runExperiment(experiment, { resultsFolder: scratch.inside(`alone-${++count}`) })).folder
}

describe('a sweep side by side', () => {
  it('trains in one worker, while one is stopped and another paused and continued', async () => {
    const { lab, ids, folders, heard, states } = await begin(smallExperiment({ epochs: 6 }))
    const [, stopped = '', paused = ''] = ids
    await eventually('all to train', () => ids.every((_, index) => heard(index, 'checkpoint') > 0))
    const workers = folders.map(workerOf)
    expect(workers[0]).not.toBeNull()
    expect(new Set(workers).size).toBe(1)
    await lab.pause({ id: paused })
    await lab.stop({ id: stopped })
    await eventually('the others to end', () => heard(0, 'done') + heard(3, 'done') === 2)
    await eventually('the rows to say so', () => states().join() === 'done,stopped,paused,done')
    // A folder that is left is nobody's, though its worker goes on with another.
    expect(folders.map(workerOf)).toEqual([null, null, workers[2], null])
    // It need not wait until the worker is gone, only for its turn.
    await lab.resume({ id: stopped })
    expect((await lab.list({})).find(({ id }) => id === stopped)).toMatchObject({ state: 'queued', queuePosition: 0 })
    await lab.continue({ id: paused })
    await eventually('the paused one to end', () => heard(2, 'done') > 0)
    await eventually('the stopped one to end', () => heard(1, 'done') > 0)
    for (const folder of folders) await expectAsAlone(folder)
    expect(readRecord(folders[0] ?? '').environment?.beside).toBe(3)
  })

  it('is told of a crash of its worker in each folder, and resumes', async () => {
    const { lab, ids, folders, heard, states } = await begin(smallExperiment({ epochs: 6 }))
    await eventually('all to train', () => ids.every((_, index) => heard(index, 'checkpoint') > 0))
    process.kill(workerOf(folders[0] ?? '') ?? 0, 'SIGKILL')
    await eventually('all to be told', () => ids.every((_, index) => heard(index, 'failed') > 0))
    expect(states()).toEqual(['interrupted', 'interrupted', 'interrupted', 'interrupted'])
    for (const folder of folders) expect(readRecord(folder).row.reason).toMatch(/SIGKILL/)
    for (const id of ids) await lab.resume({ id })
    await eventually('all to end', () => ids.every((_, index) => heard(index, 'done') > 0))
    for (const folder of folders) await expectAsAlone(folder)
  })

  it('is interrupted as a whole when the lab closes', async () => {
    const { lab, ids, heard, states } = await begin(smallExperiment({ epochs: 1000 }))
    await eventually('all to train', () => ids.every((_, index) => heard(index, 'checkpoint') > 0))
    await lab.close()
    open.splice(0)
    expect(states()).toEqual(['interrupted', 'interrupted', 'interrupted', 'interrupted'])
  })
})

describe('which runs train side by side', () => {
  const base = smallExperiment()
  const waiting = (id: string, change: Partial<Experiment> = {}, joins: Joining = 'all') => ({
    ...{ id, folder: id, dataFolder: null, joins },
    experiment: { ...base, sweep: { id: 'one', settings: [] }, ...change },
  })
  const withRule = (settings: Record<string, unknown>) => ({
    rule: { ...base.rule, settings: { ...base.rule.settings, ...settings } },
  })
  const idsOf = (...runs: ReturnType<typeof waiting>[]) => nextGroup(runs).map(({ id }) => id)

  it('is a matter of what they compile to', () => {
    expect(nextGroup([])).toEqual([])
    expect(
      idsOf(
        waiting('first'),
        waiting('other rates', withRule({ lrForward: [0.3, 0.2], neuralLr: 0.02 })),
        waiting('more iterations', withRule({ iterationsFree: 7 })),
        waiting('other forgetting', withRule({ lambda: 0.9 })),
        waiting('other seeds', { seeds: [5, 6, 7] }),
        waiting('other batches', { training: { ...base.training, batchSize: 10 } }),
        waiting('other data', { data: { ...base.data, limitTrain: 300 } }),
        waiting('other engine', { engine: { ...base.engine, name: 'native' } }),
        waiting('other measures', { measures: [] }),
        waiting('another sweep', { sweep: { id: 'two', settings: [] } }),
        waiting('where it does not pay', {}, 'none'),
      ),
    ).toEqual(['first', 'other rates', 'other seeds'])
    const gone = { rule: { name: 'gone', settings: {} } }
    expect(idsOf(waiting('first', gone), waiting('too', gone))).toEqual(['first'])
    expect(idsOf(waiting('alone', { sweep: null }), waiting('too', { sweep: null }))).toEqual(['alone'])
  })

  it('is what a processor trains in a moment, where it is one', () => {
    const longer = { training: { ...base.training, epochs: 2000 } }
    const brief = (id: string, change: Partial<Experiment> = {}) => waiting(id, change, 'brief')
    expect(idsOf(brief('first'), brief('second'), waiting('on a card'))).toEqual(['first', 'second'])
    expect(idsOf(brief('first', longer), brief('second', longer))).toEqual(['first'])
    expect(idsOf(waiting('first', longer), waiting('second', longer))).toEqual(['first', 'second'])
  })

  it('is as many as fit', () => {
    const many = Array.from({ length: 10 }, (_, n) =>
      waiting(String(n), { seeds: Array.from({ length: 10 }, (_, s) => s) }),
    )
    expect(idsOf(...many)).toEqual(['0', '1', '2', '3', '4', '5'])
    const large = Array.from({ length: 4 }, (_, n) => waiting(String(n), { widths: [784, 40_000, 10], seeds: [0] }))
    expect(idsOf(...large)).toHaveLength(1)
  })

  it('is asked of the engine, unless somebody says otherwise', () => {
    const card = { name: 'webgpu', gpu: true }
    expect(joiningOn('auto', card)).toBe('all')
    expect(joiningOn('auto', { ...card, gpu: false })).toBe('none')
    expect(joiningOn('auto', { name: 'native', gpu: false })).toBe('brief')
    expect(joiningOn('auto', { name: 'tensorflow', gpu: true })).toBe('none')
    expect(joiningOn('never', card)).toBe('none')
    expect(joiningOn('always', { name: 'reference', gpu: false })).toBe('all')
  })
})
