/** Two runs to export: the bundled sample, and one with everything that makes an export go wrong. */
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apical, ROOT, type Finished } from '../cli/process.ts'

const [SAMPLE = ''] = readdirSync(join(ROOT, 'resources/sample'))
export const SEEDS = [0, 10, 20, 30, 40] as const
/** Begins like a formula, and needs quoting. */
export const ODD_NAME = '=1+1, "odd"'

interface EpochLine {
  readonly epoch: number
  readonly trainAccuracy: number
  readonly testAccuracy: number
  readonly seconds: number
}

export class Runs {
  readonly home = mkdtempSync(join(tmpdir(), 'apical-exports-'))
  readonly results = join(this.home, 'results')

  constructor() {
    for (const name of ['plain', 'odd'])
      cpSync(join(ROOT, 'resources/sample', SAMPLE), join(this.results, name), { recursive: true })
    const odd = join(this.results, 'odd')
    // Named by a person; set differently, once in a number and once in what was a number.
    writeFileSync(join(odd, 'labels.json'), JSON.stringify({ version: 1, name: ODD_NAME }))
    const experiment = JSON.parse(readFileSync(join(odd, 'experiment.json'), 'utf8')) as {
      rule: { settings: Record<string, unknown> }
    }
    experiment.rule.settings['beta'] = 0.25
    writeFileSync(join(odd, 'experiment.json'), JSON.stringify(experiment))
    // Epochs 9 and 10 were done again after a crash, whose last line is torn.
    const again = this.lines('odd', 10).filter(({ epoch }) => epoch >= 9)
    appendFileSync(
      join(odd, 'seed-10/metrics.jsonl'),
      [
        { kind: 'resumed', seed: 10, epoch: 8, batch: 4000 },
        ...again.map((line) => ({ ...line, seconds: line.seconds + 1 })),
      ]
        .map((line) => `${JSON.stringify(line)}\n`)
        .join('') + '{"kind":"epo',
    )
    appendFileSync(
      join(odd, 'seed-20/metrics.jsonl'),
      `${JSON.stringify({ kind: 'collapsed', seed: 20, epoch: 10, batch: 5000, reason: 'made up for a test' })}\n`,
    )
    // Of this machine, and not to be handed on.
    writeFileSync(join(odd, 'local.json'), JSON.stringify({ dataFolder: join(this.home, 'data') }))
    writeFileSync(join(odd, 'run.log'), `${this.home}\n`)
    mkdirSync(this.at('written'))
  }

  at(name: string): string {
    return join(this.home, name)
  }

  folder(run: string): string {
    return join(this.results, run)
  }

  apical(words: readonly string[]): Promise<Finished> {
    return apical(words, { APICAL_HOME: this.home })
  }

  /** What metrics.jsonl says of each epoch, the last word on it. */
  lines(run: string, seed: number): EpochLine[] {
    const byEpoch = new Map<number, EpochLine>()
    for (const text of readFileSync(join(this.folder(run), `seed-${seed}/metrics.jsonl`), 'utf8').split('\n')) {
      if (!text.startsWith('{"kind":"epoch"') || !text.endsWith('}')) continue
      const line = JSON.parse(text) as EpochLine
      byEpoch.set(line.epoch, line)
    }
    return [...byEpoch.values()]
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true })
  }
}
