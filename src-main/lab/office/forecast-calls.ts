/** What a form is told before anything starts: whether it is an experiment, what it costs, and what the queue will take. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Lab } from '../../contract.ts'
import { checkExperiment } from '../../experiment/check.ts'
import { Experiment as ExperimentSchema, type Experiment } from '../../experiment/experiment.ts'
import { forecastExperiment } from '../../experiment/forecast.ts'
import { presetCards } from '../../experiment/presets.ts'
import { forecastSweep } from '../../experiment/sweep-forecast.ts'
import { LabProblem } from '../problem.ts'
import { readAxes, resolveExperiments } from '../runs.ts'
import type { FolderParts } from './folder-parts.ts'
import { fetchTrace } from './own-rule-calls.ts'

const UNKNOWN = { basis: null, ofNetwork: false } as const

const flopOfPreset = new Map<string, number>()

export function forecastCalls({
  queue,
  speeds,
  pace,
}: FolderParts): Pick<Lab, 'readExperiment' | 'forecast' | 'forecastQueue' | 'forecastPresets' | 'measurePace'> {
  return {
    readExperiment: async ({ value }) => {
      await fetchTrace(value)
      const { experiment, problems } = checkExperiment(value)
      if (experiment !== undefined) return { experiment, problems: [] }
      const shaped = ExperimentSchema.safeParse(value)
      return { experiment: shaped.success ? shaped.data : null, problems }
    },

    forecast: async ({ experiment, sweep }) => {
      await fetchTrace(experiment)
      const first = forecastExperiment(experiment, null)
      if (first.problems.length > 0) return { ...first, ...UNKNOWN, experiments: 0 }
      try {
        const members = await resolveExperiments(experiment, sweep)
        const pace = (member: Experiment): number | null => speeds.of(member)?.secondsPerFlop ?? null
        const speed = members[0] === undefined ? null : speeds.of(members[0])
        const axes = sweep === undefined || members[0] === undefined ? undefined : readAxes(members[0], sweep)
        return {
          ...forecastSweep(members, pace),
          ...(speed === null ? UNKNOWN : { basis: speed.basis, ofNetwork: speed.ofNetwork }),
          experiments: members.length,
          ...(axes === undefined ? {} : { axes }),
        }
      } catch (error) {
        if (!(error instanceof LabProblem)) throw error
        return { ...first, problems: error.problems, ...UNKNOWN, experiments: 0 }
      }
    },

    measurePace: async ({ experiment: value }) => {
      const { experiment } = checkExperiment(value)
      return { measured: experiment !== undefined && pace !== null && (await pace.measure(experiment)) }
    },

    forecastPresets: async () => {
      const forecasts: { name: string; seconds: number }[] = []
      for (const { name, experiment } of presetCards()) {
        const speed = speeds.of(experiment)
        if (speed === null) continue
        let flop = flopOfPreset.get(name)
        if (flop === undefined) {
          // Each compiles a network, once in the life of a host.
          await nextTurn()
          flop = forecastExperiment(experiment, null).flop ?? 0
          flopOfPreset.set(name, flop)
        }
        forecasts.push({ name, seconds: flop * speed.secondsPerFlop })
      }
      return forecasts
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
