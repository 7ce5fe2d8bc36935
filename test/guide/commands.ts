/**
 * The commands of a Markdown file, as a person would type them, and what the file shows of what they say.
 *
 * `<!-- not run here: WHY -->` before a block of commands says that a test cannot run it; `<!-- smaller -->` that a test
 * trains it on as much of the data as shows that it works.
 */
export interface Command {
  /** Without `apical` or `npm run apical --` before them. */
  readonly words: readonly string[]
  readonly line: string
  /** Lines that the file shows of its output; none where it shows nothing. */
  readonly said: readonly string[]
  readonly smaller: boolean
}

export interface Commands {
  readonly run: readonly Command[]
  readonly notRun: readonly { readonly line: string; readonly why: string }[]
}

const BLOCK = /(?:^<!-- ([^\n]*) -->\n+)?^```(sh|text)\n(.*?)^```$/gms
const APICAL = /^(?:npm run )?apical (?:-- )?/

/** @throws where a block of commands has one that is neither of Apical nor marked, or an output stands without a command */
export function commandsIn(markdown: string): Commands {
  const run: Command[] = []
  const notRun: Commands['notRun'][number][] = []
  for (const [, mark, language, text = ''] of markdown.matchAll(BLOCK)) {
    const lines = text.trim().split('\n')
    if (language === 'text') {
      const last = run.pop()
      if (last === undefined) throw new Error(`no command says this: ${text}`)
      run.push({ ...last, said: lines.filter((line) => line !== '…' && line !== '') })
      continue
    }
    const [, why] = /^not run here: (.+)$/.exec(mark ?? '') ?? []
    for (const line of lines) {
      if (why !== undefined) notRun.push({ line, why })
      else if (APICAL.test(line))
        run.push({ words: line.replace(APICAL, '').split(/\s+/), line, said: [], smaller: mark === 'smaller' })
      else throw new Error(`neither a command of Apical nor marked "not run here: …": ${line}`)
    }
  }
  return { run, notRun }
}

/** A line of output without what differs from run to run and from machine to machine: numbers, names of runs, the processor. */
export function shape(line: string): string {
  return line
    .replaceAll(/\b\d{4}-\d{2}-\d{2}-\d{6}-[\w-]+-[0-9a-f]{8}\b/g, 'RUN')
    .replaceAll(/\b\d{8}-\d{6}-[0-9a-f]{6}\b/g, 'SWEEP')
    .replaceAll(/\bon [a-z]+ \(.*?\)/g, 'on ENGINE')
    .replaceAll(/CPU, .*$/g, 'CPU')
    .replaceAll(/[−-]?\d[\d,.]*/g, '#')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
