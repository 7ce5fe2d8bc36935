/** A grid of one-seed experiments trained one after another, and as shares of one session. */
import type { Engine } from '../../src-main/engines/engine.ts'
import { joinedMembers } from '../../src-main/engines/joined.ts'
import { Experiment } from '../../src-main/experiment/experiment.ts'
import { Generator } from '../../src-main/program/random.ts'
import { ruleNamed } from '../../src-main/rules/index.ts'
import { TrainingControls } from '../../src-main/training/controls.ts'
import { train } from '../../src-main/training/train.ts'
import { randomSamples } from '../../src-main/training/trial.ts'
import type { BenchCase } from './cases.ts'
import { median } from './versions.ts'

/** Ways are timed in turn, so many times; the medians count. */
const ROUNDS = 3

interface GridOptions {
  readonly members: number
  /** Of each member; one epoch without evaluation. */
  readonly batches: number
  readonly device: string
}

export interface GridFigures extends GridOptions {
  readonly case: string
  readonly widths: readonly number[]
  /** Wall time of the whole grid, from the first session to the last. */
  readonly oneAfterAnotherSeconds: number
  readonly joinedSeconds: number
}

export async function timeGrid(engine: Engine, one: BenchCase, options: GridOptions): Promise<GridFigures> {
  const { members, batches, device } = options
  const { rule, widths, batch } = one
  const samples = randomSamples(widths[0] ?? 1, widths.at(-1) ?? 1, batches * batch, Generator.seeded(1))
  const settings: unknown = ruleNamed(rule)?.settings.parse(one.settings)
  const run = async (seed: number, on: Engine): Promise<void> => {
    const experiment = Experiment.parse({
      ...{ version: 1, name: one.name, preset: null, data: { name: 'glyphs' }, widths, seeds: [seed] },
      rule: { name: rule, settings },
      training: { epochs: 1, batchSize: batch, evaluateTrain: 'off', evaluateTest: 'off' },
      engine: { name: engine.name, device },
    })
    const data = { name: 'random', train: samples, test: samples, classNames: [] }
    const task = { experiment, engine: on, data, from: null, folder: '', now: () => performance.now() }
    for await (const event of train(task, new TrainingControls()))
      if (event.kind === 'collapsed') throw new Error(`${one.name} collapsed: ${event.reason}`)
  }
  const ways = {
    alone: async () => {
      for (let seed = 0; seed < members; seed++) await run(seed, engine)
    },
    joined: async () => {
      await Promise.all(joinedMembers(engine, members).map((member, seed) => run(seed, member.engine)))
    },
  }
  const seconds: Record<keyof typeof ways, number[]> = { alone: [], joined: [] }
  for (let round = 0; round < ROUNDS; round++)
    for (const way of ['alone', 'joined'] as const) {
      const began = performance.now()
      await ways[way]()
      seconds[way].push((performance.now() - began) / 1000)
    }
  return {
    ...options,
    case: one.name,
    widths,
    oneAfterAnotherSeconds: median(seconds.alone),
    joinedSeconds: median(seconds.joined),
  }
}
