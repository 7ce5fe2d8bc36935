/** Numbers as people and programs write them into text files, and the words that stand for none. */

/** What pandas, R, Weka and spreadsheets write where a value is missing. */
const NONE = new Set(['', 'na', 'n/a', '#n/a', 'nan', '-nan', 'null', 'none', 'nil', '?', '-', '.', '<na>', '#na'])

export function isMissing(text: string): boolean {
  return NONE.has(text.trim().toLowerCase())
}

const WITH_COMMA = /^\s*[+-]?(\d+(,\d*)?|,\d+)([eE][+-]?\d+)?\s*$/

/** A finite number in decimal; NaN for anything else, missing ones too. */
export function readNumber(text: string, comma: boolean): number {
  if (comma) {
    if (!text.includes(',')) return plainNumber(text)
    return WITH_COMMA.test(text) ? Number(text.replace(',', '.')) : NaN
  }
  return plainNumber(text)
}

function plainNumber(text: string): number {
  const number = +text
  // Number reads blanks as 0, and hexadecimal, binary and octal; none of these is a number in a table.
  if (number === 0 && text.trim() === '') return NaN
  if (number - number !== 0) return NaN
  // A blank at its beginning, or a letter where a second digit or a point would be: worth a closer look.
  const second = text.charCodeAt(1)
  return (second > 57 || text.charCodeAt(0) <= 32) && /^\s*0[xbo]/i.test(text) ? NaN : number
}
