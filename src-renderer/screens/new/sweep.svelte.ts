/** The axes of a sweep while they are being written: which settings take several values, and what they are. */
import { createContext } from 'svelte'
import type { SweepRequest } from '../../../src-main/contract.ts'
import { axisKey, axisText } from './sweep-axis.ts'

export interface Axis {
  /** Of the setting, as in the form: 'training.epochs', 'rule.settings.beta', 'widths.1'. */
  readonly path: string
  /** Its name for a person. */
  readonly label: string
  readonly text: string
}

/** The lab takes no more. */
export const MOST_AXES = 8

export class Sweep {
  axes = $state.raw<readonly Axis[]>([])
  paired = $state(false)
  /** The axis that was made last, until its box has the focus. */
  #added: string | null = null

  /** Undefined without axes: then there is one experiment. `layers` counts those of the network, ends included. */
  request(layers: number): SweepRequest | undefined {
    if (this.axes.length === 0) return undefined
    return {
      axes: this.axes.map(({ path, text }) => ({ key: axisKey(path, layers), values: text })),
      paired: this.paired,
    }
  }

  /** Where in the form a problem that the lab found stands: it names axes by their keys. */
  pathOf(problem: string, layers: number): string {
    const key = /^sweep\.(.+)$/.exec(problem)?.[1]
    const axis = this.axes.find(({ path }) => axisKey(path, layers) === key)
    return axis === undefined ? problem : `sweep.${axis.path}`
  }

  textOf(path: string): string | null {
    return this.axes.find((axis) => axis.path === path)?.text ?? null
  }

  /** Makes an axis of a setting, beginning with the value it has. */
  add(path: string, label: string, value: unknown): void {
    if (this.textOf(path) !== null || this.axes.length >= MOST_AXES) return
    this.axes = [...this.axes, { path, label, text: axisText(value) }]
    this.#added = path
  }

  /** Whether this axis was just made; asked once. */
  takeAdded(path: string): boolean {
    if (this.#added !== path) return false
    this.#added = null
    return true
  }

  write(path: string, text: string): void {
    this.axes = this.axes.map((axis) => (axis.path === path ? { ...axis, text } : axis))
  }

  remove(path: string): void {
    this.axes = this.axes.filter((axis) => axis.path !== path)
    if (this.axes.length < 2) this.paired = false
  }

  /** Drops the axes of settings that are no longer there. */
  keep(exists: (path: string) => boolean): void {
    for (const { path } of this.axes) if (!exists(path)) this.remove(path)
  }
}

/** What a form lays out for its fields: the sweep, and what the lab said of each axis. */
export interface SweepOfForm {
  readonly sweep: Sweep
  readonly problemAt: (path: string) => string | null
  /** Ranges unfolded; empty until the lab has read them. */
  readonly valuesAt: (path: string) => readonly string[]
}

const [readContext, provide] = createContext<SweepOfForm>()
export const provideSweep = provide

/** The sweep of the form that a field stands in; null outside of one. */
export function sweepHere(): SweepOfForm | null {
  try {
    return readContext()
  } catch {
    return null
  }
}
