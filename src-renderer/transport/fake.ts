/** A small lab of straw, the same every time: for developing components without a host, and for nothing else. */
import type {
  BenchResult,
  Download,
  ExperimentRecord,
  ExperimentRow,
  Lab,
  LabDescription,
  LabEvent,
  SavedView,
  SeedRecord,
} from '../../src-main/contract.ts'
import type { Experiment } from '../../src-main/experiment/experiment.ts'
import { fakeDescription, fakeRows } from './fake-content.ts'
import { Listeners, Refusal, type Wire } from './wire.ts'

const EPOCHS_SHOWN = 31

/** A deterministic wobble between −1 and 1. */
function wobble(seed: number, i: number): number {
  const x = Math.sin(seed * 12.9898 + i * 78.233) * 43758.5453
  return 2 * (x - Math.floor(x)) - 1
}

const NO_RATE = { bytesPerSecond: null, secondsLeft: null }

export function fakeLab(description: LabDescription = fakeDescription, rows: readonly ExperimentRow[] = fakeRows): Lab {
  const events = new Listeners<LabEvent>()
  const all = new Map(rows.map((row) => [row.id, row]))
  const trash = new Map<string, ExperimentRow>()
  const notes = new Map<string, string>()
  let batch = 0
  let downloading: Download | null = null
  let views: readonly SavedView[] = []
  const found = (id: string): ExperimentRow => {
    const row = all.get(id)
    if (row === undefined)
      throw new Refusal({ message: `There is no run ${id}.`, next: 'Open the lab for those there are.', problems: [] })
    return row
  }
  const become = (id: string, change: Partial<ExperimentRow>): null => {
    const row = { ...found(id), ...change }
    all.set(id, row)
    events.tell({ kind: 'row', row })
    return null
  }
  setInterval(() => {
    if (downloading !== null) {
      const bytes = Math.min(downloading.total, downloading.bytes + 400_000)
      const secondsLeft = (downloading.total - bytes) / 2e6
      const state = bytes === downloading.total ? 'done' : 'fetching'
      downloading = { ...downloading, state, bytes, bytesPerSecond: 2e6, secondsLeft }
      events.tell({ kind: 'download', download: downloading })
      if (state === 'done') downloading = null
    }
    batch += 20
    for (const { id, state, epochsDone } of all.values())
      if (state === 'running')
        events.tell({
          kind: 'run',
          id,
          event: {
            kind: 'progress',
            epoch: epochsDone + 1,
            batch: batch % 3000,
            batchesPerEpoch: 3000,
            samplesPerSecond: 6420 + 30 * wobble(1, batch),
            secondsLeft: 372,
            phase: 'training',
          },
        })
  }, 200)

  return {
    describe: async () => description,
    list: async ({ after, limit }) => {
      const listed = [...all.values()]
      const from = after === undefined ? 0 : listed.findIndex(({ id }) => id === after.id) + 1
      return listed.slice(from, limit === undefined ? undefined : from + limit)
    },
    read: async ({ id }) => recordOf(found(id), description, notes.get(id) ?? ''),
    forecast: async ({ experiment }) => {
      const { seeds, widths } = experiment as { seeds: unknown; widths: readonly number[] }
      let parameters = 0
      for (let k = 1; k < widths.length; k++) {
        const above = widths[k] ?? 0
        const below = widths[k - 1] ?? 0
        parameters += above * below + above * above + (k > 1 ? above * below : 0)
      }
      const runs = Array.isArray(seeds) ? seeds.length : 1
      const flopPerBatch = parameters * 20 * 80
      return {
        problems: [],
        experiments: 1,
        runs,
        parameters,
        batchesPerEpoch: 3000,
        flopPerBatch,
        seconds: 1100,
        basis: 'run',
        memoryBytes: parameters * 8 * runs,
        measures: [
          { name: 'alignment', percent: 0 },
          { name: 'information', percent: 11.4 },
          { name: 'residual', percent: 0.2 },
        ],
      }
    },
    readExperiment: async ({ value }) => ({ experiment: value as Experiment, problems: [] }),
    saveTemplate: async ({ name, experiment }) => ({
      name,
      experiment: experiment as Experiment,
      saved: '2026-11-26T15:00:00.000Z',
    }),
    deleteTemplate: async () => null,
    start: async ({ experiment }) => {
      const { name, widths, seeds, rule, data } = experiment as Experiment
      const [template] = rows
      if (template === undefined) throw new Error('the straw lab has no row to copy')
      const id = `fake-${all.size}`
      const row: ExperimentRow = {
        ...template,
        ...{ id, name, widths, seeds, rule: rule.name, dataset: data.name },
        state: 'running',
        testAccuracy: null,
        curve: [],
        epochsDone: 0,
      }
      all.set(id, row)
      events.tell({ kind: 'row', row })
      return { id, ids: [id] }
    },
    pause: async ({ id }) => become(id, { state: 'paused' }),
    continue: async ({ id }) => become(id, { state: 'running' }),
    stop: async ({ id }) => become(id, { state: 'stopped', queuePosition: null }),
    stopAfter: async ({ id, what }) => become(id, { stopsAfter: what }),
    stopSeed: async () => null,
    addSeeds: async ({ id, seeds }) => become(id, { seeds: [...found(id).seeds, ...seeds], state: 'running' }),
    resume: async ({ id }) => become(id, { state: 'running' }),
    forecastQueue: async () =>
      [...all.values()].filter(({ state }) => state === 'queued').map(({ id }) => ({ id, seconds: 640 })),
    moveInQueue: async ({ id, position }) => {
      const other = [...all.values()].find(({ queuePosition }) => queuePosition === position)
      if (other !== undefined) become(other.id, { queuePosition: found(id).queuePosition })
      return become(id, { queuePosition: position })
    },
    writeNotes: async ({ id, text }) => {
      notes.set(id, text)
      return null
    },
    label: async ({ ids, change }) => {
      for (const id of ids) {
        const { tags, pinned, archived } = found(id)
        const kept = tags.filter((tag) => change.removeTags?.includes(tag) !== true)
        become(id, {
          tags: [...new Set([...kept, ...(change.addTags ?? [])])].sort(),
          pinned: change.pinned ?? pinned,
          archived: change.archived ?? archived,
        })
      }
      return { done: ids, refused: [] }
    },
    trash: async ({ ids }) => {
      for (const id of ids) {
        trash.set(id, found(id))
        all.delete(id)
        events.tell({ kind: 'removed', id })
      }
      return { done: ids, refused: [] }
    },
    restore: async ({ ids }) => {
      for (const id of ids) {
        const row = trash.get(id)
        if (row === undefined) continue
        all.set(id, row)
        events.tell({ kind: 'row', row })
      }
      return { done: ids, refused: [] }
    },
    bench: async ({ engine }) => fakeBench(engine),
    preview: async ({ split, label, from, count }) => {
      const samples = Array.from({ length: count }, (_, i) => ({ index: from + i, label: label ?? i % 10 }))
      return {
        image: { height: 2, width: 2, channels: 1 },
        classNames: Array.from({ length: 10 }, (_, digit) => String(digit)),
        counts: Array.from({ length: 10 }, () => (split === 'train' ? 1000 : 200)),
        total: split === 'train' ? 10_000 : 2000,
        matching: label === null ? 10_000 : 1000,
        samples,
        pixels: btoa('\u0000\u0080\u00ff\u0040'.repeat(count)),
        checksums: { glyphs: 'version 2, seed 0' },
        warnings: [],
      }
    },
    views: async () => views,
    keepView: async ({ view }) => (views = [...views.filter(({ name }) => name !== view.name), view]),
    forgetView: async ({ name }) => (views = views.filter((view) => view.name !== name)),
    download: async ({ name }) => {
      const total = description.dataSets.find((card) => card.name === name)?.download?.bytes ?? 0
      downloading = { ...{ name, state: 'fetching', bytes: 0, total }, ...NO_RATE, problem: null }
      return null
    },
    stopDownload: async () => {
      if (downloading !== null) events.tell({ kind: 'download', download: { ...downloading, state: 'stopped' } })
      downloading = null
      return null
    },
    openResults: async ({ folder }) => {
      if (folder !== null)
        throw new Refusal({
          message: `${folder} holds no experiments.`,
          next: 'Choose a results folder: one with a folder for each experiment.',
          problems: [],
        })
      return { resultsFolder: description.resultsFolder, id: null }
    },
    useDataFolder: async ({ folder }) => {
      throw new Refusal({
        message: `${folder} has no file train-images-idx3-ubyte, plain or .gz.`,
        next: 'Point to the folder that holds the four IDX files.',
        problems: [],
      })
    },
    watch: (listener) => events.add(listener),
  }
}

function fakeBench(engine: string): BenchResult {
  return {
    ...{ engine, device: 'wasm, 2 threads', rule: 'CorInfoMax', widths: [784, 128, 10], batch: 20, replicas: 1 },
    ...{ threads: 2, trainMsPerBatch: 1.62, evalMsPerBatch: 0.4, gflops: 31.4, peakGflops: 88.2 },
    measured: '2026-11-26T15:00:00.000Z',
    machine: { cpu: 'A processor of straw', cores: 8, os: 'Linux 6.12', apical: '0.1.0' },
    besideRun: false,
  }
}

function recordOf(row: ExperimentRow, description: LabDescription, notes: string): ExperimentRecord {
  const preset =
    description.presets.find(({ experiment }) => experiment.rule.name === row.rule) ?? description.presets[0]
  if (preset === undefined) throw new Error('the straw lab has no preset')
  const epochs = Math.min(row.epochsDone, EPOCHS_SHOWN)
  const end = row.testAccuracy?.mean ?? 0.97
  const seeds = row.seeds.map((seed, i): SeedRecord => {
    const numbers = Array.from({ length: epochs }, (_, e) => e + 1)
    const batches = Array.from({ length: epochs * 6 }, (_, b) => (b + 1) * 500)
    const curve = (from: number, to: number, pace: number, noise: number): readonly number[] =>
      batches.map((at) => to - (to - from) * Math.exp(-at / pace) + noise * wobble(i + from, at))
    const collapsed = row.collapsedSeeds.includes(seed)
    return {
      seed,
      epochs: collapsed ? numbers.slice(0, 9) : numbers,
      testAccuracy: numbers.map((e) => end - 0.04 * Math.exp(-e / 5) + 0.0012 * wobble(i, e)),
      trainAccuracy: numbers.map((e) => end + 0.012 - 0.05 * Math.exp(-e / 6) + 0.0008 * wobble(i + 50, e)),
      validationAccuracy: numbers.map(() => null),
      seconds: numbers.map(() => 21.5),
      measures: {
        alignment: { 'layer 2': { batch: batches, value: curve(90, 52, 18_000, 0.6) } },
        information: {
          'forward 1→2': { batch: batches, value: curve(12, 61, 21_000, 1) },
          'backward 2→1': { batch: batches, value: curve(4, 38, 27_000, 1) },
        },
      },
      profiles: {
        residual: {
          free: { batch: 3000, value: Array.from({ length: 20 }, (_, t) => Math.exp(-t / 3) + 0.002 * i) },
          nudged: { batch: 3000, value: Array.from({ length: 10 }, (_, t) => 0.1 * Math.exp(-t / 3)) },
        },
      },
      confusion: {
        epoch: epochs,
        split: 'test',
        classes: ['0', '1', '2'],
        counts: [98, 1, 1, 2, 97, 1, 0, 4, 96],
      },
      collapsed: collapsed ? { epoch: 9, reason: 'test accuracy fell to chance, 9.8 %' } : null,
    }
  })
  return {
    row,
    folder: `/home/person/apical/${row.id}`,
    experiment: { ...preset.experiment, name: row.name, seeds: [...row.seeds] },
    environment: {
      apical: '0.1.0',
      node: '26.10.0',
      os: 'Linux 6.12',
      cpu: 'A processor of straw',
      cores: 8,
      memoryBytes: 32e9,
      engine: row.engine,
      device: 'wasm, 2 threads',
      precision: 'float32',
      data: { 'train-images-idx3-ubyte.gz': '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609' },
      started: row.created,
    },
    seeds,
    outcomes: seeds.map((seed) => ({
      seed: seed.seed,
      status: seed.collapsed === null ? 'done' : 'collapsed',
      testAccuracy: seed.testAccuracy.at(-1) ?? null,
      trainAccuracy: seed.trainAccuracy.at(-1) ?? null,
      validationAccuracy: null,
      epoch: seed.epochs.at(-1) ?? null,
      reason: seed.collapsed?.reason ?? null,
    })),
    costs: [
      { measure: 'alignment', seconds: 0.4, percent: 0.04 },
      { measure: 'information', seconds: 120, percent: 11.9 },
      { measure: 'residual', seconds: 1.9, percent: 0.2 },
    ],
    notes,
    files: [
      { path: 'experiment.json', bytes: 1_934 },
      { path: 'environment.json', bytes: 812 },
      { path: 'seed-0/metrics.jsonl', bytes: 48_211 },
      { path: 'seed-0/weights.safetensors', bytes: 3_211_402 },
    ],
    warnings: [],
  }
}

/** The straw lab as a wire, for a page without a host. */
export function fakeWire(lab: Lab = fakeLab()): Wire {
  const calls = lab as unknown as Record<string, (argument: unknown) => Promise<unknown>>
  return {
    call: async (name, argument) => calls[name]?.(argument),
    listen: (listener) => lab.watch(listener),
    watchConnection(listener) {
      listener('open')
      return () => undefined
    },
  }
}
