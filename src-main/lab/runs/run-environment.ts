/** What a result depends on beside experiment and seed: the machine, its system and the data's checksums. */
import { totalmem } from 'node:os'
import type { Environment } from '../../contract.ts'
import type { Experiment } from '../../experiment/experiment.ts'
import { describeHardware } from '../machine.ts'
import { LabProblem } from '../problem.ts'

interface RunCircumstances {
  readonly version: string
  readonly engine: string
  readonly device: string
  readonly precision: string
  /** Name of a data file, or of a generator, to its checksum or version. */
  readonly data: Readonly<Record<string, string>>
  /** Other experiments in the same session. */
  readonly beside: number
}

/** As environment.json has it: no path of this machine, which is nobody's business where the folder is handed on. */
export function describeEnvironment(run: RunCircumstances): Environment {
  const { cpu, cores, os } = describeHardware()
  return {
    apical: run.version,
    node: process.version,
    os,
    cpu,
    cores,
    memoryBytes: totalmem(),
    engine: run.engine,
    device: run.device,
    precision: run.precision,
    data: run.data,
    started: new Date().toISOString(),
    ...(run.beside === 0 ? {} : { beside: run.beside }),
  }
}

/**
 * A set may be removed and another added under its name, a file be replaced: a run that went on with it would be half of
 * one experiment and half of another. Files that are named otherwise now (packed, unpacked) are not compared.
 *
 * @throws LabProblem when a file is not the one that was trained on so far
 */
export function requireSameData(
  before: RunCircumstances['data'] | undefined,
  now: RunCircumstances['data'],
  { data }: Experiment,
): void {
  const changed = Object.entries(now).find(([file, sum]) => before?.[file] !== undefined && before[file] !== sum)
  if (changed === undefined) return
  throw new LabProblem(
    `${data.name}: expected the ${changed[0]} that this run was trained on so far, found another one.`,
    'Bring the former data back to resume it, or start the experiment anew on what is there now.',
    [{ path: 'data.name', message: `${changed[0]} is not the one that this run was trained on so far.` }],
  )
}
