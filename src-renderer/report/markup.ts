/**
 * HTML that escapes whatever is put into it. Names and notes are a person's text, and a report is opened by others.
 *
 * Why, 2026-11-28: a tag of twenty lines instead of Svelte's server rendering. A component needs its compiler, and the
 * command line runs from source in plain Node, which has none.
 */
import { escaped } from '../figure/svg.ts'

/** HTML that is known to be safe: written in the source, or made by `markup`. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Null and false leave nothing. */
export type Part = Markup | string | number | null | false | readonly Part[]

/** Attributes have to stand in double quotes. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(strings.map((string, i) => (i === 0 ? string : written(parts[i - 1] ?? null) + string)).join(''))
}

function written(part: Part): string {
  if (part === null || part === false) return ''
  if (part instanceof Markup) return part.text
  if (typeof part === 'object') return part.map(written).join('')
  return escaped(String(part))
}
