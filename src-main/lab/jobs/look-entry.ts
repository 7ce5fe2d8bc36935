/** The entry of the process that looks into trained networks, plain Node: answers one question after another over its IPC channel. */
import { z } from 'zod'
import { LookAsk, NetworkChoice } from '../../experiment/look.ts'
import { admitOwnRules } from '../own-rules.ts'
import { refusalOf } from '../problem.ts'
import { LookBench } from './look-bench.ts'
import type { FromLooker } from './look-desk.ts'

const Question = z.object({
  id: z.int(),
  look: z.object({ folder: z.string(), dataFolder: z.string().nullable(), network: NetworkChoice, ask: LookAsk }),
})

const bench = new LookBench()
let before: Promise<void> = Promise.resolve()

admitOwnRules()
process.on('disconnect', () => process.exit(0))
process.on('message', (message) => {
  const parsed = Question.safeParse(message)
  if (!parsed.success) return
  const { id, look } = parsed.data
  before = before.then(async () => {
    try {
      tell({ kind: 'answer', id, answer: await bench.answer(look) })
    } catch (error) {
      tell({ kind: 'refused', id, ...refusalOf(error, 'Choose something else, or try again.') })
    }
  })
})

function tell(message: FromLooker): void {
  if (process.connected) process.send?.(message, undefined, {}, () => undefined)
}
