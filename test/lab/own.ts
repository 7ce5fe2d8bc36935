/** Owns an experiment's folder until it is killed: the other instance of tests. Words: FOLDER. */
import { takeOwnership } from '../../src-main/lab/storage/ownership.ts'

try {
  takeOwnership(process.argv[2] ?? '')
  process.stdout.write('mine\n')
  setInterval(() => undefined, 1000)
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`)
}
