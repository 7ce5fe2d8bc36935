/** One signal is enough: a whole served process with windows that do not close, and the npm wrapper, end with a checkpoint. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { paths, readCheckpoint, readState } from '../../src-main/lab/results.ts'
import { liveOwner } from '../../src-main/lab/storage/ownership.ts'
import { NODE, ROOT, start, watch, type Running } from '../cli/process.ts'
import { enter, RawSocket } from '../contract/visitor.ts'
import { scratchFolder, smallExperiment } from '../lab/small-experiment.ts'
import { eventually, expectSound } from './soundness.ts'

const scratch = scratchFolder()
afterAll(scratch.remove)

const LONG = smallExperiment({ epochs: 1000, seeds: [0] })

/** It kept what it had, says whether it was stopped, and nobody works on it any more. */
function expectKept(folder: string, state: 'interrupted' | 'stopped'): void {
  expect(liveOwner(folder)).toBeNull()
  expect(readState(folder).state).toBe(state)
  expect(readCheckpoint(folder, 0)?.position.batch).toBeGreaterThan(0)
  expectSound(folder)
}

const noFace = !existsSync(join(ROOT, 'build/face/index.html'))
describe.skipIf(noFace)(`a served lab${noFace ? ' (skipped: build/face is not built)' : ''}`, () => {
  it.each(['SIGTERM', 'SIGHUP'] as const)(
    'ends on one %s with a run that trains, a window that reads nothing and connections that say nothing',
    async (signal) => {
      const results = scratch.inside(`served-${signal}`)
      const served = start(['serve', '--port', '0', '--results', results])
      let printed = ''
      served.child.stdout?.on('data', (text: string) => (printed += text))
      await eventually('the address', () => /http:\S+/.test(printed))
      const address = /http:\S+/.exec(printed)?.[0] ?? ''
      const port = Number(new URL(address).port)
      const raw = await RawSocket.open(port, await enter(address))
      raw.send({ id: 1, call: 'start', argument: { experiment: LONG } })
      const answer = (await raw.answerTo(1)) as unknown as { answer: { id: string } }
      const folder = join(results, answer.answer.id)
      await eventually('a checkpoint', () => existsSync(paths(folder).checkpoint(0)))
      raw.socket.pause()
      // One says nothing, one stops in the middle of its request; neither ends its own half when the other side does.
      const [silent, begun] = [0, 1].map(() => connect({ port, host: '127.0.0.1', allowHalfOpen: true }))
      for (const socket of [silent, begun]) socket?.on('error', () => undefined)
      begun?.write('GET / HTTP/1.1\r\nHost: 127.0.0.1')
      await new Promise((resolve) => silent?.once('connect', resolve))

      served.child.kill(signal)
      const { err } = await served.finished
      expect(err).toContain('Stopping; running experiments write a checkpoint')
      expectKept(folder, 'interrupted')
      raw.socket.terminate()
      for (const socket of [silent, begun]) socket?.destroy()
    },
  )
})

describe('the wrapper that npm starts', () => {
  const words = (out: string): string[] => [
    ...['run', 'corinfomax-glyphs-small', '--engine', 'reference', '--seeds', '0', '--limit-train', '400'],
    ...['--limit-test', '100', '--epochs', '4000', '--out', out, '--json'],
  ]
  const trained = async (running: Running): Promise<string> => {
    const { folder } = await running.until(({ kind }) => kind === 'started')
    await running.until(({ kind }) => kind === 'checkpoint')
    return String(folder)
  }

  it.each(['SIGHUP', 'SIGTERM'] as const)('hands %s on to the training', async (signal) => {
    const wrapper = [join(ROOT, 'src-main/bootstrap.mjs'), 'apical', ...words(scratch.inside('wrapped'))]
    const running = watch(spawn(NODE, wrapper, { stdio: ['ignore', 'pipe', 'pipe'] }))
    const folder = await trained(running)
    running.child.kill(signal)
    expect((await running.finished).code).toBe(130)
    expectKept(folder, 'stopped')
  })

  const noNpm = process.platform === 'win32'
  it.skipIf(noNpm)(
    `ends the training when npm itself is hung up on${noNpm ? ' (skipped: no signals on Windows)' : ''}`,
    async () => {
      const npm = ['run', '--silent', 'apical', '--', ...words(scratch.inside('npm'))]
      const running = watch(spawn('npm', npm, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] }))
      const folder = await trained(running)
      running.child.kill('SIGHUP')
      await eventually('the training to end', () => liveOwner(folder) === null)
      expectKept(folder, 'stopped')
    },
  )
})
