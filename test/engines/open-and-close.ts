// Opens and closes native sessions, and prints the process's resident bytes after 500, 1,500 and 2,500 of them.
import { native } from '../../src-main/engines/native.ts'
import { compileRule, rules } from '../../src-main/rules/index.ts'

const rule = rules.find(({ name }) => name === 'ep')
if (rule === undefined) throw new Error('there is no rule ep')
const settings = rule.settings.parse({ learningRates: [0.1, 0.1, 0.1] }) as unknown
const compiled = compileRule(rule, settings, [37, 50, 29, 5])

async function residentAfter(sessions: number): Promise<number> {
  for (let i = 0; i < sessions; i++) {
    const session = await native.open(compiled, { replicas: 4, precision: 'float32', threads: 2 })
    session.close()
    // Handles are let go in a turn of the event loop.
    if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  global.gc?.()
  await new Promise((resolve) => setTimeout(resolve, 50))
  global.gc?.()
  return process.memoryUsage().rss
}

const resident: number[] = []
for (const sessions of [500, 1000, 1000]) resident.push(await residentAfter(sessions))
process.stdout.write(`${resident.join(' ')}\n`)
