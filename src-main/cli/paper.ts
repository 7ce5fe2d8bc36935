/** `apical paper`: the tables and figures of a paper, what this lab has of them, and what is missing. */
import { resolve } from 'node:path'
import { EXIT, JSON_OPTION, OUT_OPTION, UsageProblem, type Command, type Words } from './command.ts'
import { ENGINE_CHOICES } from './experiments.ts'
import { exportExhibit } from './paper-export.ts'
import { exhibitOf, openPaper, type OpenedPaper } from './paper-open.ts'
import { runExhibits } from './paper-run.ts'
import { listExhibits, showExhibit } from './paper-report.ts'
import { reportFile, writePaperReport } from './report-file.ts'
import { suggestion } from '../experiment/nearest.ts'

const ACTIONS = ['show', 'run', 'export', 'report'] as const

export const paper: Command = {
  name: 'paper',
  operands: '[show ID | run ID… | export ID --to FILE | report [ID…] --to FILE.html]',
  summary: 'the tables and figures of a paper beside your own runs: verdicts, and what is missing',
  details:
    'Without more, lists the exhibits (tables and figures) of the paper with their state in the results folder. "show ID" prints one: published and here, difference, margin and verdict. ' +
    '"run ID…" resumes what was interrupted and trains what is missing; "all" stands for every exhibit. "export ID --to FILE" writes the figure (.svg, .pdf) or the table (.tex, .csv, .md), with the published numbers unless --ours-only is given. "report [ID…] --to FILE.html" writes exhibits, or all of them, as one page that opens offline: figures, tables, verdicts, runs, how to reproduce it.\n\n' +
    'The paper is the one that comes with Apical, or with --paper a file made by "Save as paper", or the id of one that the lab has. A run counts for a row when it is the same experiment but for its seeds, epochs, engine and what moves no result. ' +
    'Where the results folder has nothing of a row, the evidence that comes with Apical is shown, and marked.\n\n' +
    'Inside: the means differ by at most the half-width of Welch’s 95 % interval plus 0.1 percentage points (angles: 0.5°). Where that margin is more than one point (5°), or with fewer than three seeds, no verdict is given.\n\n' +
    'Exit codes: 0 no verdict is "outside", 1 one is, or a run failed, 2 refused, 130 stopped.',
  options: [
    { name: 'paper', value: 'ID|FILE', help: 'another paper than the one that comes with Apical' },
    { name: 'to', value: 'FILE', help: 'with export: .svg, .pdf, .tex, .csv or .md; with report: .html' },
    { name: 'ours-only', value: null, help: 'with export: leave the published numbers out' },
    { name: 'seeds', value: 'LIST', help: "with run: only these of the paper's seeds" },
    { name: 'engine', value: 'E', help: `with run: one of ${ENGINE_CHOICES.join(', ')}` },
    { name: 'threads', value: 'N', help: 'with run: number of threads of the engine' },
    { name: 'data', value: 'DIR', help: "the data sets' folder (default: APICAL_DATA, then the lab's own)" },
    OUT_OPTION,
    JSON_OPTION,
  ],
  async run(words, terminal) {
    const [action, ...ids] = words.operands
    if (action === undefined) {
      refuseOptions(words, ['to', 'ours-only', 'seeds', 'engine', 'threads'], 'paper')
      const opened = await openPaper(words)
      listExhibits(opened, terminal)
      return exitOf(
        opened,
        opened.paper.exhibits.map(({ id }) => id),
      )
    }
    const known = ACTIONS.find((one) => one === action)
    if (known === undefined)
      throw new UsageProblem(
        `Expected one of ${ACTIONS.join(', ')} after "paper", found "${action}".${suggestion(action, ACTIONS)}`,
        '"apical paper" lists the exhibits.',
      )
    switch (known) {
      case 'show': {
        refuseOptions(words, ['to', 'ours-only', 'seeds', 'engine', 'threads'], 'paper show')
        const opened = await openPaper(words)
        const [id] = exhibitsNamed(opened, ids, 1)
        showExhibit(opened, id ?? '', terminal)
        return exitOf(opened, [id ?? ''])
      }
      case 'run': {
        refuseOptions(words, ['to', 'ours-only'], 'paper run')
        const opened = await openPaper(words)
        const chosen = exhibitsNamed(opened, ids, Infinity)
        const code = await runExhibits(opened, chosen, words, terminal)
        if (code === EXIT.stopped) return code
        const after = await openPaper(words)
        for (const id of chosen) showExhibit(after, id, terminal)
        return code === EXIT.done ? exitOf(after, chosen) : code
      }
      case 'export': {
        refuseOptions(words, ['seeds', 'engine', 'threads'], 'paper export')
        const opened = await openPaper(words)
        const [id] = exhibitsNamed(opened, ids, 1)
        const to = words.text('to')
        if (to === undefined)
          throw new UsageProblem('Expected --to FILE, found nothing.', 'For instance --to figure.pdf.')
        const file = resolve(to)
        const { state } = exhibitOf(opened, id ?? '')
        await exportExhibit(opened, id ?? '', file, !words.has('ours-only'))
        terminal.data({ kind: 'exported', exhibit: id, file, verdicts: state.verdicts })
        terminal.print(`Wrote ${file}`)
        return EXIT.done
      }
      case 'report': {
        refuseOptions(words, ['ours-only', 'seeds', 'engine', 'threads'], 'paper report')
        const file = reportFile(words.text('to'))
        const opened = await openPaper(words)
        const chosen = exhibitsNamed(opened, ids.length === 0 ? ['all'] : ids, Infinity)
        await writePaperReport(file, opened, chosen)
        terminal.data({ kind: 'report', file, exhibits: chosen })
        terminal.print(`Wrote ${file}`)
        return EXIT.done
      }
      default:
        return known satisfies never
    }
  },
}

/** A verdict "outside" is what scripts wait for. */
function exitOf({ state }: OpenedPaper, ids: readonly string[]): number {
  const outside = state.some(({ id, verdicts }) => ids.includes(id) && (verdicts.outside ?? 0) > 0)
  return outside ? EXIT.failed : EXIT.done
}

function exhibitsNamed({ paper: { exhibits, title } }: OpenedPaper, ids: readonly string[], most: number): string[] {
  const known = exhibits.map(({ id }) => id)
  if (ids.length === 0)
    throw new UsageProblem('Expected the id of an exhibit, found nothing.', '"apical paper" lists them.')
  if (ids.length > most)
    throw new UsageProblem(`Expected one exhibit and nothing more, found "${ids.slice(1).join(' ')}" after it.`)
  if (ids.length === 1 && ids[0] === 'all' && most > 1) return known
  for (const id of ids)
    if (!known.includes(id))
      throw new UsageProblem(`"${title}" has no exhibit "${id}".${suggestion(id, known)}`, '"apical paper" lists them.')
  return [...new Set(ids)]
}

/** An option that would do nothing is refused, not passed over. */
function refuseOptions(words: Words, names: readonly string[], command: string): void {
  const given = names.find((name) => words.text(name) !== undefined || words.has(name))
  if (given !== undefined)
    throw new UsageProblem(`"${command}" takes no --${given}.`, '"apical help paper" tells what each takes.')
}
