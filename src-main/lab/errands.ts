/** Sends a process on an errand and waits for what it brings; the lab answers others meanwhile. */
import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { Errand, ErrandResults, FromErrand } from './errand-kinds.ts'
import { nodeProgram } from './installation.ts'
import { LabProblem } from './problem.ts'
import { surroundings } from './workers.ts'

export class Errands {
  readonly #root: string
  readonly #out = new Set<ChildProcess>()

  constructor(root: string) {
    this.#root = root
  }

  /** @throws LabProblem with what the process said, or that it ended without a word */
  send<K extends Errand['kind']>(
    errand: Extract<Errand, { kind: K }>,
    onStep: (fraction: number) => void = () => undefined,
  ): Promise<ErrandResults[K]> {
    const child = spawn(nodeProgram(this.#root), [join(this.#root, 'src-main', 'lab', 'errand.ts')], {
      cwd: this.#root,
      env: surroundings(),
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      windowsHide: true,
    })
    this.#out.add(child)
    return new Promise<ErrandResults[K]>((resolve, reject) => {
      const end = (): void => {
        this.#out.delete(child)
        child.kill()
      }
      child.on('message', (message) => {
        const said = message as FromErrand
        switch (said.kind) {
          case 'step':
            onStep(said.fraction)
            return
          case 'result':
            // The process runs the same source; what it was sent for says what it brings.
            resolve(said.result as ErrandResults[K])
            break
          case 'refused':
            reject(new LabProblem(said.message, said.next))
        }
        end()
      })
      child.once('error', (error) => {
        reject(new LabProblem(`A process could not be started: ${error.message}.`, 'Install Apical again.'))
        end()
      })
      child.once('close', (code, signal) => {
        this.#out.delete(child)
        const how = signal ?? `exit code ${code ?? 'unknown'}`
        reject(new LabProblem(`The process ended without a result (${how}).`, 'Try again, or choose another engine.'))
      })
      child.send(errand, () => undefined)
    })
  }

  close(): void {
    for (const child of this.#out) child.kill()
  }
}
