/** Charts that share what they count along x stay in step: one cursor and one window for all of them on a screen. */
import type { Range } from './scale.ts'

export class ChartStep {
  /** What is seen of x; null for all there is. */
  window = $state.raw<Range | null>(null)
  /** Where the crosshair stands, and which chart it is moved in. */
  cursor = $state.raw<{ readonly x: number; readonly by: object } | null>(null)
  charts = 0
}

// eslint-disable-next-line svelte/prefer-svelte-reactivity -- each step is reactive, the list of them is not looked at
const steps = new Map<string, ChartStep>()

/** Joins the charts that count the same; call what comes back to leave. The last to leave forgets window and cursor. */
export function joinStep(counted: string): { readonly step: ChartStep; readonly leave: () => void } {
  const step = steps.get(counted) ?? new ChartStep()
  steps.set(counted, step)
  step.charts++
  return {
    step,
    leave: () => {
      step.charts--
      if (step.charts === 0) steps.delete(counted)
    },
  }
}
