/** A process that lists a results folder as a host does and ends; with 'edits' what it tells afterwards instead. */
import { openLab } from '../../src-main/lab/lab.ts'

const [resultsFolder = '', want] = process.argv.slice(2)
const lab = await openLab({ host: 'test', resultsFolder })
const told: string[] = []
let hear: () => void = () => undefined
lab.watch((event) => {
  if (event.kind === 'row') told.push(event.row.id)
  hear()
})
const rows = await lab.list({})
if (want === 'edits') {
  // The lab's own clocks keep no process alive.
  const waiting = setInterval(() => undefined, 1000)
  if (told.length === 0) await new Promise<void>((resolve) => (hear = resolve))
  clearInterval(waiting)
  process.stdout.write(JSON.stringify(told))
} else process.stdout.write(JSON.stringify(rows))
await lab.close()
