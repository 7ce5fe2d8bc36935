/**
 * A sweep as tasks: what is written, what is refused, a task killed and continued, and the seeds of several tasks joined, which
 * must be the bytes of one run that trained them together.
 */
import { spawn, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseWords } from '../../src-main/cli/command.ts'
import { sweep as command } from '../../src-main/cli/sweep.ts'
import { Terminal } from '../../src-main/cli/terminal.ts'
import { openTask } from '../../src-main/lab/cluster.ts'
import { apical, start, watch, type Finished } from './process.ts'

const scratch = mkdtempSync(join(tmpdir(), 'apical-sweep-'))
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true })
})
/** Where actions say what they say that are called here and not in a process. */
const aside = new Terminal(true)
const at = (name: string): string => join(scratch, name)

/** 784-16-10 on a thousand samples, on the reference engine, nothing measured: a fraction of a second an epoch. */
const tiny = [
  ...['corinfomax-glyphs-small', '--engine', 'reference', '--set', 'widths=784,16,10', '--set', 'measures=[]'],
  ...['--limit-train', '1000', '--limit-test', '100'],
]

const weightsIn = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((name) => name.startsWith('seed-'))
      .map((seed) => [seed, readFileSync(join(folder, seed, 'weights.safetensors')).toString('base64')]),
  )
const json = (...path: readonly string[]): Record<string, unknown> =>
  JSON.parse(readFileSync(join(...path), 'utf8')) as Record<string, unknown>
const summaryOf = ({ lines }: Finished) => lines.at(-1)

describe('sweep export', () => {
  it('writes an experiment a task, the plan and a job array for Slurm', async () => {
    const to = at('slurm')
    const words = [...tiny, '--sweep', 'neuralLr=0.05,0.1', '--seeds', '0-4', '--seeds-per-task', '2', '--epochs', '2']
    const limits = ['--partition', 'gpu', '--time', '1-12:30', '--memory', '4G', '--gpus', 'a100:1', '--cpus', '3']
    const asked = [...limits, '--at-once', '4', '--notice', '300', '--data', scratch]
    const { code, err, lines } = await apical(['sweep', 'export', ...words, '--slurm', ...asked, '--to', to, '--json'])
    expect(err).toBe('')
    expect(code).toBe(0)
    // Two values of ε, five seeds by two: three tasks each.
    expect(lines).toEqual([{ kind: 'exported', folder: to, experiments: 2, tasks: 6 }])

    expect(readdirSync(to).sort()).toEqual([
      ...['README.txt', 'array.sbatch', 'logs', 'results', 'submit.sh', 'sweep.json', 'tasks'],
    ])
    const tasks = readdirSync(join(to, 'tasks'))
    expect(tasks).toEqual(['0000', '0001', '0002', '0003', '0004', '0005'])
    const experiments = tasks.map((task) => json(to, 'tasks', task, 'experiment.json'))
    expect(experiments.map(({ seeds }) => seeds)).toEqual([[0, 1], [2, 3], [4], [0, 1], [2, 3], [4]])
    // Three processors and no other word on threads: the engine takes three, and the experiment says so.
    for (const { sweep, engine } of experiments) {
      expect(sweep).toMatchObject({ members: 2 })
      expect(engine).toMatchObject({ name: 'reference', threads: 3 })
    }

    const script = readFileSync(join(to, 'array.sbatch'), 'utf8')
    expect(script.split('\n').filter((line) => line.startsWith('#SBATCH'))).toEqual([
      '#SBATCH --job-name=apical-corinfomax',
      '#SBATCH --partition=gpu',
      '#SBATCH --time=1-12:30',
      '#SBATCH --mem=4G',
      '#SBATCH --gpus=a100:1',
      '#SBATCH --cpus-per-task=3',
      '#SBATCH --output=logs/task-%a.log',
      '#SBATCH --open-mode=append',
      '#SBATCH --signal=B:USR1@300',
      '#SBATCH --requeue',
    ])
    expect(script).toContain(`"$SLURM_ARRAY_TASK_ID" --data '${scratch}'`)
    expect(readFileSync(join(to, 'submit.sh'), 'utf8')).toContain('--array="$left%4"')
    for (const name of ['array.sbatch', 'submit.sh'])
      expect(spawnSync('bash', ['-n', join(to, name)], { encoding: 'utf8' }).stderr).toBe('')
    expect(statSync(join(to, 'submit.sh')).mode & 0o111).toBe(0o111)

    const again = await apical(['sweep', 'export', ...words, '--slurm', '--to', to])
    expect(again).toMatchObject({
      code: 2,
      err: `${to} is there already.\nChoose another folder; nothing was overwritten.\n`,
    })
  })

  const to = at('refused')
  it.each<[string, readonly string[], RegExp]>([
    ['no kind', ['export', ...tiny, '--to', to], /one of --slurm and --shell, found neither/],
    ['both kinds', ['export', ...tiny, '--slurm', '--shell', '--to', to], /found both/],
    ['no folder', ['export', ...tiny, '--shell'], /Expected --to DIR, found nothing/],
    ['limits without Slurm', ['export', ...tiny, '--shell', '--time', '90', '--to', to], /--time belongs to --slurm/],
    ['a time that is none', ['export', ...tiny, '--slurm', '--time', '1h', '--to', to], /--time takes .* found "1h"/],
    // Two minutes, of which two are notice.
    ['a time shorter than its notice', ['export', ...tiny, '--slurm', '--time', '2', '--to', to], /at least 180 s/],
    ['a partition with a space', ['export', ...tiny, '--slurm', '--partition', 'a b', '--to', to], /--partition takes/],
    ['memory in words', ['export', ...tiny, '--slurm', '--memory', 'much', '--to', to], /--memory takes a size/],
    ['an experiment that is none', ['export', 'corinfomax-glyph', '--shell', '--to', to], /no preset/],
    [
      'too many tasks',
      [
        'export',
        ...tiny,
        '--sweep',
        'neuralLr=0.01..0.1/600',
        '--seeds',
        '0,1',
        '--seeds-per-task',
        '1',
        '--shell',
        '--to',
        to,
      ],
      /at most 1000 tasks, found 1200/,
    ],
    ['an option of another action', ['left', scratch, '--slurm'], /"sweep left" takes no --slurm/],
    ['an action that is none', ['exprot'], /found "exprot"\. Did you mean "?export/],
    ['a folder that is no sweep', ['collect', scratch], /sweep\.json: expected the plan of an exported sweep/],
    ['a task that is no number', ['task', scratch, 'one'], /Expected the number of a task, from 0, found "one"/],
  ])('refuses %s', async (_, words, sentence) => {
    const refused = command.run(parseWords(command, words), aside)
    await expect(refused).rejects.toThrow(sentence)
    await expect(refused).rejects.toMatchObject({ name: expect.stringMatching(/Problem$/) as unknown })
    expect(existsSync(to)).toBe(false)
  })

  it('refuses a plan of a later version and a task that is not there', async () => {
    const folder = at('later')
    const run = (...words: string[]) => command.run(parseWords(command, words), aside)
    await run('export', ...tiny, '--shell', '--to', folder)
    await expect(run('task', folder, '1')).rejects.toThrow('expected a task from 0 to 0, found 1')
    writeFileSync(join(folder, 'sweep.json'), '{"version":2}')
    await expect(run('left', folder)).rejects.toThrow('expected version 1 or lower, found 2')
  })
})

describe('an exported sweep', () => {
  const sweep = at('it is here')
  const lab = at('lab')
  const collect = (...words: readonly string[]): Promise<Finished> =>
    apical(['sweep', 'collect', sweep, '--to', lab, '--json', ...words])
  const common = [...tiny, '--seeds', '0,1', '--epochs', '2']

  beforeAll(async () => {
    const words = [...common, '--sweep', 'neuralLr=0.05,0.1', '--seeds-per-task', '1', '--shell', '--to', sweep]
    expect((await apical(['sweep', 'export', ...words])).code).toBe(0)
  })

  it('is missing as a whole at first', async () => {
    const collected = await collect()
    expect(collected.code).toBe(1)
    expect(summaryOf(collected)).toMatchObject({ kind: 'collected', experiments: 2, here: 0, left: [0, 1, 2, 3] })
    expect((await apical(['sweep', 'left', sweep])).out).toBe('0,1,2,3\n')
  })

  it('goes on where a killed task was, by the shell script, and is collected as it comes', async () => {
    const killed = start(['sweep', 'task', sweep, '0', '--json'])
    await killed.until(({ kind }) => kind === 'started')
    killed.child.kill('SIGKILL')
    await killed.finished
    // Its worker, whose host is gone, keeps a checkpoint and ends by itself.
    const byHand = await apical(['sweep', 'task', sweep, '1', '--json'])
    expect(byHand.code).toBe(0)
    const half = await collect()
    expect(half.code).toBe(1)
    expect(summaryOf(half)).toMatchObject({ here: 0, left: [0, 2, 3] })

    const script = watch(spawn(join(sweep, 'run.sh'), { env: { ...process.env, JOBS: '2' } }))
    const { code, out, err } = await script.finished
    expect(code, out + err).toBe(0)
    expect(out).toMatch(/Task 2: .*seed 0/)
    expect(json(sweep, 'sweep.json')['tasks']).toHaveLength(4)
    // The first task was continued, not begun anew: there is one folder a task.
    expect(readdirSync(join(sweep, 'results')).filter((name) => !name.startsWith('.'))).toHaveLength(4)

    const whole = await collect()
    expect(whole.code).toBe(0)
    expect(summaryOf(whole)).toMatchObject({ here: 2, left: [] })
    expect(readdirSync(lab).filter((name) => !name.startsWith('.'))).toHaveLength(2)
    const again = await collect()
    expect(again.lines.slice(0, 2)).toMatchObject([{ before: true }, { before: true }])

    const nothing = await apical(['sweep', 'task', sweep, '0'])
    expect(nothing).toMatchObject({ code: 0 })
    expect(nothing.out).toMatch(/^Task 0: .*, seed 0: nothing is left to train\.\n$/)
    expect((await apical(['sweep', 'left', sweep])).out).toBe('')
  })

  it('ends with the weights of one run here, with the same accuracies, and opens like one', async () => {
    const out = at('local')
    const local = await apical(['run', ...common, '--set', 'neuralLr=0.1', '--out', out, '--json'])
    const { lines } = await apical(['runs', '--out', lab, '--json'])
    const joined = lines.find(({ sweep: of }) => JSON.stringify(of).includes('"value":0.1'))
    const folder = join(lab, String(joined?.['id']))
    const [id = ''] = readdirSync(out).filter((name) => !name.startsWith('.'))
    expect(Object.keys(weightsIn(folder))).toEqual(['seed-0', 'seed-1'])
    expect(weightsIn(folder)).toEqual(weightsIn(join(out, id)))
    const done = local.lines.at(-1)
    expect(json(folder, 'summary.json')).toMatchObject({ testAccuracy: done?.['testAccuracy'], seeds: done?.['seeds'] })

    const shown = await apical(['show', folder, '--json'])
    expect(shown.lines[0]).toMatchObject({ row: { state: 'done', seeds: [0, 1] }, warnings: [] })
    // Who trained which seeds is written down.
    const changes = readFileSync(join(folder, 'changes.jsonl'), 'utf8').trim().split('\n')
    expect(changes.map((line) => (JSON.parse(line) as { seeds: unknown }).seeds)).toEqual([[0], [1]])
    // And it goes on like any run: one epoch more of each seed.
    expect((await apical(['resume', folder, '--epochs', '3', '--json'])).lines.at(-1)).toMatchObject({ kind: 'done' })
  })

  it('refuses to join what was trained on different data, and says where machines differ', async () => {
    const parts = readdirSync(join(sweep, 'results')).filter((name) => name.includes('-part-2-of-2'))
    const path = join(sweep, 'results', parts[0] ?? '', 'environment.json')
    const before = json(path)
    writeFileSync(path, JSON.stringify({ ...before, device: 'CPU, another one' }))
    const warned = await apical(['sweep', 'collect', sweep, '--to', at('other machines')])
    expect(warned.code).toBe(0)
    expect(warned.err).toMatch(/its seeds were trained with different values of device: .*; CPU, another one/)
    const data = Object.fromEntries(Object.keys(before['data'] as object).map((name) => [name, 'another']))
    writeFileSync(path, JSON.stringify({ ...before, data }))
    const refused = await apical(['sweep', 'collect', sweep, '--to', at('other data')])
    expect(refused.code).toBe(2)
    expect(refused.err).toMatch(/part-2-of-2: expected the .* that .*part-1-of-2 was trained on, found another one/)
    expect(readdirSync(at('other data')).filter((name) => name.endsWith(parts[0]?.slice(0, -12) ?? ''))).toEqual([])
    writeFileSync(path, JSON.stringify(before))
  })
})

describe('a task', () => {
  it('stops itself before its time is over, with a checkpoint, and is taken back from a worker that died elsewhere', async () => {
    const sweep = at('long')
    await apical(['sweep', 'export', ...tiny, '--epochs', '5000', '--seeds', '0', '--shell', '--to', sweep])
    const stopped = await apical(['sweep', 'task', sweep, '0', '--until', '1'])
    expect(stopped.code, stopped.out + stopped.err).toBe(130)
    expect(stopped.out).toMatch(/1 s are over: stopping .*\nThe same task continues from here\.\n$/s)
    const [id = ''] = readdirSync(join(sweep, 'results')).filter((name) => !name.startsWith('.'))
    const folder = join(sweep, 'results', id)
    expect(json(folder, 'status.json')).toMatchObject({ state: 'stopped' })
    const collected = await apical(['sweep', 'collect', sweep, '--to', at('long lab')])
    expect(collected.out).toMatch(/1 stopped .*\n0 of 1 here, in .*\nContinue with: .*run\.sh\n$/s)

    // As a node leaves it that went down: a worker of another machine, and no sign of it since.
    const owner = join(folder, 'worker.json')
    writeFileSync(owner, JSON.stringify({ pid: 1, began: 'then', host: 'node-that-went-down' }))
    writeFileSync(join(folder, 'status.json'), JSON.stringify({ ...json(folder, 'status.json'), state: 'running' }))
    const told: string[] = []
    const wait = { longestMs: 0, tell: (sentence: string) => told.push(sentence) }
    // With a sign of life a moment ago it is not taken.
    await expect(openTask(sweep, 0, wait)).rejects.toThrow(/is being trained by another process/)
    const since = Date.now() / 1000 - 118
    utimesSync(owner, since, since)
    const resumed = start(['sweep', 'task', sweep, '0', '--json'])
    await resumed.until(({ kind }) => kind === 'epoch')
    resumed.child.kill('SIGTERM')
    const { code, err } = await resumed.finished
    expect(err).toContain('Another process seems to train')
    expect(code, err).toBe(130)
    expect(existsSync(join(folder, 'seed-0/checkpoint.safetensors'))).toBe(true)
    expect(existsSync(owner)).toBe(false)
  })
})
