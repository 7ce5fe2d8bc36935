/** Lines of a run's log as a person reads them: the time of day, and events in words. What is neither stays as it is. */
import type { RunEvent } from '../../../src-main/experiment/event.ts'
import { writeSeeds } from '../../experiments/seeds.ts'
import { percent, spread } from '../../text/format.ts'

export interface LogLine {
  readonly time: string
  /** With the day; empty where the line has none. */
  readonly stamp: string
  readonly text: string
  readonly tone: 'plain' | 'warn' | 'bad'
}

export function logLines(log: string): readonly LogLine[] {
  return log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, stamp = '', said = line] = /^(\d{4}-\d\d-\d\dT\S+Z) (.*)$/.exec(line) ?? []
      const at = new Date(stamp)
      const time = Number.isNaN(at.getTime()) ? '' : at.toLocaleTimeString('en-GB')
      return { time, stamp, ...inWords(said) }
    })
}

function inWords(said: string): Pick<LogLine, 'text' | 'tone'> {
  try {
    const event = JSON.parse(said) as RunEvent
    return { text: textOf(event) ?? said, tone: toneOf(event) }
  } catch {
    // A sentence, a line cut through by a kill, or an event of another version.
    return { text: said, tone: 'plain' }
  }
}

function toneOf(event: RunEvent): LogLine['tone'] {
  if (event.kind === 'failed') return 'bad'
  const warns = event.kind === 'collapsed' || event.kind === 'at-chance'
  return warns || (event.kind === 'note' && event.level === 'warning') ? 'warn' : 'plain'
}

/** Null for what has no words of its own. */
function textOf(event: RunEvent): string | null {
  switch (event.kind) {
    case 'started': {
      const from = event.fromEpoch > 0 ? `, from epoch ${event.fromEpoch}` : ''
      return `started: ${event.engine} on ${event.device}, seeds ${writeSeeds(event.seeds)}, ${event.epochs} epochs${from}`
    }
    case 'epoch': {
      const { trainAccuracy, testAccuracy, validationAccuracy } = event
      const all = Object.entries({ test: testAccuracy, train: trainAccuracy, validation: validationAccuracy })
      const known = all.flatMap(([name, value]) => (value === null ? [] : [`${name} ${percent(value)}`]))
      return `epoch ${event.epoch}, seed ${event.seed}${known.length === 0 ? '' : ` · ${known.join(', ')} %`}`
    }
    case 'checkpoint':
      return `checkpoint in epoch ${event.epoch}, batch ${event.batch}`
    case 'collapsed':
      return `seed ${event.seed} collapsed in epoch ${event.epoch}: ${event.reason}`
    case 'at-chance':
      return `seed ${event.seed} is ${event.reason}`
    case 'note':
      return event.message
    case 'failed':
      return `failed: ${event.message}`
    case 'done':
      return event.testAccuracy === null ? 'done' : `done: test ${spread(event.testAccuracy)} %`
    case 'stopped':
      return 'stopped'
    default:
      return null
  }
}
