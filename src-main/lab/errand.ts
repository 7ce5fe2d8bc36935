/** A plain Node process that does one errand for a lab, tells the result over its IPC channel, and ends. */
import { cpus, release, type } from 'node:os'
import type { DataPreview } from '../contract.ts'
import { chooseEngine } from '../engines/index.ts'
import { presetNamed } from '../experiment/presets.ts'
import { compileRule, ruleNamed } from '../rules/index.ts'
import { measureBench } from '../training/bench.ts'
import { loadDataSet } from './datasets.ts'
import { Errand, type ErrandResults, type FromErrand } from './errand-kinds.ts'

/** A network whose batches last milliseconds on plain loops too; its data is not needed. */
const BENCHED = 'corinfomax-glyphs'

process.on('disconnect', () => process.exit(0))
process.on('message', (message) => {
  const parsed = Errand.safeParse(message)
  if (parsed.success) void run(parsed.data)
})

async function run(errand: Errand): Promise<void> {
  try {
    tell({ kind: 'result', result: await (errand.kind === 'bench' ? bench(errand) : preview(errand)) })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const next = error instanceof Error && 'next' in error ? String(error.next) : 'Try again.'
    tell({ kind: 'refused', message, next })
  }
}

function tell(message: FromErrand): void {
  if (process.connected) process.send?.(message, undefined, {}, () => undefined)
}

async function bench({ engine: name, apical }: Extract<Errand, { kind: 'bench' }>): Promise<ErrandResults['bench']> {
  const preset = presetNamed(BENCHED)
  const rule = preset === undefined ? undefined : ruleNamed(preset.experiment.rule.name)
  if (preset === undefined || rule === undefined) throw new RangeError(`there is no preset named "${BENCHED}"`)
  const { experiment } = preset
  const { engine } = await chooseEngine(name)
  const batch = experiment.training.batchSize
  const replicas = 1
  const figures = await measureBench(
    engine,
    compileRule(rule, rule.settings.parse(experiment.rule.settings), experiment.widths),
    {
      ...{ batch, replicas, threads: null, device: null, batches: null },
      onStep: (fraction) => {
        tell({ kind: 'step', fraction })
      },
    },
  )
  const processors = cpus()
  return {
    engine: engine.name,
    device: figures.device,
    rule: rule.label,
    widths: experiment.widths,
    batch,
    replicas,
    threads: figures.threads,
    trainMsPerBatch: figures.trainMsPerBatch,
    evalMsPerBatch: figures.evalMsPerBatch,
    gflops: figures.gflops,
    peakGflops: figures.peakGflops,
    measured: new Date().toISOString(),
    machine: {
      cpu: processors[0]?.model.trim() ?? 'unknown',
      cores: processors.length,
      os: `${type()} ${release()} ${process.arch}`,
      apical,
    },
  }
}

async function preview(asked: Extract<Errand, { kind: 'preview' }>): Promise<DataPreview> {
  const { data, fingerprint, warnings } = await loadDataSet(asked.name, { seed: 0, folder: asked.dataFolder })
  const { labels, pixels, features, count: total, image } = data[asked.split]
  const counts = data.classNames.map(() => 0)
  const found: number[] = []
  for (let index = 0; index < total; index++) {
    const label = labels[index] as number
    counts[label] = (counts[label] ?? 0) + 1
    if (asked.label === null || asked.label === label) found.push(index)
  }
  const page = found.slice(asked.from, asked.from + asked.count)
  const bytes = new Uint8Array(page.length * features)
  page.forEach((index, at) => {
    bytes.set(pixels.subarray(index * features, (index + 1) * features), at * features)
  })
  return {
    image,
    classNames: data.classNames,
    counts,
    total,
    matching: found.length,
    samples: page.map((index) => ({ index, label: labels[index] as number })),
    pixels: Buffer.from(bytes).toString('base64'),
    checksums: fingerprint,
    warnings,
  }
}
