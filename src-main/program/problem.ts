/** A rule used a word wrongly: which rule, which word, what fits and what came, and where in the rule's file. */
export class ProgramProblem extends Error {
  override readonly name = 'ProgramProblem'
  readonly rule: string
  readonly word: string

  constructor(rule: string, word: string, sentence: string) {
    super(`${rule}: ${word}: ${sentence}`)
    this.rule = rule
    this.word = word
    const line = lineOutsideProgram(this.stack)
    if (line !== null) this.message += ` (${line})`
  }
}

/** The innermost stack line that is not in program/: the rule's own line. Engines without stacks give none. */
function lineOutsideProgram(stack: string | undefined): string | null {
  for (const line of (stack ?? '').split('\n').slice(1)) {
    const match = /([^/\\(\s]+[/\\][^/\\]+\.[jt]s:\d+)(?::\d+)?\)?$/.exec(line.trim())
    if (match?.[1] !== undefined && !/src-main[/\\]program[/\\]/.test(line)) return match[1]
  }
  return null
}
