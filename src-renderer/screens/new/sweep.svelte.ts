/** The axes of a sweep while they are being written: which settings take several values, and what they are. */
import { createContext } from 'svelte'
import type { SettingSchema, SweepRequest } from '../../../src-main/contract.ts'

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
    if (this.textOf(path) === null && this.axes.length < MOST_AXES)
      this.axes = [...this.axes, { path, label, text: axisText(value) }]
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

/** The shortest key that says which setting an axis is: it stands in the names of the experiments. */
export function axisKey(path: string, layers: number): string {
  if (path === 'widths.1' && layers === 3) return 'hidden'
  return path.replace(/^rule\.settings\./, '')
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

/** A value as it stands in a list of values; lists in brackets, so that their commas do not divide. */
export function axisText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean)
}

/** Whether a setting can be an axis: numbers, choices, switches, and lists as a whole. */
export function canSweep({ control = 'number' }: SettingSchema): boolean {
  return control !== 'schedule' && control !== 'layers'
}

/** How a person writes the values of such a setting. */
export function axisHint(schema: SettingSchema): string {
  switch (schema.control) {
    case 'choice':
      return `some of ${(schema.enum ?? []).join(', ')}`
    case 'switch':
      return 'true, false'
    case 'per-layer':
      return 'lists in brackets: [1, 0.7], [0.5, 0.3]'
    case 'whole':
      return '100, 200 or 100..500:100'
    default:
      return '0.05, 0.1 or 0.01..0.1/5 or 0.001..1/4log'
  }
}

/** 'a, b, c', or the first and the last with how many there are between. */
export function valuesInWords(values: readonly string[]): string {
  return values.length <= 6 ? values.join(', ') : `${values.slice(0, 3).join(', ')}, … ${values.at(-1) ?? ''}`
}
