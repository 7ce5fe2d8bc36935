/** A process that does one thing: it tells how far it is, then once what came of it, and is ended. */
import type { ChildProcess } from 'node:child_process'
import { LabProblem } from '../problem.ts'
import { spawnNode } from './node-process.ts'

/** What it says; `P` is how far it is. */
export type SaidByProcess<P> =
  | ({ readonly kind: 'progress' } & P)
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'refused'; readonly message: string; readonly next: string }

type Progress<M> = M extends { readonly kind: 'progress' } ? M : never
type Result<M> = M extends { readonly kind: 'result'; readonly result: infer R } ? R : never

interface AskedProcess<M> {
  readonly child: ChildProcess
  /** @throws LabProblem with what it said, or `gone` where it ended without a result */
  readonly result: Promise<Result<M>>
}

/**
 * @param stop aborted: the process is killed at once, as one that ended without a result
 * @param gone in words, of how it ended
 */
export function askProcess<M extends SaidByProcess<object>>(
  root: string,
  entry: string,
  question: object,
  onProgress: (progress: Progress<M>) => void,
  stop: AbortSignal | undefined,
  gone: (how: string) => LabProblem,
): AskedProcess<M> {
  const child = spawnNode(root, entry, 'ignore')
  const result = new Promise<Result<M>>((resolve, reject) => {
    child.on('message', (message) => {
      // It runs the same source, and says what its messages are.
      const said = message as SaidByProcess<object>
      switch (said.kind) {
        case 'progress':
          onProgress(said as Progress<M>)
          return
        case 'result':
          resolve(said.result as Result<M>)
          break
        case 'refused':
          reject(new LabProblem(said.message, said.next))
      }
      child.kill()
    })
    child.once('error', (error) => {
      reject(new LabProblem(`A process could not be started: ${error.message}.`, 'Install Apical again.'))
    })
    child.once('close', (code, signal) => {
      reject(gone(signal ?? `exit code ${code ?? 'unknown'}`))
    })
    stop?.addEventListener('abort', () => child.kill('SIGKILL'), { once: true })
    child.send(question, () => undefined)
  })
  return { child, result }
}
