/**
 * Tells a run as it happens: every event as a JSON line with `--json`, and for people epoch lines with, on a terminal,
 * a progress bar below them.
 */
import type { EarlyEpoch, MeasureCost, RunEvent, SeedOutcome } from '../experiment/event.ts'
import { seedsBehind } from '../experiment/outcome.ts'
import { spreadOf } from '../experiment/spread.ts'
import { EXIT } from './command.ts'
import { duration, percent, spread, table } from './layout.ts'
import type { Terminal } from './terminal.ts'

type Of<K extends RunEvent['kind']> = Extract<RunEvent, { kind: K }>

/** `progress` events are passed on at most twice a second; all others always. */
const PROGRESS_INTERVAL_MS = 500
const BAR_LETTERS = 24

export class Report {
  readonly #terminal: Terminal
  #epochs = 0
  #seedsLeft = new Set<number>()
  #epoch: Of<'epoch'>[] = []
  #told = -Infinity
  #costs: readonly MeasureCost[] = []

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  tell(event: RunEvent): void {
    if (event.kind === 'progress') {
      const now = performance.now()
      if (now - this.#told < PROGRESS_INTERVAL_MS) return
      this.#told = now
      this.#terminal.data(event)
      this.#terminal.status(this.#bar(event))
      return
    }
    this.#terminal.data(event)
    this.#say(event)
  }

  /** Removes the bar, whatever became of the run. */
  end(): void {
    this.#flushEpoch()
    this.#terminal.status('')
  }

  #say(event: Exclude<RunEvent, Of<'progress'>>): void {
    const terminal = this.#terminal
    switch (event.kind) {
      case 'started':
        this.#epochs = event.epochs
        this.#seedsLeft = new Set(event.seeds)
        terminal.print(
          `${event.seeds.length === 1 ? `seed ${event.seeds.join()}` : `${event.seeds.length} seeds`} on ${event.engine} (${event.device}), ` +
            `${event.parameters.toLocaleString('en')} parameters, ${event.batchesPerEpoch.toLocaleString('en')} batches per epoch` +
            (event.fromEpoch > 0 ? `, resuming after epoch ${event.fromEpoch}` : ''),
        )
        terminal.print(terminal.paint('dim', event.folder))
        return
      case 'epoch':
        if (this.#epoch.length > 0 && this.#epoch[0]?.epoch !== event.epoch) this.#flushEpoch()
        this.#epoch.push(event)
        if (this.#epoch.length >= this.#seedsLeft.size) this.#flushEpoch()
        return
      case 'collapsed':
        this.#seedsLeft.delete(event.seed)
        terminal.print(
          terminal.paint(
            'yellow',
            `seed ${event.seed} collapsed in epoch ${event.epoch}, batch ${event.batch}: ${event.reason}`,
          ),
        )
        return
      case 'at-chance':
        return
      case 'note':
        terminal.print(terminal.paint(event.level === 'warning' ? 'yellow' : 'dim', event.message))
        return
      case 'done':
        this.end()
        for (const line of doneLines(event, terminal)) terminal.print(line)
        if (this.#costs.length > 0) terminal.print(terminal.paint('dim', costsLine(this.#costs)))
        return
      case 'failed':
        this.end()
        terminal.complain(terminal.paint('red', event.message))
        if (event.next !== '') terminal.complain(event.next)
        return
      case 'paused':
        terminal.print('paused')
        return
      case 'continued':
        terminal.print('continued')
        return
      case 'stopped':
        this.end()
        terminal.print(
          `Stopped after ${event.epoch} full epochs (${event.batch.toLocaleString('en')} batches in total); a checkpoint was saved.`,
        )
        if (event.reason !== undefined) terminal.print(event.reason)
        return
      case 'costs':
        this.#costs = event.costs
        return
      case 'batches':
      case 'measure':
      case 'confusion':
      case 'resumed':
      case 'checkpoint':
        return
      default:
        event satisfies never
    }
  }

  /** One line per epoch, over the seeds that finished it. */
  #flushEpoch(): void {
    const [first] = this.#epoch
    if (first === undefined) return
    const mean = (of: (event: Of<'epoch'>) => number | null): number | null =>
      spreadOf(this.#epoch.map(of))?.mean ?? null
    const test = mean(({ testAccuracy }) => testAccuracy)
    const train = mean(({ trainAccuracy }) => trainAccuracy)
    const validation = mean(({ validationAccuracy }) => validationAccuracy)
    const held = validation === null ? '' : `validation ${percent(validation)}   `
    const seeds = this.#epoch.length > 1 ? `  (mean of ${this.#epoch.length} seeds)` : ''
    const number = `${first.epoch}/${this.#epochs}`.padStart(2 * String(this.#epochs).length + 1)
    this.#terminal.print(
      `epoch ${number}   test ${percent(test)}   train ${percent(train)}   ${held}${duration(first.seconds)}${seeds}`,
    )
    this.#epoch = []
  }

  #bar({ epoch, batch, batchesPerEpoch, samplesPerSecond, secondsLeft, phase }: Of<'progress'>): string {
    const epochs = Math.max(1, this.#epochs)
    const share = Math.min(1, (epoch - 1 + (batchesPerEpoch > 0 ? batch / batchesPerEpoch : 0)) / epochs)
    const full = Math.round(share * BAR_LETTERS)
    const bar = this.#terminal.paint('cyan', '█'.repeat(full)) + '░'.repeat(BAR_LETTERS - full)
    const left = secondsLeft === null ? 'ETA …' : `ETA ${duration(secondsLeft)}`
    const doing =
      phase === 'evaluating' ? 'evaluating' : `${Math.round(samplesPerSecond).toLocaleString('en')} samples/s`
    const text = ` ${Math.floor(share * 100)} %  epoch ${epoch}/${epochs}  ${doing}  ${left}`
    // A line that wraps cannot be redrawn in place.
    return bar + text.slice(0, Math.max(0, this.#terminal.width - BAR_LETTERS - 1))
  }
}

function doneLines(event: Of<'done'>, terminal: Terminal): string[] {
  const counted = event.testAccuracy ?? event.trainAccuracy
  const lost = event.seeds.filter(({ status }) => status !== 'done')
  const all = event.seeds.every(({ status }) => status === 'collapsed') ? ', collapsed' : ''
  const of = event.seeds.length > 1 || all !== '' ? `  (${counted?.n ?? 0} of ${event.seeds.length} seeds${all})` : ''
  const held = event.validationAccuracy === null ? '' : `   validation ${spread(event.validationAccuracy)}`
  const lines = [
    terminal.paint(
      'bold',
      `test ${spread(event.testAccuracy)}   train ${spread(event.trainAccuracy)}${held}${of}   in ${duration(event.seconds)}`,
    ),
    ...behindLines(event.seeds),
    ...lost.map((seed) =>
      terminal.paint('yellow', `seed ${seed.seed} ${measured(seed)}: ${seed.reason ?? 'no reason given'}`),
    ),
    ...event.seeds.flatMap(({ seed, atChance, reason }) =>
      atChance ? [terminal.paint('yellow', `seed ${seed} is ${reason ?? 'at chance level'}`)] : [],
    ),
  ]
  if (event.selection !== 'last-epoch')
    lines.push(
      `Accuracies at the epoch with the best validation accuracy: ${event.seeds.map(({ seed, epoch }) => `seed ${seed} epoch ${epoch ?? '–'}`).join(', ')}`,
    )
  if (event.published !== null) {
    const { verdict } = event.published
    const words = {
      inside: 'the same within its margin',
      outside: 'different',
      'too few seeds': 'too few seeds to judge',
    }[verdict]
    const colour = { inside: 'green', outside: 'yellow', 'too few seeds': 'dim' } as const
    lines.push(
      terminal.paint(
        colour[verdict],
        `published: ${spread(event.published)} (${event.published.n} seeds); this run: ${words}`,
      ),
    )
  }
  if (event.early !== null) lines.push(...earlyLines(event.early, terminal))
  lines.push(`Results: ${event.folder}`)
  return lines
}

/** Which seeds the result leaves out because they are not as far as the others; nothing where none is. */
export function behindLines(seeds: readonly SeedOutcome[]): string[] {
  const left = seedsBehind(seeds)
  if (left.length === 0) return []
  const each = left.map(({ seed, epochs }) => `seed ${seed} (epoch ${epochs})`)
  return [`Not in the mean, because they finished fewer epochs: ${each.join(', ')}.`]
}

/** 'collapsed, test 9.80 %': a number that was measured is shown whatever became of its seed. */
function measured({ status, testAccuracy }: SeedOutcome): string {
  return testAccuracy === null ? status : `${status}, test ${percent(testAccuracy)}`
}

/** A table of the first epochs beside the published ones; nothing where no epoch has both. */
export function earlyLines(early: readonly EarlyEpoch[], terminal: Terminal): string[] {
  const rows = early.flatMap(({ epoch, published, ours, verdict }) => {
    if (ours === null) return []
    const { mean, sd, n } = published
    const word = verdict === null ? '' : terminal.paint(verdict === 'inside' ? 'green' : 'yellow', verdict)
    const theirs = sd === null ? percent(mean) : spread({ mean, sd, n })
    return [[String(epoch), spread(ours), String(ours.n), theirs, String(n), word]]
  })
  if (rows.length === 0) return []
  const ranged = early.some(({ published }) => published.sd !== null)
  return [
    `test accuracy of the first epochs beside the published${ranged ? ' accuracy (inside: within two published standard deviations)' : ' accuracy, which has no spread'}`,
    ...table(['>epoch', '>this run', '>seeds', '>published', '>seeds', ''], rows),
  ]
}

/** 'Measures took 2.4 % of training: information 2.1 %, silent 0.3 %.' */
export function costsLine(costs: readonly MeasureCost[]): string {
  const sum = costs.reduce((total, { percent: each }) => total + each, 0)
  const each = costs.map((cost) => `${cost.measure} ${cost.percent.toFixed(1)} %`)
  return `Measures took ${sum.toFixed(1)} % of training: ${each.join(', ')}.`
}

/** Done only when every seed has a result, at chance or not: a collapsed or failed seed is never averaged away silently. */
export function doneExit(seeds: readonly SeedOutcome[]): number {
  return seeds.every(({ status }) => status === 'done') ? EXIT.done : EXIT.failed
}
