/** The worker's pen: what a run says is on disk before anyone hears of it. */
import { closeSync, mkdirSync, readdirSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '../../contract.ts'
import type { RunEvent } from '../../experiment/event.ts'
import type { Experiment } from '../../experiment/experiment.ts'
import {
  restoreCheckpoint,
  storeCheckpoint,
  storeWeights,
  CheckpointProblem,
  type SeedCheckpoint,
} from '../../training/checkpoint.ts'
import { fileProblem, LabProblem } from '../problem.ts'
import { paths, removeAbandoned } from './folder.ts'
import { LastWord } from './last-word.ts'
import { originOf, requireOrigin } from './origin.ts'
import { readExperiment } from './read.ts'
import { changeStatus, localDataFolder, type Status } from './status.ts'
import { withoutPaths } from './without-paths.ts'
import {
  decodeSafetensors,
  encodeChecked,
  lookAt,
  openToAppend,
  readBytes,
  releaseOwnership,
  LineFile,
  requireOwnership,
  takeOwnership,
  writeJson,
  writeWhole,
} from '../storage.ts'

export class Ledger {
  readonly folder: string
  readonly #rule: string
  readonly #lines = new Map<number, LineFile>()
  readonly #lastWord: LastWord | null
  /** The last word stands nowhere but in the room kept for it. */
  #unsaid = false
  #origin: ReturnType<typeof originOf> | null = null

  /** Takes the folder for this process; refuses while another works in it. */
  constructor(folder: string, rule: string) {
    this.folder = folder
    this.#rule = rule
    takeOwnership(folder)
    removeAbandoned(folder)
    // A crash while a checkpoint was written leaves one as large beside it.
    for (const name of seedFoldersIn(folder)) removeAbandoned(join(folder, name))
    this.#lastWord = LastWord.keep(folder)
  }

  writeEnvironment(environment: Environment): void {
    writeJson(paths(this.folder).environment, environment)
  }

  setState(state: Status['state'], reason: string | null = null, next: string | null = null): void {
    requireOwnership(this.folder)
    try {
      changeStatus(paths(this.folder).status, { state, reason, next })
      this.#unsaid = false
    } catch (error) {
      if (state === 'failed' || state === 'stopped' || state === 'interrupted') {
        const said = (text: string | null): string | null => text && this.#shareable(text)
        this.#lastWord?.say({ state, reason: said(reason), next: said(next) })
        this.#unsaid = true
      }
      throw error
    }
  }

  /** Keeps an event that belongs to a seed's history, and what the measures cost. */
  record(event: RunEvent): void {
    switch (event.kind) {
      case 'epoch':
      case 'batches':
      case 'measure':
      case 'confusion':
      case 'collapsed':
      case 'at-chance':
      case 'resumed':
        this.#linesOf(event.seed).append(event)
        return
      case 'costs':
        try {
          writeJson(paths(this.folder).costs, event.costs)
        } catch (error) {
          // Not worth the run; a disk that takes nothing more is told by the next checkpoint.
          this.log(error instanceof Error ? error.message : String(error))
        }
        return
      default:
    }
  }

  /** Whether anything was ever recorded of this seed, by this worker or one before. */
  hasHistory(seed: number): boolean {
    return (lookAt(paths(this.folder).metrics(seed))?.size ?? 0) > 0
  }

  writeCheckpoints(checkpoints: readonly SeedCheckpoint[], final: boolean): void {
    const files = paths(this.folder)
    requireOwnership(this.folder)
    for (const checkpoint of checkpoints) {
      // What the history says up to here must be on the disk before a checkpoint that stands on it.
      this.#linesOf(checkpoint.seed).flush()
      const { tensors, metadata } = storeCheckpoint(checkpoint)
      const origin = JSON.stringify((this.#origin ??= originOf(readExperiment(this.folder))))
      writeWhole(files.checkpoint(checkpoint.seed), encodeChecked({ tensors, metadata: { ...metadata, origin } }))
      if (final) this.writeWeights(checkpoint)
    }
  }

  writeWeights(checkpoint: SeedCheckpoint): void {
    writeWhole(paths(this.folder).weights(checkpoint.seed), encodeChecked(storeWeights(checkpoint, this.#rule)))
  }

  /** Beside the latest, for whoever looks at how weights came about. */
  keepWeights(checkpoint: SeedCheckpoint): void {
    const path = paths(this.folder).keptWeights(checkpoint.seed, checkpoint.position.epoch)
    writeWhole(path, encodeChecked(storeWeights(checkpoint, this.#rule)))
  }

  writeSummary(summary: Extract<RunEvent, { kind: 'done' }>): void {
    const seeds = summary.seeds.map((seed) => ({ ...seed, reason: seed.reason && this.#shareable(seed.reason) }))
    writeJson(paths(this.folder).summary, { ...summary, folder: undefined, seeds })
  }

  log(text: string): void {
    try {
      const file = openToAppend(paths(this.folder).log)
      try {
        writeSync(file, `${new Date().toISOString()} ${this.#shareable(text)}\n`)
      } finally {
        closeSync(file)
      }
    } catch {
      // A full disk must not hide the failure that is being logged.
    }
  }

  close(): void {
    for (const file of this.#lines.values()) file.close()
    this.#lines.clear()
    this.#lastWord?.close(this.#unsaid)
    releaseOwnership(this.folder)
  }

  #shareable(text: string): string {
    return withoutPaths(text, this.folder, localDataFolder(this.folder))
  }

  #linesOf(seed: number): LineFile {
    let file = this.#lines.get(seed)
    if (file === undefined) {
      makeSeedFolder(paths(this.folder).seedFolder(seed))
      file = new LineFile(paths(this.folder).metrics(seed))
      this.#lines.set(seed, file)
    }
    return file
  }
}

function seedFoldersIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => /^seed-\d+$/.test(name))
}

/** A seed's folder that was lost is made again, and its seed begins anew; the experiment's own is not. */
function makeSeedFolder(path: string): void {
  try {
    mkdirSync(path)
  } catch (error) {
    if (lookAt(path) === undefined) throw fileProblem(error, 'Cannot write', path) ?? error
  }
}

/** Seeds of which nothing is left: their folders were lost, and they can be trained again whatever became of the run. */
export function lostSeeds(folder: string, { seeds }: Pick<Experiment, 'seeds'>): readonly number[] {
  return seeds.filter((seed) => lookAt(paths(folder).seedFolder(seed)) === undefined)
}

/** Bytes; far above the state of any network that trains here in a lifetime. */
const LARGEST_CHECKPOINT = 2 ** 31 - 1

/** The seed's checkpoint; null when it has none yet. */
export function readCheckpoint(folder: string, seed: number): SeedCheckpoint | null {
  const path = paths(folder).checkpoint(seed)
  const bytes = readBytes(path, LARGEST_CHECKPOINT)
  if (bytes === null) return null
  try {
    const { tensors, metadata } = decodeSafetensors(bytes, path)
    requireOrigin(metadata['origin'], readExperiment(folder), path)
    const checkpoint = restoreCheckpoint(
      {
        metadata,
        tensors: tensors.map(({ name, shape, data }) => {
          const [rows, columns] = shape
          if (
            rows === undefined ||
            columns === undefined ||
            shape.length !== 2 ||
            !(data instanceof Float32Array || data instanceof Float64Array)
          )
            throw new CheckpointProblem(
              `${path}: expected ${name} to be a matrix of F32 or F64, found ${shape.join(' × ')}`,
            )
          return { name, shape: [rows, columns], data }
        }),
      },
      path,
    )
    if (checkpoint.seed !== seed)
      throw new CheckpointProblem(`${path}: expected seed ${seed}, found seed ${checkpoint.seed}`)
    return checkpoint
  } catch (error) {
    if (error instanceof LabProblem) throw error
    const message = error instanceof Error ? error.message : String(error)
    throw (
      fileProblem(error, 'Cannot read', path) ??
      new LabProblem(message, 'Delete this checkpoint to begin its seed again, or restore it from a copy.', [], error)
    )
  }
}
