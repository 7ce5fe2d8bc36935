/** What a form is told before anything starts: whether it is an experiment, what it costs, and what the queue will take. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Lab } from '../../contract.ts'
import { checkExperiment } from '../../experiment/check.ts'
import { Experiment as ExperimentSchema, type Experiment } from '../../experiment/experiment.ts'
import { forecastExperiment } from '../../experiment/forecast.ts'
import { forecastSweep } from '../../experiment/sweep-forecast.ts'
import { LabProblem } from '../problem.ts'
import { readAxes, resolveExperiments } from '../runs.ts'
import type { FolderParts } from './folder-parts.ts'

export function forecastCalls({
  queue,
  speeds,
}: FolderParts): Pick<Lab, 'readExperiment' | 'forecast' | 'forecastQueue'> {
  return {
    readExperiment: async ({ value }) => {
      const { experiment, problems } = checkExperiment(value)
      if (experiment !== undefined) return { experiment, problems: [] }
      const shaped = ExperimentSchema.safeParse(value)
      return { experiment: shaped.success ? shaped.data : null, problems }
    },

    forecast: async ({ experiment, sweep }) => {
      const first = forecastExperiment(experiment, null)
      if (first.problems.length > 0) return { ...first, basis: null, experiments: 0 }
      try {
        const members = await resolveExperiments(experiment, sweep)
        const pace = (member: Experiment): number | null => speeds.of(member)?.secondsPerFlop ?? null
        const axes = sweep === undefined || members[0] === undefined ? undefined : readAxes(members[0], sweep)
        return {
          ...forecastSweep(members, pace),
          basis: members[0] === undefined ? null : (speeds.of(members[0])?.basis ?? null),
          experiments: members.length,
          ...(axes === undefined ? {} : { axes }),
        }
      } catch (error) {
        if (!(error instanceof LabProblem)) throw error
        return { ...first, problems: error.problems, basis: null, experiments: 0 }
      }
    },

    forecastQueue: async () => {
      const forecasts: { id: string; seconds: number | null }[] = []
      for (const { id, experiment } of queue.waiting) {
        // A forecast compiles the network; what a sweep asks of a host is spread over many turns.
        await nextTurn()
        const speed = speeds.of(experiment)
        forecasts.push({ id, seconds: speed && forecastExperiment(experiment, speed.secondsPerFlop).seconds })
      }
      return forecasts
    },
  }
}
