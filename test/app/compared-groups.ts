// Finished experiments to compare, made as a person on a cluster makes them: by the command line, into the lab's folder.
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const clone = fileURLToPath(new URL('../..', import.meta.url))

async function run(home: string, ...options: readonly string[]): Promise<void> {
  const small = ['--limit-train', '600', '--limit-test', '300', '--engine', 'reference', '--set', 'widths=784-12-10']
  await train(home, ...options, ...small)
}

async function train(home: string, ...options: readonly string[]): Promise<void> {
  const command = [join(clone, 'src-main/cli.ts'), 'run', ...options]
  try {
    await promisify(execFile)(process.execPath, command, {
      env: { ...process.env, APICAL_HOME: home, APICAL_DATA: join(home, 'data') },
    })
  } catch (error) {
    // 1 says that a seed collapsed: part of what is to be seen.
    if ((error as { code?: unknown }).code !== 1) throw error
  }
}

/** Three groups of four seeds: two close to each other, one that is better. */
export async function makeGroups(home: string): Promise<void> {
  const same = ['backprop-glyphs', '--seeds', '0-3', '--epochs', '4']
  await run(home, ...same, '--set', 'learningRate=0.00102', '--set', 'name=Backpropagation · small step')
  await run(home, ...same, '--set', 'name=Backpropagation · usual step')
  await run(home, ...same, '--set', 'weightDecay=0.003', '--set', 'name=Backpropagation · weight decay')
}

/**
 * Two rules, and what they are called. So many seeds, and steps that grow small: they scatter so little that a verdict can be
 * given on them.
 */
export async function makeTwoRules(home: string): Promise<readonly [string, string]> {
  const names = ['Exact gradient', 'Random feedback'] as const
  const same = ['--seeds', '0-9', '--epochs', '4', '--limit-train', '3000', '--limit-test', '1500']
  const steps = ['learningRate=0.004', 'stepEpochs=1', 'stepFactor=0.6', 'criterion=cross-entropy', 'widths=784-48-10']
  const settings = steps.flatMap((setting) => ['--set', setting])
  await train(home, 'backprop-glyphs', ...same, ...settings, '--set', `name=${names[0]}`)
  await train(home, 'feedback-alignment', ...same, ...settings, '--set', `name=${names[1]}`)
  return names
}

/** A sweep of two axes, 2 × 3, in which seeds collapse at the largest step; answers its id. */
export async function makeSweep(home: string): Promise<string> {
  const axes = ['--sweep', 'widths.1=6,12', '--sweep', 'learningRate=0.004,0.008,0.016']
  await run(home, 'backprop-glyphs', ...axes, '--seeds', '0,1', '--epochs', '2')
  for (const folder of await readdir(join(home, 'results'))) {
    const text = await readFile(join(home, 'results', folder, 'experiment.json'), 'utf8')
    const { sweep } = JSON.parse(text) as { sweep: { id: string } | null }
    if (sweep !== null) return sweep.id
  }
  throw new Error('the sweep left no experiment')
}
