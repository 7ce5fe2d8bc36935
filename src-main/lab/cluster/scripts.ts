/** The scripts of an exported sweep. They hold no state: which tasks are left, and how one goes on, is asked of Apical. */

export interface SlurmLimits {
  readonly partition: string | null
  /** As Slurm reads it: minutes, hours:minutes:seconds, days-hours. */
  readonly time: string | null
  readonly memory: string | null
  readonly gpus: string | null
  readonly cpus: number | null
  /** Tasks that run at the same time, at most. */
  readonly atOnce: number | null
  /** Seconds before the time limit at which a task is asked to stop. */
  readonly notice: number
}

export interface ScriptFacts {
  /** The Node and the entry of the installation that exports. */
  readonly program: readonly [node: string, entry: string]
  /** Where data sets lie; null for the usual places. */
  readonly data: string | null
  readonly name: string
}

/** Requeued more often than this, a task does not get on: its time limit is too short for it. */
const MOST_RESTARTS = 200

export function arrayScript(facts: ScriptFacts, limits: SlurmLimits): string {
  const { partition, time, memory, gpus, cpus, notice } = limits
  const asked: readonly (readonly [string, string | number | null])[] = [
    ['job-name', facts.name],
    ['partition', partition],
    ['time', time],
    ['mem', memory],
    ['gpus', gpus],
    ['cpus-per-task', cpus],
    ['output', 'logs/task-%a.log'],
    ['open-mode', 'append'],
    ['signal', `B:USR1@${notice}`],
  ]
  return `#!/bin/bash
${asked.flatMap(([key, value]) => (value === null ? [] : [`#SBATCH --${key}=${value}`])).join('\n')}
#SBATCH --requeue
# One task of the sweep. submit.sh submits those that are left.
${theProgram(facts.program)}
# ${notice} s before the time limit Slurm sends USR1: the task keeps a checkpoint and ends, and queues itself again.
again=''
trap 'again=yes; kill -TERM "$task"' USR1
trap 'kill -TERM "$task"' TERM INT
apical sweep task "$SLURM_SUBMIT_DIR" "$SLURM_ARRAY_TASK_ID"${dataWords(facts)} &
task=$!
wait "$task"; code=$?
# A signal ends the wait, not the task.
while kill -0 "$task" 2>/dev/null; do wait "$task"; code=$?; done
if [ -n "$again" ] && [ "$code" -gt 128 ] && [ "\${SLURM_RESTART_COUNT:-0}" -lt ${MOST_RESTARTS} ]; then
  scontrol requeue "\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID" && exit 0
  echo "It could not be queued again; submit.sh continues it from its checkpoint."
fi
exit "$code"
`
}

export function submitScript({ program }: ScriptFacts, { atOnce }: SlurmLimits): string {
  return `#!/bin/bash
# Submits the tasks that are left, all of them at first. Options go on to sbatch: ./submit.sh --account=NAME
cd "$(dirname "$0")" || exit
${theProgram(program)}
left=$(apical sweep left .) || exit
if [ -z "$left" ]; then echo "Nothing is left to train. Next: apical sweep collect $PWD"; exit 0; fi
mkdir -p logs
sbatch --array="$left${atOnce === null ? '' : `%${atOnce}`}" "$@" array.sbatch
`
}

export function shellScript(facts: ScriptFacts): string {
  return `#!/bin/bash
# Trains the tasks that are left, or those whose numbers are given, one after another.
# JOBS=4 ./run.sh trains four at a time, with GNU parallel where it is installed, else with xargs. Ctrl-C stops, with
# checkpoints; started again, it continues.
here=$(cd "$(dirname "$0")" && pwd) || exit
${theProgram(facts.program)}
if [ $# -eq 0 ]; then
  left=$(apical sweep left "$here") || exit
  if [ -z "$left" ]; then echo "Nothing is left to train. Next: apical sweep collect $here"; exit 0; fi
  set -- \${left//,/ }
fi
if [ "\${JOBS:-1}" -gt 1 ]; then
  jobs=$JOBS
  export JOBS=1
  if command -v parallel >/dev/null; then parallel -q --line-buffer -j "$jobs" "$here/run.sh" ::: "$@"
  else printf '%s\\n' "$@" | xargs -n 1 -P "$jobs" "$here/run.sh"; fi
  exit
fi
code=0
for task in "$@"; do
  ( apical sweep task "$here" "$task"${dataWords(facts)} ) || code=$?
  [ "$code" -lt 128 ] || break
done
exit "$code"
`
}

/** A function that becomes the program; `APICAL` names another one. Called in a process of its own, which it replaces. */
function theProgram([node, entry]: ScriptFacts['program']): string {
  return `apical() { if [ -n "\${APICAL:-}" ]; then exec "$APICAL" "$@"; else exec ${quoted(node)} ${quoted(entry)} "$@"; fi; }`
}

function dataWords({ data }: ScriptFacts): string {
  return data === null ? '' : ` --data ${quoted(data)}`
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`
}

export function readMe(kind: 'slurm' | 'shell', tasks: number): string {
  const start = kind === 'slurm' ? './submit.sh' : './run.sh'
  return `A sweep of Apical as ${tasks} task${tasks === 1 ? '' : 's'}, to be trained on ${kind === 'slurm' ? 'a cluster with Slurm' : 'any machine with a shell'}. The folder may be moved.

${start.padEnd(28)}trains what is left, also after a failure or a time limit
apical sweep collect DIR    says how far each task is, and brings what is through into the lab

tasks/N/experiment.json     what task N trains; sweep.json says to which experiment it belongs
results/                    an ordinary results folder, one run a task; it alone says what is done
${kind === 'slurm' ? 'logs/                       what each task said\n' : ''}
The scripts start the Apical that made this folder. Where it lies elsewhere: APICAL=/path/to/apical ${start}
`
}
