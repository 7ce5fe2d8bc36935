/** A cell of a table as CSV, Markdown and LaTeX take it. */
import { notAFormula } from '../text/spreadsheet.ts'

/** RFC 4180; numbers at full precision, empty where there is none. */
export function csvCell(value: string | number | undefined): string {
  if (value === undefined || (typeof value === 'number' && !Number.isFinite(value))) return ''
  if (typeof value === 'number') return String(value)
  const text = notAFormula(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export function markdownText(text: string): string {
  return text.replace(/[\\`*_[\]<>|~]/g, String.raw`\$&`).replace(/\s+/g, ' ')
}

const LATEX: Readonly<Record<string, string>> = {
  '\\': String.raw`\textbackslash{}`,
  '{': String.raw`\{`,
  '}': String.raw`\}`,
  $: String.raw`\$`,
  '&': String.raw`\&`,
  '#': String.raw`\#`,
  _: String.raw`\_`,
  '%': String.raw`\%`,
  '^': String.raw`\textasciicircum{}`,
  '~': String.raw`\textasciitilde{}`,
  '<': '$<$',
  '>': '$>$',
  '|': '$|$',
  // The old font encoding has no straight one.
  '"': "''",
  '±': String.raw`$\pm$`,
  '−': '$-$',
  '–': '--',
  '—': '---',
  '·': String.raw`$\cdot$`,
  '×': String.raw`$\times$`,
  '→': String.raw`$\to$`,
  '≤': String.raw`$\leq$`,
  '≥': String.raw`$\geq$`,
  '∞': String.raw`$\infty$`,
  '…': String.raw`\ldots{}`,
  '’': "'",
  '‘': '`',
  '“': '``',
  '”': "''",
  '°': String.raw`$^\circ$`,
  ᵀ: String.raw`$^{\top}$`,
  '\u00a0': '~',
  '\u2009': String.raw`\,`,
  '\u202f': String.raw`\,`,
  ...Object.fromEntries(Array.from('₀₁₂₃₄₅₆₇₈₉', (digit, i) => [digit, `$_{${i}}$`])),
  ...Object.fromEntries(Array.from('⁰¹²³⁴⁵⁶⁷⁸⁹', (digit, i) => [digit, `$^{${i}}$`])),
  ...Object.fromEntries(
    Object.entries({ α: 'alpha', β: 'beta', γ: 'gamma', δ: 'delta', ε: 'varepsilon', η: 'eta', λ: 'lambda', μ: 'mu' })
      .concat(Object.entries({ ν: 'nu', π: 'pi', ρ: 'rho', σ: 'sigma', τ: 'tau', φ: 'varphi', ω: 'omega', Δ: 'Delta' }))
      .map(([letter, name]) => [letter, `$\\${name}$`]),
  ),
}

/** Any text as LaTeX prints it: what has a meaning there is escaped, and the signs that our names use are spelt. */
export function latexText(text: string): string {
  return Array.from(text, (letter) => LATEX[letter] ?? letter)
    .join('')
    .replace(/\s+/g, ' ')
}
