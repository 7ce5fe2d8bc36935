/** `apical sweep collect`: how far an exported sweep is, and its results in the lab. */
import { join, resolve } from 'node:path'
import { collectSweep, type CollectedMember } from '../lab/cluster.ts'
import { resultsFolder } from '../lab/results.ts'
import { EXIT, type Words } from './command.ts'
import { spreadOfSeeds, table } from './layout.ts'
import type { Terminal } from './terminal.ts'

export function collect(folder: string, words: Words, terminal: Terminal): number {
  const results = resultsFolder(words.text('to'))
  const { kind, members, left } = collectSweep(folder, results)
  for (const member of members) terminal.data({ kind: 'member', ...member })
  const here = members.filter((member) => member.folder !== null).length
  terminal.data({ kind: 'collected', folder: resolve(folder), results, experiments: members.length, here, left })
  const code = left.length === 0 ? EXIT.done : EXIT.failed
  if (terminal.json) return code
  for (const line of table(['experiment', 'state', '>test', 'tasks left'], members.map(cells))) terminal.print(line)
  for (const { name, warning } of members) if (warning !== null) terminal.complain(`${name}: ${warning}.`)
  for (const { tasks } of members)
    for (const { task, state, reason } of tasks)
      if (reason !== null && state !== 'done' && state !== 'collapsed') terminal.complain(`Task ${task}: ${reason}`)
  terminal.print(`${here} of ${members.length} here, in ${results}`)
  if (left.length > 0)
    terminal.print(`Continue with: ${join(resolve(folder), kind === 'slurm' ? 'submit.sh' : 'run.sh')}`)
  return code
}

function cells({ name, seeds, tasks, folder, before, testAccuracy, collapsedSeeds }: CollectedMember): string[] {
  const left = tasks.filter(({ state }) => state !== 'done' && state !== 'collapsed')
  const collapsed = collapsedSeeds.length === 0 ? '' : `, ${collapsedSeeds.length} of ${seeds.length} collapsed`
  return [
    name,
    folder === null ? statesText(left) : `${before ? 'here before' : 'collected'}${collapsed}`,
    folder === null ? '' : spreadOfSeeds(testAccuracy, seeds.length),
    left.map(({ task }) => task).join(', '),
  ]
}

/** '1 missing, 2 interrupted'. */
function statesText(tasks: CollectedMember['tasks']): string {
  const counts = new Map<string, number>()
  for (const { state } of tasks) counts.set(state, (counts.get(state) ?? 0) + 1)
  return [...counts].map(([state, count]) => `${count} ${state}`).join(', ')
}
