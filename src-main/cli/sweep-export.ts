/** `apical sweep export`: checks what is asked of Slurm before anything is written. */
import { resolve } from 'node:path'
import { exportSweep } from '../lab/cluster.ts'
import { newSweepId } from '../lab/runs.ts'
import { EXIT, UsageProblem, type Option, type Words } from './command.ts'
import { experimentsOf } from './experiments.ts'
import type { Terminal } from './terminal.ts'

/** Seconds: enough for the current batches and a checkpoint of a large network on a slow share. */
const NOTICE = 120
/** Slurm looks at time limits so often, and may send its signal that much earlier. */
const SLURM_LOOKS_EVERY = 60

const SLURM_OPTIONS: readonly Option[] = [
  { name: 'partition', value: 'NAME', help: 'with --slurm: the partition' },
  { name: 'time', value: 'T', help: 'with --slurm: the time limit of a task, as Slurm reads it (90, 1:30:00, 2-12)' },
  { name: 'memory', value: 'SIZE', help: 'with --slurm: memory of a task (4G)' },
  { name: 'gpus', value: 'N', help: 'with --slurm: GPUs of a task, N or TYPE:N' },
  {
    name: 'cpus',
    value: 'N',
    help: 'with --slurm: processors of a task, and threads of its engine unless --threads says',
  },
  { name: 'at-once', value: 'N', help: 'with --slurm: tasks that run at the same time, at most' },
  {
    name: 'notice',
    value: 'SECONDS',
    help: `with --slurm: how long before the time limit a task is asked to stop (default: ${NOTICE})`,
  },
]

export const EXPORT_OPTIONS: readonly Option[] = [
  {
    name: 'seeds-per-task',
    value: 'N',
    help: 'with export: so many seeds of an experiment in a task (default: all, side by side)',
  },
  ...SLURM_OPTIONS,
]

export function exportTasks(words: Words, terminal: Terminal): number {
  const slurm = words.has('slurm')
  if (slurm === words.has('shell'))
    throw new UsageProblem(
      `Expected one of --slurm and --shell, found ${slurm ? 'both' : 'neither'}.`,
      '--slurm writes a job array, --shell a script for machines without Slurm.',
    )
  const to = words.text('to')
  if (to === undefined) throw new UsageProblem('Expected --to DIR, found nothing.', 'DIR is the folder to write.')
  const alien = slurm ? undefined : SLURM_OPTIONS.find(({ name }) => words.text(name) !== undefined)
  if (alien !== undefined) throw new UsageProblem(`--${alien.name} belongs to --slurm, found it with --shell.`)
  const limits = slurm ? limitsIn(words) : null
  const cpus = limits?.cpus ?? null
  const experiments = experimentsOf(words, newSweepId()).map((experiment) => ({
    ...experiment,
    // Without it an engine takes every processor of the node.
    engine: { ...experiment.engine, threads: experiment.engine.threads ?? cpus },
  }))
  const data = words.text('data')
  const { folder, tasks } = exportSweep({
    ...{ experiments, to, slurm: limits, data: data === undefined ? null : resolve(data) },
    seedsPerTask: words.whole('seeds-per-task', 1, 1000) ?? null,
    program: [process.execPath, resolve(process.argv[1] ?? '')],
  })
  terminal.data({ kind: 'exported', folder, experiments: experiments.length, tasks })
  if (terminal.json) return EXIT.done
  const of = `${experiments.length} experiment${experiments.length === 1 ? '' : 's'}`
  terminal.print(`Wrote ${folder}: ${of}, ${tasks} task${tasks === 1 ? '' : 's'}.`)
  terminal.print(slurm ? `Submit with: ${folder}/submit.sh` : `Train with: ${folder}/run.sh`)
  terminal.print(`Then: apical sweep collect ${folder}`)
  return EXIT.done
}

function limitsIn(words: Words) {
  const time = formed(words, 'time', /^(\d+(:\d+){0,2}|\d+-\d+(:\d+){0,2})$/, 'a time like 90, 1:30:00 or 2-12')
  const notice = words.whole('notice', 10, 86_400) ?? NOTICE
  const seconds = time === null ? Infinity : secondsOf(time)
  if (seconds < notice + SLURM_LOOKS_EVERY)
    throw new UsageProblem(
      `--time: expected at least ${notice + SLURM_LOOKS_EVERY} s, ${notice} s of notice and ${SLURM_LOOKS_EVERY} s to train, found "${time ?? ''}".`,
      'Give a task more time, or less notice with --notice.',
    )
  return {
    time,
    notice,
    partition: formed(words, 'partition', /^[\w.,+-]+$/, 'the name of a partition'),
    memory: formed(words, 'memory', /^\d+[KMGT]?$/i, 'a size like 4G or 500M'),
    gpus: formed(words, 'gpus', /^([\w.-]+:)?\d+$/, 'a number, or a type and a number like a100:1'),
    cpus: words.whole('cpus', 1, 1024) ?? null,
    atOnce: words.whole('at-once', 1, 1000) ?? null,
  }
}

/** What goes into a script must have the form that it is said to have. */
function formed(words: Words, name: string, form: RegExp, expected: string): string | null {
  const text = words.text(name)
  if (text === undefined) return null
  if (!form.test(text)) throw new UsageProblem(`--${name} takes ${expected}; found "${text}".`)
  return text
}

/** Minutes, minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes, days-hours:minutes:seconds. */
function secondsOf(time: string): number {
  const [days, clock] = time.includes('-') ? (time.split('-') as [string, string]) : [null, time]
  const parts = clock.split(':').map(Number)
  const [hours = 0, minutes = 0, seconds = 0] = days === null && parts.length < 3 ? [0, ...parts] : parts
  return ((Number(days ?? 0) * 24 + hours) * 60 + minutes) * 60 + seconds
}
