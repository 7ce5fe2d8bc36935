/**
 * Looks into trained networks, timed as a window sees them but for the wire: the process is asked and answers. Against each
 * other in one run: the first look (a process, a data set, weights), looks after it, and images of a drawing.
 *
 *   node test/bench/looks.ts RUN [DATA]     a folder of a run that has weights, and where its data set lies
 */
import { resolve } from 'node:path'
import { LookDesk } from '../../src-main/lab/jobs.ts'
import { rootFolder } from '../../src-main/lab/machine.ts'
import { readExperiment } from '../../src-main/lab/results.ts'
import type { LookAsk } from '../../src-main/experiment/look.ts'

const [run, data] = process.argv.slice(2)
if (run === undefined) throw new Error('looks.ts RUN [DATA]')
const folder = resolve(run)
const { widths, seeds, rule } = readExperiment(folder)
const desk = new LookDesk(rootFolder())

async function timed(ask: LookAsk): Promise<number> {
  const before = performance.now()
  await desk.look({
    ...{ folder, ask, dataFolder: data === undefined ? null : resolve(data) },
    network: { seed: seeds[0] ?? 0, epoch: null },
  })
  return performance.now() - before
}

async function repeated(times: number, ask: (i: number) => LookAsk): Promise<string> {
  const all: number[] = []
  for (let i = 0; i < times; i++) all.push(await timed(ask(i)))
  all.sort((a, b) => a - b)
  const at = (share: number): string => (all[Math.floor(share * (all.length - 1))] ?? NaN).toFixed(1)
  return `median ${at(0.5)} ms, 95 % within ${at(0.95)} ms, longest ${at(1)} ms`
}

const sixteen = (from: number, further: boolean): LookAsk => ({
  ...{ kind: 'scope', variants: [], further },
  samples: Array.from({ length: 16 }, (_, i) => from + i),
})
const drawn = (i: number): LookAsk => {
  const pixels = Buffer.alloc(widths[0] ?? 0)
  pixels.fill(200, 300, 300 + 4 * i)
  return { kind: 'draw', pixels: pixels.toString('base64') }
}

try {
  console.log(`${rule.name}, ${widths.join('-')}`)
  console.log(`data and weights made ready, the process started: ${(await timed({ kind: 'ready' })).toFixed(0)} ms`)
  console.log(`scope of 16 samples, the first: ${(await timed(sixteen(0, true))).toFixed(0)} ms`)
  console.log(`scope of 16 samples, run on to where it settles: ${await repeated(20, (i) => sixteen(16 * i, true))}`)
  console.log(`scope of 16 samples, its own iterations alone: ${await repeated(20, (i) => sixteen(16 * i, false))}`)
  console.log(`a drawing's first image: ${(await timed(drawn(0))).toFixed(0)} ms`)
  console.log(`its images after that: ${await repeated(100, drawn)}`)
} finally {
  desk.close()
}
