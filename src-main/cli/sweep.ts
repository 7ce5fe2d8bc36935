/** `apical sweep`: a sweep, or the seeds of an experiment, as tasks for a cluster, and their results back. */
import { tasksLeft } from '../lab/cluster.ts'
import { EXIT, JSON_OPTION, UsageProblem, type Command, type Words } from './command.ts'
import { suggestion } from '../experiment/nearest.ts'
import { EXPERIMENT_OPTIONS } from './experiments.ts'
import { collect } from './sweep-collect.ts'
import { exportTasks, EXPORT_OPTIONS } from './sweep-export.ts'
import { task } from './sweep-task.ts'
import type { Terminal } from './terminal.ts'

const ACTIONS = ['export', 'collect', 'task', 'left'] as const
type Action = (typeof ACTIONS)[number]

/** Options that one action takes beside --json. */
const TAKEN: Readonly<Record<Action, readonly string[]>> = {
  export: ['slurm', 'shell', 'to', ...[...EXPERIMENT_OPTIONS, ...EXPORT_OPTIONS].map(({ name }) => name)],
  collect: ['to'],
  task: ['data', 'until'],
  left: [],
}

export const sweep: Command = {
  name: 'sweep',
  operands: '[export PRESET|RULE|FILE… --to DIR | collect DIR]',
  summary: 'a sweep as a job array for Slurm or a shell script, and its results back',
  details:
    '"export … --slurm --to DIR" writes a folder that is whole in itself: an experiment file for each task, the script of a job array, and submit.sh, which submits what is left. "--shell" writes run.sh instead, for machines without Slurm. Experiments are named as for "apical run", with the same options. ' +
    'A task is one experiment with all its seeds, or with --seeds-per-task N so many of them. Shortly before its time limit a task keeps a checkpoint and queues itself again; after a failure submit.sh submits what is left.\n\n' +
    '"collect DIR" says how far each experiment is, copies those that are through into the results folder (--to), with the seeds of several tasks as one run, and can be repeated as more comes in. Nothing in DIR is changed. Exit codes: 0 everything is there, 1 something is left, 2 refused. With --json, one object per experiment of kind member, then one of kind collected.\n\n' +
    'What is done is read from the results in DIR alone. The scripts use "task DIR N", which begins task N or continues it from its last checkpoint, and "left DIR", which prints the numbers of the tasks that are not through. ' +
    'Exit codes of a task: 0 it is through, also where seeds collapsed, 1 it failed, 2 refused, 130 stopped with a checkpoint.',
  options: [
    { name: 'slurm', value: null, help: 'with export: a job array for Slurm' },
    { name: 'shell', value: null, help: 'with export: a shell script' },
    {
      name: 'to',
      value: 'DIR',
      help: 'with export: the folder to write, never one that is there; with collect: the results folder (default: as for "apical runs")',
    },
    ...EXPORT_OPTIONS,
    { name: 'until', value: 'SECONDS', help: 'with task: stop with a checkpoint after so long' },
    ...EXPERIMENT_OPTIONS,
    JSON_OPTION,
  ],
  async run(words, terminal) {
    const [said, ...operands] = words.operands
    const action = ACTIONS.find((one) => one === said)
    if (action === undefined)
      throw new UsageProblem(
        said === undefined
          ? `Expected one of ${ACTIONS.join(', ')}, found nothing.`
          : `Expected one of ${ACTIONS.join(', ')} after "sweep", found "${said}".${suggestion(said, ACTIONS)}`,
        '"apical help sweep" tells what each does.',
      )
    refuseOthers(action, words)
    switch (action) {
      case 'export':
        return exportTasks(words.from(1), terminal)
      case 'collect':
        return collect(folderIn(operands, 1), words, terminal)
      case 'task':
        return await task(folderIn(operands, 2), operands[1] ?? '', words, terminal)
      case 'left':
        return left(folderIn(operands, 1), terminal)
    }
  },
}

/** An option that would do nothing is refused, not passed over. */
function refuseOthers(action: Action, words: Words): void {
  const other = sweep.options.find(
    ({ name }) =>
      name !== 'json' && !TAKEN[action].includes(name) && (words.text(name) !== undefined || words.has(name)),
  )
  if (other !== undefined)
    throw new UsageProblem(
      `"sweep ${action}" takes no --${other.name}.`,
      '"apical help sweep" tells what each action takes.',
    )
}

function folderIn(operands: readonly string[], count: number): string {
  const expected = count === 1 ? 'the folder of an exported sweep' : 'the folder of an exported sweep and a task number'
  if (operands.length !== count)
    throw new UsageProblem(
      `Expected ${expected}, found ${operands.length === 0 ? 'nothing' : `"${operands.join(' ')}"`}.`,
    )
  return operands[0] ?? ''
}

function left(folder: string, terminal: Terminal): number {
  const tasks = tasksLeft(folder)
  terminal.data({ kind: 'left', tasks })
  if (!terminal.json && tasks.length > 0) terminal.print(tasks.join(','))
  return EXIT.done
}
