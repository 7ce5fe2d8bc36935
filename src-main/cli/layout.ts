/**
 * How numbers, durations and tables read in a terminal.
 */
import type { Spread } from '../experiment/event.ts'

/** 0.9762 → '97.62 %'; '–' for nothing. */
export function percent(fraction: number | null): string {
  return fraction === null ? '–' : `${rounded(fraction)} %`
}

/** In per cent to two digits, halves up in decimal, as the window prints it. */
function rounded(fraction: number): string {
  return (Math.round(Number((fraction * 10_000).toPrecision(12))) / 100).toFixed(2)
}

/** '97.62 ± 0.12 %'; the deviation only where there is more than one value. */
export function spread(value: Spread | null): string {
  if (value === null) return '–'
  return value.n > 1 ? `${rounded(value.mean)} ± ${rounded(value.sd)} %` : percent(value.mean)
}

/** '94.09 ± 0.06 % (2 of 3 seeds)': how many count is said where not all do. */
export function spreadOfSeeds(value: Spread | null, seeds: number): string {
  return value === null || value.n === seeds ? spread(value) : `${spread(value)} (${value.n} of ${seeds} seeds)`
}

/** '4.2 s', '3 min 10 s', '2 h 05 min'. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '–'
  if (seconds < 60) return seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`
}

/** 12345678 → '11.8 MiB'. */
export function size(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 ? String(value) : value.toFixed(1)} ${units[unit] ?? ''}`
}

/** Rows under their headings, columns as wide as their widest cell; '>' before a heading aligns the column right. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const right = headings.map((heading) => heading.startsWith('>'))
  const lines = [headings.map((heading) => heading.replace(/^>/, '')), ...rows]
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)))
  return lines.map((line) =>
    line
      .map((cell, column) =>
        right[column] === true ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
}

/** Text broken into lines of at most `width` letters, each indented. */
export function wrap(text: string, width: number, indent = ''): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = []
    let line = indent
    for (const word of paragraph.split(' ')) {
      if (line.length > indent.length && line.length + 1 + word.length > width) {
        lines.push(line)
        line = indent
      }
      line += line.length > indent.length ? ` ${word}` : word
    }
    return [...lines, line.trimEnd()]
  })
}
