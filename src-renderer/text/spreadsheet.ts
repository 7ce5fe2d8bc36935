/** Words as a spreadsheet takes them for words. */

/** A spreadsheet runs what begins like a formula, also when it is pasted; with an apostrophe before it, it is text. */
export function notAFormula(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
}
