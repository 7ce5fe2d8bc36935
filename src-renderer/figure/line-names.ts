/** Names of a figure's lines, as a person changes them: kept in its content, so that every table and file has them. */
import type { Figure, LinesContent } from './figure.ts'

/** Why a name cannot be that of the line; null where it can. */
export function nameProblem(lines: LinesContent['lines'], place: number, label: string): string | null {
  if (label.trim() === '') return 'Every line needs a name.'
  // What was published has the name of the line that it stands behind.
  const published = lines[place]?.reference
  const taken = lines.some((line, i) => i !== place && line.reference === published && line.label === label.trim())
  return taken ? 'Another line has this name.' : null
}

/** The seeds of a line are named by it, and what was published has its name: they follow. */
export function renamed(content: Figure['content'], place: number, label: string): Figure['content'] {
  if (content.kind !== 'lines' || nameProblem(content.lines, place, label) !== null) return content
  const before = `${content.lines[place]?.label ?? ''}, seed `
  const name = label.trim()
  const lines = content.lines.map((line, i) => {
    if (i === place || (line.reference && line.label === content.lines[place]?.label)) return { ...line, label: name }
    return line.thin && line.label.startsWith(before)
      ? { ...line, label: `${name}, seed ${line.label.slice(before.length)}` }
      : line
  })
  return { ...content, lines }
}
