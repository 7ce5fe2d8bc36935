/**
 * "Did you mean …?": the known word closest to a mistyped one.
 */

/** The closest of `known` by edits (Damerau–Levenshtein, adjacent swaps count one), or null when none is near enough to be meant. */
export function nearest(word: string, known: readonly string[]): string | null {
  let best: string | null = null
  // In a word of four letters two edits make another word.
  let bestEdits = (word.length < 5 ? 1 : Math.max(2, Math.floor(word.length / 3))) + 1
  for (const candidate of known) {
    const edits = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (edits < bestEdits) {
      best = candidate
      bestEdits = edits
    }
  }
  // A beginning that fits only one word is as good as a near miss: 'corinfomax-m' means 'corinfomax-mnist'.
  if (best !== null || word.length < 3) return best
  return known.find((candidate) => candidate.startsWith(word)) ?? null
}

/** ` Did you mean "x"?` or nothing, ready to follow a sentence. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = nearest(word, known)
  return near === null ? '' : ` Did you mean "${near}"?`
}

function editDistance(a: string, b: string): number {
  // Words that people type are short; a very long one is nobody's typing slip.
  if (Math.abs(a.length - b.length) > 10 || a.length > 100) return Infinity
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let edits = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        edits = Math.min(edits, (beforeLast[j - 2] ?? 0) + 1)
      row.push(edits)
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? Infinity
}
