/** A thread that draws parameters: one message for each, answered with its numbers. */
import { parentPort } from 'node:worker_threads'
import { drawParameter } from '../../training/draw.ts'
import type { Drawing } from './drawing.ts'

parentPort?.on('message', ({ seed, declaration }: Drawing) => {
  const values = drawParameter(declaration, seed)
  parentPort?.postMessage(values, [values.buffer as ArrayBuffer])
})
