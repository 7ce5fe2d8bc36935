/** All settings of one published study: its authors' grid, the best trained first, as their notebooks sort it. */
import type { z } from 'zod'
import type { Experiment } from './experiment.ts'
import type { PresetGridCard } from './preset-card.ts'
import { presetNamed, type Preset } from './presets.ts'

export interface PresetGrid extends PresetGridCard {
  readonly settings: readonly Preset[]
}

/** Null where there is no study of that name. */
export function presetGrid(name: string): PresetGrid | null {
  const chosen = presetNamed(name)
  if (chosen === undefined || name.includes('#')) return null
  const all = Array.from({ length: chosen.settings }, (_, index) => presetNamed(`${name}#${index + 1}`) ?? chosen)
  const trained = ({ published }: Preset): number => published?.train?.mean ?? -Infinity
  const keys = ['widths', ...Object.keys(chosen.experiment.rule.settings)]
  return {
    settings: all.toSorted((a, b) => trained(b) - trained(a) || a.setting - b.setting),
    keys: keys.filter(
      (key) => new Set(all.map(({ experiment }) => JSON.stringify(gridValue(experiment, key)))).size > 1,
    ),
  }
}

/** The value of one of a grid's keys. */
export function gridValue({ widths, rule }: Experiment, key: string): z.core.util.JSONType {
  return (key === 'widths' ? widths : (rule.settings[key] ?? null)) as z.core.util.JSONType
}

/** The grid as experiments that belong together: each is still the published setting it was, and compared with its number. */
export function gridExperiments({ settings, keys }: PresetGrid, sweep: string): readonly Experiment[] {
  return settings.map(({ experiment }) => ({
    ...experiment,
    sweep: { id: sweep, settings: keys.map((key) => ({ key, value: gridValue(experiment, key) })) },
  }))
}
