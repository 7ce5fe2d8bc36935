// Opens, trains and closes WebGPU sessions, and prints the process's resident bytes after 60, 90 and 120 of them.
import { webgpu } from '../../src-main/engines/webgpu.ts'
import { compileRule, rules } from '../../src-main/rules/index.ts'

const rule = rules.find(({ name }) => name === 'backprop')
if (rule === undefined) throw new Error('there is no rule backprop')
const compiled = compileRule(rule, rule.settings.parse({}), [400, 300, 5])
const samples = { count: 1, features: 400, pixels: new Uint8Array(400), labels: new Uint8Array(1), classes: 5 }
const data = { ...samples, image: null, scaling: { scale: [1], offset: [0] } }
const scalars = compiled.scalarsAt({ epoch: 0, batch: 0, sign: 1 })

async function residentAfter(sessions: number): Promise<number> {
  for (let i = 0; i < sessions; i++) {
    const session = await webgpu.open(compiled, { replicas: 1, precision: 'float32' })
    session.bind({ train: data, test: data })
    await session.train({ batchSize: 1, batches: 1, samples: Uint32Array.of(0), scalars, measureBatch: null })
    session.close()
  }
  global.gc?.()
  await new Promise((resolve) => setTimeout(resolve, 50))
  global.gc?.()
  return process.memoryUsage().rss
}

const resident: number[] = []
for (const sessions of [60, 30, 30]) resident.push(await residentAfter(sessions))
process.stdout.write(`${resident.join(' ')}\n`)
