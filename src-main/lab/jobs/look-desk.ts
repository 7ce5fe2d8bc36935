/** Asks the process that looks into trained networks; starts it with the first question, and lets it go when none comes. */
import type { ChildProcess } from 'node:child_process'
import type { LookAnswer } from '../../experiment/look.ts'
import { spawnNode } from '../machine.ts'
import { LabProblem } from '../problem.ts'
import type { Look } from './look-bench.ts'

export type FromLooker =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: LookAnswer }
  | { readonly kind: 'refused'; readonly id: number; readonly message: string; readonly next: string }

/** It holds a data set and weights: given back some minutes after the last look. */
const IDLE_MS = 180_000

interface Waiting {
  readonly resolve: (answer: LookAnswer) => void
  readonly reject: (problem: LabProblem) => void
}

export class LookDesk {
  readonly #root: string
  readonly #waiting = new Map<number, Waiting>()
  #child: ChildProcess | null = null
  #last = 0
  #idle: ReturnType<typeof setTimeout> | undefined

  constructor(root: string) {
    this.#root = root
  }

  /** @throws LabProblem with what the process said, or that it ended without an answer */
  look(look: Look): Promise<LookAnswer> {
    const child = (this.#child ??= this.#start())
    const id = ++this.#last
    clearTimeout(this.#idle)
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      child.send({ id, look }, () => undefined)
    })
  }

  close(): void {
    clearTimeout(this.#idle)
    this.#child?.kill()
  }

  #start(): ChildProcess {
    const child = spawnNode(this.#root, 'jobs/look-entry.ts', 'ignore')
    child.on('message', (message) => {
      this.#take(message as FromLooker)
    })
    child.once('error', (error) => {
      this.#gone(child, `A process could not be started: ${error.message}.`, 'Install Apical again.')
    })
    child.once('close', (code, signal) => {
      const how = signal ?? `exit code ${code ?? 'unknown'}`
      this.#gone(child, `The process ended without an answer (${how}).`, 'Try again.')
    })
    return child
  }

  #take(said: FromLooker): void {
    const waiting = this.#waiting.get(said.id)
    this.#waiting.delete(said.id)
    if (said.kind === 'answer') waiting?.resolve(said.answer)
    else waiting?.reject(new LabProblem(said.message, said.next))
    if (this.#waiting.size > 0) return
    this.#idle = setTimeout(() => this.#child?.kill(), IDLE_MS)
    this.#idle.unref()
  }

  #gone(child: ChildProcess, message: string, next: string): void {
    if (this.#child === child) this.#child = null
    for (const { reject } of this.#waiting.values()) reject(new LabProblem(message, next))
    this.#waiting.clear()
  }
}
