/** A text on several lines where one has no room for it. */

/**
 * Broken where a person would: after a comma or a dot between parts, else between words, and in a word only where that alone
 * is too long. Nothing is lost but the space at a break.
 */
export function wrapped(text: string, fits: (text: string) => boolean): readonly string[] {
  if (fits(text)) return [text]
  const lines: string[] = []
  let line = ''
  const add = (piece: string): void => {
    const longer = `${line}${piece}`
    if (fits(longer.trimEnd())) {
      line = longer
      return
    }
    if (line !== '') lines.push(line.trimEnd())
    line = piece
  }
  for (const part of text.split(/(?<=, | · )/)) {
    if (fits(part.trimEnd())) {
      add(part)
      continue
    }
    part.split(/(?<= )/).forEach((word) => {
      add(word)
      while (line.length > 1 && !fits(line.trimEnd())) {
        let kept = line.length - 1
        while (kept > 1 && !fits(line.slice(0, kept))) kept--
        lines.push(line.slice(0, kept))
        line = line.slice(kept)
      }
    })
  }
  return line === '' ? lines : [...lines, line.trimEnd()]
}
