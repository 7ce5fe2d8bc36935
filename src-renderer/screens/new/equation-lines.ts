/** Breaks one line of TeX where a person would, since MathML does not wrap by itself. */

/** How wide a piece of TeX looks, in letters; good enough to choose where to break. */
function looksWide(tex: string): number {
  return tex
    .replace(/\\[tdc]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}/g, (_, top: string, foot: string) =>
      top.length > foot.length ? top : foot,
    )
    .replace(/\\(?:mathrm|mathbf|mathbb|text|operatorname|bar|hat)\b/g, '')
    .replace(/\\(?:Big|big|left|right|tfrac|frac|,|;|!|quad)/g, '')
    .replace(/\\[a-zA-Z]+/g, 'x')
    .replace(/[_^]\{([^{}]*)\}/g, (_, index: string) => index.slice(0, Math.ceil(index.length * 0.6)))
    .replace(/[{}\s_^]/g, '').length
}

/** Lines of TeX: first at the big spaces between statements, then before plus and minus, inside as few round brackets as fits. */
export function equationLines(tex: string, widest: number): readonly string[] {
  return tex.split(/,?\s*\\quad\s*/).flatMap((statement) => broken(statement, widest))
}

/** Round brackets that a line may be broken inside of, where breaking outside of them leaves it too wide. */
const DEEPEST = 2

function broken(statement: string, widest: number, depth = 0): string[] {
  if (looksWide(statement) <= widest) return [statement]
  const lines: string[] = []
  let line = ''
  for (const piece of piecesOf(statement, depth)) {
    if (line !== '' && looksWide(line + piece) > widest) {
      lines.push(line)
      line = `\\quad ${piece}`
    } else line += piece
  }
  lines.push(line)
  return depth < DEEPEST && lines.some((one) => looksWide(one) > widest) ? broken(statement, widest, depth + 1) : lines
}

/** Split before every ' + ' and ' - ' that stands in no braces and in at most so many round brackets. */
function piecesOf(statement: string, brackets: number): string[] {
  const pieces: string[] = []
  let braces = 0
  let round = 0
  let start = 0
  for (let i = 0; i < statement.length; i++) {
    const character = statement.charAt(i)
    const escaped = statement.charAt(i - 1) === '\\'
    if (!escaped && character === '{') braces++
    if (!escaped && character === '}') braces--
    if (!escaped && character === '(') round++
    if (!escaped && character === ')') round--
    if (braces === 0 && round <= brackets && i > start && /^ [+-] /.test(statement.slice(i, i + 3))) {
      pieces.push(statement.slice(start, i))
      start = i
    }
  }
  return [...pieces, statement.slice(start)]
}

/** Letters by their TeX command, for finding a setting's symbol in what was typeset. */
export function isSymbol(text: string, symbol: string): boolean {
  const plain = (letters: string): string => letters.normalize('NFKC').replace(/ϵ/g, 'ε').replace(/ϕ/g, 'φ')
  return plain(text) === plain(symbol)
}
