/** How a person wants charts drawn; kept by the chart's name, and over a restart. */
import type { Band } from './chart-model.ts'
import { PLAIN, type ChartChoice } from './chart-view.ts'

const KEY = 'apical.charts'

interface Stored {
  readonly band: Band
  readonly choices: Readonly<Record<string, ChartChoice>>
}

class ChartSettings {
  /** One for all charts: bands are compared across them. */
  band = $state<Band>('sd')
  #choices = $state.raw<Stored['choices']>({})

  constructor() {
    const stored = remembered()
    if (stored === null) return
    this.band = stored.band
    this.#choices = stored.choices
  }

  of(chart: string): ChartChoice {
    return this.#choices[chart] ?? PLAIN
  }

  choose(chart: string, change: Partial<ChartChoice>): void {
    this.#choices = { ...this.#choices, [chart]: { ...this.of(chart), ...change } }
    this.#remember()
  }

  /** How a chart is drawn at first, unless the person chose otherwise. */
  begin(chart: string, change: Partial<ChartChoice>): void {
    if (this.of(chart) === PLAIN) this.choose(chart, change)
  }

  chooseBand(band: Band): void {
    this.band = band
    this.#remember()
  }

  #remember(): void {
    try {
      localStorage.setItem(KEY, JSON.stringify({ band: this.band, choices: this.#choices } satisfies Stored))
    } catch {
      // Remembered until the window closes.
    }
  }
}

const X_KINDS: readonly unknown[] = ['linear', 'log'] satisfies ChartChoice['x'][]
const Y_KINDS: readonly unknown[] = ['linear', 'log', 'logit'] satisfies ChartChoice['y'][]
const SMOOTHINGS: readonly unknown[] = ['none', 'exponential', 'window'] satisfies ChartChoice['smoothing']['kind'][]
const BANDS: readonly unknown[] = ['sd', 'quartiles', 'range', 'ci'] satisfies Band[]

/** What was stored, as far as it is still what this version would store. */
function remembered(): Stored | null {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Partial<Stored> | null
    if (stored === null) return null
    const choices = Object.entries(stored.choices ?? {}).filter(
      ([, { x, y, smoothing }]) =>
        X_KINDS.includes(x) && Y_KINDS.includes(y) && SMOOTHINGS.includes(smoothing.kind) && smoothing.span >= 1,
    )
    return {
      band: BANDS.includes(stored.band) ? (stored.band ?? 'sd') : 'sd',
      choices: Object.fromEntries(choices),
    }
  } catch {
    // No memory, or one from another time: plain charts are a good beginning.
    return null
  }
}

export const chartSettings = new ChartSettings()
