/**
 * A host as small as can be, to be killed: opens a lab on a results folder, resumes the run it is told, and ends when
 * the run does. Words: RESULTS ID. Says 'waiting' once the run was handed over, and the run's last event.
 */
import { openLab } from '../../src-main/lab/lab.ts'

const [resultsFolder = '', id = ''] = process.argv.slice(2)
const lab = await openLab({ host: 'test', resultsFolder })
const ended = new Promise<string>((resolve) => {
  lab.watch((event) => {
    if (event.kind === 'run' && ['done', 'stopped', 'failed'].includes(event.event.kind))
      resolve(JSON.stringify(event.event))
  })
})
await lab.resume({ id })
process.stdout.write('waiting\n')
process.stdout.write(`${await ended}\n`)
await lab.close()
