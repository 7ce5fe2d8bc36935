/**
 * A sweep on a real Slurm, started for this test: one task is killed, another reaches its time limit and queues itself again,
 * what is left is submitted again, and what comes back has the bytes of the same run made here.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { spawn } from 'node:child_process'
import { apical, start, watch } from '../cli/process.ts'
import { startSlurm, whyNoSlurm, type OwnSlurm } from './own-slurm.ts'

const scratch = mkdtempSync(join(tmpdir(), 'apical-slurm-'))
let why = whyNoSlurm()
let slurm: OwnSlurm | null = null
if (why === null)
  try {
    slurm = await startSlurm(join(scratch, 'slurm'), 2)
  } catch (error) {
    why = error instanceof Error ? error.message : String(error)
  }
afterAll(async () => {
  await slurm?.stop()
  rmSync(scratch, { recursive: true, force: true })
})

const tiny = [
  ...['corinfomax-glyphs-small', '--set', 'widths=784,16,10', '--set', 'measures=[]'],
  ...['--limit-train', '1000', '--limit-test', '100', '--threads', '1'],
]
/** Slurm looks at time limits every 30 s; a task that takes this long alone is still training then. */
const TASK_SECONDS = 60

test.skipIf(why !== null)(
  `a job array with a killed task and a time limit ends as the same run here${why === null ? '' : ` (skipped: ${why})`}`,
  async () => {
    const { ask, environment } = slurm as OwnSlurm
    const sweep = join(scratch, 'sweep')
    const epochs = String(await epochsFor(TASK_SECONDS))
    const words = [...tiny, '--seeds', '0,1', '--epochs', epochs]
    const limits = ['--partition', 'all', '--time', '30', '--notice', '100', '--memory', '500M', '--cpus', '1']
    const exported = await apical([
      'sweep',
      'export',
      ...words,
      '--slurm',
      ...limits,
      '--seeds-per-task',
      '1',
      '--to',
      sweep,
    ])
    expect(exported.code, exported.err).toBe(0)
    const here = start(['run', ...words, '--out', join(scratch, 'here'), '--json'])

    const submit = async (): Promise<string> => {
      const child = spawn(join(sweep, 'submit.sh'), { env: { ...process.env, ...environment } })
      const { code, out, err } = await watch(child).finished
      expect(code, out + err).toBe(0)
      return /Submitted batch job (\d+)/.exec(out)?.[1] ?? ''
    }
    const job = await submit()
    await until('both tasks have finished an epoch', () => [0, 1].every((task) => epochsIn(sweep, task) > 0))

    // SIGKILL of the task and of its worker, as when a node has no memory left.
    const { pid } = JSON.parse(readFileSync(join(runOf(sweep, 1), 'worker.json'), 'utf8')) as { pid: number }
    process.kill(parentOf(pid), 'SIGKILL')
    process.kill(pid, 'SIGKILL')
    // Two minutes, of which 100 s are notice: the signal comes when Slurm next looks.
    ask('scontrol', 'update', `JobId=${job}_0`, 'TimeLimit=2')
    await until('the first task has queued itself again', () =>
      ask('scontrol', 'show', 'job', `${job}_0`).includes(' Restarts=1 '),
    )
    ask('scontrol', 'update', `JobId=${job}_0`, 'TimeLimit=30')
    expect(logOf(sweep, 0)).toMatch(/SIGTERM: Stopping .*a checkpoint was saved/s)
    expect(ask('scontrol', 'show', 'job', `${job}_1`)).toMatch(/JobState=FAILED/)

    await until('the queue is empty', () => ask('squeue', '-h') === '')
    expect(logOf(sweep, 0)).toMatch(/resuming after epoch/)
    const collect = (): ReturnType<typeof apical> =>
      apical(['sweep', 'collect', sweep, '--to', join(scratch, 'lab'), '--json'])
    const partly = await collect()
    expect(partly.code).toBe(1)
    expect(partly.lines.at(-1)).toMatchObject({ here: 0, left: [1] })
    expect(partly.lines[0]).toMatchObject({ tasks: [{ state: 'done' }, { state: 'interrupted' }] })

    const second = await submit()
    expect(ask('scontrol', 'show', 'job', second)).toMatch(/ArrayTaskId=1\s/)
    await until('the queue is empty again', () => ask('squeue', '-h') === '')
    const whole = await collect()
    expect(whole.code, whole.err).toBe(0)

    expect((await here.finished).lines.at(-1)).toMatchObject({ kind: 'done' })
    const [collected, local] = ['lab', 'here'].map((name) => weightsIn(onlyRun(join(scratch, name))))
    expect(Object.keys(collected ?? {})).toEqual(['seed-0', 'seed-1'])
    expect(collected).toEqual(local)
  },
  600_000,
)

/** So many that one seed takes about that long on one core, by the pace of a few. */
async function epochsFor(seconds: number): Promise<number> {
  const few = 5
  const words = ['run', ...tiny, '--seeds', '0', '--epochs', String(few), '--out', join(scratch, 'pace'), '--json']
  const { lines } = await apical(words)
  return Math.ceil((seconds * few) / Number(lines.at(-1)?.['seconds']))
}

async function until(what: string, ready: () => boolean): Promise<void> {
  const latest = performance.now() + 300_000
  while (!ready()) {
    if (performance.now() > latest) throw new Error(`it never came to pass that ${what}`)
    await sleep(500)
  }
}

function runOf(sweep: string, task: number): string {
  const { tasks } = JSON.parse(readFileSync(join(sweep, 'sweep.json'), 'utf8')) as { tasks: { folder: string }[] }
  return join(sweep, 'results', tasks[task]?.folder ?? '')
}

function epochsIn(sweep: string, task: number): number {
  const path = join(runOf(sweep, task), `seed-${task}`, 'metrics.jsonl')
  return existsSync(path) ? readFileSync(path, 'utf8').split('"kind":"epoch"').length - 1 : 0
}

function logOf(sweep: string, task: number): string {
  return readFileSync(join(sweep, 'logs', `task-${task}.log`), 'utf8')
}

function parentOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1])
}

function onlyRun(results: string): string {
  const [only = '', ...more] = readdirSync(results).filter((name) => !name.startsWith('.'))
  expect(more).toEqual([])
  return join(results, only)
}

function weightsIn(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder)
      .filter((name) => name.startsWith('seed-'))
      .map((seed) => [seed, readFileSync(join(folder, seed, 'weights.safetensors')).toString('base64')]),
  )
}
