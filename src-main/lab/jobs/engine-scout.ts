/** Which engines this machine has, as the Node finds them under which workers train. */
import type { EngineCard } from '../../experiment/engine-card.ts'
import { engineCards } from '../../engines/index.ts'
import { LabProblem } from '../problem.ts'
import type { JobRunner } from './job-runner.ts'

export class EngineScout {
  readonly #jobs: JobRunner
  #cards: Promise<readonly EngineCard[]> | null = null

  constructor(jobs: JobRunner) {
    this.#jobs = jobs
  }

  /** Looked for once: what is installed meanwhile is found at the next start. */
  cards(): Promise<readonly EngineCard[]> {
    // A window's process is not Node, its code is bundled, and a driver that crashes would take it along.
    this.#cards ??= 'electron' in process.versions ? this.#jobs.run({ kind: 'engines' }) : engineCards()
    this.#cards.catch(() => (this.#cards = null))
    return this.#cards
  }

  /** The engine of that name ('auto' for any). @throws LabProblem when it cannot be used here, saying why */
  async require(name: string): Promise<EngineCard> {
    const cards = await this.cards()
    const card = cards.find((one) => (name === 'auto' ? one.isDefault : one.name === name))
    if (card?.available === true) return card
    const message = `The engine "${name}" cannot be used. ${card?.reason ?? `There are ${cards.map((one) => one.name).join(', ')}.`}`
    throw new LabProblem(message, 'Choose another engine, or "auto".', [{ path: 'engine.name', message }])
  }
}
