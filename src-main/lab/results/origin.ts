/**
 * Of which experiment a checkpoint is. It says so in its metadata, so that one copied from elsewhere is refused by name
 * also where its network has the same shape. What may be changed without changing what was trained so far is not in it:
 * names, seeds, the number of epochs, engines, how often is measured.
 */
import { z } from 'zod'
import type { Experiment } from '../../experiment/experiment.ts'
import { flatSettings } from '../../experiment/flat-settings.ts'
import { LabProblem } from '../problem.ts'

const Origin = z.record(z.string(), z.string())
type Origin = Readonly<z.infer<typeof Origin>>

export function originOf(experiment: Experiment): Origin {
  const { rule, data, widths } = experiment
  const settings = Object.entries(flatSettings(experiment)).filter(
    ([key]) => key !== 'training.epochs' && !/^(engine|evaluation)\./.test(key),
  )
  return {
    rule: rule.name,
    'data set': data.name,
    widths: widths.join('-'),
    ...Object.fromEntries(settings.map(([key, value]) => [key, String(value)])),
  }
}

/** @throws LabProblem when a checkpoint is of another experiment; a setting that only one of the two knows says nothing */
export function requireOrigin(said: string | undefined, experiment: Experiment, path: string): void {
  // Not there in checkpoints from before they said it.
  if (said === undefined) return
  const expected = originOf(experiment)
  const found = new Map(Object.entries(Origin.parse(JSON.parse(said))))
  for (const [key, value] of Object.entries(expected)) {
    const other = found.get(key)
    if (other === undefined || other === value) continue
    throw new LabProblem(
      `${path}: expected a checkpoint of this experiment, with ${key} ${value}, found one with ${key} ${other}.`,
      'It was copied from another experiment. Restore the right one, or delete it to begin its seed again.',
    )
  }
}
